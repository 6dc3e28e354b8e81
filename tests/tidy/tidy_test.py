"""The tree keeps the style guide."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

import rules
import source_tree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


@pytest.fixture(scope="module")
def files():
    return source_tree.source_files(ROOT)


@pytest.fixture(scope="module")
def paths():
    return source_tree.paths_below(ROOT)


def nothing(findings):
    found = [str(finding) for finding in findings]
    assert not found, "\n".join(found)


def test_looks_at_the_whole_tree(files):
    folders = {file.path.split("/")[0] for file in files if "/" in file.path}
    assert {"broker", "client", "schema", "tests"} <= folders


@pytest.mark.parametrize("rule", [
    rules.layer_arrows, rules.library_places, rules.public_headers, rules.file_sizes, rules.function_sizes,
    rules.pragma_once, rules.using_namespace, rules.fixed_waits, rules.unfinished, rules.machine_paths,
], ids=lambda rule: rule.__name__)
def test_keeps_the_rule(files, rule):
    nothing(rule(files))


def test_names_say_what_things_are_for(paths):
    nothing(rules.names(paths))


def test_top_level_holds_the_agreed_folders(paths):
    nothing(rules.top_level(paths, lambda path: (ROOT / path).is_dir()))


def test_what_is_above_the_aims_only_gets_less(files):
    """When this fails with smaller numbers, write them into ratchet.json: they are the new limit."""
    assert rules.above_the_aims(files) == json.loads((HERE / "ratchet.json").read_text())


def test_cpp_files_are_formatted(files):
    program = shutil.which("clang-format-14")
    assert program, "clang-format-14 is not installed"
    sources = [file.path for file in files if file.is_cpp()]
    run = subprocess.run([program, "--dry-run", "-Werror", *sources], cwd=ROOT, capture_output=True, text=True)
    unformatted = sorted({line.split(":")[0] for line in run.stderr.splitlines() if ": error:" in line})
    assert not unformatted, "./dev format mends: " + " ".join(unformatted)
    assert run.returncode == 0, run.stderr


def test_both_readmes_show_the_same_commands(files):
    """Whatever is between fences, but for the words that explain the two commands."""
    texts = {file.path: file.text for file in files}
    english, french = (blocks_of(texts[name]) for name in ("README.md", "README.fr.md"))
    assert len(english) > 5
    assert english[1:] == french[1:]


def blocks_of(text):
    return text.split("```")[1::2]


def test_links_in_documents_lead_somewhere(files):
    documents = [file for file in files if file.path.endswith(".md")]
    links = [(file, link) for file in documents for link in re.findall(r"\]\(([^)#\s:]+)\)", file.text)]
    assert links
    nothing(f"{file.path}: {link}" for file, link in links if not (ROOT / file.folder / link).exists())
