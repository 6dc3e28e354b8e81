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
CREATE TABLE segment (place INTEGER PRIMARY KEY, count INTEGER, time INTEGER, last_at INTEGER, events BLOB);
CREATE TABLE row_index (client INTEGER, "column" INTEGER, count INTEGER, place INTEGER);
CREATE TABLE row_recent (number INTEGER PRIMARY KEY, client INTEGER, "column" INTEGER, count INTEGER, place INTEGER);
CREATE TABLE outbox_index (client INTEGER, "column" INTEGER, outbox INTEGER, counter INTEGER);
INSERT INTO meta VALUES ('epoch', '0123456789abcdef');
INSERT INTO room VALUES (1, 'lobby');
INSERT INTO client VALUES (1, 'ada'), (2, 'bea');
INSERT INTO outbox_index VALUES (1, 1, 7, 1), (2, 1, 8, 1);
"""
ROOM = 1 << SEQUENCE_BITS
# Two segments: [client, column, text], in the order of the lobby.
SEGMENTS = [[[1, 1, "ada.1.1 a"], [2, 1, "bea.1.1 b"], [1, 2, "ada.1.2 c"]], [[2, 2, "bea.1.2 d"], [1, 3, "ada.1.3 e"]]]


def place_of(number: int) -> int:
    return ROOM + 1 + sum(len(segment) for segment in SEGMENTS[:number])


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
        messages = [event for segment in SEGMENTS for event in segment]
        for number, segment in enumerate(SEGMENTS):
            write_segment(self.database, place_of(number), segment)
            for client, column, _ in segment:
                self.database.execute('INSERT INTO row_recent (client, "column", count, place) VALUES (?, ?, 1, ?)',
                                      (client, column, place_of(number)))
        self.lines = {name: self.journal(number, name, messages) for number, name in enumerate(("ada", "bea"), 1)}

    def journal(self, number: int, name: str, messages: list) -> list[str]:
        lines = [f"B {name} {number} 0123456789abcdef 1", "F lobby 1"]
        for sequence, (client, column, text) in enumerate(messages, 1):
            post, digest = text.split()[0], digest_of(text.encode())
            if client == number:
                lines += [f"P {post} lobby {digest}", f"S {post} lobby {sequence} {column}"]
            lines.append(f"M lobby {sequence} {client} {column} {post} {digest}")
        return [*lines, "C lobby 5", "Q 0", "D lobby 5", "Z 1"]

    def replace(self, name: str, old: str, *new: str) -> None:
        place = next(place for place, line in enumerate(self.lines[name]) if line.startswith(old))
        self.lines[name][place:place + 1] = new

    def kinds(self) -> set:
        for name, lines in self.lines.items():
            (self.journals / f"{name}.journal").write_text("".join(line.replace(" ", "\t") + "\n" for line in lines))
        self.database.close()
        return set(checker.check(self.path, self.journals).violations)


def drop_last_segment(case):
    case.database.execute("DELETE FROM segment WHERE place = ?", (place_of(1),))


def swap_two(case):
    first, second, third = SEGMENTS[0]
    write_segment(case.database, place_of(0), [second, first, third])


def repeat_one(case):
    write_segment(case.database, place_of(1), [*SEGMENTS[1], SEGMENTS[1][-1]])


def invent_one(case):
    write_segment(case.database, place_of(1), [*SEGMENTS[1], [1, 4, "ada.1.4 never said"]])


def change_a_byte(case):
    write_segment(case.database, place_of(1), [[2, 2, "bea.1.2 D"], SEGMENTS[1][1]])


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
    ("unanswered", lambda case: case.replace("ada", "Q", "Q 3")),
    ("unanswered", lambda case: case.replace("ada", "Z")),
]


def test_is_silent_about_a_good_store(tmp_path):
    assert Case(tmp_path).kinds() == set()


def test_lets_what_was_never_answered_be_stored_or_not(tmp_path):
    case = Case(tmp_path)
    case.replace("ada", "S ada.1.3", "P ada.1.4 lobby 0000000000000000")
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
