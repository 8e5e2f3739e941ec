"""How a fact is written: one line, printable, bounded, and the same every night."""

import re
from collections.abc import Iterable

from sovscan.collect.web.terms import MAX_ANSWERS, MAX_TEXT

_TOKEN = re.compile(r"[0-9A-Za-z]+")
_LONG_TOKEN = 8
_VERY_LONG_TOKEN = 16
_MANY_DIGITS = 3
_LONG_NUMBER = 4


def fact(key: str, value: str) -> str:
    """`key value`: white space joined, and all that does not print as the \\DDD of its octets, as
    in the DNS (RFC 1035 section 5.1), so that no answer can paint on a terminal.
    """
    return f"{key} {_printable(' '.join(value[:MAX_TEXT].split()))}"[:MAX_TEXT].rstrip()


def canonical_facts(facts: Iterable[str]) -> tuple[tuple[str, ...], bool]:
    """The facts sorted, each once, and whether some had to be left out."""
    found = sorted(set(facts))
    return tuple(found[:MAX_ANSWERS]), len(found) > MAX_ANSWERS


def steady(value: str) -> str:
    """A header's value with `*` for what looks drawn or counted: long mixtures of letters and
    digits, and long numbers; of a word with a number, the number. Versions stay.
    """
    return _TOKEN.sub(_steady_token, value)


def _steady_token(found: re.Match[str]) -> str:
    token = found[0]
    if not _looks_drawn(token):
        return token
    word = token.rstrip("0123456789")
    return f"{word}*" if word.isalpha() and len(word) < _VERY_LONG_TOKEN else "*"


def _looks_drawn(token: str) -> bool:
    digits = sum(map(str.isdigit, token))
    if digits == len(token):
        return digits >= _LONG_NUMBER
    if len(token) >= _VERY_LONG_TOKEN:
        return digits > 0
    return len(token) >= _LONG_TOKEN and digits >= _MANY_DIGITS


def _printable(text: str) -> str:
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable() and character != "\\":
        return character
    octets = character.encode("utf-8", "surrogatepass")
    return "".join(f"\\{octet:03d}" for octet in octets)
