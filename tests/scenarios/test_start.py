"""What a broker says when it starts, and what it refuses to start with."""

import socket
import subprocess

import pytest
from palabre_harness import Broker, Program, eventually, program


def start_refused(tmp_path, *flags, environment=None) -> tuple[int, str]:
    with Program([program("palabred"), "--data-dir", tmp_path / "data", "--talk-port", 0, "--feed-port", 0, *flags],
                 tmp_path, "refused", environment) as ended:
        return ended.wait(), ended.talk()


def test_the_ready_line_names_both_ports_and_they_listen(broker):
    assert 0 < broker.talk_port != broker.feed_port > 0
    for port in (broker.talk_port, broker.feed_port):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    assert broker.running.lines() == [], "standard output is for results"


def test_nothing_is_open_to_other_machines_unless_that_is_asked_for_in_so_many_words(tmp_path):
    with Program([program("palabred"), "--data-dir", tmp_path / "data", "--talk-port", 0, "--feed-port", 0,
                  "--bind", "0.0.0.0"], tmp_path, "closed") as encrypted:
        eventually(lambda: " invitation=palabre://" in encrypted.talk())
        assert "nothing is encrypted" not in encrypted.talk()
    with Broker(tmp_path / "open", bind="0.0.0.0") as broker:
        assert "warning: nothing is encrypted" in broker.running.talk()


def test_asked_for_in_the_file_the_environment_or_a_flag_it_may(tmp_path):
    with Broker(tmp_path / "flag", bind="0.0.0.0") as broker:
        broker.stop()
    (tmp_path / "palabred.toml").write_text('bind = "0.0.0.0"\nsecurity = "open"\ntalk_port = 0\nfeed_port = 0\n')
    command = [program("palabred"), "--data-dir", tmp_path / "file", "--config", tmp_path / "palabred.toml"]
    with Program(command, tmp_path, "file") as from_file:
        eventually(lambda: "palabred: ready talk=tcp://0.0.0.0:" in from_file.talk())
        from_file.process.terminate()
        assert from_file.wait() == 0


@pytest.mark.parametrize("flags", [["--no-such-flag"], ["--talk-port", "99999"], ["--bind", "localhost"],
                                   ["--security", "none"], ["--config", "/nowhere/palabred.toml"]])
def test_what_cannot_be_understood_is_a_usage_error(tmp_path, flags):
    status, sentence = start_refused(tmp_path, *flags)
    assert status == 2
    assert sentence.strip()


def test_a_data_directory_has_one_broker_at_a_time(broker, tmp_path):
    second = subprocess.run([program("palabred"), "--data-dir", broker.directory / "data", "--talk-port", "0",
                             "--feed-port", "0"], capture_output=True, text=True, timeout=30)
    assert second.returncode == 1
    assert str(broker.directory / "data") in second.stderr and "palabred: ready" not in second.stderr
    broker.restart()


def test_a_taken_port_is_named(broker, tmp_path):
    second = subprocess.run([program("palabred"), "--data-dir", tmp_path / "other", "--feed-port", "0", "--talk-port",
                             str(broker.talk_port)], capture_output=True, text=True, timeout=30)
    assert second.returncode == 1
    assert str(broker.talk_port) in second.stderr and "palabred: ready" not in second.stderr


def test_interrupting_it_in_its_terminal_ends_it_as_well(make_broker):
    broker = make_broker()
    broker.running.signal(2)
    assert broker.running.wait() == 0


def test_too_few_open_files_for_its_sessions_are_told_at_the_start(tmp_path):
    limited = ("prlimit", "--nofile=1024", "--")
    if subprocess.run([*limited, "prlimit", "--nofile=2048", "true"], capture_output=True).returncode == 0:
        pytest.skip("skipped: here a broker may raise the limit itself")
    with Broker(tmp_path / "few", prefix=limited, sessions_max=300) as few:
        assert "300" in few.running.talk() and "ulimit" in few.running.talk()
    with Broker(tmp_path / "enough", prefix=limited, sessions_max=200) as enough:
        assert "ulimit" not in enough.running.talk()
