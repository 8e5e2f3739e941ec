"""Sender Policy Framework (RFC 7208) read as facts: who may send, by which names, and what cannot
be seen.

This reads the tree of includes and redirects; it does not evaluate a sender's address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sovscan.core.facts import Facts, answers, outcome
from sovscan.core.model import DomainName, Outcome, Question
from sovscan.core.names import canonical

LOOKUP_LIMIT = 10
"""Terms that cause DNS queries, per check (RFC 7208 section 4.6.4)."""

_TERM = re.compile(
    r"^[+\-~?]?(include|redirect|exists|a|mx|ptr)(?:[:=]([^/]+))?(?:/.*)?$", re.IGNORECASE
)
_MACRO = re.compile(r"%[{%_\-]")


@dataclass(frozen=True, slots=True)
class Term:
    """A term that names a domain. `static` is False where a macro stands in it; then `domain` is
    its fixed end.
    """

    kind: str
    domain: DomainName
    static: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """A term met while walking the tree: in whose record, and how deep (0 is the domain's own)."""

    term: Term
    question: Question
    depth: int


def records(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those TXT strings that are SPF records: version first, in any case, then a space or the
    end."""
    return tuple(
        text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")
    )


def terms(record: str) -> tuple[Term, ...]:
    """The terms of a record that name another domain, in order."""
    matches = (_TERM.match(word) for word in record.split()[1:])
    return tuple(_term(match[1].lower(), match[2]) for match in matches if match and match[2])


def denies_all(record: str) -> bool:
    """Does the record declare that the domain sends no mail at all (`v=spf1 -all`)?"""
    return record.lower().split()[1:] == ["-all"]


def walk(facts: Facts, domain: str) -> Iterator[Mention]:
    """Every naming term reachable from the domain's record, depth first, within the limit on
    look-ups.
    """
    visited: set[str] = set()
    budget = [LOOKUP_LIMIT]
    yield from _walk(facts, domain, 0, visited, budget)


def wanted(facts: Facts, domain: str) -> tuple[Question, ...]:
    """The TXT questions that the tree still needs or has used, in the order of the walk."""
    followed = (
        Question(mention.term.domain, "TXT")
        for mention in walk(facts, domain)
        if mention.term.static and mention.term.kind in {"include", "redirect"}
    )
    return tuple(dict.fromkeys(followed))


def states(facts: Facts, domain: str) -> tuple[str, ...]:
    """What limits the reading: `absent`, `unseen`, `multiple`, `delegated` (behind a macro),
    `too-many-lookups`.
    """
    asked = outcome(facts, domain, "TXT")
    if asked in {Outcome.FAILED, Outcome.SKIPPED}:
        return ("unseen",)
    found = records(answers(facts, domain, "TXT"))
    if not found:
        return ("absent",)
    mentions = tuple(walk(facts, domain))
    checks = (
        ("multiple", len(found) > 1),
        ("delegated", any(not mention.term.static for mention in mentions)),
        (
            "too-many-lookups",
            sum(1 for mention in mentions if mention.term.kind != "ptr") >= LOOKUP_LIMIT,
        ),
        (
            "unseen",
            any(
                outcome(facts, question.name, "TXT") is Outcome.FAILED
                for question in wanted(facts, domain)
            ),
        ),
    )
    return tuple(state for state, holds in checks if holds)


def _walk(
    facts: Facts, domain: str, depth: int, visited: set[str], budget: list[int]
) -> Iterator[Mention]:
    if domain in visited:
        return
    visited.add(domain)
    question = Question(DomainName(domain), "TXT")
    for record in records(answers(facts, domain, "TXT")):
        for term in terms(record):
            if budget[0] <= 0:
                return
            budget[0] -= 1
            yield Mention(term, question, depth)
            if term.static and term.kind in {"include", "redirect"}:
                yield from _walk(facts, term.domain, depth + 1, visited, budget)


def _term(kind: str, text: str) -> Term:
    found = list(_MACRO.finditer(text)) if "%" in text else []
    if not found:
        return Term(kind, canonical(text), static=True)
    tail = text[found[-1].start() :].partition("}")[2].lstrip(".")
    return Term(kind, canonical(tail), static=False)
