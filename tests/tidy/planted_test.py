"""Each rule catches what it is for: a small tree with one planted violation, and the same tree without it."""

import pathlib

import pytest

import rules
import source_tree

PLANTED = [
    (rules.layer_arrows, "broker/domain/state.hpp", '#include "broker/session/session.hpp"\n'),
    (rules.layer_arrows, "broker/transport/router.cpp", '#include "broker/journal/recorder.hpp"\n'),
    (rules.layer_arrows, "broker/transport/router.cpp", '#include "broker/domain/state.hpp"\n'),
    (rules.layer_arrows, "broker/threads/mailbox.hpp", '#include "schema/ids.hpp"\n'),
    (rules.layer_arrows, "schema/ids.hpp", '#include "client/client.hpp"\n'),
    (rules.layer_arrows, "client/terminal/screen.cpp", '#include "client/cli/send.hpp"\n'),
    (rules.layer_arrows, "examples/cpp/chat.cpp", '#include "broker/config.hpp"\n'),
    (rules.layer_arrows, "schema/text.cpp", '#include "text.hpp"\n'),
    (rules.library_places, "broker/session/session.cpp", "#include <zmq.hpp>\n"),
    (rules.library_places, "broker/domain/state.cpp", "#include <msgpack.hpp>\n"),
    (rules.library_places, "broker/session/reads.cpp", "#include <SQLiteCpp/SQLiteCpp.h>\n"),
    (rules.library_places, "client/client.cpp", "#include <toml++/toml.h>\n"),
    (rules.library_places, "broker/config.cpp", "#include <CLI/CLI.hpp>\n"),
    (rules.public_headers, "client/client.hpp", "#include <zmq.hpp>\n"),
    (rules.public_headers, "schema/frames.hpp", "#include <fmt/format.h>\n"),
    (rules.file_sizes, "client/client.cpp", "int value;\n" * 501),
    (rules.function_sizes, "client/client.cpp", "void Client::run(int n) {\n" + "  step();\n" * 59 + "}\n"),
    (rules.function_sizes, "client/link.hpp", "class Link {\n  void run() {\n" + "    if (a) {\n    }\n" * 30 + "  }\n};\n"),
    (rules.function_sizes, "tests/client/client_test.cpp", "TEST(A, b) {\n" + "  step();\n" * 60 + "}\n"),
    (rules.function_sizes, "tests/support/broker.py", "def run():\n" + "    step()\n" * 60),
    (rules.pragma_once, "client/client.hpp", "#ifndef CLIENT\n"),
    (rules.using_namespace, "client/client.cpp", "using " + "namespace std;\n"),
    (rules.fixed_waits, "tests/client/client_test.cpp", "std::this_thread::sle" + "ep_for(1s);\n"),
    (rules.fixed_waits, "tests/scenarios/chat_test.py", "time.sle" + "ep(1)\n"),
    (rules.unfinished, "client/client.cpp", "// TO" + "DO: the rest\n"),
    (rules.machine_paths, "tests/support/broker.py", 'HOME = "/ro' + 'ot/palabre"\n'),
]

KEPT = [
    (rules.layer_arrows, "broker/session/session.hpp", '#include "broker/domain/ports.hpp"\n#include <vector>\n'),
    (rules.layer_arrows, "broker/broker.cpp", '#include "broker/journal/recorder.hpp"\n'),
    (rules.layer_arrows, "broker/transport/outbox.hpp", '#include "broker/domain/ports.hpp"\n'),
    (rules.layer_arrows, "client/main.cpp", '#include "client/terminal/chat.hpp"\n'),
    (rules.library_places, "broker/transport/router.cpp", "#include <zmq.hpp>\n"),
    (rules.library_places, "client/link.cpp", "#include <zmq.hpp>\n"),
    (rules.library_places, "broker/main.cpp", "#include <CLI/CLI.hpp>\n"),
    (rules.public_headers, "client/client.hpp", '#include <memory>\n#include "schema/ids.hpp"\n'),
    (rules.file_sizes, "client/client.cpp", "int value;\n" * 500),
    (rules.function_sizes, "client/client.cpp", "void Client::run(int n) {\n" + "  step();\n" * 58 + "}\n"),
    (rules.function_sizes, "client/client.cpp", "namespace palabre {\n" + "int f(int n) { return n; }\n" * 80 + "}\n"),
    (rules.function_sizes, "client/client.cpp", 'void f() { g("{", \'{\'); /* { */ }  // {\n' + "int x;\n" * 80),
    (rules.pragma_once, "client/client.hpp", "#pragma once\n"),
    (rules.using_namespace, "client/client.cpp", "using " + "namespace std::chrono_literals;\n"),
    (rules.fixed_waits, "tests/support/harness.py", "time.sle" + "ep(interval)\n"),
    (rules.fixed_waits, "tests/scenarios/chat_test.py", "eventually(lambda: ready())\n"),
    (rules.machine_paths, "README.md", "[here](./root/file) and $HOME/work/palabre\n"),
]


def findings(tmp_path, rule, path, content):
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return list(rule(source_tree.source_files(tmp_path)))


def label(value):
    return value.__name__ if callable(value) else value if "\n" not in value else ""


@pytest.mark.parametrize("rule, path, content", PLANTED, ids=label)
def test_catches_what_is_planted(tmp_path, rule, path, content):
    found = findings(tmp_path, rule, path, content)
    assert [finding.path for finding in found] == [path]


@pytest.mark.parametrize("rule, path, content", KEPT, ids=label)
def test_leaves_alone_what_is_right(tmp_path, rule, path, content):
    assert findings(tmp_path, rule, path, content) == []


@pytest.mark.parametrize("name", ["common", "string_utils.hpp", "session_manager.cpp", "Helper.py", "misc", "RoomList.hpp"])
def test_catches_names_that_say_nothing(name):
    assert list(rules.names([pathlib.PurePath("broker", name)]))


def test_catches_a_folder_the_top_level_does_not_have():
    found = list(rules.top_level([pathlib.PurePath("tools"), pathlib.PurePath("broker")], lambda path: True))
    assert [finding.path for finding in found] == ["tools"]


def test_counts_what_is_above_the_aims(tmp_path):
    (tmp_path / "long.cpp").write_text("void f() {\n" + "  step();\n" * 30 + "}\n" + "int x;\n" * 270)
    (tmp_path / "short.cpp").write_text("void f() {\n" + "  step();\n" * 28 + "}\n")
    assert rules.above_the_aims(source_tree.source_files(tmp_path)) == {"files": 1, "functions": 1}


def test_measures_functions_from_head_to_closing_brace(tmp_path):
    (tmp_path / "a.cpp").write_text(
        "struct A {\n  int x{};\n  A(int n)\n      : x(n) {\n  }\n};\nTEST(Room, counts) {\n  auto f = [] { return 1'000; };\n}\n")
    (file,) = source_tree.source_files(tmp_path)
    measured = [(function.name, function.line, function.length) for function in source_tree.functions(file)]
    assert measured == [("A", 3, 3), ("TEST(Room, counts)", 7, 3)]
