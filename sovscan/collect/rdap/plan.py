"""Which questions the registries are asked about a body, as a pure function of its facts."""

from collections.abc import Container, Iterable, Iterator

from sovscan.collect.rdap.subjects import RDAP, Subject, rdap_question, subject
from sovscan.core.facts import ADDRESS_TYPES, Facts, addresses
from sovscan.core.model import Observation, Outcome, Question
from sovscan.core.names import canonical
from sovscan.core.registry import AddressTable

MOST_QUESTIONS = 8
"""Asked about one body, in all waves together."""
HOST_TYPES = ("MX", "NS")
"""Hosts that these name come first: mail and name service are asked about before the web."""
ORIGIN = "asn"


def rdap_questions(
    facts: Facts,
    networks: AddressTable,
    *,
    doubted: Iterable[str] = (),
    numbers: Container[int] | None = None,
) -> Iterator[Question]:
    """The addresses that the table cannot place, and those that are `doubted` (table and name
    disagree: whoever judges names them); then the AS numbers that the registries told and that are
    not among the `numbers` the table knows (None: not asked). Only what is public, each once, and
    at most `MOST_QUESTIONS`, those in the facts included.

    Nothing where there is no table: RDAP fills its gaps, and is no substitute for it.
    """
    if not networks.available:
        return
    asked = dict.fromkeys(question for question in facts if question.type == RDAP)
    yield from asked
    wanted = dict.fromkeys(
        rdap_question(found)
        for found in (*_unplaced(facts, networks, doubted), *_unknown(facts, numbers))
        if found.is_public
    )
    new = [question for question in wanted if question not in asked]
    yield from new[: max(0, MOST_QUESTIONS - len(asked))]


def _unplaced(facts: Facts, networks: AddressTable, doubted: Iterable[str]) -> Iterator[Subject]:
    yield from _subjects(doubted)
    for found in _subjects(_every_address(facts)):
        if networks.lookup(found.text) is None:
            yield found


def _every_address(facts: Facts) -> Iterator[str]:
    """Addresses of MX hosts, of NS hosts, then of the other names asked about: the web."""
    for host in dict.fromkeys(_hosts(facts)):
        yield from (address for address, _ in addresses(facts, host))
    for rtype in ADDRESS_TYPES:
        for found in _seen(facts, rtype):
            yield from found.answers


def _hosts(facts: Facts) -> Iterator[str]:
    for rtype in HOST_TYPES:
        for found in _seen(facts, rtype):
            yield from (canonical(answer.rpartition(" ")[2]) for answer in found.answers)


def _unknown(facts: Facts, numbers: Container[int] | None) -> Iterator[Subject]:
    """AS numbers that answers of the registries name."""
    if numbers is None:
        return
    told = (answer.partition(" ") for found in _seen(facts, RDAP) for answer in found.answers)
    for found in _subjects(f"as{value}" for key, _, value in told if key == ORIGIN):
        if found.number not in numbers:
            yield found


def _seen(facts: Facts, rtype: str) -> Iterator[Observation]:
    for question in sorted(facts):
        if question.type == rtype and facts[question].outcome is Outcome.SEEN:
            yield facts[question]


def _subjects(texts: Iterable[str]) -> Iterator[Subject]:
    for text in texts:
        try:
            yield subject(text)
        except ValueError:
            continue  # what no registry could know; the address itself stays a fact
