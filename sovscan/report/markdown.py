"""Markdown that foreign text cannot write (CommonMark 0.31, GitHub Flavored Markdown): prose is
escaped, facts stand in code spans, and only web addresses become links.
"""

import re
from urllib.parse import quote

from sovscan.core.model import Reason
from sovscan.report.say import Voice, clean

_MARKS = re.compile(r"[\\`*_{}\[\]|~$]")
_LINE_STARTS = re.compile(r"^([-+=#]|\d{1,9}(?=[.)]))")
_RUNS = re.compile(r"`+")
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/.*)?", re.DOTALL)
_AUTOLINK = re.compile(r"(?i)\b(www)\.")
_HELD = re.compile("\ue000([0-9]+)\ue001")
SAFE_IN_LINKS = "/:?#&=%+,;@~!$*'-._"
"""Characters of an address that stay; brackets, double quotes, angles, backslashes and spaces are
encoded.
"""
ENTITIES = (
    ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("://", "&#58;//"), ("@", "&#64;"),
)  # fmt: skip
"""HTML, and what GitHub makes a link of by itself."""
WORDS = {"service", "signal"}
"""Facts of a reason that are the tool's own words."""


def prose(text: str) -> str:
    """Text that says what it says, and nothing to a renderer: no emphasis, link, HTML, or list."""
    escaped = _MARKS.sub(r"\\\g<0>", clean(text, most=len(text) + 1).strip())
    for mark, told in ENTITIES:
        escaped = escaped.replace(mark, told)
    unlinked = _AUTOLINK.sub(r"\1&#46;", escaped)
    return _LINE_STARTS.sub(_plain_start, unlinked)


def quoted(text: str) -> str:
    """A fact in a code span: the fence is longer than any run of backticks in it."""
    safe = clean(text)
    if not safe.strip():
        return ""
    fence = "`" * (max((len(run) for run in _RUNS.findall(safe)), default=0) + 1)
    pad = " " if safe[0] in "` " or safe[-1] in "` " else ""
    return f"{fence}{pad}{safe}{pad}{fence}"


def link(label: str, address: str) -> str:
    """A link, if the address is one of the web; else the address as prose."""
    if not _WEB.fullmatch(address):
        return prose(address)
    return f"[{prose(label)}]({quote(address, safe=SAFE_IN_LINKS)})"


def sentence(reason: Reason, names: dict[str, str], voice: Voice) -> str:
    """A reason as a sentence in which what the network said stands in code spans."""
    held: list[str] = []
    facts: list[tuple[str, str]] = []
    for key, value in reason.facts:
        if key in WORDS or value in names or value.isdigit():
            facts.append((key, value))
        else:
            facts.append((key, f"\ue000{len(held)}\ue001"))
            held.append(value)
    told = prose(voice.reason(Reason(reason.code, tuple(facts)), names))
    return _HELD.sub(lambda found: quoted(held[int(found[1])]), told)


def _plain_start(found: re.Match[str]) -> str:
    """No list, heading or underline begins here."""
    return f"&#{ord(found[0][0])};{found[0][1:]}"
