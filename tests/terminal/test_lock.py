"""The lock: what comes in while you write waits, is counted, and is shown in order when you have sent your line."""


def texts(rows: list[str]) -> list[str]:
    """What was said on the screen: "13:05  #2 bob  text" gives "text"."""
    return [row.split("  ", 2)[2] for row in rows if row[2:3] == ":" and "#" in row]


def post(palabre, name: str, *lines: str) -> None:
    sent = palabre.run(name, "send", "--lines", stdin="".join(f"{line}\n" for line in lines))
    assert sent.returncode == 0, sent.stderr


def lock(chat) -> None:
    chat.enter("/lock")
    chat.until_prompt("lobby LOCK 0>")


def test_half_a_line_stays_as_it_is_until_it_is_sent_and_then_all_appear_in_order(open_chat, palabre):
    chat = open_chat()
    lock(chat)
    chat.type("half a")
    before = chat.until_prompt("lobby LOCK 0> half a")

    post(palabre, "bob", "one", "two", "three")
    after = chat.until_prompt("lobby LOCK 3> half a")
    assert after[:-1] == before[:-1], "only the count may change"

    chat.type(" line")
    chat.keys("Enter")
    rows = chat.until(lambda rows: texts(rows)[-1:] == ["half a line"])
    assert texts(rows) == ["one", "two", "three", "half a line"]
    assert "-- 3 held --" in rows
    assert rows[-1] == "lobby>"


def test_the_prompt_counts_messages_to_you_apart_and_notices_not_at_all(open_chat, palabre):
    chat = open_chat()
    lock(chat)
    for name in ("dave", "erin"):
        assert palabre.run(name, "whoami").returncode == 0  # comes and goes
    post(palabre, "bob", "carol: look", "carolina is another", "nothing")
    chat.until_prompt("lobby LOCK 3 (1 to you)>")


def test_f4_locks_and_unlocks_and_keeps_the_half_written_line(open_chat, palabre):
    chat = open_chat()
    chat.type("half")
    chat.keys("F4")
    chat.until_prompt("lobby LOCK 0> half")
    post(palabre, "bob", "one")
    chat.until_prompt("lobby LOCK 1> half")
    chat.keys("F4")
    rows = chat.until_prompt("lobby> half")
    assert texts(rows) == ["one"]


def test_peek_shows_the_last_held_lines_and_stays_locked(open_chat, palabre):
    chat = open_chat()
    lock(chat)
    post(palabre, "bob", *[f"line {number}" for number in range(1, 10)])
    chat.until_prompt("lobby LOCK 9>")
    chat.enter("/peek 2")
    rows = chat.until(lambda rows: "-- still locked --" in rows)
    assert texts(rows) == ["line 8", "line 9"]
    assert chat.prompt() == "lobby LOCK 9>"


def test_a_long_lock_prints_two_hundred_lines_and_more_reads_on_without_a_hole(open_chat, palabre):
    chat = open_chat(rows=240)
    lock(chat)
    post(palabre, "bob", *[str(number) for number in range(1, 501)])
    chat.until_prompt("lobby LOCK 500>")
    chat.enter("/unlock")
    rows = chat.until(lambda rows: "-- 300 more: /more reads on --" in rows)
    assert texts(rows) == [str(number) for number in range(1, 201)]
    chat.enter("/more")
    rows = chat.until(lambda rows: "-- 100 more: /more reads on --" in rows)
    assert texts(rows)[-200:] == [str(number) for number in range(201, 401)]
    chat.enter("/more")
    rows = chat.until(lambda rows: "-- that was all that was held --" in rows)
    assert texts(rows)[-100:] == [str(number) for number in range(401, 501)]


def test_many_messages_redraw_little_and_leave_the_right_count(open_chat, palabre, tmp_path):
    chat = open_chat()
    lock(chat)
    chat.type("half a line")
    chat.until_prompt("lobby LOCK 0> half a line")
    chat.record(tmp_path / "drawn")
    post(palabre, "bob", *["x"] * 20_000)
    chat.until_prompt("lobby LOCK 20000> half a line")
    drawn = (tmp_path / "drawn").read_bytes()
    assert drawn.count(b"half a line") + drawn.count(b"LOCK") < 2_000, "a redraw a message would flicker"
    chat.keys("Enter")
    chat.until(lambda rows: texts(rows)[-1:] == ["half a line"])


def test_losing_the_broker_changes_only_the_prompt_and_the_gap_is_held_too(open_chat, broker, palabre):
    chat = open_chat()
    lock(chat)
    chat.type("half")
    before = chat.until_prompt("lobby LOCK 0> half")
    broker.kill()
    after = chat.until_prompt("lobby LOCK 0, offline> half")
    assert after[:-1] == before[:-1]
    broker.start()
    post(palabre, "bob", "said in the gap")
    rows = chat.until_prompt("lobby LOCK 1> half")
    assert rows[:-1] == before[:-1]
    chat.keys("Enter")
    rows = chat.until(lambda rows: texts(rows)[-1:] == ["half"])
    assert texts(rows) == ["said in the gap", "half"]


def test_nothing_is_sent_by_locking(open_chat, palabre):
    chat = open_chat()
    lock(chat)
    chat.enter("/LOCK")
    chat.until_row("-- LOCK 0 --")
    chat.enter("/unlock")
    chat.until_prompt("lobby>")
    assert palabre.run("bob", "history", "--json").stdout == ""
