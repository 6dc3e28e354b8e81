"""What an administrator does with a store, by the program's own commands and with real brokers."""

import subprocess

import pytest
from palabre_harness import Broker, program
from wire_client import Peer

TEXTS = [f"message {number}" for number in range(1, 101)]


def palabred(command: str, *words) -> subprocess.CompletedProcess:
    return subprocess.run([program("palabred"), command, *map(str, words)], capture_output=True, text=True, check=False)


def texts_of(peer: Peer) -> list[str]:
    return [event.text for event in peer.history("lobby")]


@pytest.fixture
def ended(tmp_path):
    """A broker that has ended, with a hundred messages of alice in ten commits."""
    with Broker(tmp_path) as broker, Peer(broker, "alice") as alice:
        for first in range(0, len(TEXTS), 10):
            alice.post("lobby", *TEXTS[first:first + 10])
        broker.stop()
    return broker


@pytest.fixture
def store(ended):
    return ended.directory / "data"


def change_a_text(store) -> None:
    """As a failing disk would: one letter of the 55th message, in the file itself. A page that was divided may have an
    old copy of it beside, which nobody reads."""
    database = store / "palabre.sqlite3"
    content = database.read_bytes()
    assert b"message 55" in content
    database.write_bytes(content.replace(b"message 55", b"massage 55"))


def test_a_backup_of_a_served_store_is_restored_and_clients_are_told(tmp_path):
    with Broker(tmp_path) as broker, Peer(broker, "alice") as alice:
        alice.post("lobby", *TEXTS)
        made = palabred("backup", "--data-dir", tmp_path / "data", "--to", tmp_path / "copy")
        assert made.returncode == 0, made.stderr
        assert made.stdout == f"{tmp_path / 'copy'}: 100 messages, 1 room, 1 client: sound\n"
        alice.post("lobby", "after the backup")
        epoch = alice.ask("ping")["epoch"]
        broker.stop()
    restored = palabred("restore", "--data-dir", tmp_path / "restored" / "data", "--from", tmp_path / "copy")
    assert restored.returncode == 0, restored.stderr
    with Broker(tmp_path / "restored") as broker, Peer(broker, "alice") as alice:
        assert alice.welcome["epoch"] != epoch
        assert not alice.welcome["new"], "the same identity, by the same token"
        assert texts_of(alice) == TEXTS


def test_a_text_that_the_disk_has_changed_is_refused_and_all_others_are_served(ended, store):
    change_a_text(store)
    with ended as broker, Peer(broker, "alice") as alice:
        for request in ({"type": "history", "room": "lobby", "from": 51}, {"type": "row", "client": 1, "from": 55}):
            refused = alice.refusal(count=10, **request)
            assert refused["reason"] == "store_damaged" and "retry_after" not in refused
        assert [event.text for event in alice.history("lobby", 61)] == TEXTS[60:]
        alice.post("lobby", "life goes on")
        assert "room 1 from sequence 51 on has changed" in broker.running.talk()
        broker.stop()


def test_damage_is_named_and_what_is_whole_is_saved(store, tmp_path):
    assert palabred("check", "--data-dir", store).returncode == 0
    change_a_text(store)
    found = palabred("check", "--data-dir", store)
    assert found.returncode == 1
    assert "damaged: the segment of room 1 from sequence 51 on has changed\n" in found.stdout
    assert found.stdout.endswith(": DAMAGED\n")
    saved = palabred("repair", "--data-dir", store, "--to", tmp_path / "new" / "data")
    assert saved.returncode == 0, saved.stderr
    assert "lost: room 1: messages 51 to 60\n" in saved.stdout
    with Broker(tmp_path / "new") as broker, Peer(broker, "alice") as alice:
        assert texts_of(alice) == TEXTS[:50] + TEXTS[60:]
        assert [cell[0] for cell in alice.row(1)] == list(range(1, 91))


def test_a_broker_whose_log_was_taken_away_does_not_serve(make_broker):
    broker = make_broker()
    with Peer(broker, "alice") as alice:
        alice.post("lobby", *TEXTS)
    broker.kill()
    (broker.directory / "data" / "palabre.sqlite3-wal").unlink()
    with pytest.raises(AssertionError, match="was not closed and its log, .*-wal, is gone"):
        broker.start()


@pytest.mark.parametrize(("words", "status", "sentence"), [
    (("check", "--data-dir", "{nowhere}"), 1, "there is no store in"),
    (("backup", "--data-dir", "{store}", "--to", "{store}/palabre.sqlite3"), 1, "File exists"),
    (("restore", "--data-dir", "{store}", "--from", "{store}/palabre.sqlite3"), 1, "move it away first"),
    (("repair", "--data-dir", "{store}", "--to", "{store}"), 1, "is not empty"),
    (("backup", "--data-dir", "{store}"), 2, "--to"),
    (("mend",), 2, "mend"),
])
def test_what_cannot_be_done_is_said_in_a_line(store, tmp_path, words, status, sentence):
    words = [word.format(store=store, nowhere=tmp_path / "nowhere") for word in words]
    done = palabred(*words)
    assert done.returncode == status
    assert sentence in done.stderr and done.stdout == ""


def test_a_store_is_repaired_only_when_nobody_serves_it(tmp_path):
    with Broker(tmp_path) as broker:
        refused = palabred("repair", "--data-dir", tmp_path / "data", "--to", tmp_path / "new")
        assert refused.returncode == 1 and "another broker already serves" in refused.stderr
        assert palabred("check", "--data-dir", tmp_path / "data").returncode == 0
        broker.stop()
