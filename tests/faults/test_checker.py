"""The checker on stores and journals made by hand: it is silent about good ones, and names what each spoilt one lacks."""

import sqlite3

import checker
import msgpack
import pytest
from stored import SEQUENCE_BITS, digest_of

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE client (number INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE room (number INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE member (room INTEGER, client INTEGER);
CREATE TABLE standing (room INTEGER, client INTEGER, is_banned INTEGER);
CREATE TABLE moderation (room INTEGER, number INTEGER, by INTEGER, action INTEGER, client INTEGER);
CREATE TABLE segment (place INTEGER PRIMARY KEY, count INTEGER, time INTEGER, last_at INTEGER, events BLOB);
CREATE TABLE row_index (client INTEGER, "column" INTEGER, count INTEGER, place INTEGER);
CREATE TABLE row_recent (number INTEGER PRIMARY KEY, client INTEGER, "column" INTEGER, count INTEGER, place INTEGER);
CREATE TABLE outbox_index (client INTEGER, "column" INTEGER, outbox INTEGER, counter INTEGER);
INSERT INTO meta VALUES ('epoch', '0123456789abcdef');
INSERT INTO room VALUES (1, 'lobby'), (2, 'ada/council'), (3, '@1-2');
INSERT INTO client VALUES (1, 'ada'), (2, 'bea'), (3, 'cyd');
INSERT INTO member VALUES (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (3, 2);
INSERT INTO standing VALUES (2, 1, 0), (2, 2, 0);
INSERT INTO moderation VALUES (2, 1, 1, 0, 2);
INSERT INTO outbox_index VALUES (1, 1, 7, 1), (2, 1, 8, 1);
"""
# Two segments of the lobby, one of the closed room and one of that for two: [client, column, text], in order.
SEGMENTS = [[[1, 1, "ada.1.1 a"], [2, 1, "bea.1.1 b"], [1, 2, "ada.1.2 c"]], [[2, 2, "bea.1.2 d"], [1, 3, "ada.1.3 e"]],
            [[1, 4, "ada.1.4 f"], [2, 3, "bea.1.3 g"]], [[2, 4, "bea.1.4 h"]]]
PLACES = [(room << SEQUENCE_BITS) + first for room, first in ((1, 1), (1, 4), (2, 1), (3, 1))]
# Of all that no line tells otherwise, as "@150". At 10 bea was invited.
MOMENT = 100


def packed(events: list) -> bytes:
    return b"".join(msgpack.packb([*event, place]) for place, event in enumerate(events))


def write_segment(database, place: int, events: list) -> None:
    database.execute("INSERT OR REPLACE INTO segment VALUES (?, ?, 128, ?, ?)",
                     (place, len(events), 128 + len(events) - 1, packed(events)))


class Case:
    """A good store, and the good journals of two members who were there from the first message to the last."""

    def __init__(self, directory):
        self.journals, self.path = directory / "journals", directory / "store"
        self.journals.mkdir()
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.executescript(TABLES)
        for number, segment in enumerate(SEGMENTS):
            write_segment(self.database, PLACES[number], segment)
            for client, column, _ in segment:
                self.database.execute('INSERT INTO row_recent (client, "column", count, place) VALUES (?, ?, 1, ?)',
                                      (client, column, PLACES[number]))
        self.lines = {name: self.journal(number, name) for number, name in enumerate(("ada", "bea", "cyd"), 1)}
        self.lines["ada"][1:1] = ["V ada/council invite bea @10", "A ada/council invite bea @11"]

    def journal(self, number: int, name: str) -> list[str]:
        rooms = {"lobby": SEGMENTS[0] + SEGMENTS[1]}
        if name != "cyd":
            rooms |= {"ada/council": SEGMENTS[2], "@bea" if name == "ada" else "@ada": SEGMENTS[3]}
        lines = [f"B {name} {number} 0123456789abcdef 1"]
        for room, messages in rooms.items():
            lines += [f"J {room} @20", f"F {room} 1"]
            for sequence, (client, column, text) in enumerate(messages, 1):
                post, digest = text.split()[0], digest_of(text.encode())
                if client == number:
                    lines += [f"P {post} {room} {digest}", f"S {post} {room} {sequence} {column}"]
                lines.append(f"M {room} {sequence} {client} {column} {post} {digest}")
            lines.append(f"C {room} {len(messages)}")
        return [*lines, "Q 0", *(f"D {room} {len(messages)}" for room, messages in rooms.items()), "Z 1"]

    def replace(self, name: str, old: str, *new: str) -> None:
        place = next(place for place, line in enumerate(self.lines[name]) if line.startswith(old))
        self.lines[name][place:place + 1] = new

    def add(self, name: str, *lines: str) -> None:
        """Before it becomes quiet."""
        self.replace(name, "Q", *lines, "Q 0")

    def kick(self) -> None:
        """Sends bea out of the closed room at 90, which the store knows, and she does."""
        self.add("ada", "V ada/council kick bea @90", "A ada/council kick bea @91")
        self.database.executescript("DELETE FROM member WHERE room = 2 AND client = 2;"
                                    "DELETE FROM standing WHERE client = 2;"
                                    "INSERT INTO moderation VALUES (2, 2, 1, 2, 2)")
        self.replace("bea", "D ada/council")
        self.replace("bea", "P bea.1.3", self.line("bea", "P bea.1.3") + " @80")

    def invite_again(self) -> None:
        self.add("ada", "V ada/council invite bea @150", "A ada/council invite bea @151")
        self.database.executescript("INSERT INTO member VALUES (2, 2); INSERT INTO standing VALUES (2, 2, 0);"
                                    "INSERT INTO moderation VALUES (2, 3, 1, 0, 2)")

    def line(self, name: str, beginning: str) -> str:
        return next(line for line in self.lines[name] if line.startswith(beginning))

    def write(self, file: str, lines: list[str]) -> None:
        told = [line.rpartition(" @") if line.rpartition(" @")[2].isdecimal() else (line, "", MOMENT) for line in lines]
        (self.journals / file).write_text("".join(f"{line} {moment}".replace(" ", "\t") + "\n" for line, _, moment in told))

    def kinds(self) -> set:
        for name, lines in self.lines.items():
            self.write(name if "." in name else f"{name}.journal", lines)
        self.database.close()
        return set(checker.check(self.path, self.journals).violations)


def drop_last_segment(case):
    case.database.execute("DELETE FROM segment WHERE place = ?", (PLACES[1],))


def swap_two(case):
    first, second, third = SEGMENTS[0]
    write_segment(case.database, PLACES[0], [second, first, third])


def repeat_one(case):
    write_segment(case.database, PLACES[1], [*SEGMENTS[1], SEGMENTS[1][-1]])


def invent_one(case):
    write_segment(case.database, PLACES[1], [*SEGMENTS[1], [1, 5, "ada.1.5 never said"]])


def change_a_byte(case):
    write_segment(case.database, PLACES[1], [[2, 2, "bea.1.2 D"], SEGMENTS[1][1]])


def heard_while_out(case):
    case.kick()  # ada said it at 100


def let_in_while_out(case):
    case.kick()
    case.replace("bea", "M ada/council 1", case.line("bea", "M ada/council 1") + " @200", "U ada/council",
                 "J ada/council @120", "F ada/council 2 @121")
    case.replace("bea", "M ada/council 2", case.line("bea", "M ada/council 2") + " @200")
    case.invite_again()


def posted_while_out(case):
    case.kick()
    case.replace("bea", "P bea.1.3", case.line("bea", "P bea.1.3").replace("@80", "@95"))
    case.replace("bea", "S bea.1.3", case.line("bea", "S bea.1.3") + " @99")


def of_closed_room(name):
    """The first message of the closed room, handed to somebody as the third of the lobby."""
    def spoil(case):
        _, _, _, *message = case.line("ada", "M ada/council 1").split()
        case.replace(name, "M lobby 3", " ".join(["M lobby 3", *message]))
    return spoil


def tapped(file, *lines):
    return lambda case: case.lines.update({file: [*lines]})


def execute(statement):
    return lambda case: case.database.execute(statement)


SPOILT = [
    ("lost", drop_last_segment),
    ("reordered", swap_two),
    ("duplicated", repeat_one),
    ("unexpected", invent_one),
    ("unexpected", change_a_byte),
    ("index", lambda case: case.database.execute('DELETE FROM row_recent WHERE client = 2 AND "column" = 2')),
    ("index", lambda case: case.database.execute("INSERT INTO row_index SELECT client, \"column\", count, place "
                                                 "FROM row_recent WHERE number = 1")),
    ("index", lambda case: case.database.execute("UPDATE outbox_index SET counter = 2 WHERE client = 1")),
    ("damaged", lambda case: case.database.execute("UPDATE segment SET count = count + 1")),
    ("went back", lambda case: case.database.execute("UPDATE meta SET value = 'fedcba9876543210'")),
    ("went back", lambda case: case.replace("bea", "C ", "W lobby 5 4", "C lobby 5")),
    ("lost", lambda case: case.replace("bea", "M lobby 3")),
    ("lost", lambda case: (case.replace("bea", "M lobby 5"), case.replace("bea", "C "),
                           case.replace("bea", "D ", "D lobby 4"))),
    ("lost", lambda case: case.replace("bea", "M lobby 5")),
    ("duplicated", lambda case: case.replace("bea", "Q", "M lobby 5 1 3 ada.1.3 x", "Q 0")),
    ("duplicated", lambda case: case.replace("ada", "Q", "S ada.1.1 lobby 1 1", "Q 0")),
    ("reordered", lambda case: case.replace("ada", "S ada.1.1", "S ada.1.1 lobby 2 1")),
    ("unexpected", lambda case: case.replace("ada", "S ada.1.1", "R ada.1.1 not_a_member")),
    ("wrong reader", lambda case: case.replace("bea", "M lobby 1", "U lobby", "M lobby 1 1 1 ada.1.1 x", "F lobby 2")),
    ("wrong reader", of_closed_room("cyd")),
    ("wrong reader", lambda case: case.add("cyd", "J ada/council", "F ada/council 1")),
    ("wrong reader", lambda case: case.add("cyd", "G 1", case.line("ada", "M ada/council 1").replace("M", "N", 1))),
    ("wrong reader", heard_while_out),
    ("wrong reader", let_in_while_out),
    ("unexpected", posted_while_out),
    ("wrong reader", tapped("zoe.tap", "H ada.1.1", "H ada.1.4")),
    ("wrong reader", tapped("cyd.tap", "H bea.1.4")),
    ("wrong reader", tapped("feed.tap", "H bea.1.4")),
    ("wrong reader", tapped("feed.tap", "H ada.1.4")),
    ("wrong reader", tapped("feed.tap", "T room/ada/council/")),
    ("wrong reader", tapped("feed.tap", "T notice/@bea/")),
    ("wrong reader", lambda case: case.add("ada", "V ada/council kick bea @99", "A ada/council kick bea @100")),
    ("wrong reader", execute("INSERT INTO member VALUES (2, 3)")),
    ("wrong reader", execute("INSERT INTO standing VALUES (2, 3, 0)")),
    ("wrong reader", execute("INSERT INTO member VALUES (3, 3)")),
    ("lost", execute("DELETE FROM member WHERE room = 3 AND client = 2")),
    ("lost", execute("DELETE FROM standing WHERE client = 2")),
    ("lost", execute("UPDATE moderation SET number = 2")),
    ("unexpected", execute("INSERT INTO moderation VALUES (2, 2, 1, 2, 2)")),
    ("unanswered", lambda case: case.replace("ada", "Q", "Q 3")),
    ("unanswered", lambda case: case.replace("ada", "Z")),
]


def test_is_silent_about_a_good_store(tmp_path):
    assert Case(tmp_path).kinds() == set()


def test_lets_what_was_never_answered_be_stored_or_not(tmp_path):
    case = Case(tmp_path)
    case.replace("ada", "S ada.1.3", "P ada.1.4 lobby 0000000000000000")
    assert case.kinds() == set()


def test_lets_who_is_invited_again_read_what_was_said_meanwhile(tmp_path):
    case = Case(tmp_path)
    case.kick()
    case.invite_again()
    case.replace("bea", "J ada/council", "J ada/council @152")
    for beginning in ("F", "M"):
        for line in [line for line in case.lines["bea"] if line.startswith(f"{beginning} ada/council")]:
            case.replace("bea", line, line + " @160")
    case.lines["bea.tap"] = ["H ada.1.4 @160", "H bea.1.4"]
    case.lines["feed.tap"] = ["T room/lobby/", "H ada.1.1", "H bea.1.1"]
    assert case.kinds() == set()


@pytest.mark.parametrize("kind, spoil", SPOILT)
def test_names_what_is_wrong(tmp_path, kind, spoil):
    case = Case(tmp_path)
    spoil(case)
    assert kind in case.kinds()


@pytest.mark.parametrize("lost, kinds", [([0, 1], "prefix prefix"), ([2], "middle"), ([3, 4], "postfix postfix"),
                                         ([0, 2, 4], "prefix middle postfix"), ([0, 1, 2, 3, 4], "prefix " * 5)])
def test_tells_which_part_of_a_senders_messages_is_lost(lost, kinds):
    assert checker.kinds_of_loss(lost, 5) == kinds.split()
