"""What a check found: kinds of violation with their first cases, and how much was looked at."""

import collections

SHOWN_MAX = 5
KINDS = {
    "lost": "I1 I4: acknowledged and not in the store, or due to a reader and not handed over",
    "duplicated": "I3: more than once in the store, or handed over more than once",
    "reordered": "I2 I6: not where it was acknowledged or handed over, or not in the order sent",
    "unexpected": "I5 I7: never sent, other than it was sent, or refused and yet stored",
    "wrong reader": "I8: handed to who does not follow the room, or must not hear what is said there",
    "unanswered": "I4 I10: no answer, no end, or no life within the time",
    "went back": "I12: the store lost what had been seen",
    "index": "I6 I11: the indexes do not agree with the messages",
    "damaged": "I11: the store itself is damaged",
    "left behind": "I9: threads, descriptors or memory did not return",
    "ended": "I11: a process ended that should not have",
}


class Report:
    def __init__(self):
        self.counts = collections.Counter()
        self.violations = collections.Counter()
        self.cases = collections.defaultdict(list)

    def found(self, kind: str, case: str) -> None:
        assert kind in KINDS, kind
        self.violations[kind] += 1
        if len(self.cases[kind]) < SHOWN_MAX:
            self.cases[kind].append(case)

    def counted(self, **numbers: int) -> None:
        self.counts.update(numbers)

    def add(self, other: "Report") -> None:
        self.counts.update(other.counts)
        self.violations.update(other.violations)
        for kind, cases in other.cases.items():
            self.cases[kind] += cases[:SHOWN_MAX - len(self.cases[kind])]

    @property
    def is_clean(self) -> bool:
        return not self.violations

    def summary(self) -> str:
        counts = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in self.counts.items())
        found = ", ".join(f"{count:,} {kind}" for kind, count in self.violations.items())
        return f"{counts}; {found or '0 violations'}"

    def lines(self) -> list[str]:
        return [f"{kind} ({KINDS[kind]}): {self.violations[kind]:,}" + "".join(f"\n    {case}" for case in cases)
                for kind, cases in self.cases.items()]
