"""Full queues and slow readers: a refusal or a gap for the one, and nothing at all for the others."""

import signal
from contextlib import ExitStack

import pytest
import zmq
from palabre_harness import Palabre, eventually, run_palabre
from wire_client import Peer, Refused

LONG = "x" * 16_000
SLOW_READER = {zmq.RCVHWM: 1, zmq.RCVBUF: 4096}


def post_much(peer: Peer, rounds: int) -> list[str]:
    """Posts more than the kernel's buffers of one connection hold."""
    texts = []
    for number in range(rounds):
        some = [f"{number}/{place} {LONG}" for place in range(15)]
        peer.post("lobby", *some)
        texts += some
    return texts


def test_a_subscriber_that_does_not_read_misses_some_and_gets_all_by_asking(make_broker):
    broker = make_broker(feed_high_water_mark=4, heartbeat_ms=60_000)
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob, \
            Peer(broker, "slow", feed_options=SLOW_READER) as slow:
        for listener in (bob, slow):
            listener.follow("lobby")
            listener.until(lambda listener=listener: listener.tick > 0)
        texts = []
        for _ in range(20):
            texts += post_much(alice, 10)
            bob.until(lambda: bob.texts() == texts)
        slow.until(lambda: len(slow.texts()) == len(texts), timeout=60)
        assert slow.texts() == texts
        assert slow.refills > 0, "nothing was dropped: the test puts too little on the feed"
    broker.stop()


def test_a_stopped_program_catches_up_and_hinders_nobody(broker, palabre):
    with palabre.start("tail", "slow", "tail", "--json", "--since", "all", "--count", "900") as slow:
        eventually(lambda: broker.sessions())
        with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
            bob.follow("lobby")
            slow.signal(signal.SIGSTOP)
            texts = post_much(alice, 60)
            bob.until(lambda: bob.texts() == texts)
            slow.signal(signal.SIGCONT)
            assert slow.wait(60) == 0, slow.talk()
            assert [message["text"] for message in slow.objects()] == texts


def test_who_is_too_fast_is_told_to_wait_and_loses_nothing(make_broker):
    broker = make_broker(messages_per_second=100, spare_messages_per_second=0, changes_per_second=2, bots="robin, bot")
    with Peer(broker, "alice") as alice, Peer(broker, "bot") as bot:
        alice.post("lobby", *["x"] * 200)
        refused = alice.refusal("post", room="lobby", outbox=alice.outbox, counter=201, texts=["x"] * 50)
        assert refused["reason"] == "too_fast" and 300 < refused["retry_after"] <= 500
        bot.post("lobby", *["x"] * 200), bot.post("lobby", *["x"] * 200)
        joined = [alice.answer(alice.send("join", room=f"room{number}")).get("reason") for number in range(6)]
        assert joined == [None] * 4 + ["too_fast"] * 2
        assert alice.ask("ping")["type"] == "pong", "and nothing else happens to her"
    sent = run_palabre(broker, "carol", "send", "--lines", "--json", stdin="".join(f"{i}\n" for i in range(400)))
    assert sent.returncode == 0, sent.stderr
    with Peer(broker, "dora") as dora:
        assert [event.text for event in dora.history("lobby", 601)] == [str(number) for number in range(400)]
    broker.stop()


def test_one_identity_has_so_many_connections_and_the_next_comes_when_one_has_gone(make_broker):
    broker = make_broker(connections_per_identity=2, bots="bot")
    with ExitStack() as stack:
        first, _ = (stack.enter_context(Peer(broker, "alice")) for _ in range(2))
        with pytest.raises(Refused, match=r"busy: as many of your connections are open as one may have \(2\)"):
            Peer(broker, "alice")
        for _ in range(20):
            stack.enter_context(Peer(broker, "bot"))
        with pytest.raises(Refused, match=r"busy: .*\(20\)"):
            Peer(broker, "bot")
        first.goodbye()
        stack.enter_context(Peer(broker, "alice"))
    broker.stop()


def test_a_program_that_finds_no_place_for_its_connection_waits_for_one_or_says_why(make_broker):
    broker = make_broker(connections_per_identity=1)
    palabre = Palabre(broker.directory / "home", broker.talk)
    with palabre.start("tail", "alice", "tail") as tail:
        eventually(broker.sessions)
        with palabre.start("patient", "alice", "send", "a place") as patient:
            late = palabre.run("alice", "send", "--timeout", "1", "no place")
            assert late.returncode == 5 and "as many of your connections are open" in late.stderr, late.stderr
            tail.signal(signal.SIGINT)
            assert patient.wait() == 0, patient.talk()
    broker.stop()


