"""The style guide as rules. Each takes the files and yields what breaks it; CONTRIBUTING.md says the same in words."""

import re

from source_tree import Finding, functions, includes

FILE_LINES_MAX, FILE_LINES_AIM = 500, 300
FUNCTION_LINES_MAX, FUNCTION_LINES_AIM = 60, 30

BROKER_PARTS = {"broker/domain", "broker/threads", "broker/session", "broker/journal", "broker/maintenance",
                "broker/operator", "broker/transport"}
# The two files by which the domain names the outside: who implements these interfaces must see them, and no more.
PORTS = {"broker/domain/ports.hpp", "broker/domain/connection.hpp"}
# What each folder may include of ours, besides itself. The arrows of ARCHITECTURE.md.
ARROWS = {
    "schema": set(),
    "broker/domain": {"schema"},
    "broker/threads": set(),
    "broker/session": {"broker/domain", "broker/threads", "schema"},
    "broker/journal": {"broker/domain", "broker/threads", "schema"},
    "broker/maintenance": {"broker/domain", "broker/journal", "schema"},
    "broker/operator": {"broker/domain", "broker/threads", "schema"},
    "broker/transport": {"broker/session", "broker/threads", "schema"} | PORTS,
    "broker": BROKER_PARTS | {"schema"},
    "client": {"schema"},
    "client/cli": {"client", "schema"},
    "client/terminal": {"client", "schema"},
    "client/main.cpp": {"client", "client/cli", "client/terminal", "schema"},
    "examples": {"client", "schema"},  # as installed: the library shows the protocol's words
    "tests": {"schema", "broker", "client", "client/cli", "client/terminal"} | BROKER_PARTS,
}
# Where a library may be included. Tests may include any.
LIBRARY_PLACES = {
    r"msgpack": r"schema/codec/",
    r"zmq": r"broker/transport/|client/link",
    r"sqlite3|SQLiteCpp/": r"broker/(journal|maintenance)/",
    r"toml\+\+/": r"broker/config\.cpp|client/config\.cpp",
    r"CLI/": r"(.*/)?main\.cpp|broker/command_line\.cpp|client/cli/",
    r"readline/": r"client/terminal/",
    r"nlohmann/": r"client/cli/|broker/log_lines\.cpp",
    r"spdlog/": r"broker/log\.cpp",
}
PUBLIC_HEADER = re.compile(r"schema/\w+\.hpp|client/(client|display_gate|events|identity|texts_digest|visible_text)\.hpp")
TOP_FOLDERS = {"broker", "client", "schema", "tests", "examples", "conf", ".ci"}
NAMES_THAT_SAY_NOTHING = {"common", "util", "utils", "helper", "helpers", "manager", "misc"}


def layer_of(path):
    """The longest of ARROWS that is or holds the path."""
    folders = [folder for folder in ARROWS if (path + "/").startswith(folder + "/")]
    return max(folders, key=len, default=None)


def layer_arrows(files):
    for file in filter(lambda file: file.is_cpp(), files):
        layer = layer_of(file.path)
        for line, name, is_ours in includes(file):
            used = layer_of(name) if is_ours else None
            if is_ours and used is None:
                yield Finding(file.path, line, f'include "{name}" by its path from the root')
            elif used and used != layer and not {used, name} & ARROWS.get(layer, set()):
                yield Finding(file.path, line, f"{layer} must not use {used}")


def library_places(files):
    for file in filter(lambda file: file.is_cpp() and not file.path.startswith("tests/"), files):
        for line, name, is_ours in includes(file):
            for library, places in LIBRARY_PLACES.items():
                if not is_ours and re.match(library, name) and not re.match(places, file.path):
                    yield Finding(file.path, line, f"<{name}> may be included in {places} only")


def public_headers(files):
    for file in filter(lambda file: PUBLIC_HEADER.fullmatch(file.path), files):
        for line, name, is_ours in includes(file):
            if not is_ours and not re.fullmatch(r"[a-z_]+", name):
                yield Finding(file.path, line, f"<{name}>: a public header shows no type of a library")


def file_sizes(files):
    for file in filter(lambda file: file.is_cpp() or file.is_python() or file.path == "dev", files):
        if len(file.lines) > FILE_LINES_MAX:
            yield Finding(file.path, 1, f"{len(file.lines)} lines, at most {FILE_LINES_MAX}: split it")


def function_sizes(files):
    for file in files:
        for function in functions(file):
            if function.length > FUNCTION_LINES_MAX:
                sentence = f"{function.name} has {function.length} lines, at most {FUNCTION_LINES_MAX}: split it"
                yield Finding(function.path, function.line, sentence)


def above_the_aims(files):
    """How many files and functions are longer than we aim at: the two numbers that may only go down."""
    long_files = [file for file in files if file.is_cpp() and len(file.lines) > FILE_LINES_AIM]
    long_functions = [f for file in files if file.is_cpp() for f in functions(file) if f.length > FUNCTION_LINES_AIM]
    return {"files": len(long_files), "functions": len(long_functions)}


def names(paths):
    """Takes paths, not files: a folder has a name too."""
    for path in paths:
        words = set(re.split(r"[_.-]", path.name.lower()))
        if words & NAMES_THAT_SAY_NOTHING:
            yield Finding(path.as_posix(), 1, f"{path.name}: name what it is for")
        if path.suffix in (".cpp", ".hpp", ".py") and not re.fullmatch(r"[a-z0-9_]+\.[a-z]+", path.name):
            yield Finding(path.as_posix(), 1, f"{path.name}: file names are snake_case")


def top_level(paths, is_folder):
    for path in paths:
        if len(path.parts) == 1 and is_folder(path) and path.name not in TOP_FOLDERS:
            yield Finding(path.as_posix(), 1, "is no folder of the top level")


def pragma_once(files):
    for file in filter(lambda file: file.path.endswith(".hpp"), files):
        if not file.text.startswith("#pragma once\n"):
            yield Finding(file.path, 1, "a header begins with #pragma once")


def matching_lines(files, pattern, sentence):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if re.search(pattern, line):
                yield Finding(file.path, number, sentence)


# The patterns are written so that they do not find themselves.
def using_namespace(files):
    """But for literals, and for a test's own tools."""
    cpp = [file for file in files if file.is_cpp()]
    tools = r"std::(\w+_)?literals|palabre::samples"
    return matching_lines(cpp, rf"\busing[ ]namespace (?!({tools});)", "name what you use")


def fixed_waits(files):
    """A test waits for a condition; a wait of fixed length is too short on one machine and too long on the others.

    `interval` is the pause between two looks at a condition, in eventually() and its like.
    """
    tests = [file for file in files if file.path.startswith("tests/") and (file.is_cpp() or file.is_python())]
    return matching_lines(tests, r"\b(u|nano)?[s]leep(_for|_until)?\s*\((?!interval\))", "wait for a condition")


def unfinished(files):
    return matching_lines(files, r"\b([T]ODO|[F]IXME|[X]XX)\b", "finish it, or open an issue")


def machine_paths(files):
    return matching_lines(files, r"(?<![\w.$}/])/(?:[r]oot|[m]nt|[U]sers|[h]ome/(?!alice\b))", "a path of one machine")
