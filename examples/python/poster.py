#!/usr/bin/env python3
"""Posts each line of standard input as one message, and ends when the last one is safe.

usage: poster.py ADDRESS NAME ROOM               echo bonjour | poster.py tcp://127.0.0.1:8420 alice lobby
"""

import sys

from talk import Refused, Talk


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    address, name, room = sys.argv[1:]
    talk = Talk(address, name)
    talk.ask("join", room=room)
    for line in sys.stdin:
        if text := line.rstrip("\n"):
            talk.post(room, text)
    talk.ask("goodbye")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"poster: {refused}")
    except KeyboardInterrupt:
        pass
