"""Direct messages and closed rooms: members alone hear them, by the talk port, and to others they are not there."""

import random

import zmq
from palabre_harness import eventually
from wire_client import Keys, Peer, events_of

ROOM = "ada/council"
CANARIES = 300


def moderate(peer: Peer, action: str, name: str, room: str = ROOM, **more) -> dict:
    return peer.ask("moderate", room=room, action=action, name=name, **more)


def let_in(owner: Peer, peer: Peer, role: str = "voice") -> None:
    moderate(owner, "invite", peer.name, role=role)
    peer.ask("join", room=ROOM)


def reason_of(peer: Peer, type: str, **fields) -> str:
    return peer.refusal(type, **fields)["reason"]


def texts_in(heard: list[dict]) -> list[str]:
    return [event.text for batch in heard for event in events_of(batch, batch["events"], False)]


def hears_nothing(peer: Peer) -> bool:
    """A PONG comes behind whatever was on its way."""
    peer.ask("ping")
    return not peer.unasked


def test_what_two_say_to_each_other_is_heard_by_them_alone_on_all_their_connections(broker):
    with Peer(broker, "ada") as ada, Peer(broker, "ada") as desk, Peer(broker, "bob") as bob, Peer(broker, "cyd") as cyd:
        assert ada.post("@bob", "entre nous")[0][1] == 1
        assert bob.post("@ada", "oui")[0][1] == 2
        for peer, room in ((ada, "@bob"), (desk, "@bob"), (bob, "@ada")):
            heard = peer.private(2)
            assert texts_in(heard) == ["entre nous", "oui"]
            assert {batch["room"] for batch in heard} == {room}
            assert [event.text for event in peer.history(room)] == ["entre nous", "oui"]
            assert [room, 2] in peer.ask("ping")["rooms"]
        assert hears_nothing(cyd)
        assert reason_of(cyd, "history", room="@zoe", count=1, **{"from": 1}) == "no_such_room"
        for type in ("history", "who"):
            assert reason_of(cyd, type, room="@ada", count=1, **{"from": 1}) == "no_such_room"
        assert cyd.row(ada.client) == [] and len(bob.row(ada.client)) == 1
        assert all(room == "lobby" for room, *_ in cyd.ask("rooms")["rooms"])


def test_what_is_said_to_somebody_who_is_away_waits_for_him(broker, palabre):
    with Peer(broker, "bob") as bob:
        bob.goodbye()
    with Peer(broker, "ada") as ada:
        ada.post("@bob", *(f"{number}" for number in range(5)))
    broker.restart()
    with Peer(broker, "bob") as bob:
        assert ["@ada", 5] in bob.welcome["rooms"]
        assert [event.text for event in bob.history("@ada")] == ["0", "1", "2", "3", "4"]
    assert palabre.run("cyd", "send", "-r", "@bob", "by the program").returncode == 0
    with Peer(broker, "bob") as bob:
        assert [event.text for event in bob.history("@cyd")] == ["by the program"]


def test_a_closed_room_is_not_there_for_who_is_not_invited(broker):
    with Peer(broker, "ada") as ada, Peer(broker, "bob") as bob:
        ada.ask("join", room=ROOM)
        ada.post(ROOM, "secret")
        for room in (ROOM, "ada/nothing", "nobody/nothing"):
            assert {reason_of(bob, type, room=room, **more) for type, more in {
                "join": {}, "leave": {}, "history": {"from": 1, "count": 1}, "who": {"from": 1, "count": 1},
                "audit": {"from": 1, "count": 1}, "moderate": {"action": "kick", "name": "ada"},
                "post": {"outbox": 1, "counter": 1, "texts": ["x"]}}.items()} == {"no_such_room"}
        assert ROOM not in str(bob.ask("rooms")) and ROOM not in str(bob.ask("heads"))


def test_a_closed_room_keeps_to_the_roles_that_were_given(broker):
    with Peer(broker, "ada") as ada, Peer(broker, "bob") as bob, Peer(broker, "cyd") as cyd:
        ada.ask("join", room=ROOM)
        let_in(ada, bob)
        let_in(ada, cyd, role="reader")
        bob.post(ROOM, "I may speak")
        assert reason_of(cyd, "post", room=ROOM, outbox=1, counter=1, texts=["x"]) == "not_allowed"
        assert dict(cyd.ask("who", room=ROOM, count=9, **{"from": 1})["roles"]) == {1: "owner", 2: "voice", 3: "reader"}
        moderate(ada, "mute", "bob", **{"for": 60_000, "reason": "too loud"})
        assert reason_of(bob, "post", room=ROOM, outbox=2, counter=1, texts=["x"]) == "muted"
        moderate(ada, "kick", "cyd")
        assert reason_of(cyd, "history", room=ROOM, count=1, **{"from": 1}) == "no_such_room"
        told = [event for notice in cyd.unasked if notice["type"] == "notice" for event in notice["events"]]
        assert ["kicked", 3, "cyd", {"by": "ada"}] in told
        broker.restart()
    with Peer(broker, "ada") as ada, Peer(broker, "bob") as bob, Peer(broker, "cyd") as cyd:
        assert reason_of(bob, "post", room=ROOM, outbox=3, counter=1, texts=["x"]) == "muted"
        assert reason_of(cyd, "join", room=ROOM) == "no_such_room"
        done = ada.ask("audit", room=ROOM, count=100, **{"from": 1})["entries"]
        assert [(number, action, by, name) for number, _, action, by, name, *_ in done] == [
            (1, "invite", "ada", "bob"), (2, "invite", "ada", "cyd"), (3, "mute", "ada", "bob"), (4, "kick", "ada", "cyd")]
        assert done[2][7] == "too loud"


