"""Sender Policy Framework (RFC 7208) read as facts: who may send, by which names, and what cannot
be seen.

This reads the tree of includes and redirects; it does not evaluate a sender's address.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sovscan.core.facts import Facts, answers, outcome
from sovscan.core.model import DomainName, Outcome, Question
from sovscan.core.names import canonical

LOOKUP_LIMIT = 10
"""Terms that cause DNS queries, per check (RFC 7208 section 4.6.4)."""

REMEMBERED = 4096
"""Records whose terms are kept at hand: many bodies include the same ones."""

FOLLOWED = ("include", "redirect")

_TERM = re.compile(
    r"^[+\-~?]?(include|redirect|exists|a|mx|ptr)(?:[:=]([^/]+))?(?:/.*)?$", re.IGNORECASE
)
_MACRO = re.compile(r"%[{%_\-]")


@dataclass(frozen=True, slots=True)
class Term:
    """A term that names a domain. `static` is False where a macro stands in it; then `domain` is
    its fixed end. `is_followed`: the domain's own record belongs to the tree.
    """

    kind: str
    domain: DomainName
    static: bool
    is_followed: bool


class Mention(NamedTuple):
    """A term met while walking the tree, and in whose record."""

    term: Term
    question: Question


def records(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those TXT strings that are SPF records: version first, in any case, then a space or the
    end."""
    return tuple(
        text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")
    )


@lru_cache(maxsize=REMEMBERED)
def terms(texts: tuple[str, ...]) -> tuple[Term, ...]:
    """The terms that name another domain, in order, of the SPF records among these TXT strings."""
    words = (word for record in records(texts) for word in record.split()[1:])
    matches = (_TERM.match(word) for word in words)
    return tuple(_term(match[1].lower(), match[2]) for match in matches if match and match[2])


def denies_all(record: str) -> bool:
    """Does the record declare that the domain sends no mail at all (`v=spf1 -all`)?"""
    return record.lower().split()[1:] == ["-all"]


def walk(facts: Facts, domain: str) -> tuple[Mention, ...]:
    """Every naming term reachable from the domain's record, depth first, within the limit on
    look-ups.
    """
    met: list[Mention] = []
    _visit(facts, domain, set(), met)
    return tuple(met)


def wanted(facts: Facts, domain: str) -> tuple[Question, ...]:
    """The TXT questions that the tree still needs or has used, in the order of the walk."""
    return tuple(
        dict.fromkeys(
            Question(term.domain, "TXT") for term, _ in walk(facts, domain) if term.is_followed
        )
    )


def states(facts: Facts, domain: str, met: tuple[Mention, ...]) -> tuple[str, ...]:
    """What limits the reading: `absent`, `unseen`, `multiple`, `delegated` (behind a macro),
    `too-many-lookups`. `met`: what the walk from this domain came by.
    """
    asked = outcome(facts, domain, "TXT")
    if asked in {Outcome.FAILED, Outcome.SKIPPED}:
        return ("unseen",)
    found = records(answers(facts, domain, "TXT"))
    if not found:
        return ("absent",)
    terms_met = [term for term, _ in met]
    checks = (
        ("multiple", len(found) > 1),
        ("delegated", any(not term.static for term in terms_met)),
        ("too-many-lookups", sum(term.kind != "ptr" for term in terms_met) >= LOOKUP_LIMIT),
        (
            "unseen",
            any(
                outcome(facts, term.domain, "TXT") is Outcome.FAILED
                for term in terms_met
                if term.is_followed
            ),
        ),
    )
    return tuple(state for state, holds in checks if holds)


def _visit(facts: Facts, domain: str, visited: set[str], met: list[Mention]) -> None:
    if domain in visited:
        return
    visited.add(domain)
    texts = answers(facts, domain, "TXT")
    if not texts:
        return
    question = Question(DomainName(domain), "TXT")
    for term in terms(texts):
        if len(met) >= LOOKUP_LIMIT:
            return
        met.append(Mention(term, question))
        if term.is_followed:
            _visit(facts, term.domain, visited, met)


def _term(kind: str, text: str) -> Term:
    found = list(_MACRO.finditer(text)) if "%" in text else []
    if not found:
        return Term(kind, canonical(text), static=True, is_followed=kind in FOLLOWED)
    tail = text[found[-1].start() :].partition("}")[2].lstrip(".")
    return Term(kind, canonical(tail), static=False, is_followed=False)
