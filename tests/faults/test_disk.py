"""The disk as the enemy: the broker killed at each of its flushes, and a disk that is full and then is not."""

import os
import shutil
import subprocess

import msgpack
import pytest
from palabre_harness import Broker, eventually
from wire_client import Dealer, Peer, Refused, token_of

FLUSHES = 16
OUTBOX = 7
LONG = "x" * 16_000


def killed_at_flush(number: int) -> tuple:
    """Runs a program whose threads die, and it with them, at the first one's flush of that number."""
    return ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync",
            "-e", f"inject=fdatasync,fsync:signal=KILL:when={number}")


def has_ended(broker: Broker) -> bool:
    return broker.running.process.poll() is not None


def ask(broker: Broker, dealer: Dealer, **request) -> dict | None:
    """The reply to a request, or None when the broker ended instead."""
    dealer.send(msgpack.packb(request))
    eventually(lambda: dealer.socket.poll(20) or has_ended(broker))
    return dealer.reply() if dealer.socket.poll(0) else None


def post_until_it_ends(broker: Broker) -> int:
    """Posts the texts "1", "2", … one by one; how many of them were acknowledged."""
    dealer = Dealer(broker.talk)
    ask(broker, dealer, type="hello", request=1, version=1, name="alice", token=token_of("alice"))
    for counter in range(1, 10 * FLUSHES):
        reply = ask(broker, dealer, type="post", request=1 + counter, room="lobby", outbox=OUTBOX, counter=counter,
                    texts=[str(counter)])
        if reply is None:
            dealer.close()
            return counter - 1
        assert reply["type"] == "stored"
    raise AssertionError("the broker was not killed: does it flush?")


@pytest.mark.skipif(not shutil.which("strace"), reason="skipped: needs strace")
@pytest.mark.parametrize("number", range(1, FLUSHES + 1))
def test_killed_at_any_flush_it_has_all_it_acknowledged_and_nothing_twice(tmp_path, number):
    broker, acknowledged = Broker(tmp_path, prefix=killed_at_flush(number)), 0
    try:
        broker.start()
    except AssertionError:
        assert has_ended(broker)  # killed while it made its store
    else:
        acknowledged = post_until_it_ends(broker)
    broker.prefix = ()
    with broker, Peer(broker, "alice") as alice:
        stored = [event.text for event in alice.history("lobby")]
        assert stored[:acknowledged] == [str(counter) for counter in range(1, acknowledged + 1)]
        assert len(stored) <= acknowledged + 1
        # What was under way is unknown to its sender, who says it again.
        alice.ask("post", room="lobby", outbox=OUTBOX, counter=acknowledged + 1, texts=[str(acknowledged + 1)])
        assert [cell[3] for cell in alice.row(1)] == [str(counter) for counter in range(1, acknowledged + 2)]
        broker.stop()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of six megabytes, and the way to make it larger."""
    if os.geteuid() != 0:
        pytest.skip("skipped: needs root to mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "palabre-test", disk], check=False).returncode != 0:
        pytest.skip("skipped: this machine mounts no tmpfs")
    yield disk, lambda: subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_refuses_posts_and_nothing_else_until_there_is_room(small_disk):
    disk, enlarge = small_disk
    with Broker(disk) as broker, Peer(broker, "alice") as alice:
        stored, refusal = [], None
        while not refusal:
            texts = [f"{len(stored) + place} {LONG}" for place in range(10)]
            try:
                alice.post("lobby", *texts)
                stored += texts
            except Refused as refused:
                refusal = refused.reply
            assert len(stored) < 2000, "the disk never filled"
        assert refusal["reason"] == "storage_full" and refusal["retry_after"] > 0
        assert [event.text for event in alice.history("lobby")] == stored
        assert alice.refusal("post", room="lobby", outbox=alice.outbox, counter=alice.counter + 1,
                             texts=texts)["reason"] == "storage_full"
        enlarge()
        acknowledgements = alice.post("lobby", *texts)
        assert [ack[1] for ack in acknowledgements] == list(range(len(stored) + 1, len(stored) + 11))
        broker.stop()
    with broker, Peer(broker, "alice") as alice:
        assert [event.text for event in alice.history("lobby")] == stored + texts
