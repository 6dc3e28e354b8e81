#!/usr/bin/env python3
"""Checks the test vectors of this folder with nothing of ours: plain msgpack and the rules of ../README.md.

Golden vectors must decode to their value and encode back to the same bytes; tolerated ones must mean what their
canonical form means; malformed ones must be refused here, by a reading of the page that shares no code with the
broker, for the reason and with the request number they name. Prints every disagreement; exit status 1 if any.

Bytes are written as hexadecimal digits; blanks separate runs of them, and `61*16385` repeats a run.
"""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

import msgpack

HERE = Path(__file__).resolve().parent
INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 4
NAME = re.compile(r"[a-z][a-z0-9_-]{1,23}\Z")
ROOM = re.compile(r"([a-z0-9][a-z0-9_-]{0,31}|[a-z][a-z0-9_-]{1,23}/[a-z0-9][a-z0-9_-]{0,31}|@[a-z][a-z0-9_-]{1,23})\Z")
ROLES = {"reader", "voice", "moderator", "owner"}
ACTIONS = {"invite", "role", "kick", "mute", "unmute", "ban", "unban"}
MUTE_MS_MAX = 365 * 24 * 3600 * 1000
TOKEN = re.compile(r"[\x21-\x7e]{16,128}\Z")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Refused(Exception):
    """A request that may not be taken; the argument is the reason's name."""


def bytes_of(hexadecimal: str) -> bytes:
    runs = (run.partition("*") for run in hexadecimal.split())
    return b"".join(bytes.fromhex(digits) * int(times or 1) for digits, _, times in runs)


def objects_in(body: bytes) -> list:
    unpacker = msgpack.Unpacker()
    unpacker.feed(body)
    return list(unpacker)


def value_in(side: str, body: bytes):
    """What a frame says, in the shape the vectors use."""
    first, *others = objects_in(body)
    if side == "batch":
        return {"header": first, "events": others}
    assert not others, "more than one object"
    return first


def encode(side: str, value) -> bytes:
    parts = [value["header"], *value["events"]] if side == "batch" else [value]
    return b"".join(map(msgpack.packb, parts))


def fits(value, levels: int) -> bool:
    """Whether maps and arrays nest at most so many levels deep."""
    if isinstance(value, dict):
        value = list(value.values())
    return not isinstance(value, list) or (levels > 0 and all(fits(inner, levels - 1) for inner in value))


def distinct(pairs) -> dict:
    keys = [key for key, _ in pairs]
    if not all(isinstance(key, str) for key in keys) or len(set(keys)) != len(keys) or len(keys) > 32:
        raise Refused("malformed")
    return dict(pairs)


def first_map(frame: bytes) -> tuple[dict, bool]:
    """The map a frame begins with, and whether it ends there."""
    unpacker = msgpack.Unpacker(object_pairs_hook=distinct, unicode_errors="surrogateescape", strict_map_key=False)
    unpacker.feed(frame)
    try:
        request = unpacker.unpack()
    except (msgpack.OutOfData, ValueError, msgpack.StackError, msgpack.FormatError) as error:
        raise Refused("malformed") from error
    if not isinstance(request, dict) or not fits(request, DEPTH_MAX):
        raise Refused("malformed")
    return request, unpacker.tell() == len(frame)


def require(is_right: bool, reason: str = "malformed") -> None:
    if not is_right:
        raise Refused(reason)


def integer(low: int):
    return lambda value: require(type(value) is int and low <= value <= INTEGER_MAX)


def matching(pattern: re.Pattern, reason: str):
    def check(value):
        require(isinstance(value, str))
        require(pattern.match(value) is not None, reason)

    return check


def version(value) -> None:
    integer(0)(value)
    require(value == 1, "version")


def texts(value) -> None:
    require(isinstance(value, list) and len(value) > 0)
    require(len(value) <= 256, "too_many")
    for text in value:
        require(isinstance(text, str))
        raw = text.encode("utf-8", "surrogateescape")
        require(len(raw) <= 16384, "too_long")
        is_utf8 = text == raw.decode("utf-8", "replace")
        require(text != "" and is_utf8 and not CONTROLS.search(text), "bad_text")


def one_of(words: set):
    return lambda value: require(isinstance(value, str) and value in words)


def reason(value) -> None:
    require(isinstance(value, str))
    raw = value.encode("utf-8", "surrogateescape")
    require(len(raw) <= 256, "too_long")
    require(value == raw.decode("utf-8", "replace") and not CONTROLS.search(value), "bad_text")


def mute_time(value) -> None:
    integer(1)(value)
    require(value <= MUTE_MS_MAX)


def fields_of(request: dict) -> list:
    """What a request of this type has; `role` and `for` belong to some actions only."""
    fields = list(FIELDS[request["type"]])
    if request["type"] == "moderate":
        action = request.get("action")
        if action in ("role", "invite"):
            fields.insert(3, ("role" if action == "role" else "role?", one_of(ROLES)))
        if action == "mute":
            fields.insert(3, ("for", mute_time))
    return fields


