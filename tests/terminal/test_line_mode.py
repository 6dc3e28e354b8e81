"""The chat in line mode: messages above the line being written, and nothing that is typed goes anywhere by mistake."""

import json
import os
from pathlib import Path


def said(palabre, name: str = "witness", room: str = "lobby") -> list[str]:
    """The texts that the broker has."""
    lines = palabre.run(name, "history", "-r", room, "--json").stdout.splitlines()
    return [json.loads(line)["text"] for line in lines]


def post(palabre, text: str, name: str = "bob", room: str = "lobby") -> None:
    sent = palabre.run(name, "send", "-r", room, text)
    assert sent.returncode == 0, sent.stderr


def test_a_message_has_time_number_name_and_text(open_chat, palabre):
    chat = open_chat()
    chat.enter("bonjour")
    row = chat.until_row("bonjour")
    assert row[2] == ":" and row[5:] == "  #1 carol  bonjour"
    assert chat.prompt() == "lobby>"


def test_an_unknown_command_is_an_error_and_never_sent(open_chat, palabre):
    chat = open_chat()
    chat.enter("/pasword tiger")
    chat.until_row("there is no command /pasword and nothing was sent")
    chat.enter("//pasword is a word")
    chat.until_row("#1 carol  /pasword is a word")
    assert said(palabre) == ["/pasword is a word"]


def test_others_messages_appear_above_a_long_half_written_line(open_chat, palabre):
    chat = open_chat()
    draft = "word " * 25 + "end"
    chat.type(draft)
    chat.until(lambda rows: rows[-1].endswith("end"))
    post(palabre, "first")
    post(palabre, "second")
    rows = chat.until(lambda rows: any("second" in row for row in rows) and rows[-1].endswith("end"))
    start = next(number for number, row in enumerate(rows) if row.startswith("lobby> "))
    assert "".join(row.ljust(80) for row in rows[start:]).split() == ["lobby>", *draft.split()]
    chat.keys("Enter")
    chat.until(lambda rows: rows[-1] == "lobby>" and any("#1 carol  word" in row for row in rows))
    assert said(palabre)[-1] == draft


def test_hostile_text_is_shown_as_marks_and_cannot_act(open_chat, palabre):
    chat = open_chat()
    post(palabre, "\u009b31m \u202eevil\u202c a\u200bb \U000e0041")
    chat.until_row("#2 bob  <U+009B>31m <U+202E>evil<U+202C> a<U+200B>b <U+E0041>")


def test_no_row_of_a_message_can_look_like_somebody_elses(open_chat, palabre):
    chat = open_chat()
    post(palabre, "hi\n12:00  #1 carol  I agree")
    post(palabre, "hi" + " " * 62 + "12:00  #1 carol  so do I")
    chat.until_row("so do I")
    forged = [row for row in chat.rows() if "agree" in row or "so do I" in row]
    assert len(forged) == 2
    assert all(row.startswith(" " * 13 + "| ") for row in forged)


def test_a_pasted_line_feed_does_not_send(open_chat, palabre):
    chat = open_chat()
    chat.paste("one\ntwo\n")
    chat.until(lambda rows: "two" in rows)
    assert said(palabre) == []
    chat.keys("BSpace")
    chat.keys("Enter")
    chat.until_row("| two")
    assert said(palabre) == ["one\ntwo"]


def test_control_c_clears_the_line_first_and_quits_only_when_asked_twice(open_chat, palabre):
    chat = open_chat()
    chat.type("never mind")
    chat.until_prompt("lobby> never mind")
    chat.keys("C-c")
    chat.until_prompt("lobby>")
    chat.keys("C-c")
    chat.until_row("-- Ctrl-c again, or /quit, leaves the chat --")
    chat.type("x")
    chat.until_prompt("lobby> x")
    chat.keys("C-c")
    chat.until_prompt("lobby>")
    chat.keys("C-c")
    chat.until(lambda rows: sum("Ctrl-c again" in row for row in rows) == 2)
    chat.keys("C-c")
    chat.until_row("ended with 0")
    assert said(palabre) == []


def test_control_c_needs_no_further_key_when_the_terminal_calls_itself_readable(open_chat):
    library = Path(os.environ["PALABRE_BIN"]) / "libfalse_input.so"
    assert library.is_file(), "without it nothing is tried"
    chat = open_chat(environment={"LD_PRELOAD": str(library)})
    chat.type("never mind")
    chat.until_prompt("lobby> never mind")
    chat.keys("C-c")
    chat.until_prompt("lobby>")


