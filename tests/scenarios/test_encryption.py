"""CURVE on both ports: who has no key gets nowhere, a key is one identity for ever, and nobody can be in between."""

import os
import random
import subprocess

import pytest
import zmq
from palabre_harness import Palabre, program
from raw_sockets import SILENCE_S, ask, gets_no_answer, hello, listener
from wire_client import Dealer, Keys, NoReply, token_of

# The whole figure is PALABRE_MIXES=10000.
PEERS, MIXES = 8, int(os.environ.get("PALABRE_MIXES", 400))


@pytest.fixture
def encrypted(make_broker):
    return make_broker(security="curve")


def test_people_on_the_same_machine_need_no_invitation_and_others_need_it_once(encrypted, tmp_path):
    here = Palabre(tmp_path / "here", encrypted.talk)
    assert here.run("ada", "send", "bonjour").returncode == 0
    assert here.run("bob", "history", "--count", "1").stdout.endswith("bonjour\n")
    invited = Palabre(tmp_path / "invited", encrypted.invitation)
    assert invited.run("cyd", "send", "hello").returncode == 0
    known = (tmp_path / "invited/data/palabre/brokers").read_text()
    assert f"127.0.0.1:{encrypted.talk_port} {encrypted.invitation.partition('#')[2]}" in known
    assert (tmp_path / "here/data/palabre/identities/ada.key").stat().st_mode & 0o777 == 0o600
    assert (encrypted.directory / "data/palabre.key").stat().st_mode & 0o777 == 0o600


def test_who_has_no_key_or_the_wrong_one_for_the_broker_gets_no_answer(encrypted):
    assert gets_no_answer(Dealer(encrypted.talk))
    wrong = Keys(encrypted.invitation)
    wrong.broker = zmq.curve_keypair()[0]
    assert gets_no_answer(Dealer(encrypted.talk, wrong))
    right = Keys(encrypted.invitation)
    assert hello(Dealer(encrypted.talk, right), "ada")["type"] == "welcome", "else this test shows nothing"


def test_the_feed_is_for_registered_keys_only(encrypted):
    stranger, member = Keys(encrypted.invitation), Keys(encrypted.invitation)
    outside, inside = listener(encrypted, stranger), listener(encrypted, None)
    assert hello(Dealer(encrypted.talk, member), "ada")["type"] == "welcome"
    hearing = listener(encrypted, member)
    assert hearing.poll(5_000), "a tick"
    assert not outside.poll(int(1000 * SILENCE_S)) and not inside.poll(0)
    dealer = Dealer(encrypted.talk, stranger)
    assert ask(dealer, type="rooms")["reason"] == "hello_first", "a stranger may say hello and nothing else"
    assert hello(dealer, "bob")["type"] == "welcome"
    assert outside.poll(20_000), "its handshake is tried again until it is registered"


def test_an_identity_is_its_key_for_ever(encrypted):
    ada, eve = Keys(encrypted.invitation), Keys(encrypted.invitation)
    assert hello(Dealer(encrypted.talk, ada), "ada", token=token_of("ada"))["client"] == 1
    assert hello(Dealer(encrypted.talk, eve), "ada", token=token_of("ada"))["reason"] == "wrong_key"
    assert hello(Dealer(encrypted.talk, ada), "eve")["reason"] == "not_allowed"
    encrypted.restart()
    assert hello(Dealer(encrypted.talk, ada), "ada")["client"] == 1
    assert hello(Dealer(encrypted.talk, eve), "ada")["reason"] == "wrong_key"


def test_a_hello_whose_answer_was_lost_can_be_said_again(encrypted):
    dealer = Dealer(encrypted.talk, Keys(encrypted.invitation))
    assert [hello(dealer, "ada")["type"] for _ in range(2)] == ["welcome"] * 2, "its key is all the proof there is"


