#!/usr/bin/env python3
"""Compares what applications sent, were told and were handed with what the broker's store holds.

usage: checker.py STORE JOURNALS     (the SQLite file, and the folder of the applications' journals)

Prints what is lost, duplicated, reordered, unexpected and so on, each with its first cases; status 1 when anything is.
The letters and numbers are the invariants that each kind stands for, see report.py.
"""

import argparse
import itertools
import sys
from pathlib import Path

from doors import Doors, check_taps
from journals import Fates, Reading
from report import Report
from stored import Store


def check(store_path: Path, journals: Path) -> Report:
    report = Report()
    paths = sorted(journals.glob("*.journal"))
    store = Store(store_path, report)
    everybody = [Fates(path, store, report) for path in paths]
    doors = Doors(everybody, report)
    places = places_of(store, report)
    check_store(store, everybody, report)
    doors.check_store(store)
    for fates in everybody:
        check_fates(fates, store, places, report)
        doors.check_posts(fates)
    readings = [Reading(path, store, places, doors, report) for path in paths]
    overheard = check_taps(sorted(journals.glob("*.tap")), doors)
    report.counted(
        sent=sum(len(fates.posted) for fates in everybody),
        acknowledged=sum(len(fates.stored) for fates in everybody),
        refused=sum(len(fates.refused) for fates in everybody),
        stored=store.messages(),
        handed_over=sum(reading.handed for reading in readings),
        in_private=sum(reading.handed_in_private for reading in readings),
        cells_read=sum(reading.cells for reading in readings),
        followings=sum(reading.followings for reading in readings),
        orders=sum(len(fates.orders) for fates in everybody),
        overheard=overheard)
    return report


def places_of(store: Store, report: Report) -> dict:
    """Where each id is; I3: it is in one place only."""
    places = {}
    for client, row in store.rows.items():
        for column, (_, post, room, sequence) in row.items():
            if post in places:
                report.found("duplicated", f"{post} is {room} {sequence} and {places[post][0]} {places[post][1]}")
            places[post] = (room, sequence, column)
    return places


def check_store(store: Store, everybody: list[Fates], report: Report) -> None:
    """I5: only what was sent is stored, as it was sent. I2: a row is in the order sent."""
    by_client = {fates.client: fates for fates in everybody}
    for room, cells in store.cells.items():
        for sequence, cell in enumerate(cells, 1):
            client, _, post, digest = (cell or "0\t0\t\t").split("\t")
            fates = by_client.get(int(client))
            if cell and (not fates or fates.posted.get(post) != (room, digest)):
                report.found("unexpected", f"{room} {sequence} holds {post!r} of client {client}, who did not send that")
    for client, row in store.rows.items():
        order = [order_of(row[column][1]) for column in sorted(row)]
        for before, after in itertools.pairwise(order):
            if after <= before:
                report.found("reordered", f"row {client} has {after} after {before}, and they were not sent so")


def order_of(post: str) -> tuple:
    """NAME.LIFE.NUMBER: the lives of an application follow each other, and the posts in each are counted."""
    return tuple(int(part) for part in post.split(".")[1:] if part.isdecimal())


def check_fates(fates: Fates, store: Store, places: dict, report: Report) -> None:
    """I1, I2: what was acknowledged is where it was said to be. I7: what was refused is not there."""
    lost, acknowledged = [], list(fates.stored.items())
    for place, (post, (room, sequence, column)) in enumerate(acknowledged):
        if post not in places:
            lost.append(place)
        elif places[post] != (room, sequence, column):
            report.found("reordered", f"{post} was acknowledged as {room} {sequence}, column {column}, "
                                      f"and is {places[post]}")
    for place, kind in zip(lost, kinds_of_loss(lost, len(acknowledged))):
        post, (room, sequence, _) = acknowledged[place]
        report.found("lost", f"{fates.name}: {post}, acknowledged as {room} {sequence}, is not in the store ({kind})")
    for post, reason in fates.refused.items():
        if post in places:
            report.found("unexpected", f"{post} was refused ({reason}) and is stored")
    check_end(fates, store, report)


def kinds_of_loss(lost: list[int], count: int) -> list[str]:
    """Which of a sender's acknowledged messages are missing: the first ones, the last ones, or some between."""
    missing = set(lost)
    prefix = next((place for place in range(count) if place not in missing), count)
    postfix = next((place for place in reversed(range(count)) if place not in missing), -1)
    return ["prefix" if place < prefix else "postfix" if place > postfix else "middle" for place in lost]


def check_end(fates: Fates, store: Store, report: Report) -> None:
    """I4: everybody got an answer and came to an end. I12: in one epoch, the store's."""
    if fates.unanswered:
        report.found("unanswered", f"{fates.name} has {fates.unanswered} posts without an answer")
    if not (fates.is_quiet and fates.has_ended):
        report.found("unanswered", f"{fates.name} did not come to its end")
    if fates.epochs - {store.epoch}:
        report.found("went back", f"{fates.name} saw the epochs {sorted(fates.epochs)}, the store's is {store.epoch}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("journals", type=Path)
    arguments = parser.parse_args()
    report = check(arguments.store, arguments.journals)
    print("\n".join([*report.lines(), report.summary()]))
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
