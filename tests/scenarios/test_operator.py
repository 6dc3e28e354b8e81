"""What the operator does about people: bans, lost keys and who may register, with the broker running and without."""

import base64
import itertools
import json
import os
import subprocess
import time

import msgpack
import pytest
import zmq
from palabre_harness import Broker, Palabre, done, eventually, operate, program
from raw_sockets import SILENCE_S, ask, gets_no_answer, hello, listener
from wire_client import Dealer, Keys, Peer, token_of
from zmq.utils import z85

SOON_S = 1.0
BANNED = 26


@pytest.fixture
def encrypted(make_broker):
    return make_broker(security="curve")


class Watched:
    """A socket whose disconnections are seen."""

    def __init__(self, watched: zmq.Socket):
        self.monitor = watched.get_monitor_socket(zmq.EVENT_DISCONNECTED)

    def ends_within(self, seconds: float) -> bool:
        return bool(self.monitor.poll(int(1000 * seconds)))


def registered(broker: Broker, name: str) -> tuple[Keys, Dealer]:
    keys = Keys(broker.invitation)
    dealer = Dealer(broker.talk, keys)
    assert hello(dealer, name)["type"] == "welcome"
    return keys, dealer


def hearing(broker: Broker, keys: Keys) -> zmq.Socket:
    feed = listener(broker, keys)
    assert feed.poll(10_000), "a tick"
    return feed


def is_silent(feed: zmq.Socket) -> bool:
    """Nothing comes for longer than from one tick to the next, once what is on the way has come."""
    while feed.poll(0):
        feed.recv_multipart()
    return not feed.poll(int(1000 * SILENCE_S))


def test_a_ban_ends_both_ports_within_a_second_and_keeps_them_closed(encrypted):
    eve_keys, eve = registered(encrypted, "eve")
    bob_keys, bob = registered(encrypted, "bob")
    eve_feed, bob_feed = hearing(encrypted, eve_keys), hearing(encrypted, bob_keys)
    talk_end, feed_end = Watched(eve.socket), Watched(eve_feed)
    assert ask(eve, type="post", room="lobby", outbox=1, counter=1, texts=["before"])["type"] == "stored"
    begun = time.monotonic()
    assert done(encrypted, "ban", "eve", "--reason", "spam") == "eve (#1) is banned\n"
    assert talk_end.ends_within(SOON_S) and feed_end.ends_within(SOON_S)
    assert time.monotonic() - begun < SOON_S, "both ports, the program's own start included"
    assert is_silent(eve_feed)
    assert gets_no_answer(Dealer(encrypted.talk, eve_keys)), "her key is refused before she can say a word"
    assert not listener(encrypted, eve_keys).poll(int(1000 * SILENCE_S))
    assert ask(bob, type="history", room="lobby", count=9, **{"from": 1})["events"][0][2] == "before"
    assert bob_feed.poll(10_000), "others come back by themselves"
    eventually(lambda: encrypted.sessions() == ["session-2"])


def test_a_ban_survives_restart_and_ends_with_an_unban(encrypted):
    keys, _ = registered(encrypted, "eve")
    done(encrypted, "ban", "eve")
    encrypted.restart()
    assert gets_no_answer(Dealer(encrypted.talk, keys))
    assert done(encrypted, "unban", "eve") == "eve (#1) may come in again\n"
    again = Dealer(encrypted.talk, keys)
    assert hello(again, "eve")["client"] == 1
    assert hearing(encrypted, keys)
    encrypted.restart()
    assert hello(Dealer(encrypted.talk, keys), "eve")["client"] == 1