def test_a_name_from_before_there_was_encryption_keeps_its_number(make_broker):
    broker = make_broker()
    assert hello(Dealer(broker.talk), "ada", token=token_of("ada"))["client"] == 1
    broker.stop()
    broker.security = "curve"
    broker.start()
    guess, ada = Keys(broker.invitation), Keys(broker.invitation)
    assert hello(Dealer(broker.talk, guess), "ada", token=token_of("bob"))["reason"] == "wrong_key"
    assert hello(Dealer(broker.talk, ada), "ada", token=token_of("ada"))["client"] == 1
    assert hello(Dealer(broker.talk, guess), "ada", token=token_of("ada"))["reason"] == "wrong_key"


def test_the_stored_sender_is_the_keys_whatever_a_peer_claims(encrypted):
    """Peers with keys of their own mix names, tokens and routing ids at random."""
    chance = random.Random(5)
    keys = [Keys(encrypted.invitation) for _ in range(PEERS)]
    names = [f"peer{number}x" for number in range(PEERS)]
    numbers = [hello(Dealer(encrypted.talk, key), name)["client"] for key, name in zip(keys, names)]
    acknowledged = 0
    for mix in range(MIXES):
        real = chance.randrange(PEERS)
        claimed = names[chance.randrange(PEERS)]
        routing_id = chance.choice([None, b"one for all", chance.randbytes(5), keys[chance.randrange(PEERS)].public])
        dealer = Dealer(encrypted.talk, keys[real], routing_id)
        try:
            welcome = hello(dealer, claimed, token=token_of(chance.choice(names)), timeout=2)
        except NoReply:
            assert routing_id, "who claims a routing id that another has may shut himself out, and nobody else"
            continue
        assert (welcome["type"] == "welcome") == (claimed == names[real]), welcome
        reply = ask(dealer, type="post", room="lobby", outbox=mix + 1, counter=1, texts=[names[real]],
                    name=claimed, client=numbers[chance.randrange(PEERS)])
        acknowledged += reply["type"] == "stored"
        dealer.close()
    assert acknowledged > MIXES // PEERS // 2
    reader, page = Dealer(encrypted.talk, keys[0]), []
    hello(reader, names[0])
    while len(page) < acknowledged:
        events = ask(reader, type="history", room="lobby", count=1000, **{"from": len(page) + 1})["events"]
        assert events, "a page without the rest"
        page += events
    assert [names[numbers.index(client)] for client, *_ in page] == [text for _, _, text, *_ in page]


def test_an_invitation_is_good_for_one_newcomer(make_broker, tmp_path):
    broker = make_broker(security="curve", registration="invite")

    def invitation() -> str:
        made = subprocess.run([program("palabred"), "invite", "--data-dir", broker.directory / "data", "--talk-port",
                               str(broker.talk_port), "--registration", "invite"], capture_output=True, text=True,
                              check=True)
        return made.stdout.strip()

    first = invitation()
    assert first.startswith(broker.invitation + ".")
    assert hello(Dealer(broker.talk, Keys(first)), "mallory")["reason"] == "not_registered"
    people = Palabre(tmp_path / "home", first)
    assert people.run("ada", "send", "bonjour").returncode == 0
    assert hello(Dealer(broker.talk, Keys(first)), "ada")["reason"] == "not_registered", "nor is it told who is there"
    again = people.run("bob", "send", "bonjour")
    assert again.returncode == 4 and "used before" in again.stderr
    assert people.run("ada", "send", "still here").returncode == 0, "who is registered needs no new one"
    broker.restart()
    assert people.run("bob", "send", "bonjour").returncode == 4, "spent for ever"
    assert Palabre(tmp_path / "home", invitation()).run("bob", "send", "bonjour").returncode == 0


def test_a_closed_broker_takes_nobody_new_on_either_port(make_broker):
    broker = make_broker(security="curve")
    ada = Keys(broker.invitation)
    assert hello(Dealer(broker.talk, ada), "ada")["type"] == "welcome"
    broker.stop()
    broker.settings["registration"] = "closed"
    broker.start()
    assert gets_no_answer(Dealer(broker.talk, Keys(broker.invitation)))
    assert hello(Dealer(broker.talk, ada), "ada")["type"] == "welcome"
    assert listener(broker, ada).poll(5_000)
