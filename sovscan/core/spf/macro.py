"""Domain-specs of SPF (RFC 7208 section 7): the name that one comes to where no sender is known."""

import re
from typing import NamedTuple
from urllib.parse import quote

from sovscan.core.model import DomainName

LONGEST = 253
"""Characters of an expanded name; of a longer one the left labels are dropped (section 7.3)."""

FLAGS = re.ASCII | re.IGNORECASE | re.DOTALL

_MACRO = re.compile(r"%(?:\{([slodiphcrtv])(0*[1-9][0-9]*)?(r?)([.+,/_=-]*)\}|[%_-])", FLAGS)
_LITERAL = re.compile(r"[!-$&-\[\]-~]*")
_TOP = r"(?![0-9]+\.?\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?"
"""A top label, which is not all digits (section 7.1)."""
_END = re.compile(rf"[!-$&-\[\]-~]*\.{_TOP}", FLAGS)
_USUAL = re.compile(rf"(?:[a-z0-9_-]{{1,63}}\.)+(?=[^.]{{1,63}}\.?\Z){_TOP}", FLAGS)
_NAME = re.compile(r"(?:[^.]{1,63}\.)+[^.]{1,63}", re.DOTALL)
_WRITTEN = {"%%": "%", "%_": " ", "%-": "%20"}
_BACKSLASH = r"\092"
"""The one escape in a stored text that stands for a printable character."""


class Spec(NamedTuple):
    """What a domain-spec comes to. `domain`: the name, "" where it is none. `static` is False where
    a macro needs a sender; then `domain` is what follows the last such macro, from a label on.
    `misplaced`: a macro that is for explanations only (section 7.2).
    """

    domain: DomainName
    static: bool
    misplaced: bool


def is_macro_string(text: str) -> bool:
    """Do printable characters and whole macros make up this text?"""
    rest = _MACRO.sub("", text) if "%" in text else text
    return _LITERAL.fullmatch(rest.replace(_BACKSLASH, "")) is not None


def expanded(text: str, domain: str, origin: str) -> Spec | None:
    """A domain-spec in the record of `domain`, read for mail from `origin`, either "" where it is
    not known; None where this is no domain-spec.
    """
    if len(text) <= LONGEST and _USUAL.fullmatch(text):
        return Spec(DomainName(text.lower().rstrip(".")), static=True, misplaced=False)
    macros = list(_MACRO.finditer(text))
    tail = text[macros[-1].end() :] if macros else text
    if not (macros and not tail) and not _END.fullmatch(tail.replace(_BACKSLASH, "_")):
        return None
    if not is_macro_string(text):
        return None
    parts: list[str] = []
    static, end = True, 0
    for macro in macros:
        value = _value(macro, domain, origin)
        if value is None:
            parts, static = [], False
        else:
            parts += (text[end : macro.start()], value)
        end = macro.end()
    name = "".join((*parts, tail))
    if not static:
        name = name.partition(".")[2]
    misplaced = not static and any(macro[1] and macro[1] in "crtCRT" for macro in macros)
    return Spec(_named(name), static, misplaced)


def _value(macro: re.Match[str], domain: str, origin: str) -> str | None:
    """What stands in the place of a macro; None where that depends on the sender."""
    letter, digits, turned, delimiters = macro.groups()
    if letter is None:
        return _WRITTEN[macro[0]]
    text = {"d": domain, "o": origin}.get(letter.lower())
    if not text:
        return None
    for delimiter in set(delimiters or "."):
        text = text.replace(delimiter, "\n")
    labels = text.split("\n")
    if turned:
        labels.reverse()
    if digits:
        labels = labels[-int(digits.lstrip("0")[:4]) :]
    value = ".".join(labels)
    return quote(value, safe="") if letter.isupper() else value


def _named(name: str) -> DomainName:
    """The name as a question would have it; "" where it has an empty or too long label, or only
    one (section 4.3).
    """
    found = name.lower().rstrip(".")
    if len(found) > LONGEST:
        found = found[-LONGEST - 1 :].partition(".")[2]
    return DomainName(found if _NAME.fullmatch(found) else "")
