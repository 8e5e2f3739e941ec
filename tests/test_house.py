"""The house rules: rooms, purity, size, words kept out of code, and the tools that hold them."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from sovscan.knowledge import default_datasets
from tests.conftest import ROOT

CODE = sorted((ROOT / "sovscan").rglob("*.py"))
CORE = sorted((ROOT / "sovscan" / "core").rglob("*.py"))
RECORD_TYPES = {
    "MX",
    "NS",
    "DS",
    "TXT",
    "CAA",
    "SOA",
    "A",
    "AAAA",
    "PTR",
    "SRV",
    "CNAME",
    "HTTPS",
    "IN",
    "AS",
}


def run(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing():
    run("ruff", "check", "sovscan", "tests")


def test_the_code_is_formatted():
    run("ruff", "format", "--check", "sovscan", "tests")


@pytest.mark.slow
def test_mypy_strict_finds_nothing():
    run("mypy")


def test_imports_go_one_way():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", "setup.cfg"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_reads_no_clock_no_file_and_no_network(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert not called & {"open", "print", "input", "exec", "eval"}
    assert not attributes & {"today", "now", "utcnow", "environ", "read_text", "write_text"}
    assert not imported & {"os", "sys", "time", "random", "socket", "pathlib", "subprocess", "json"}


def strings_of(path: Path) -> Iterator[str]:
    """The string constants of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    docs |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    )


@pytest.fixture(scope="module")
def known_names() -> set[str]:
    """Ids, names, suffixes and countries of the registry: what belongs into data and not into code."""
    names: set[str] = set()
    for folder in ("vendors", "entities", "laws"):
        for path in (default_datasets() / folder).glob("*.toml"):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            names |= {table["id"], table["name"]}
            names |= {
                value
                for rule in table.get("fingerprints", ())
                if rule["signal"] != "ns-tld"
                for key in ("suffix", "exact")
                for value in rule.get(key, ())
            }
            names |= {table["country"]} if folder == "entities" else set()
    words = {name.lower() for name in names if len(name) > 2 and not name.isdigit()}
    return (words - {"edge", "own", "google-site-verification", "signet", "bit"}) | {
        n for n in names if len(n) == 2 and n.isupper()
    } - RECORD_TYPES


def test_no_vendor_entity_law_or_country_stands_in_code(known_names):
    found = {
        (path.name, text)
        for path in CODE
        for text in strings_of(path)
        if text.lower() in known_names or (text in known_names and text not in RECORD_TYPES)
    }
    assert not found


def test_no_vendor_domain_stands_inside_a_longer_string(known_names):
    domains = {name for name in known_names if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name)}
    pattern = re.compile(
        r"(?<![\w.-])(" + "|".join(map(re.escape, sorted(domains))) + r")(?![\w-])"
    )
    found = {
        (path.name, hit[0])
        for path in CODE
        for text in strings_of(path)
        if (hit := pattern.search(text.lower()))
    }
    assert not found


def test_the_search_for_names_can_find_one(known_names):
    assert {"microsoft-365", "cloudflare", "onmicrosoft.com", "NL"} <= known_names


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_fit(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 80, f"{path}: {node.name}"


def test_the_wheel_lists_every_package():
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    folders = {path.parent.relative_to(ROOT) for path in CODE}
    data = {
        Path("sovscan/datasets"),
        Path("sovscan/report/locale"),
        Path("sovscan/report/templates"),
    }
    assert listed == {str(folder).replace("/", ".") for folder in folders | data}


def test_nothing_unfinished_is_kept():
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert not [path.name for path in CODE if marks.search(path.read_text(encoding="utf-8"))]
