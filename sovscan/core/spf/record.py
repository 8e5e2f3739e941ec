"""SPF records (RFC 7208 sections 4.5, 5.1 and 6): what is written, and what of it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from sovscan.core.model import DomainName, Question
from sovscan.core.spf.word import FOLLOWED, ON_HOSTS, Term, term_of

REMEMBERED = 4096
USUAL = 2048
"""Records kept at hand, since many bodies include the same ones; characters of a usual one."""
REMEMBERED_LONG = 64
"""Longer ones kept at hand: more than one tree has."""

MOST_TERMS = 1000
MOST_STEPS = 100
MOST_FAULT = 80
"""Terms of a record that are kept, of them those that cause queries, and characters of a faulty
word: more than any honest record has.
"""

OK, ABSENT, MULTIPLE, PERMERROR = "ok", "absent", "multiple", "permerror"

LOOKING = frozenset({*FOLLOWED, *ON_HOSTS, "exists"})
"""Terms that cause queries (section 4.6.4)."""
ASKED = {"a": ("A", "AAAA"), "mx": ("MX",), "exists": ("A",)}
"""What terms about hosts make a receiver ask of the domain they name."""


class Mention(NamedTuple):
    """A term that names a domain, and the question whose answer holds it."""

    term: Term
    question: Question


Step: TypeAlias = tuple[
    Mention, Term, DomainName, bool, bool, Question | None, tuple[Question, ...]
]
"""A term that causes queries, made ready for the walk: its mention; itself; the name; no "-" stands
before it; it names another domain than its own, and does not refuse it; the question for the record
it leads to, if it leads to one; what is asked otherwise, unless a macro hides the name.
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What is said at a domain: the SPF records among its TXT records, and their terms as written.
    `heeded`: the terms that count, in a receiver's order; `steps`: of these, those that cause
    queries. `state`: `ok`, `absent`, `multiple` or `permerror`. `fault`: the first word that is an
    error. `by_origin`: does a macro read the sender's domain, which is not known from this alone?
    """

    question: Question
    texts: tuple[str, ...]
    terms: tuple[Term, ...]
    heeded: tuple[Term, ...]
    steps: tuple[Step, ...]
    state: str
    fault: str
    by_origin: bool


class Node(NamedTuple):
    """A visit to a domain. `state`: `ok`, `absent`, `unseen` (failed, or not asked), `permerror`,
    `multiple`, or `loop` (the domain stands above itself). `permits`: False below a term with "-".
    `children`: what each include and redirect led to. A tuple, since it is made often.
    """

    record: Record
    state: str
    permits: bool = True
    children: tuple[tuple[Term, "Node"], ...] = ()

    @property
    def question(self) -> Question:
        """The question whose answer holds the record; its name is the domain."""
        return self.record.question

    @property
    def passes_all(self) -> bool:
        """May anybody send, by an `all` of its own or of a record that it leads to?"""
        last = self.record.heeded[-1:]
        return self.state == OK and (
            any(term.kind == "all" and term.qualifier == "+" for term in last)
            or any(child.passes_all for by, child in self.children if by.qualifier in {"", "+"})
        )


def records(texts: Iterable[str]) -> tuple[str, ...]:
    """Those TXT strings that are SPF records: version first, in any case, then a space or the
    end.
    """
    return tuple(
        [text for text in texts if text[:7].lower() == "v=spf1 " or text.lower() == "v=spf1"]
    )


def denies_all(record: str) -> bool:
    """Does the record declare that the domain sends no mail at all (`v=spf1 -all`)?"""
    return record.lower().split()[1:] == ["-all"]


def terms(texts: tuple[str, ...]) -> tuple[Term, ...]:
    """The terms of these TXT records that name a domain and do not refuse it, wherever they stand:
    even a macro of the domain itself hides what it stands for.
    """
    try:
        record, _ = said("", texts)
    except LongError:
        record, _ = said_to("", texts, "")
    return tuple([term for _, term, _, _, names, _, _ in record.steps if names])


class LongError(Exception):
    """A record too long to be remembered with the others; what raises is not remembered."""


@lru_cache(maxsize=REMEMBERED)
def said(domain: str, texts: tuple[str, ...]) -> tuple[Record, Node]:
    """What these TXT records of a domain say by themselves, and as a node with nothing below it.
    Raises LongError where `said_to` must be asked.
    """
    if sum(map(len, texts)) > USUAL:
        raise LongError
    return _read(domain, texts, domain)


@lru_cache(maxsize=REMEMBERED_LONG)
def said_to(domain: str, texts: tuple[str, ...], origin: str) -> tuple[Record, Node]:
    """The same, for mail from another domain."""
    return _read(domain, texts, origin)


def _read(domain: str, texts: tuple[str, ...], origin: str) -> tuple[Record, Node]:
    """All words of all records: where there are several, each is read as if it were alone."""
    question = Question(DomainName(domain), "TXT")
    found = records(texts)
    terms: list[Term] = []
    heeded: list[Term] = []
    faults: list[str] = []
    for text in found:
        own = [term_of(word, domain, origin) for word in text.split(" ")[1:] if word]
        terms += own
        heeded += _heeded(own)
        faults += [*[term.word for term in own if term.fault], *_repeated(own)]
    looking = [term for term in heeded if term.kind in LOOKING]
    record = Record(
        question=question,
        texts=found,
        terms=tuple(terms[:MOST_TERMS]),
        heeded=tuple(heeded[:MOST_TERMS]),
        steps=tuple([_step(term, question) for term in looking[:MOST_STEPS]]),
        state=MULTIPLE if len(found) > 1 else PERMERROR if faults else OK if found else ABSENT,
        fault=faults[0][:MOST_FAULT] if faults else "",
        by_origin="%{o" in " ".join(found).lower(),
    )
    return record, Node(record, record.state)


def _step(term: Term, own: Question) -> Step:
    name, allows = term.domain, term.qualifier != "-"
    names = allows and name not in {"", own.name}
    asked = Question(name, "TXT") if term.is_followed else None
    types = ASKED.get(term.kind, ()) if term.static and name else ()
    hosts = tuple([Question(name, rtype) for rtype in types])
    return Mention(term, own), term, name, allows, names, asked, hosts


def _repeated(terms: list[Term]) -> list[str]:
    """The modifiers that may stand only once and stand again (section 6)."""
    return [
        term.word
        for kind in ("redirect", "exp")
        for term in [each for each in terms if each.kind == kind][1:]
    ]


def _heeded(terms: list[Term]) -> list[Term]:
    """The directives up to the first `all` (section 5.1); where there is none, all of them and then
    the redirect, wherever it stands (section 6.1).
    """
    counted: list[Term] = []
    for term in terms:
        if term.qualifier:
            counted.append(term)
            if term.kind == "all":
                return counted
    return counted + [term for term in terms if term.kind == "redirect"][:1]
