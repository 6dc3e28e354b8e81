"""What a store holds, read by SQLite and msgpack alone: nothing of the broker's own code.

The tables are those of broker/journal/migrations.cpp, an event is that of schema/README.md, section 6.
"""

import hashlib
import sqlite3
from pathlib import Path

import msgpack

SEQUENCE_BITS = 40
SEQUENCE_MASK = (1 << SEQUENCE_BITS) - 1


def digest_of(text: bytes) -> str:
    """As tests/faults/application writes it."""
    return hashlib.blake2b(text, digest_size=16).hexdigest()[:16]


def is_private(room: str) -> bool:
    """Of a stored name: a room for two is called after its two clients' numbers, as @1-2, a closed one ada/council."""
    return room.startswith("@") or "/" in room


def id_of(text: bytes) -> str:
    return text.split(b" ", 1)[0][:64].decode(errors="replace")


class Store:
    """The rooms' messages in order and the rows by columns; what cannot be so is told to `report`."""

    def __init__(self, path: Path, report):
        self.report = report
        self.cells = {}  # room: what stands for each message, its sequence counted from 1
        self.rows = {}  # client: {column: (place of its segment, id, room, sequence)}
        self.epoch, self.clients, self.rooms = "", {}, {}
        self.numbers = {}  # of the clients, by name
        # Of each room: who is in it; of a closed one, too: who is in or invited, and what was done by whom to whom.
        self.members, self.standings, self.moderations = {}, {}, {}
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            self.read(database)
        except sqlite3.DatabaseError as failure:
            report.found("damaged", f"the store cannot be read: {failure}")
        finally:
            database.close()

    def read(self, database) -> None:
        for (verdict,) in database.execute("PRAGMA integrity_check"):
            if verdict != "ok":
                self.report.found("damaged", verdict)
        self.epoch = database.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0]
        self.clients = dict(database.execute("SELECT number, name FROM client"))
        self.numbers = {name: number for number, name in self.clients.items()}
        self.rooms = dict(database.execute("SELECT number, name FROM room"))
        self.cells = {name: [] for name in self.rooms.values()}
        for segment in database.execute("SELECT place, count, time, last_at, events FROM segment ORDER BY place"):
            self.take_segment(*segment)
        self.read_people(database)
        self.check_columns()
        self.check_index(database.execute('SELECT client, "column", count, place FROM row_index UNION ALL '
                                          'SELECT client, "column", count, place FROM row_recent'))
        self.check_outboxes(database.execute('SELECT client, outbox, counter, "column" FROM outbox_index '
                                             'ORDER BY client, "column"'))

    def read_people(self, database) -> None:
        for of_room in (self.members, self.standings, self.moderations):
            of_room.update((name, []) for name in self.rooms.values())
        for room, client in database.execute("SELECT room, client FROM member"):
            self.members[self.rooms[room]].append(client)
        for room, client in database.execute("SELECT room, client FROM standing WHERE NOT is_banned"):
            self.standings[self.rooms[room]].append(client)
        for room, *done in database.execute("SELECT room, number, by, action, client FROM moderation "
                                            "ORDER BY room, number"):
            self.moderations[self.rooms[room]].append(done)

    def stored_name(self, room: str, client: int) -> str:
        """How the store calls a room that this client calls so."""
        if not room.startswith("@"):
            return room
        ends = sorted((client, self.numbers.get(room[1:], 0)))
        return f"@{ends[0]}-{ends[1]}"

    def take_segment(self, place: int, count: int, time: int, last_at: int, packed: bytes) -> None:
        room, sequence = self.rooms.get(place >> SEQUENCE_BITS, "?"), place & SEQUENCE_MASK
        cells = self.cells.setdefault(room, [])
        if sequence > len(cells) + 1:
            self.report.found("lost", f"{room}: no message {len(cells) + 1} to {sequence - 1} in the store")
            cells += [None] * (sequence - 1 - len(cells))
        elif sequence <= len(cells):
            self.report.found("duplicated", f"{room}: message {sequence} is in the store twice")
        unpacker = msgpack.Unpacker(raw=True)
        unpacker.feed(packed)
        events = list(unpacker)
        if len(events) != count:
            self.report.found("damaged", f"{room}: a segment of {count} holds {len(events)} messages")
        for client, column, text, offset, *_ in events:
            cells.append(f"{client}\t{column}\t{id_of(text)}\t{digest_of(text)}")
            row = self.rows.setdefault(client, {})
            if column in row:
                self.report.found("duplicated", f"row {client} has column {column} twice: {id_of(text)}")
            row[column] = (place, id_of(text), room, len(cells))
        offsets = [event[3] for event in events]
        if offsets != sorted(offsets) or not events or time + offsets[-1] != last_at:
            self.report.found("reordered", f"{room}: the times of the segment at {sequence} do not rise to its last")

    def check_columns(self) -> None:
        for client, row in self.rows.items():
            for column in range(1, max(row) + 1):
                if column not in row:
                    self.report.found("lost", f"row {client} has no column {column}, but {max(row)} columns")

    def check_index(self, stretches) -> None:
        """Every cell is named once by the index, with the segment it is in."""
        unnamed = {client: set(row) for client, row in self.rows.items()}
        for client, first, count, place in stretches:
            for column in range(first, first + count):
                if self.rows.get(client, {}).get(column, (None,))[0] != place:
                    self.report.found("index", f"the index has column {column} of row {client} in a wrong segment")
                elif column not in unnamed[client]:
                    self.report.found("index", f"the index has column {column} of row {client} twice")
                unnamed.get(client, set()).discard(column)
        for client, columns in unnamed.items():
            for column in sorted(columns):
                self.report.found("index", f"the index has no column {column} of row {client}")

    def check_outboxes(self, stretches) -> None:
        """The stretches of an outbox follow each other from counter 1 on, without a hole or an overlap."""
        due = {}
        stretches = list(stretches)
        for this, following in zip(stretches, stretches[1:] + [None]):
            client, outbox, counter, column = this
            ends = following[3] if following and following[0] == client else max(self.rows.get(client, {0: 0})) + 1
            if counter != due.get((client, outbox), 1):
                self.report.found("index", f"client {client}: an outbox goes on with counter {counter}, "
                                           f"not {due.get((client, outbox), 1)}, at column {column}")
            due[client, outbox] = counter + ends - column
        indexed = {client for client, *_ in stretches}
        for client in self.rows:
            if client not in indexed:
                self.report.found("index", f"client {client} posted and has no outbox")

    def messages(self) -> int:
        return sum(len(cells) for cells in self.cells.values())