ROOM_FIELD = ("room", matching(ROOM, "bad_room"))
COUNT_FIELDS = [("from", integer(1)), ("count", integer(1))]
FIELDS = {
    "hello": [
        ("version", version),
        ("name", matching(NAME, "bad_name")),
        ("token?", matching(TOKEN, "bad_token")),
        ("run?", integer(1)),
        ("invite?", matching(TOKEN, "bad_token")),
    ],
    "post": [ROOM_FIELD, ("outbox", integer(1)), ("counter", integer(1)), ("texts", texts)],
    "join": [ROOM_FIELD],
    "leave": [ROOM_FIELD],
    "history": [ROOM_FIELD, ("count", integer(1)), ("from|since", integer(1))],
    "row": [("client", integer(1)), *COUNT_FIELDS],
    "heads": [],
    "rooms": [],
    "who": [*COUNT_FIELDS, ("room?", ROOM_FIELD[1])],
    "whois": [("name", matching(NAME, "bad_name"))],
    "ping": [],
    "goodbye": [],
    "moderate": [
        ROOM_FIELD,
        ("action", one_of(ACTIONS)),
        ("name", matching(NAME, "bad_name")),
        ("reason?", reason),
    ],
    "audit": [ROOM_FIELD, *COUNT_FIELDS],
}


def check_field(request: dict, names: str, check) -> None:
    given = [name for name in names.rstrip("?").split("|") if name in request]
    if not given and names.endswith("?"):
        return
    require(len(given) == 1)
    check(request[given[0]])


def refusal_of(frame: bytes) -> tuple[str | None, int]:
    """The reason for which a request frame is refused, or None, and the request number of the answer."""
    number = 0
    try:
        request, is_whole = first_map(frame)
        check_field(request, "request", integer(1))
        number = request["request"]
        require(is_whole and isinstance(request.get("type"), str))
        require(request["type"] in FIELDS, "unknown_request")
        for names, check in fields_of(request):
            check_field(request, names, check)
    except Refused as refused:
        return refused.args[0], number
    return None, number


def problems_in(file: str, vector: dict):
    body = bytes_of(vector["hex"])
    if file == "malformed.json":
        got, wanted = refusal_of(body), (vector["reason"], vector["request"])
        if got != wanted:
            yield f"is refused with {got}, not {wanted}"
        return
    if vector["side"] == "request" and refusal_of(body)[0] is not None:
        yield f"is refused with {refusal_of(body)}"
    if file == "tolerated.json":
        yield from problems_of_tolerated(vector, body)
    elif value_in(vector["side"], body) != vector["value"]:
        yield f"decodes to {value_in(vector['side'], body)}"
    elif encode(vector["side"], vector["value"]) != body:
        yield f"encodes to {encode(vector['side'], vector['value']).hex()}"


def problems_of_tolerated(vector: dict, body: bytes):
    """A tolerated frame says all that its canonical form says, and perhaps more."""
    canonical = value_in(vector["side"], bytes_of(vector["canonical"]))
    got = value_in(vector["side"], body)
    if vector["side"] == "batch":
        got["events"] = [event[:4] for event in got["events"]]
        canonical, got = {**canonical, **canonical["header"]}, {**got, **got["header"]}
        canonical.pop("header")
    if any(got.get(key) != value for key, value in canonical.items()):
        yield f"says {got}, not {canonical}"


def problems_in_page(vectors: list):
    """The worked bytes of the page are golden vectors too."""
    blocks = re.findall(r"```text\n([0-9a-f\n]+)```", (HERE.parent / "README.md").read_text())
    known = {vector["hex"] for vector in vectors}
    yield from (f"README.md: {block} is no vector" for block in blocks if block.replace("\n", "") not in known)
    if len(blocks) != 4:
        yield f"README.md: {len(blocks)} blocks of worked bytes, not 4"


def problems_in_fingerprints(vectors: list):
    """The words are the page's."""
    section = (HERE.parent / "README.md").read_text().partition("## 14.")[2]
    words = section.partition("```text\n")[2].partition("```")[0].split()
    if len(set(words)) != 256 or words != sorted(words):
        yield "README.md: not 256 words in order"
        return
    for vector in vectors:
        key = base64.urlsafe_b64decode(vector["key"] + "=")
        told = " ".join(words[byte] for byte in hashlib.blake2b(key, digest_size=32).digest()[:8])
        if told != vector["words"]:
            yield f"fingerprints.json: {vector['name']}: {told}, not {vector['words']}"


def main() -> int:
    problems, golden = [], []
    for file in ("requests.json", "replies.json", "feed.json", "tolerated.json", "malformed.json"):
        vectors = json.loads((HERE / file).read_text())
        golden += vectors
        for vector in vectors:
            problems += [f"{file}: {vector['name']}: {problem}" for problem in problems_in(file, vector)]
    problems += problems_in_page(golden)
    fingerprints = json.loads((HERE / "fingerprints.json").read_text())
    problems += problems_in_fingerprints(fingerprints)
    print("\n".join(problems) or f"{len(golden) + len(fingerprints)} vectors agree with the page")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
