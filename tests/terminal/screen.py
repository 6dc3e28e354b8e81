"""A program in a terminal that tmux plays: what the user sees, and keys to press.

Each terminal has a tmux server of its own on a private socket, which ends with the `with` block.
"""

import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from palabre_harness import eventually

COLUMNS, ROWS = 80, 24


class Terminal:
    """Runs `command` in 80 by 24 cells. When it ends, the screen says "ended with STATUS"."""

    def __init__(self, command: list, environment: dict, columns: int = COLUMNS, rows: int = ROWS):
        self.directory = Path(tempfile.mkdtemp(prefix="palabre-tmux-"))
        variables = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "", **environment}
        settings = [f"{key}={value}" for key, value in variables.items()]
        line = shlex.join(["env", *settings, *(str(part) for part in command)])
        # The shell outlives a Ctrl-c that is meant for the program.
        # All rows are kept, and a program may do whatever a terminal allows at most.
        self.tmux("-f", "/dev/null", "start-server", ";", "set-option", "-g", "history-limit", "100000", ";",
                  "set-option", "-s", "set-clipboard", "on", ";", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  "sh", "-c", f"trap : INT; {line}; echo ended with $?; exec cat")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server", check=False)
        shutil.rmtree(self.directory, ignore_errors=True)

    def tmux(self, *arguments, check: bool = True, **options) -> str:
        return subprocess.run(["tmux", "-S", str(self.directory / "socket"), *arguments], check=check, text=True,
                              stdout=subprocess.PIPE, **options).stdout

    def rows(self, with_colours: bool = False) -> list[str]:
        """The rows of the screen, without blanks at their ends and without empty rows at the bottom."""
        screen = self.tmux("capture-pane", "-p", *(["-e"] if with_colours else []))
        return [row.rstrip() for row in screen.rstrip("\n").split("\n")]

    def all_rows(self) -> list[str]:
        """The rows of the screen, and those that have left it."""
        return [row.rstrip() for row in self.tmux("capture-pane", "-p", "-S", "-").rstrip("\n").split("\n")]

    def title(self) -> str:
        return self.tmux("display-message", "-p", "#{pane_title}")

    def clipboard(self) -> str:
        return self.tmux("list-buffers")

    def prompt(self) -> str:
        """The last row that is not empty: the input line, when that is one row long."""
        return self.rows()[-1]

    def keys(self, *names: str) -> None:
        self.tmux("send-keys", *names)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def enter(self, text: str) -> None:
        self.type(text)
        self.keys("Enter")

    def paste(self, text: str) -> None:
        self.tmux("load-buffer", "-", input=text)
        self.tmux("paste-buffer", "-p")

    def resize(self, columns: int, rows: int) -> None:
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def record(self, path: Path) -> None:
        """From now on every byte that the program writes goes to `path` too."""
        self.tmux("pipe-pane", "-o", f"cat > {shlex.quote(str(path))}")

    def until(self, condition):
        """The rows of the first screen for which `condition(rows)` holds."""
        def seen():
            rows = self.rows()
            return rows if condition(rows) else None
        try:
            return eventually(seen, timeout=20)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), "the screen at last:", *self.rows()])) from None

    def until_prompt(self, prompt: str):
        return self.until(lambda rows: rows[-1] == prompt)

    def until_row(self, part: str):
        """Until a row has `part` in it; gives that row."""
        rows = self.until(lambda rows: any(part in row for row in rows))
        return next(row for row in rows if part in row)