def test_without_encryption_a_ban_says_what_it_cannot_do(broker):
    with Peer(broker, "eve") as eve, Peer(broker, "bob") as bob:
        eve.follow("lobby")
        end = Watched(eve.dealer.socket)
        said = done(broker, "ban", "eve", "--reason", "spam")
        assert "the feed cannot be closed" in said
        assert end.ends_within(SOON_S)
        refused = hello(Dealer(broker.talk), "eve", token=token_of("eve"))
        assert (refused["code"], refused["reason"]) == (BANNED, "banned")
        assert "spam" in refused["text"] and "retry_after" not in refused
        assert bob.ask("ping")["type"] == "pong", "others are left alone"
        bob.post("lobby", "she can hear this")
        eve.until(lambda: eve.texts() == ["she can hear this"])


def test_the_banned_hear_why_they_are_out(broker, tmp_path):
    people = Palabre(tmp_path / "home", broker.talk)
    assert people.run("eve", "send", "hello").returncode == 0
    done(broker, "ban", "eve", "--reason", "spam")
    refused = people.run("eve", "send", "hello again")
    assert refused.returncode == 4 and "banned from this broker: spam" in refused.stderr


def test_what_makes_no_sense_is_refused_with_a_sentence(encrypted):
    registered(encrypted, "eve")
    unknown = operate(encrypted, "ban", "nobody")
    assert unknown.returncode == 1 and 'nobody is called "nobody"' in unknown.stderr
    done(encrypted, "ban", "eve")
    assert "banned already" in operate(encrypted, "ban", "eve").stderr
    for arguments in (["ban"], ["ban", "Not A Name"], ["ban", "bob", "--reason", "two\nlines"], ["identity"],
                      ["identity", "add", "bob", "no-key"]):
        assert operate(encrypted, *arguments).returncode == 2, arguments


def key_of(keys: Keys) -> str:
    return base64.urlsafe_b64encode(z85.decode(keys.public)).decode().rstrip("=")


def keys_that_look_like_an_option(broker: Broker) -> Keys:
    """One public key in 64 begins with a dash."""
    return next(keys for keys in (Keys(broker.invitation) for _ in itertools.count()) if key_of(keys)[0] == "-")


def notices_on(feed: zmq.Socket) -> list[str]:
    """The kinds of all notices that have come."""
    kinds = []
    while feed.poll(0):
        topic, body = feed.recv_multipart()
        if topic.startswith(b"notice/"):
            kinds += [kind for kind, *_ in msgpack.unpackb(body)["events"]]
    return kinds


def test_a_lost_key_is_replaced_and_proves_nobody_any_more(encrypted):
    lost, ada = registered(encrypted, "ada")
    bob_keys, bob = registered(encrypted, "bob")
    assert ask(ada, type="post", room="lobby", outbox=1, counter=1, texts=["mine"])["type"] == "stored"
    lost_feed, bob_feed = hearing(encrypted, lost), hearing(encrypted, bob_keys)
    ends = [Watched(ada.socket), Watched(lost_feed)]
    found = keys_that_look_like_an_option(encrypted)
    assert "another key now" in done(encrypted, "identity", "rebind", "ada", key_of(found))
    assert all(end.ends_within(SOON_S) for end in ends)
    heard = []
    eventually(lambda: heard.extend(notices_on(bob_feed)) or "rekeyed" in heard)
    assert is_silent(lost_feed)
    for _ in range(2):
        assert hello(Dealer(encrypted.talk, lost), "ada")["reason"] == "wrong_key"
        again = Dealer(encrypted.talk, found)
        assert hello(again, "ada")["client"] == 1, "the name keeps its number"
        assert ask(again, type="row", client=1, count=9, **{"from": 1})["cells"][0][3] == "mine"
        encrypted.restart()
    refused = operate(encrypted, "identity", "rebind", "bob", key_of(found))
    assert refused.returncode == 1 and 'this key is "ada"' in refused.stderr


