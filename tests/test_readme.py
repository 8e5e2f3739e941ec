"""The README is in step: its output is the demo's output, its commands and flags are the tool's."""

import re

import pytest
from click.testing import CliRunner

from sovscan.cli import COMMANDS, main
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)
DOCS = [
    path.read_text(encoding="utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
]


def test_the_output_shown_is_the_output_of_the_demo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(main, ["demo"]).stdout.splitlines()
    (block,) = [block for block in BLOCKS if block.startswith("Reliance on")]
    for line in block.splitlines():
        assert line in shown


def test_every_command_that_the_documents_name_exists():
    named = {word for text in DOCS for word in re.findall(r"`?sovscan ([a-z]+)\b", text)}
    prose = {"asks", "reads", "writes", "registry", "contributors", "is", "project"}
    assert named - prose <= set(COMMANDS)
    assert {"scan", "demo", "explain", "assess"} <= named


@pytest.mark.parametrize("command", ["scan", "assess", "export", "report"])
def test_every_flag_that_the_readme_shows_is_one_of_the_command(command):
    told = CliRunner().invoke(main, [command, "--help"]).stdout
    lines = [
        line for block in BLOCKS for line in block.splitlines() if f"sovscan {command} " in line
    ]
    for line in lines:
        for flag in re.findall(r"(?<=\s)--[a-z-]+", line.split("   ")[0]):
            assert flag in told, line


def test_the_links_lead_somewhere():
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / path).exists(), path


def test_ci_calls_the_command_of_the_readme():
    command = next(block.strip() for block in BLOCKS if "pytest" in block)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
