"""Direct messages and closed rooms, as people see them."""

import json

from palabre_harness import done

ROOM = "ada/council"


def run(palabre, name: str, *arguments) -> str:
    ended = palabre.run(name, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def introduce(palabre, *names: str) -> None:
    for name in names:
        run(palabre, name, "send", "here")


def texts_in(palabre, name: str, room: str) -> list[str]:
    return [json.loads(line)["text"] for line in run(palabre, name, "history", "-r", room, "--json").splitlines()]


def test_what_came_while_one_was_away_is_shown_once(open_chat, palabre):
    introduce(palabre, "carol", "bob")
    run(palabre, "bob", "send", "-r", "@carol", "read this later")
    chat = open_chat()
    chat.until_row("[@bob] #2 bob  read this later")
    chat.enter("/quit")
    chat.until_row("ended with 0")
    chat = open_chat()
    chat.enter("/msg bob thanks")
    chat.until_row("[@bob] #1 carol  thanks")
    assert not any("read this later" in row for row in chat.rows())


def test_somebody_new_who_writes_is_heard_at_once(open_chat, palabre):
    chat = open_chat()
    introduce(palabre, "bob")
    run(palabre, "bob", "send", "-r", "@carol", "psst")
    chat.until_row("[@bob] #2 bob  psst")
    chat.enter("/msg bob")
    chat.until_prompt("@bob>")
    chat.enter("entre nous")
    chat.until_row("#1 carol  entre nous")
    assert texts_in(palabre, "bob", "@carol") == ["psst", "entre nous"]


def test_an_invitation_says_what_to_type_and_a_room_lists_its_people(open_chat, palabre):
    introduce(palabre, "carol")
    chat = open_chat(name="bob")
    run(palabre, "carol", "send", "-r", "carol/tea", "first")
    run(palabre, "carol", "moderate", "carol/tea", "invite", "bob", "--role", "moderator")
    chat.until_row("carol/tea: bob was invited as moderator by carol")
    chat.until_row("/join carol/tea goes there")
    chat.enter("/join carol/tea")
    chat.until_row("#1 carol  first")
    chat.enter("/who")
    chat.until_row("#2    bob                      online, moderator")
    run(palabre, "carol", "moderate", "carol/tea", "mute", "bob", "--for", "60", "--reason", "too loud")
    chat.until_row("by carol: too loud")
    chat.enter("hello?")
    chat.until_row("refused: you are muted in this room")
    chat.enter("/audit")
    chat.until_row("2 things were done to people")
    listed = [json.loads(line) for line in run(palabre, "carol", "audit", "carol/tea", "--json").splitlines()]
    assert [(done["action"], done["name"]) for done in listed] == [("invite", "bob"), ("mute", "bob")]


def test_who_is_sent_away_says_nothing_to_all_by_mistake(open_chat, palabre):
    introduce(palabre, "ada")
    run(palabre, "ada", "send", "-r", ROOM, "first")
    chat = open_chat(name="bob")
    run(palabre, "ada", "moderate", ROOM, "invite", "bob")
    chat.until_row("goes there")
    chat.enter(f"/join {ROOM}")
    chat.until_prompt(f"{ROOM}>")
    chat.type("a secret")
    run(palabre, "ada", "moderate", ROOM, "kick", "bob")
    chat.until_row(f"you are no longer in {ROOM}, and are in lobby")
    chat.keys("Enter")
    chat.until_row("nothing was sent: you are in lobby now")
    chat.enter("hello all")
    chat.until_row("#2 bob  hello all")
    assert texts_in(palabre, "ada", "lobby") == ["here", "hello all"]


def test_a_program_is_told_what_is_said_to_it_alone(palabre):
    introduce(palabre, "ada", "bob", "bot")
    run(palabre, "ada", "send", "-r", "@bot", "one")
    with palabre.start("tail", "bot", "tail", "--direct", "--since", "all", "--count", "3", "--json") as tail:
        run(palabre, "ada", "send", "for all")
        run(palabre, "bob", "send", "-r", "@bot", "two")
        run(palabre, "ada", "send", "-r", "@bot", "three")
        assert tail.wait() == 0
        assert sorted((said["room"], said["text"]) for said in tail.objects()) == [
            ("@ada", "one"), ("@ada", "three"), ("@bob", "two")]


def test_a_talk_goes_on_with_whom_the_operator_gave_another_name(open_chat, palabre, broker):
    introduce(palabre, "bob")
    chat = open_chat()
    run(palabre, "bob", "send", "-r", "@carol", "psst")
    chat.until_row("[@bob] #1 bob  psst")
    chat.enter("/msg bob")
    chat.until_prompt("@bob>")
    done(broker, "identity", "rename", "bob", "bobby")
    chat.until_prompt("@bobby>")
    chat.enter("still you?")
    chat.until_row("#2 carol  still you?")
    assert texts_in(palabre, "bob", "@carol") == ["psst", "still you?"]
    assert sum("bob is called bobby (#1) now, by the operator" in row for row in chat.all_rows()) == 1
    broker.stop()
    done(broker, "identity", "rename", "bobby", "rob")
    broker.start()
    chat.until_prompt("@rob>")
    run(palabre, "bob", "send", "-r", "@carol", "and now?")
    chat.until_row("#1 rob  and now?")
    assert sum("psst" in row for row in chat.all_rows()) == 1, "what was read is not told again as news"


def test_who_is_renamed_is_told_where_his_key_is_kept(open_chat, palabre, broker):
    chat = open_chat()
    done(broker, "identity", "rename", "carol", "carola")
    chat.until_row("the operator calls you carola now")
    introduce(palabre, "bob")
    run(palabre, "bob", "send", "-r", "@carol", "to the old name")
    chat.until_row("[@bob] #2 bob  to the old name")
    chat.enter("/quit")
    chat.until_row("ended with 0")
    again = open_chat()
    again.until_row("you are carola (#1)")
    again.until_row("start with --name carol as before")


def test_who_was_renamed_while_the_broker_was_down_is_told_when_it_is_back(open_chat, broker):
    chat = open_chat()
    broker.kill()
    chat.until_row("connection lost")
    done(broker, "identity", "rename", "carol", "carola")
    broker.start()
    chat.until_row("the operator calls you carola now")