def test_people_talk_in_private_with_the_program(broker, palabre):
    for name in ("ada", "bob"):
        assert palabre.run(name, "send", "here").returncode == 0
    typed = f"/join {ROOM}\n/invite bob\nfor members\n/msg bob for you\n/audit\n"
    ended = palabre.run("ada", "chat", "--plain", stdin=typed)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "bob was invited as voice by ada" in ended.stdout
    assert palabre.run("bob", "history", "-r", "@ada", "--count", "5").stdout.endswith("for you\n")
    assert palabre.run("bob", "history", "-r", ROOM, "--count", "5").returncode == 1, "not before he joined"
    # A chat at a pipe ends when what it was given is stored, whether or not the room's past has come by then.
    ended = palabre.run("bob", "chat", "--plain", stdin=f"/join {ROOM}\nthank you\n")
    assert ended.returncode == 0 and f"you are in {ROOM}" in ended.stdout, ended.stdout
    told = palabre.run("bob", "history", "-r", ROOM, "--count", "5").stdout
    assert [line.rpartition("  ")[2] for line in told.splitlines()] == ["for members", "thank you"], told
    matrix = palabre.run("bob", "matrix", "--client", "1").stdout
    assert "[@ada]" in matrix and f"[{ROOM}]" in matrix


class Capture:
    """Every byte that the feed brings to who subscribed to everything, as he reads it and as it comes over the wire."""

    def __init__(self, broker, keys: Keys | None):
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        self.socket.linger, self.socket.rcvhwm = 0, 0
        if keys:
            keys.encrypt(self.socket)
        self.socket.subscribe(b"")
        self.socket.connect(f"tcp://127.0.0.1:{broker.feed_port}")
        self.bytes = b""

    def has(self, needle: bytes) -> bool:
        while self.socket.poll(20):
            self.bytes += b"".join(self.socket.recv_multipart())
        return needle in self.bytes


def canary(chance: random.Random) -> str:
    return f"canary-{chance.randrange(1 << 60):x}"


def test_no_canary_is_ever_on_the_feed(make_broker):
    broker, chance = make_broker(security="curve"), random.Random(5)
    keys = {name: Keys(broker.invitation) for name in ("ada", "bob", "eve")}
    with Peer(broker, "ada", keys=keys["ada"]) as ada, Peer(broker, "bob", keys=keys["bob"]) as bob, \
            Peer(broker, "eve", keys=keys["eve"]) as eve:
        member, stranger = Capture(broker, keys["eve"]), Capture(broker, Keys(broker.invitation))
        eventually(lambda: member.has(b"tick/"))
        secret = "ada/secret-room"
        ada.ask("join", room=secret)
        moderate(ada, "invite", "bob", secret, reason=canary(chance))
        bob.ask("join", room=secret)
        for number in range(CANARIES):
            sender, room = chance.choice([(ada, "@bob"), (bob, "@ada"), (ada, secret), (bob, secret), (ada, "@ada")])
            sender.post(room, canary(chance))
            if number % 20 == 0:
                moderate(ada, chance.choice(["mute", "unmute"]), "bob", secret, reason=canary(chance), **{"for": 1})
        for peer, room in ((ada, "@bob"), (bob, secret)):
            assert "canary-" in str(peer.history(room)), "they were said"
        eve.post("lobby", "the last word, for all")
        eventually(lambda: member.has(b"the last word, for all") and member.bytes.count(b"tick/") > 1)
        for never in (b"canary-", b"secret-room", b"@ada", b"@bob", b"invited", b"muted"):
            assert not member.has(never), never
        assert not stranger.has(b"tick/") and stranger.bytes == b"", "a key that is not registered hears nothing at all"
        assert hears_nothing(eve), "nor does the talk port tell her"
        assert "canary" not in str(eve.row(ada.client)) + str(eve.ask("rooms"))


def test_a_program_follows_what_is_said_to_it(palabre):
    for name in ("ada", "bob", "zed"):
        assert palabre.run(name, "send", "here").returncode == 0
    assert palabre.run("ada", "send", "-r", "@bob", "0").returncode == 0
    tail = palabre.start("tail", "bob", "tail", "-r", "@ada", "--since", "all", "--count", "4", "--json")
    with tail:
        eventually(lambda: len(tail.lines()) == 1)
        assert palabre.run("zed", "send", "-r", "@bob", "in another room").returncode == 0
        assert palabre.run("ada", "send", "--lines", "-r", "@bob", stdin="1\n2\n3\n").returncode == 0
        assert tail.wait() == 0
        assert [(message["text"], message["room"], message["name"]) for message in tail.objects()] == [
            (str(number), "@ada", "ada") for number in range(4)]
