"""Another name for the same identity: what stays, who is told, and that nobody else gets the old name."""

import json
import subprocess

import pytest
from palabre_harness import Broker, Palabre, done, eventually, operate, program
from raw_sockets import ask, hello
from wire_client import Dealer, Keys, Peer, Refused, token_of


@pytest.fixture
def encrypted(make_broker):
    return make_broker(security="curve")


def peer(broker: Broker, name: str, keys: Keys | None) -> Peer:
    return Peer(broker, name, keys=keys)


def renamed_in(notice: dict) -> list:
    assert notice["type"] == "notice"
    return [event for event in notice["events"] if event[0] == "renamed"]


def test_number_key_rooms_and_connections_stay(encrypted):
    keys, bobs = Keys(encrypted.invitation), Keys(encrypted.invitation)
    with peer(encrypted, "alice", keys) as alice, peer(encrypted, "bob", bobs) as bob:
        alice.post("lobby", "in the lobby")
        assert alice.ask("join", room="alice/tea")["new"]
        alice.ask("moderate", room="alice/tea", action="invite", name="bob")
        bob.ask("join", room="alice/tea")
        bob.post("@alice", "between us")
        alice.private(2)
        bob.unasked.clear()
        said = done(encrypted, "identity", "rename", "alice", "alicia")
        assert said.startswith("alicia (#1) was alice before")
        told = {notice["room"]: renamed_in(notice) for notice in bob.private(2)}
        assert told == {room: [["renamed", 1, "alicia", {"was": "alice"}]] for room in ("alice/tea", "@alicia")}
        assert alice.post("lobby", "still connected")[0][2] == 2, "the same row of the matrix"
        alice.post("alice/tea", "and the owner")
        alice.ask("moderate", room="alice/tea", action="mute", name="bob", **{"for": 1000})
        bob.post("@alice", "under the old name")
        bob.post("@alicia", "and the new one")
        assert [event.text for event in bob.history("@alicia")] == ["between us", "under the old name", "and the new one"]
        assert bob.refusal("join", room="alicia/tea")["reason"] == "no_such_room"
    encrypted.restart()
    for name in ("alice", "alicia"):
        with peer(encrypted, name, keys) as again:
            assert (again.client, again.welcome["name"], again.welcome["new"]) == (1, "alicia", False)
            assert [cell[3] for cell in again.row(1)] == ["in the lobby", "still connected", "and the owner"]
            assert again.ask("whois", name="alice")["name"] == "alicia"


def test_watchers_of_a_room_are_told(broker):
    with Peer(broker, "alice"), Peer(broker, "bob") as bob:
        bob.follow("lobby", notices=True)
        bob.until(lambda: bob.tick)
        done(broker, "identity", "rename", "alice", "alicia")
        bob.until(lambda: ("renamed", 1, "alicia", {"was": "alice"}) in bob.notices)


def refused_hello(broker: Broker, name: str, keys: Keys | None) -> str:
    dealer = Dealer(broker.talk, keys)
    reply = hello(dealer, name, token=token_of("mallory"))
    dealer.close()
    assert reply["type"] == "refused", reply
    return reply["reason"]


@pytest.mark.parametrize("security, refusal", [("curve", "wrong_key"), ("open", "wrong_token")])
def test_nobody_else_gets_the_old_name_or_one_that_looks_like_it(make_broker, security, refusal):
    broker = make_broker(security=security)

    def new_keys() -> Keys | None:
        return Keys(broker.invitation) if security == "curve" else None

    hers, bobs = new_keys(), new_keys()
    with peer(broker, "alice", hers) as alice, peer(broker, "bob", bobs):
        alice.ask("join", room="alice/tea")
        alice.post("alice/tea", "x")
    done(broker, "identity", "rename", "alice", "alicia")
    for _ in range(2):
        for name in ("alice", "alicia"):
            assert refused_hello(broker, name, new_keys()) == refusal
        for twin in ("a1ice", "a1icia"):
            assert refused_hello(broker, twin, new_keys()) == "bad_name"
        for taken in ("alice", "a1ice", "alicia"):
            assert operate(broker, "identity", "rename", "bob", taken).returncode == 1
        with peer(broker, "bob", bobs) as bob:
            with pytest.raises(Refused, match="no_such_room"):
                bob.ask("history", room="alice/tea", count=9, **{"from": 1})
            with pytest.raises(Refused, match="no_such_room"):
                bob.ask("join", room="alice/tea")
        broker.restart()
    assert done(broker, "identity", "rename", "alicia", "alice").startswith("alice (#1) was alicia before")
    with Peer(broker, "alicia", token=token_of("alice"), keys=hers) as alice:
        assert (alice.client, alice.welcome["name"]) == (1, "alice")
        assert [event.text for event in alice.history("alice/tea")] == ["x"]


