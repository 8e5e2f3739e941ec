"""Codes to sentences in a language. What came from the network is cleaned before it is shown."""

import re
import tomllib
from collections import defaultdict
from functools import cache
from importlib import resources

from sovscan.core.model import Finding, Reason
from sovscan.report.view import Cell

_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
MOST = 200
"""Characters of one foreign value that are shown; facts are whole in the exports."""


def clean(text: str, most: int = MOST) -> str:
    """A foreign value without control, bidirectional and invisible characters, cut to a bearable
    length.
    """
    safe = _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)
    return safe if len(safe) <= most else safe[: most - 1] + "…"


class Voice:
    """One language's sentences and words."""

    def __init__(self, tables: dict[str, dict[str, str]]) -> None:
        self._tables = tables

    def word(self, table: str, key: str) -> str:
        """The term for a key; the key itself where the language has none."""
        return self._tables.get(table, {}).get(key, key)

    def reason(self, reason: Reason, names: dict[str, str] | None = None) -> str:
        """A reason as a sentence; `names` gives the names of vendors by their ids."""
        facts: dict[str, list[str]] = defaultdict(list)
        for key, value in reason.facts:
            told = (
                self.word("services", value)
                if key == "service"
                else self.word("signals", value)
                if key == "signal"
                else value
            )
            facts[key].append(clean((names or {}).get(told, told)))
        joined = defaultdict(lambda: "?", {key: ", ".join(values) for key, values in facts.items()})
        return self.word("reasons", reason.code).format_map(joined).strip()

    def rule(self, rule: str) -> str:
        """A rule's id; the tool's own rules with what they mean."""
        head, _, tail = rule.partition("#")
        return f"{rule} ({self.word('core_rules', tail)})" if head == "core" else rule


@cache
def voice(language: str = "en") -> Voice:
    """The voice of a language."""
    text = (
        resources.files("sovscan.report")
        .joinpath("locale", f"{language}.toml")
        .read_text(encoding="utf-8")
    )
    return Voice(tomllib.loads(text))


def cell_text(cell: Cell, speaker: Voice) -> str:
    """A cell in words: who serves it, and behind or beside whom."""
    if cell.finding in {Finding.NO_SERVICE, Finding.UNOBSERVED, Finding.CONFLICTING}:
        return speaker.word("cells", cell.finding.value)
    served = " + ".join(speaker.word("words", name) for name in cell.served)
    told = served or speaker.word("words", "unknown")
    if not cell.others:
        return told
    joint = speaker.word("words", "beside" if cell.beside else "behind")
    return f"{told} {joint} {' + '.join(cell.others)}"