def test_control_d_on_an_empty_line_and_quit_leave_with_status_0(open_chat):
    for leave in (lambda chat: chat.keys("C-d"), lambda chat: chat.enter("/quit")):
        chat = open_chat()
        leave(chat)
        chat.until_row("ended with 0")


def test_messages_of_other_rooms_say_which(open_chat, palabre):
    chat = open_chat()
    chat.enter("/join tea")
    chat.until_prompt("tea>")
    post(palabre, "in here", room="tea")
    post(palabre, "over there")
    chat.until_row("#2 bob  in here")
    chat.until_row("[lobby] #2 bob  over there")
    chat.enter("/leave")
    chat.until_prompt("lobby>")
    chat.enter("/leave")
    chat.until_row("-- nobody leaves the lobby --")


def test_what_was_said_before_is_marked_and_ends_in_a_line(open_chat, palabre):
    post(palabre, "old")
    chat = open_chat()
    chat.until_row(" ~#1 bob  old")
    chat.until_row("-- that (~) was said before in lobby --")
    post(palabre, "new")
    chat.until_row("  #1 bob  new")


def test_the_commands_that_list_show_rooms_people_and_rows(open_chat, palabre):
    post(palabre, "one", name="alice")
    chat = open_chat()
    chat.enter("/rooms")
    chat.until_row("* lobby")
    chat.enter("/who")
    chat.until_row("-- lobby: 2 members, 1 online --")
    assert any(row.split() == ["#1", "alice", "offline"] for row in chat.rows())
    chat.enter("/matrix 1")
    chat.until_row("-- row 1, alice: 1 message --")
    chat.enter("/matrix nobody")
    chat.until_row("-- /matrix takes a client number, such as 3 --")
    chat.enter("/history 1")
    chat.until_row("-- lobby: 1 message in all --")
    chat.enter("/help peek")
    chat.until_row("for example: /peek 5")


def test_coming_and_going_is_told(open_chat):
    chat = open_chat()
    other = open_chat(name="dave")
    chat.until_row("-- dave (#2) came --")
    other.enter("/quit")
    chat.until_row("-- dave (#2) went --")


def test_losing_and_finding_the_broker_is_told_and_nothing_is_lost(open_chat, broker, palabre):
    chat = open_chat()
    broker.kill()
    chat.until_row("-- connection lost, trying again --")
    chat.until_prompt("lobby, offline>")
    chat.enter("written meanwhile")
    chat.until_prompt("lobby, offline, 1 unknown>")
    broker.start()
    chat.until_row("#1 carol  written meanwhile")
    chat.until_row("-- connected again --")
    assert said(palabre) == ["written meanwhile"]


def test_a_refused_message_is_told_with_its_reason(open_chat, palabre):
    chat = open_chat()
    chat.paste("x" * 16385)
    chat.keys("Enter")
    chat.until_row("-- refused: the text has 16385 bytes; at most 16384 are taken --")
    assert said(palabre) == []


def test_tab_completes_commands_and_who_spoke_last(open_chat, palabre):
    post(palabre, "hello", name="bernard")
    chat = open_chat()
    chat.type("ber")
    chat.keys("Tab")
    chat.until_prompt("lobby> bernard")
    chat.keys("C-u")
    chat.type("/unl")
    chat.keys("Tab")
    chat.until_prompt("lobby> /unlock")


def test_a_resized_screen_wraps_to_its_new_width(open_chat, palabre):
    chat = open_chat()
    chat.resize(50, 20)
    post(palabre, "a sentence that is too long for fifty cells of one row")
    chat.until_row("  #2 bob  a sentence that is too long for")
    chat.until_row("| fifty cells of one row")


def test_colours_are_for_those_who_want_them(open_chat, palabre):
    post(palabre, "old")
    faint = "\x1b[2m"
    plain = open_chat(environment={"NO_COLOR": "1"})
    assert faint not in "".join(plain.rows(with_colours=True))
    coloured = open_chat()
    assert faint in "".join(coloured.rows(with_colours=True))


def test_a_name_of_somebody_else_is_refused_with_status_4(open_chat, palabre, tmp_path):
    open_chat()
    stranger = type(palabre)(tmp_path / "stranger", palabre.server)
    refused = stranger.run("carol", "chat", stdin="")
    assert refused.returncode == 4
    assert "belongs to somebody" in refused.stderr