@pytest.mark.parametrize("end", [Broker.stop, Broker.kill])
def test_it_is_done_to_the_store_alike_when_nobody_serves_it(broker, end):
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        alice.post("@bob", "between us")
        bob.private(1)
    end(broker)
    assert done(broker, "identity", "rename", "alice", "alicia").startswith("alicia (#1) was alice before")
    assert done(broker, "identity", "list") == "#1 alicia  -  was alice\n#2 bob  -\n"
    check = subprocess.run([program("palabred"), "check", "--data-dir", broker.directory / "data"],
                           capture_output=True, text=True)
    assert check.returncode == 0, check.stdout
    broker.start()
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        assert alice.welcome["name"] == "alicia"
        assert ["@alicia", 1] in bob.welcome["rooms"]


def test_what_makes_no_sense_is_refused_with_a_sentence(broker):
    with Peer(broker, "alice"), Peer(broker, "bob"):
        for arguments, sentence in ((("nobody", "carol"), 'nobody is called "nobody"'),
                                    (("alice", "bob"), '"bob" is somebody already'),
                                    (("alice", "alice"), "that is the name already"),
                                    (("alice", "b0b"), 'could take the name for "bob"')):
            refused = operate(broker, "identity", "rename", *arguments)
            assert refused.returncode == 1 and sentence in refused.stderr, refused
        for arguments in (["alice"], ["alice", "Not A Name"], ["alice", "x"], ["alice", "a" * 25]):
            assert operate(broker, "identity", "rename", *arguments).returncode == 2, arguments
    assert done(broker, "identity", "list") == "#1 alice  -\n#2 bob  -\n"


def test_a_program_goes_on_under_the_name_that_its_key_is_kept_under(encrypted, tmp_path):
    people = Palabre(tmp_path / "home", encrypted.talk)
    assert people.run("alice", "send", "one").returncode == 0
    done(encrypted, "identity", "rename", "alice", "alicia")
    assert people.run("alice", "send", "two").returncode == 0
    assert people.run("alice", "whoami").stdout == "#1 alicia\n"
    refused = people.run("alicia", "send", "with a key of its own")
    assert refused.returncode == 4 and "another key" in refused.stderr
    lines = [json.loads(line) for line in people.run("alice", "history", "--json").stdout.splitlines()]
    assert [(line["client"], line["name"], line["text"]) for line in lines] == [(1, "alicia", "one"), (1, "alicia", "two")]


def test_a_tail_of_a_direct_room_goes_on_over_a_rename(broker, tmp_path):
    people = Palabre(tmp_path / "home", broker.talk)
    for name in ("alice", "bob"):
        assert people.run(name, "send", "here").returncode == 0
    assert people.run("alice", "send", "-r", "@bob", "one").returncode == 0
    with people.start("tail", "bob", "tail", "-r", "@alice", "--since", "all", "--json") as tail:
        eventually(lambda: len(tail.lines()) == 1)
        done(broker, "identity", "rename", "alice", "alicia")
        assert people.run("alice", "send", "-r", "@bob", "two").returncode == 0
        eventually(lambda: len(tail.lines()) == 2)
        broker.stop()
        done(broker, "identity", "rename", "alicia", "alix")
        broker.start()
        assert people.run("alice", "send", "-r", "@bob", "three").returncode == 0
        eventually(lambda: len(tail.lines()) == 3)
        assert [(said["room"], said["text"]) for said in tail.objects()][:2] == [("@alice", "one"), ("@alicia", "two")]
        assert tail.objects()[2]["text"] == "three", "whichever name it had when it came"
        eventually(lambda: "@alicia is @alix now" in tail.talk())
    assert people.run("bob", "tail", "-r", "@alice", "--since", "all", "--until-end").stdout.count("alix") == 3
