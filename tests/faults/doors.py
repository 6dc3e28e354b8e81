"""I8: who may hear what is said in a private room, by what the applications did, whatever the broker thinks.

A room for two is for those two. A closed room is for its owner, and for whom he invited, but for the times at which somebody
was surely out: from the beginning, and from the answer to each kick, until the next invitation was asked for.

A tap is what a connection was sent that no application stands behind (taps.py):

    H id           heard this message            T topic        of the feed, when it came first
"""

import collections
import itertools
import math
from pathlib import Path

from journals import Fates, lines_of
from stored import is_private

FEED = "feed"
KICK = 2  # of broker/journal/stored_act.cpp and schema/roles.hpp: the actions are counted from 0, the invitation
ACTIONS = {"invite": 0, "kick": KICK}


class Doors:
    def __init__(self, everybody: list[Fates], report):
        self.report = report
        self.names = {fates.client: fates.name for fates in everybody}
        self.posts = {post: (room, fates.posted_at[post]) for fates in everybody
                      for post, (room, _) in fates.posted.items()}
        self.orders = collections.defaultdict(list)
        for order in itertools.chain.from_iterable(fates.orders for fates in everybody):
            self.orders[order.room, order.name].append(order)
        self.outs = {}  # what times_out() found

    def times_out(self, room: str, name: str) -> list[tuple]:
        """When somebody was surely out of a closed room."""
        if name == room.partition("/")[0]:
            return []
        times, since = [], -math.inf
        for order in self.orders.get((room, name), []):
            if order.action == "invite" and since is not None:
                times.append((since, order.asked))
                since = None
            elif order.action == "kick" and order.done and since is None:
                since = order.done
        return times if since is None else [*times, (since, math.inf)]

    def are_closed(self, name: str, room: str, since: float, until: float) -> bool:
        """Whether a room was not there for somebody, all of that time."""
        if not is_private(room):
            return False
        if room.startswith("@"):
            return name not in [self.names.get(int(end)) for end in room[1:].split("-")]
        if (room, name) not in self.outs:
            self.outs[room, name] = self.times_out(room, name)
        return any(begin <= since and until <= end for begin, end in self.outs[room, name])

    def check_hearing(self, name: str, post: str, since: int, until: int, is_about_the_past: bool = False) -> None:
        """What came may have been on its way since it was said; what was asked for, not before it was."""
        if post in self.posts:
            room, said_at = self.posts[post]
            if self.are_closed(name, room, since if is_about_the_past else min(since, said_at), until):
                self.report.found("wrong reader", f"{name} got {post}, which was said in {room}")

    def check_posts(self, fates: Fates) -> None:
        for post, (room, *_) in fates.stored.items():
            if post in fates.posted_at and self.are_closed(fates.name, room, fates.posted_at[post], fates.stored_at[post]):
                self.report.found("unexpected", f"{post} was stored in {room}, and {fates.name} was not in it")

    def check_store(self, store) -> None:
        """Who is in a room by the store is who was let in and not sent away: orders that were answered are kept."""
        for room in filter(is_private, store.members):
            members = {store.clients.get(client, "?") for client in store.members[room]}
            if room.startswith("@"):
                self.compare(room, members, {store.clients.get(int(end), "?") for end in room[1:].split("-")})
            else:
                self.check_closed(store, room, members)

    def check_closed(self, store, room: str, members: set) -> None:
        known = {store.clients.get(client, "?") for client in store.standings[room]}
        for name in members - known:
            self.report.found("wrong reader", f"{name} is in {room}, where he stands nowhere")
        of_room = {name: orders for (where, name), orders in self.orders.items() if where == room}
        for name, orders in of_room.items():
            self.check_last(room, name, orders[-1], name in known)
        for name in known - set(of_room) - {room.partition("/")[0]}:
            self.report.found("wrong reader", f"{name} stands in {room}, and was never invited")
        wanted = sorted(itertools.chain.from_iterable(of_room.values()), key=lambda order: order.asked)
        self.check_audit(store, room, iter(wanted))

    def check_last(self, room: str, name: str, last, is_known: bool) -> None:
        if last.done and last.action == "kick" and is_known:
            self.report.found("wrong reader", f"{name} was sent away from {room}, and the store has him there")
        elif last.done and last.action == "invite" and not is_known:
            self.report.found("lost", f"{name} was invited to {room}, and the store does not know it")

    def check_audit(self, store, room: str, wanted) -> None:
        """What was noted was ordered, in this order; orders that changed nothing are not noted."""
        for due, (number, by, action, client) in enumerate(store.moderations[room], 1):
            done = (action, store.clients.get(client))
            if number != due:
                self.report.found("lost", f"{room}: what was done as number {due} is not noted")
            if not any((ACTIONS.get(order.action), order.name) == done for order in wanted):
                self.report.found("unexpected", f"{room}: {store.clients.get(by)} did {action} to {done[1]}, unasked")

    def compare(self, room: str, members: set, ends: set) -> None:
        for name in members - ends:
            self.report.found("wrong reader", f"{name} is in {room}, which is for {sorted(ends)}")
        for name in ends - members:
            self.report.found("lost", f"{name} is not in {room}, which is for {sorted(ends)}")


def check_taps(paths: list[Path], doors: Doors) -> int:
    """How many messages they heard."""
    heard = 0
    for path in paths:
        for kind, (what, *_), moment in lines_of(path):
            heard += kind == "H"
            if kind == "T":
                check_topic(what, doors)
            elif path.stem == FEED:
                check_on_feed(what, doors)
            else:
                doors.check_hearing(path.stem, what, moment, moment)
    return heard


def check_topic(topic: str, doors: Doors) -> None:
    kind, _, room = topic.removesuffix("/").partition("/")
    if kind in ("room", "notice") and is_private(room):
        doors.report.found("wrong reader", f"the feed has the topic {topic}")


def check_on_feed(post: str, doors: Doors) -> None:
    room, _ = doors.posts.get(post, ("", 0))
    if is_private(room):
        doors.report.found("wrong reader", f"the feed has {post}, which was said in {room}")
