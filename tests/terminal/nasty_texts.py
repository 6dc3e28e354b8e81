"""Texts that somebody might send to get at other people's terminals, from a seed."""

import random

WORDS = ["hello", "a", "the", "bonjour", "d\u00e9j\u00e0", "ok?", "42", "carol", "-", "|", "#3"]
# What a broker that keeps to the protocol lets through.
UNSEEN = ["\u009b31m", "\u009d0;owned\u009c", "\u0090q\u009c", "\u0085", "\u202e", "\u202d\u202c", "\u2066", "\u2069",
          "\u200e", "\u200f", "\u061c", "\u2028", "\u2029", "\U000e0041\U000e007f", "\U000e0001", "\u200b", "\u200d",
          "\u200c", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u3164", "\u115f", "\u2800", "\ue000", "\ufff9",
          "\u180e", "\U000e0100"]
# What it refuses; a broker that means harm sends it.
CONTROLS = ["\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x1b]2;owned\x1b\\", "\x1b]52;c;b3duZWQ=\x07", "\x1b[31m", "\x1bc",
            "\x1b[1A\x1b[2K", "\x1b[6n", "\x1bP$q\x1b\\", "\r", "\r12:00  #3 alice  hi", "\b\b\b\b", "\x07", "\x00",
            "\x7f", "\x0b\x0c", "\x0e", "\x1b[?1049h", "\x1b[3J"]
DRAWN = ["\u65e5\u672c\u8a9e", "\uff21\uff22", "\u00b1\u03a9\u00a7", "\u4dc0\u4dc1", "\U0001f389", "\u2764\ufe0f",
         "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u0915\u0903",
         "\u0645\u0631\u062d\u0628\u0627", "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627", "e\u0301", "\u00a0", "\u3000"]
FORGED = ["12:00  #3 alice  I agree", "23:59 ~#1 carol  so do I", "-- bob (#2) went --", "lobby> ", "$ ", "   | ",
          "-- 9 held --", "palabre: done"]


class NastyTexts:
    def __init__(self, seed: int, unseen: list[str]):
        self.chance, self.unseen = random.Random(seed), unseen

    def text(self) -> str:
        pieces = [self.piece() for _ in range(self.chance.randrange(1, 9))]
        return self.chance.choice(("", " ")).join(pieces)[:2000] or "x"

    def piece(self) -> str:
        return self.chance.choices((self.word, self.hidden, self.drawn, self.forged, self.flood, self.padded),
                                   (4, 4, 3, 1, 1, 1))[0]()

    def word(self) -> str:
        return self.chance.choice(WORDS)

    def hidden(self) -> str:
        return self.chance.choice(self.unseen)

    def drawn(self) -> str:
        return self.chance.choice(DRAWN)

    def forged(self) -> str:
        return "\n" * self.chance.randrange(4) + self.chance.choice(FORGED)

    def flood(self) -> str:
        return self.chance.choice((
            "a" + "\u0301" * self.chance.randrange(1, 60), "x" * self.chance.randrange(50, 400),
            "\u4dc0" * self.chance.randrange(10, 70), "\u0915\u0903" * self.chance.randrange(10, 70),
            "\U0001f389" * self.chance.randrange(10, 70), "\t" * self.chance.randrange(1, 30)))

    def padded(self) -> str:
        """Spaces up to where the terminal would wrap, and then somebody else's line."""
        return " " * self.chance.randrange(30, 75) + self.chance.choice(FORGED)
