"""Whom clients take for their broker: the key of an invitation counts, and whoever lacks it gets not a byte."""

import contextlib
import os
import socket
import threading

import pytest
import zmq
from palabre_harness import PATIENCE_S, Palabre, eventually


@pytest.fixture
def encrypted(make_broker):
    return make_broker(security="curve")


@pytest.fixture
def invited(encrypted, tmp_path):
    """Somebody who has accepted the invitation."""
    palabre = Palabre(tmp_path / "invited", encrypted.invitation)
    assert palabre.run("ada", "send", "bonjour").returncode == 0
    return palabre


@contextlib.contextmanager
def in_the_place_of(broker, is_encrypted: bool = True):
    """A socket where the broker was, with a key of its own or none."""
    middle = zmq.Context.instance().socket(zmq.ROUTER)
    middle.linger = 0
    if is_encrypted:
        middle.curve_server, middle.curve_secretkey = True, zmq.curve_keypair()[1]
    eventually(lambda: bound(middle, broker.talk))
    yield middle
    assert not middle.poll(0), "not a byte of a message"
    middle.close()


def bound(socket: zmq.Socket, address: str) -> bool:
    try:
        socket.bind(address)
    except zmq.ZMQError:
        return False
    return True


def pins(palabre: Palabre):
    return palabre.directory / "data/palabre/brokers"


def altered(invitation: str) -> str:
    place, _, key = invitation.partition("#")
    return f"{place}#{'B' if key[0] != 'B' else 'C'}{key[1:]}"


def plain_address(palabre: Palabre, broker) -> Palabre:
    """The same person, who types the address and no invitation."""
    return Palabre(palabre.directory, broker.talk)


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_man_in_the_middle_gets_nothing_and_is_named(encrypted, invited, is_encrypted):
    encrypted.stop()
    with in_the_place_of(encrypted, is_encrypted):
        for palabre in (invited, plain_address(invited, encrypted)):
            ended = palabre.run("ada", "send", "a secret", timeout=5)
            assert (ended.returncode, ended.stdout) == (4, ""), ended.stderr
            assert f"{pins(invited)}:2" in ended.stderr


def shows(running, text: str) -> bool:
    return any(text in line for line in running.lines())


@pytest.mark.parametrize("verb, first", [(("tail", "--since", "all"), "bonjour"), (("chat", "--plain"), "before"),
                                         (("send", "--lines", "--json"), "sequence")])
def test_who_is_connected_already_stops_as_hard_when_the_key_changes(encrypted, invited, verb, first):
    fifo, entrance = open_pipe()
    with invited.start("running", "ada", *verb, stdin=fifo) as running:
        fifo.close()
        entrance.write(b"before\n")
        entrance.flush()
        eventually(lambda: shows(running, first))
        encrypted.stop()
        with in_the_place_of(encrypted):
            entrance.write(b"a secret\n")
            entrance.flush()
            status = running.wait()
            said = running.talk() + "\n".join(running.lines())
            assert status in (4, 6) and f"{pins(invited)}:2" in said, (status, said)
    entrance.close()


def test_who_is_connected_already_stays_while_a_tunnel_has_no_broker_behind_it(encrypted, invited):
    with invited.start("running", "ada", "tail", "--since", "all", "--count", "2") as running:
        eventually(lambda: shows(running, "bonjour"))
        encrypted.stop()
        port = int(encrypted.talk.rpartition(":")[2])
        with socket.create_server(("127.0.0.1", port)) as tunnel:
            tunnel.settimeout(PATIENCE_S)
            for _ in range(15):
                tunnel.accept()[0].close()
        encrypted.start()
        assert invited.run("ada", "send", "after").returncode == 0
        assert running.wait() == 0, running.talk()
        assert "after" in running.lines()[-1]


def open_pipe():
    """Both ends of a pipe that programs read from."""
    reading, writing = os.pipe()
    return open(reading, "rb"), open(writing, "wb")


def test_a_broker_with_a_new_key_is_a_stranger_on_its_own_machine_too(encrypted, invited):
    encrypted.stop()
    for file in (encrypted.directory / "data").iterdir():
        file.unlink()
    encrypted.start()
    ended = plain_address(invited, encrypted).run("ada", "send", "a secret")
    assert ended.returncode == 4 and f"{pins(invited)}:2" in ended.stderr
    stranger = Palabre(invited.directory.parent / "other", encrypted.talk)
    assert stranger.run("bob", "send", "hello").returncode == 0, "who has no invitation takes what is left here"


def test_an_invitation_is_kept_when_the_broker_has_shown_that_it_has_the_key(encrypted, tmp_path):
    palabre = Palabre(tmp_path / "home", altered(encrypted.invitation))
    ended = palabre.run("ada", "send", "bonjour")
    assert ended.returncode == 4 and "the invitation" in ended.stderr and not pins(palabre).exists()
    palabre.server = encrypted.invitation
    assert palabre.run("ada", "send", "bonjour").returncode == 0
    palabre.server = altered(encrypted.invitation)
    ended = palabre.run("ada", "send", "a secret")
    assert ended.returncode == 1 and f"{pins(palabre)}:2" in ended.stderr


def test_invitations_that_are_accepted_at_once_are_all_kept(make_broker, tmp_path):
    brokers = [make_broker(security="curve") for _ in range(2)]
    people = [Palabre(tmp_path / "home", broker.invitation) for broker in brokers]
    threads = [threading.Thread(target=one.run, args=(name, "send", "bonjour")) for one, name in zip(people, ("ada", "bob"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = pins(people[0]).read_text()
    assert all(f"127.0.0.1:{broker.talk_port} " in kept for broker in brokers)


def test_a_broker_on_another_machine_is_not_spoken_to_in_clear_unless_that_is_asked_for(tmp_path):
    palabre = Palabre(tmp_path / "home", "tcp://192.0.2.1:8420")
    for verb in (["send", "a secret"], ["chat"], ["tail"]):
        ended = palabre.run("ada", *verb)
        assert ended.returncode == 2 and "tcp://192.0.2.1:8420" in ended.stderr and "invitation" in ended.stderr
    assert palabre.run("ada", "keygen").returncode == 0, "which speaks to nobody"
    palabre.environment["PALABRE_SECURITY"] = "closed"
    assert "must be" in palabre.run("ada", "ping").stderr
