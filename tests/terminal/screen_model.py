"""What a terminal of so many columns must show of a message, told again with nothing of ours.

It knows the characters that nasty_texts.py makes, and no more of Unicode than those need.
"""

import unicodedata
from datetime import datetime

COMBINING_MAX = 4
JOINERS = "\u200c\u200d"
EMOJI_STYLE = "\ufe0f"
BLANK_LETTERS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
HEXAGRAMS = range(0x4DC0, 0x4E00)
USUAL_INDENT, TEXT_CELLS_MIN = 4, 20


def is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or character in BLANK_LETTERS


def is_combining(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me", "Mc")


def can_be_joined(character: str) -> bool:
    return character >= "\u0300" and not is_hidden(character) and not character.isspace()


def mark(character: str) -> str:
    if ord(character) < 0x20 or character == "\x7f":
        return "^" + chr(ord(character) ^ 0x40)
    return f"<U+{ord(character):04X}>"


def visible(text: str) -> str:
    """Others' text as it may be shown; line feeds stay."""
    shown, before, stacked = [], None, 0
    for place, character in enumerate(text):
        after = text[place + 1:place + 2]
        if character in "\n\t":
            shown.append("\n" if character == "\n" else "    ")
            before = None
        elif character in JOINERS and before and can_be_joined(before) and after and can_be_joined(after):
            shown.append(character)
            before = character
            continue
        elif is_hidden(character) or (is_combining(character) and (before is None or stacked == COMBINING_MAX)):
            shown.append(mark(character))
            before = None
        else:
            shown.append(character)
            stacked = stacked + 1 if is_combining(character) else 0
            before = None if unicodedata.category(character) == "Zs" else character
            continue
        stacked = 0
    return "".join(shown)


def cells(text: str) -> int:
    return sum(map(cells_of, text))


def cells_of(character: str) -> int:
    if character == EMOJI_STYLE or unicodedata.category(character) == "Mc":
        return 1
    if is_combining(character) or character in JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" or ord(character) in HEXAGRAMS else 1


def graphemes(line: str) -> list[str]:
    found = []
    for character in line:
        is_attached = is_combining(character) or character in JOINERS
        if found and (is_attached or found[-1].endswith("\u200d")):
            found[-1] += character
        else:
            found.append(character)
    return found


def wrapped(line: str, width: int) -> list[str]:
    """One line's rows: cut after spaces, else between graphemes."""
    rows, row, used, after_space = [], [], 0, 0
    waiting = graphemes(line)[::-1]
    while waiting:
        grapheme = waiting.pop()
        used += cells(grapheme)
        if used > width:
            cut = after_space or len(row)
            rows.append("".join(row[:cut]))
            waiting += [grapheme, *row[cut:][::-1]]
            row, used, after_space = [], 0, 0
            continue
        row.append(grapheme)
        after_space = len(row) if grapheme == " " else after_space
    return [*rows, "".join(row)]


def rows_of(head: str, text: str, columns: int) -> list[str]:
    is_narrow = columns < len(head) + TEXT_CELLS_MIN
    indent = USUAL_INDENT if is_narrow else len(head)
    rows = [row for line in visible(text).split("\n") for row in wrapped(line, columns - indent)]
    gutter = " " * (indent - 2) + "| "
    first = [head] if is_narrow else [head + rows.pop(0)]
    return [row.rstrip() for row in first + [gutter + row for row in rows]]


def screen_of(messages: list[dict], columns: int) -> list[str]:
    """The rows of messages as `history --json` gives them, one below the other."""
    rows, date = [], None
    for message in messages:
        at = datetime.fromisoformat(message["at"].replace("Z", "+00:00"))
        today = at.strftime("%A %-d %B %Y")
        if date not in (None, today):
            rows.append(f"-- {today} --")
        date = today
        rows += rows_of(f"{at:%H:%M}  #{message['client']} {message['name']}  ", message["text"], columns)
    return rows
