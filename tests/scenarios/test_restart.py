"""Stopping, being killed, and starting again: nothing acknowledged is missing and nothing is there twice."""

import json

import pytest
from palabre_harness import Palabre, eventually
from wire_client import Peer

MESSAGES = 30_000


def everything(peer: Peer) -> dict:
    """All that a broker knows, as a client can ask for it."""
    rooms = {room: (head, members) for room, head, members in peer.ask("rooms")["rooms"]}
    clients = [[number, name] for number, name, _ in peer.ask("who", count=100, **{"from": 1})["clients"]]
    return {
        "rooms": rooms,
        "clients": clients,
        "members": {room: [client[:2] for client in peer.ask("who", room=room, count=100, **{"from": 1})["clients"]]
                    for room in rooms},
        "timelines": {room: [event._replace(replay=True) for event in peer.history(room)] for room in rooms},
        "rows": {number: peer.row(number) for number, _ in clients},
    }


def test_a_restart_brings_everything_back(broker):
    peers = [Peer(broker, name) for name in ("alice", "bob", "carol")]
    for number, peer in enumerate(peers):
        for room in ("tea", "ops")[:number]:
            peer.ask("join", room=room)
            peer.post(room, f"{peer.name} in {room}", "and\tmore\n…")
        peer.post("lobby", f"{peer.name} in the lobby")
    peers[2].ask("leave", room="ops")
    before = everything(peers[0])
    assert before["rooms"]["ops"] == (2, 0) and len(before["rows"][3]) == 5
    for peer in peers:
        peer.vanish()
    broker.restart()
    with Peer(broker, "alice") as alice:
        assert everything(alice) == before
        assert alice.post("lobby", "the next one")[0][1:3] == [4, 2]


def test_what_was_stored_survives_a_kill_right_after_the_acknowledgement(broker):
    for number in range(1, 6):
        with Peer(broker, "alice") as alice:
            assert alice.post("lobby", f"message {number}")[0][1] == number
            broker.kill()
        broker.start()
    with Peer(broker, "alice") as alice:
        assert [event.text for event in alice.history("lobby")] == [f"message {number}" for number in range(1, 6)]


def test_raw_clients_carry_on_over_a_kill_by_the_rules_of_the_page(broker):
    alice, bob = Peer(broker, "alice"), Peer(broker, "bob")
    bob.follow("lobby")
    alice.post("lobby", "before")
    bob.until(lambda: bob.texts() == ["before"])
    broker.kill()
    broker.start()
    for peer in (alice, bob):
        eventually(peer.is_forgotten)
        peer.hello()
    alice.post("lobby", "after")
    bob.until(lambda: bob.texts() == ["before", "after"])
    alice.goodbye()
    bob.goodbye()


@pytest.mark.parametrize("ending", ["kill", "stop"])
def test_programs_carry_on_when_the_broker_goes_and_comes_back(broker, tmp_path, ending):
    palabre = Palabre(tmp_path / "home", broker.talk)
    texts = [f"{number} of {MESSAGES}" for number in range(1, MESSAGES + 1)]
    (tmp_path / "texts").write_text("\n".join(texts) + "\n")
    listener = palabre.start("tail", "bob", "tail", "--json", "--since", "all", "--count", str(MESSAGES))
    eventually(lambda: "session-1" in broker.sessions())
    with listener, open(tmp_path / "texts") as lines:
        with palabre.start("send", "alice", "send", "--lines", "--json", stdin=lines) as sender:
            for share in (MESSAGES // 20, MESSAGES // 5):
                eventually(lambda share=share: len(sender.lines()) >= share)
                getattr(broker, ending)()
                assert len(sender.lines()) < MESSAGES, "nothing was under way"
                broker.start()
            assert sender.wait(120) == 0, sender.talk()
            acknowledged = sender.objects()
        assert [message["column"] for message in acknowledged] == list(range(1, MESSAGES + 1))
        assert listener.wait(60) == 0, listener.talk()
        heard = listener.objects()
    assert [message["text"] for message in heard] == texts
    assert [message["sequence"] for message in heard] == list(range(1, MESSAGES + 1))
    with Peer(broker, "witness") as witness:
        stored = witness.history("lobby")
        assert [event.text for event in stored] == texts
        places = {event.sequence: event.column for event in stored}
        assert all(places[ack["sequence"]] == ack["column"] for ack in acknowledged)


def test_shutdown_under_load_ends_well_and_loses_nothing_acknowledged(broker, tmp_path):
    palabre = Palabre(tmp_path / "home", broker.talk)
    senders = []
    for name in ("alice", "bob", "carol"):
        (tmp_path / name).write_text("".join(f"{name} {number}\n" for number in range(20_000)))
        with open(tmp_path / name) as lines:
            senders.append(palabre.start(f"send-{name}", name, "send", "--lines", "--json", stdin=lines))
    eventually(lambda: all(len(sender.lines()) > 200 for sender in senders))
    broker.stop()
    for sender in senders:
        sender.kill()
    acknowledged = [json.loads(line) for sender in senders for line in sender.lines()]
    broker.start()
    with Peer(broker, "witness") as witness:
        stored = {event.sequence: (event.client, event.column) for event in witness.history("lobby")}
        assert 600 < len(acknowledged) < 60_000, "nothing was under way"
        assert all(stored[ack["sequence"]] == (ack["client"], ack["column"]) for ack in acknowledged)
        for client in (1, 2, 3):
            texts = [cell[3] for cell in witness.row(client)]
            assert texts == [f"{texts[0].split()[0]} {number}" for number in range(len(texts))]
