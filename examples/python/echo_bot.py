#!/usr/bin/env python3
"""Answers "echo something" with "something".

usage: echo_bot.py ADDRESS NAME ROOM             echo_bot.py tcp://127.0.0.1:8420 parrot lobby

It answers news only: what was said before it came, or while it was away, is history by now. And it never answers
itself, so that its own words cannot set it off again.
"""

import sys

from listener import Listener
from talk import Refused, Talk

COMMAND = "echo "


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    address, name, room = sys.argv[1:]
    talk = Talk(address, name)
    for message in Listener(talk, room).messages():
        is_own = message["client"] == talk.welcome["client"]
        answer = message["text"].removeprefix(COMMAND)
        if not message["replay"] and not is_own and answer not in ("", message["text"]):
            talk.post(room, answer)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"echo_bot: {refused}")
    except KeyboardInterrupt:
        pass