def test_a_closed_broker_takes_who_is_added(make_broker, tmp_path):
    broker = make_broker(security="curve", registration="closed")
    people = Palabre(tmp_path / "home", broker.talk)
    refused = people.run("ada", "send", "let me in")
    assert refused.returncode == 4 and "does not take this key" in refused.stderr
    key = people.run("ada", "keygen").stdout.strip()
    said = done(broker, "identity", "add", "ada", key)
    assert people.run("ada", "keygen").stderr.strip().endswith(said.strip().rpartition("the key ")[2])
    assert people.run("ada", "send", "here I am").returncode == 0
    broker.restart()
    assert people.run("ada", "send", "still here").returncode == 0
    assert gets_no_answer(Dealer(broker.talk, Keys(broker.invitation))), "nobody else"


@pytest.mark.parametrize("end", [Broker.stop, Broker.kill])
def test_it_works_on_the_store_alike_when_nobody_serves_it(encrypted, end):
    keys, _ = registered(encrypted, "eve")
    _, bob = registered(encrypted, "bob")
    assert ask(bob, type="post", room="lobby", outbox=1, counter=1, texts=["kept"])["type"] == "stored"
    served = done(encrypted, "identity", "list")
    end(encrypted)
    assert done(encrypted, "identity", "list") == served
    assert [line.split("  ")[0] for line in served.splitlines()] == ["#1 eve", "#2 bob"]
    assert done(encrypted, "ban", "eve", "--reason", "spam") == "eve (#1) is banned\n"
    assert "nobody is called" in operate(encrypted, "unban", "nobody").stderr
    encrypted.start()
    assert gets_no_answer(Dealer(encrypted.talk, keys))
    assert done(encrypted, "identity", "list").splitlines()[0] == served.splitlines()[0] + "  banned: spam"
    check = subprocess.run([program("palabred"), "check", "--data-dir", encrypted.directory / "data"],
                           capture_output=True, text=True)
    assert check.returncode == 0 and "1 message," in check.stdout


def test_there_is_nothing_to_do_where_there_is_no_store(tmp_path):
    broker = Broker(tmp_path)
    assert "there is no store" in operate(broker, "ban", "eve").stderr
    assert not (tmp_path / "data").exists()


LISTS = """
import socket
caller = socket.socket(socket.AF_UNIX)
caller.connect("operator.sock")
try:
    caller.sendall(b"list\\n")
    print(caller.recv(100))
except (BrokenPipeError, ConnectionResetError):
    print(b"")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="skipped: needs root, to be somebody else")
def test_nobody_but_the_owner_is_heard_even_if_the_file_lets_him(encrypted):
    data = encrypted.directory / "data"
    assert (data / "operator.sock").stat().st_mode & 0o777 == 0o600
    data.chmod(0o755)
    (data / "operator.sock").chmod(0o666)

    def listed(**who) -> str:
        return subprocess.run(["/usr/bin/python3", "-c", LISTS], cwd=data, capture_output=True, text=True, check=True,
                              timeout=30, **who).stdout

    assert listed(user=65534, group=65534, extra_groups=[]) == "b''\n"
    assert listed() == "b'done\\n'\n", "else this test shows nothing"


def test_a_key_has_the_same_words_wherever_it_is_shown(encrypted, tmp_path):
    people = Palabre(tmp_path / "home", encrypted.talk)
    made = people.run("ada", "keygen")
    key, words = made.stdout.strip(), made.stderr.strip().partition("the fingerprint is ")[2]
    assert len(words.split()) == 8
    assert people.run("ada", "send", "hello").returncode == 0
    assert people.run("ada", "keygen").stdout.strip() == key, "made once"
    assert done(encrypted, "identity", "list") == f"#1 ada  {words}\n"
    assert people.run("bob", "whois", "ada").stdout.endswith(f"  {words}\n")
    told = json.loads(people.run("bob", "whois", "ada", "--json").stdout)
    assert (told["client"], told["key"], told["fingerprint"]) == (1, key, words)
    assert f"  {words}\n" in people.run("bob", "chat", stdin="/whois ada\n").stdout
    unknown = people.run("bob", "whois", "nobody")
    assert unknown.returncode == 1 and "nobody has that name" in unknown.stderr
