"""The files of the tree that the rules look at, and what is read from them. No rule is decided here."""

import ast
import dataclasses
import pathlib
import re

FOLDERS_NOT_OURS = {".git", "build", "__pycache__", ".pytest_cache", "node_modules"}


@dataclasses.dataclass(frozen=True)
class Finding:
    """A place that breaks a rule, and what would mend it."""

    path: str
    line: int
    sentence: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.sentence}"


@dataclasses.dataclass(frozen=True)
class SourceFile:
    path: str  # from the root, with slashes
    text: str

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def folder(self):
        return self.path.rpartition("/")[0]

    def is_cpp(self):
        return self.path.endswith((".cpp", ".hpp"))

    def is_python(self):
        return self.path.endswith(".py")


@dataclasses.dataclass(frozen=True)
class Function:
    path: str
    line: int
    name: str
    length: int


def paths_below(root):
    """Every folder and file of ours, as paths from the root."""
    paths = []
    waiting = [pathlib.Path(root)]
    while waiting:
        for entry in sorted(waiting.pop().iterdir()):
            if entry.name in FOLDERS_NOT_OURS:
                continue
            paths.append(entry.relative_to(root))
            if entry.is_dir():
                waiting.append(entry)
    return paths


def source_files(root):
    """Every file of ours that is text."""
    files = []
    for path in paths_below(root):
        full = pathlib.Path(root) / path
        if not full.is_file():
            continue
        try:
            files.append(SourceFile(path.as_posix(), full.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return files


def includes(file):
    """(line number, name, whether in quotes) of each #include."""
    for number, line in enumerate(file.lines, 1):
        if match := re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line):
            yield number, match[2], match[1] == '"'


def functions(file):
    if file.is_cpp():
        return cpp_functions(file)
    if file.is_python():
        return python_functions(file)
    return []


def python_functions(file):
    return [
        Function(file.path, node.lineno, node.name, node.end_lineno - node.lineno + 1)
        for node in ast.walk(ast.parse(file.text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


# A raw string, a comment, a string or a character: none of their braces counts. A ' between digits separates thousands.
OPAQUE = re.compile(
    r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\''
)
NOT_A_FUNCTION = re.compile(r"\b(namespace|class|struct|union|enum|concept|extern)\b(?![^{]*\))")


def without_opaque(text):
    """The text with comments and literals blanked, every line where it was."""
    return OPAQUE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def cpp_functions(file):
    """The outermost braces that follow a parameter list: functions, methods and test cases. Lambdas belong to theirs."""
    found, depth_inside, head_start = [], 0, 0
    text = re.sub(r"^[ \t]*#.*$", lambda match: " " * len(match[0]), without_opaque(file.text), flags=re.M)
    for match in re.finditer(r"[{};]", text):
        sign, at = match[0], match.start()
        if sign == "{":
            head = text[head_start:at]
            if depth_inside:
                depth_inside += 1
            elif "(" in head and not NOT_A_FUNCTION.search(head):
                depth_inside, head_of_function = 1, head
                begin = at - len(head.lstrip())
        elif sign == "}" and depth_inside:
            depth_inside -= 1
            if depth_inside == 0:
                first, last = text.count("\n", 0, begin) + 1, text.count("\n", 0, at) + 1
                found.append(Function(file.path, first, name_in(head_of_function), last - first + 1))
        if not depth_inside:
            head_start = match.end()
    return found


def name_in(head):
    match = re.search(r"([\w~:]+)\s*\(([^)]*)", head)
    if match and match[1].startswith("TEST"):
        return f"{match[1]}({match[2].strip()})"
    return match[1] if match else head.strip()
