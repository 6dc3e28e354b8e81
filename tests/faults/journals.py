"""The journals that applications write, line by line (tests/faults/application/journal_file.hpp).

    B name client epoch life    begun: this run's client number
    P id room digest            posted, written before it was
    S id room sequence column   stored     R id reason   refused for good     Y id reason   delayed
    F room from                 follows the room from a sequence on           U room        follows it no longer
    M room sequence client column id digest                                   handed over
    C room head                 told that everything up to there was handed over
    E before now                the epoch changed      W room seen head       the store went back
    Q count                     quiet: so many posts have no answer
    D room last                 the last one handed over     Z count          the polite end, with so many rooms
    K state text                the connection               L room           left
"""

from pathlib import Path


def lines_of(path: Path):
    """The fields of each whole line."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield line[:-1].split("\t")


class Fates:
    """What one identity posted, and what it was told of that."""

    def __init__(self, path: Path, report):
        self.name, self.client, self.epochs = path.stem, 0, set()
        self.posted, self.stored, self.refused = {}, {}, {}
        self.is_quiet = self.has_ended = False
        self.unanswered = 0
        for kind, *fields in lines_of(path):
            if kind == "P":
                self.posted[fields[0]] = (fields[1], fields[2])
            elif kind == "S":
                if fields[0] in self.stored:
                    report.found("duplicated", f"{fields[0]} was acknowledged twice")
                self.stored[fields[0]] = (fields[1], int(fields[2]), int(fields[3]))
            elif kind == "R":
                self.refused[fields[0]] = fields[1]
            elif kind == "B":
                self.client, self.is_quiet, self.has_ended = int(fields[1]), False, False
                self.epochs.add(fields[2])
            elif kind == "Q":
                self.is_quiet, self.unanswered = True, int(fields[0])
            elif kind == "Z":
                self.has_ended = True


class Reading:
    """One identity's followings, checked against the store as its journal is read."""

    def __init__(self, path: Path, store, places: dict, report):
        self.name, self.store, self.places, self.report = path.stem, store, places, report
        self.due = {}  # of each room that is followed: the next sequence, None where any may come
        self.handed = self.followings = 0
        for kind, *fields in lines_of(path):
            if kind == "M":
                self.hand_over(fields[0], int(fields[1]), "\t".join(fields[2:]))
            elif kind == "F":
                self.followings += 1
                self.due[fields[0]] = int(fields[1])
            elif kind == "U":
                self.due.pop(fields[0], None)
            elif kind in "BCDEW":
                getattr(self, f"take_{kind}")(*fields)

    def hand_over(self, room: str, sequence: int, cell: str) -> None:
        self.handed += 1
        if room not in self.due:
            return self.report.found("wrong reader", f"{self.name} got {room} {sequence} and does not follow it")
        due = self.due[room] or sequence
        if sequence < due:
            self.report.found("duplicated", f"{self.name} got {room} {sequence} again")
        elif sequence > due:
            self.report.found("lost", f"{self.name} got {room} {sequence} and not {due} (middle)")
        self.due[room] = max(due, sequence + 1)
        cells = self.store.cells.get(room, [])
        if sequence > len(cells):
            self.report.found("lost", f"{self.name} got {room} {sequence}, and the store ends at {len(cells)} (postfix)")
        elif cells[sequence - 1] != cell:
            kind = "reordered" if cell.split("\t")[2] in self.places else "unexpected"
            self.report.found(kind, f"{self.name} got {room} {sequence} as {cell!r}, stored is {cells[sequence - 1]!r}")

    def take_B(self, *_) -> None:
        self.due.clear()

    def take_C(self, room: str, head: str) -> None:
        if self.due.get(room) and self.due[room] - 1 != int(head):
            self.report.found("lost", f"{self.name} was told that {room} is complete up to {head}, "
                                      f"and got it up to {self.due[room] - 1}")

    def take_D(self, room: str, last: str) -> None:
        head = len(self.store.cells.get(room, []))
        if int(last) != head:
            self.report.found("lost", f"{self.name} ended at {room} {last}, and the store at {head} (postfix)")

    def take_E(self, before: str, now: str) -> None:
        self.report.found("went back", f"{self.name} was told that epoch {before} became {now}")
        self.due = dict.fromkeys(self.due)

    def take_W(self, room: str, seen: str, head: str) -> None:
        self.report.found("went back", f"{self.name} saw {room} {seen}, and then it ended at {head}")
        if room in self.due:
            self.due[room] = None