def test_what_is_spare_is_for_who_has_much_to_say_and_everybody_keeps_his_own(make_broker):
    broker = make_broker(messages_per_second=20, spare_messages_per_second=200)
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        alice.post("lobby", *["x"] * 40), alice.post("lobby", *["x" * 256] * 60)
        said = 100
        while (reply := alice.answer(alice.send("post", room="lobby", outbox=alice.outbox, counter=said + 1,
                                                texts=["x"] * 100)))["type"] == "stored":
            said += 100
            assert said < 1000, "and no end"
        assert reply["reason"] == "too_fast" and reply["retry_after"] <= 500, "what was taken beyond what there was"
        assert len(bob.post("lobby", *["x"] * 40)) == 40
    broker.stop()


def test_a_long_file_is_quick_while_nobody_else_has_much_to_say(make_broker):
    broker = make_broker(messages_per_second=None)
    lines = [f"{number} " + "x" * (number % 300) for number in range(5000)]
    sent = run_palabre(broker, "carol", "send", "--lines", stdin="".join(f"{line}\n" for line in lines))
    assert sent.returncode == 0, sent.stderr
    with Peer(broker, "dora") as dora:
        assert [event.text for event in dora.history("lobby")] == lines
    broker.stop()


def test_what_others_say_comes_between_the_texts_of_a_long_post_which_is_answered_once(make_broker):
    broker = make_broker(messages_per_second=10_000)
    texts = [f"{place} " + "x" * 1000 for place in range(200)]
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        bob.follow("lobby")
        long = alice.send("post", room="lobby", outbox=alice.outbox, counter=1, texts=texts)
        others = []
        while not alice.dealer.socket.poll(0):
            others += bob.post("lobby", f"meanwhile {len(others)}")
        stored = alice.answer(long)
        assert [counter for counter, *_ in stored["acks"]] == list(range(1, 201))
        first, last = stored["acks"][0][1], stored["acks"][-1][1]
        assert any(first < sequence < last for _, sequence, *_ in others)
        bob.until(lambda: len(bob.texts()) == 200 + len(others))
        assert [text for text in bob.texts() if text in texts] == texts
        again = alice.ask("post", room="lobby", outbox=alice.outbox, counter=1, texts=texts)
        assert again["acks"] == stored["acks"]
        assert alice.ask("ping")["type"] == "pong", "and nothing else is said about it"
    broker.stop()


def test_a_full_mailbox_is_answered_busy_and_every_request_gets_one_answer(make_broker):
    broker = make_broker(mailbox=1)
    with Peer(broker, "alice") as alice, Peer(broker, "bob") as bob:
        for _ in range(4):
            bob.post("lobby", *[LONG] * 15)
        numbers = [alice.send("history", room="lobby", count=1024, **{"from": 1}) for _ in range(400)]
        assert bob.ask("ping")["type"] == "pong"
        answers = [alice.answer(number) for number in numbers]
        busy = [answer for answer in answers if answer["type"] == "refused"]
        assert busy and len(busy) < len(answers)
        assert all(answer["reason"] == "busy" and answer["retry_after"] > 0 for answer in busy)
        assert all(answer["count"] == 16 for answer in answers if answer["type"] == "page")
    broker.stop()


def test_posts_refused_busy_can_be_sent_again_until_all_are_stored_in_order(make_broker):
    broker = make_broker(mailbox=1)
    with Peer(broker, "alice") as alice:
        texts, stored, was_busy = [f"message {number}" for number in range(1, 501)], 0, False

        def post(counter: int) -> int:
            return alice.send("post", room="lobby", outbox=1, counter=counter, texts=[texts[counter - 1]])

        while stored < len(texts):
            answers = [alice.answer(number) for number in [post(c) for c in range(stored + 1, len(texts) + 1)]]
            reasons = {answer.get("reason") for answer in answers}
            assert reasons <= {None, "busy", "out_of_order"}
            was_busy |= "busy" in reasons
            stored += sum(answer["type"] == "stored" for answer in answers)
        assert was_busy
        assert [event.text for event in alice.history("lobby")] == texts
    broker.stop()


def test_send_waits_busy_out(make_broker):
    broker = make_broker(mailbox=1)
    lines = "".join(f"line {number}\n" for number in range(2000))
    sent = run_palabre(broker, "alice", "send", "--lines", stdin=lines)
    assert sent.returncode == 0, sent.stderr
    with Peer(broker, "witness") as witness:
        assert [event.text for event in witness.history("lobby")] == lines.splitlines()
    broker.stop()


def test_small_queues_everywhere_slow_things_down_and_lose_nothing(make_broker):
    broker = make_broker(mailbox=4, recorder_queue=1, publisher_queue=1, router_outbox=64, greeter_queue=1)
    peers = [Peer(broker, f"peer{number}") for number in range(4)]
    for peer in peers:
        peer.follow("lobby")
    for number in range(100):
        for peer in peers:
            peer.post("lobby", f"{peer.name} {number}")
    for peer in peers:
        peer.until(lambda peer=peer: len(peer.texts()) == 400)
        assert peer.texts() == peers[0].texts()
    for peer in peers:
        peer.goodbye()
    broker.stop()
