"""The journals that applications write, line by line (tests/faults/application/journal_file.hpp).

Each line ends with the moment, in milliseconds of the clock that all processes share. Rooms are called as their
application calls them; what is read from here calls them as the store does.

    B name client epoch life    begun: this run's client number
    P id room digest            posted, written before it was
    S id room sequence column   stored     R id reason   refused for good     Y id reason   delayed
    J room                      asks to join           F room from    joined, and follows it from a sequence on
    U room                      follows it no longer   L room         left
    M room sequence client column id digest                                   handed over
    C room head                 told that everything up to there was handed over
    E before now                the epoch changed      W room seen head       the store went back
    Q count                     quiet: so many posts have no answer
    D room last                 the last one handed over     Z count          the polite end, with so many rooms
    K state text                the connection
    V room action name          gives an order to the closed room that is his     A room action name   it is done
    G client                    asks for cells of a row
    N room sequence client column id digest                                   one of them
"""

from dataclasses import dataclass
from pathlib import Path

from stored import is_private


def lines_of(path: Path):
    """The kind, the fields and the moment of each whole line."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.endswith("\n"):
                kind, *fields, moment = line[:-1].split("\t")
                yield kind, fields, int(moment)


@dataclass
class Order:
    """What an owner wanted done to somebody in his closed room: not before `asked`, and surely by `done`."""

    room: str
    action: str
    name: str
    asked: int
    done: int | None = None


class Fates:
    """What one identity posted and ordered, and what it was told of that."""

    def __init__(self, path: Path, store, report):
        self.name, self.client, self.epochs = path.stem, 0, set()
        self.posted, self.stored, self.refused = {}, {}, {}
        self.posted_at, self.stored_at, self.orders = {}, {}, []
        self.is_quiet = self.has_ended = False
        self.unanswered = 0
        self.store, self.report = store, report
        for kind, fields, moment in lines_of(path):
            if kind in "BPSRQZVA":
                getattr(self, f"take_{kind}")(moment, *fields)

    def take_B(self, _, name: str, client: str, epoch: str, life: str) -> None:
        self.client, self.is_quiet, self.has_ended = int(client), False, False
        self.epochs.add(epoch)

    def take_P(self, moment: int, post: str, room: str, digest: str) -> None:
        self.posted[post] = (self.store.stored_name(room, self.client), digest)
        self.posted_at[post] = moment

    def take_S(self, moment: int, post: str, room: str, sequence: str, column: str) -> None:
        if post in self.stored:
            self.report.found("duplicated", f"{post} was acknowledged twice")
        self.stored[post] = (self.store.stored_name(room, self.client), int(sequence), int(column))
        self.stored_at[post] = moment

    def take_R(self, _, post: str, reason: str) -> None:
        self.refused[post] = reason

    def take_Q(self, _, unanswered: str) -> None:
        self.is_quiet, self.unanswered = True, int(unanswered)

    def take_Z(self, *_) -> None:
        self.has_ended = True

    def take_V(self, moment: int, room: str, action: str, name: str) -> None:
        self.orders.append(Order(room, action, name, moment))

    def take_A(self, moment: int, *_) -> None:
        self.orders[-1].done = moment


class Reading:
    """One identity's followings and looks at the matrix, checked against the store as its journal is read."""

    def __init__(self, path: Path, store, places: dict, doors, report):
        self.name, self.store, self.places, self.doors, self.report = path.stem, store, places, doors, report
        self.client, self.asked = 0, 0
        self.due = {}  # of each room that is followed: the next sequence, None where any may come
        self.handed = self.handed_in_private = self.followings = self.cells = 0
        for kind, fields, moment in lines_of(path):
            if kind in "BMNJFUGCDEW":
                getattr(self, f"take_{kind}")(moment, *fields)

    def take_M(self, moment: int, said_in: str, sequence: str, *cell: str) -> None:
        self.handed += 1
        room, sequence = self.room(said_in), int(sequence)
        self.handed_in_private += is_private(room)
        self.doors.check_hearing(self.name, cell[2], moment, moment)
        if room not in self.due:
            return self.report.found("wrong reader", f"{self.name} got {room} {sequence} and does not follow it")
        due = self.due[room] or sequence
        if sequence < due:
            self.report.found("duplicated", f"{self.name} got {room} {sequence} again")
        elif sequence > due:
            self.report.found("lost", f"{self.name} got {room} {sequence} and not {due} (middle)")
        self.due[room] = max(due, sequence + 1)
        self.compare(room, sequence, "\t".join(cell))

    def take_N(self, moment: int, said_in: str, sequence: str, *cell: str) -> None:
        """A row asked for while he was out of a room must not show what was said there, whenever it was."""
        self.cells += 1
        self.doors.check_hearing(self.name, cell[2], self.asked, moment, is_about_the_past=True)
        self.compare(self.room(said_in), int(sequence), "\t".join(cell))

    def compare(self, room: str, sequence: int, cell: str) -> None:
        cells = self.store.cells.get(room, [])
        if sequence > len(cells):
            self.report.found("lost", f"{self.name} got {room} {sequence}, and the store ends at {len(cells)} (postfix)")
        elif cells[sequence - 1] != cell:
            kind = "reordered" if cell.split("\t")[2] in self.places else "unexpected"
            self.report.found(kind, f"{self.name} got {room} {sequence} as {cell!r}, stored is {cells[sequence - 1]!r}")

    def room(self, name: str) -> str:
        return self.store.stored_name(name, self.client)

    def take_B(self, _, name: str, client: str, *__) -> None:
        self.client = int(client)
        self.due.clear()

    def take_J(self, moment: int, _) -> None:
        self.asked = moment

    take_G = take_J

    def take_F(self, moment: int, name: str, first: str) -> None:
        self.followings += 1
        room = self.room(name)
        self.due[room] = int(first)
        if self.doors.are_closed(self.name, room, self.asked, moment):
            self.report.found("wrong reader", f"{self.name} was let into {room}, and was not to be")

    def take_U(self, _, room: str) -> None:
        self.due.pop(self.room(room), None)

    def take_C(self, _, name: str, head: str) -> None:
        room = self.room(name)
        if self.due.get(room) and self.due[room] - 1 != int(head):
            self.report.found("lost", f"{self.name} was told that {room} is complete up to {head}, "
                                      f"and got it up to {self.due[room] - 1}")

    def take_D(self, _, room: str, last: str) -> None:
        head = len(self.store.cells.get(self.room(room), []))
        if int(last) != head:
            self.report.found("lost", f"{self.name} ended at {room} {last}, and the store at {head} (postfix)")

    def take_E(self, _, before: str, now: str) -> None:
        self.report.found("went back", f"{self.name} was told that epoch {before} became {now}")
        self.due = dict.fromkeys(self.due)

    def take_W(self, _, name: str, seen: str, head: str) -> None:
        self.report.found("went back", f"{self.name} saw {name} {seen}, and then it ended at {head}")
        if self.room(name) in self.due:
            self.due[self.room(name)] = None
