"""From one answer of a web server to the observation of a question. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sovscan.collect.web.certificates import Handshake, handshake_facts
from sovscan.collect.web.fields import GENERAL, Headers, Kept, header_facts
from sovscan.collect.web.headers import location_facts, redirect
from sovscan.collect.web.page import page_facts
from sovscan.collect.web.terms import CUT, SCHEMES, kind_of
from sovscan.collect.web.text import canonical_facts, fact
from sovscan.core.model import Fault, Observation, Outcome, Provenance, Question


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request. `detail` says why it is not the whole answer, if it is not;
    `handshake` is None where the connection was plain.
    """

    url: str
    status: int
    headers: Headers = ()
    body: bytes = b""
    handshake: Handshake | None = None
    detail: str = ""


def observe(
    question: Question,
    answer: Answer,
    provenance: Provenance,
    headers: Mapping[str, Kept] = GENERAL,
) -> Observation:
    """The facts of an answer, sorted, each once; any status is an answer. `headers` are the fields
    that are kept.
    """
    answers, cut = canonical_facts(_facts(question, answer, headers))
    return Observation(
        question,
        Outcome.SEEN,
        answers,
        detail=answer.detail or (CUT if cut else ""),
        provenance=provenance,
    )


def failure(question: Question, detail: str, fault: Fault, provenance: Provenance) -> Observation:
    """A question without an answer, and whose fault that was."""
    return Observation(question, Outcome.FAILED, detail=detail, fault=fault, provenance=provenance)


def skipped(question: Question, detail: str, provenance: Provenance) -> Observation:
    """A question that was not asked, and why."""
    return Observation(question, Outcome.SKIPPED, detail=detail, provenance=provenance)


def url_of(question: Question, path: str = "/") -> str:
    """The URL of a page of the host that a question is about."""
    return f"{SCHEMES[kind_of(question.type)]}://{question.name}{path}"


def _facts(question: Question, answer: Answer, headers: Mapping[str, Kept]) -> Iterator[str]:
    yield fact("status", str(answer.status))
    yield from header_facts(answer.headers, headers)
    if answer.handshake is not None:
        yield from handshake_facts(answer.handshake, question.name)
    reference = redirect(answer.status, answer.headers)
    if reference is not None:
        yield from location_facts(answer.url, reference)
        return
    yield from page_facts(answer.body, question.name)
