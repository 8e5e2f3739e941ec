"""Which web questions a target needs, as a pure function of what is known so far.

A redirect to another host ends a question; the host's addresses and its page are questions of their
own, so that every hop is checked like a start.
"""

from collections.abc import Iterator

from sovscan.collect.web.headers import onward
from sovscan.collect.web.terms import HTTP, HTTPS, MAX_HOPS, MAX_QUESTIONS, SCHEMES
from sovscan.core.facts import ADDRESS_TYPES, Facts, addresses
from sovscan.core.model import DomainName, Outcome, Question, Target
from sovscan.core.pages import web_names

_TYPES = {scheme: rtype for rtype, scheme in SCHEMES.items()}


def is_web(question: Question) -> bool:
    """Is this a question for the web, and not for the DNS?"""
    return question.type in SCHEMES


def addresses_for(facts: Facts, name: str) -> tuple[str, ...]:
    """The addresses of a host in the order in which they are tried, from our own observations."""
    return tuple(address for address, _ in addresses(facts, name))


def web_questions(target: Target, facts: Facts) -> Iterator[Question]:
    """The web questions now known to be needed, and the address questions that they wait for, each
    once: HTTPS of the domain and of `www`, HTTP where HTTPS failed, and where redirects lead.
    """
    wanted: dict[Question, None] = {}
    for name in sorted(web_names(target.domain), key=len):
        for question in _trail(name, facts):
            wanted.setdefault(question)
    left = MAX_QUESTIONS
    for question in wanted:
        left -= is_web(question)
        if left < 0:
            return
        yield question


def _trail(start: DomainName, facts: Facts) -> Iterator[Question]:
    """The questions from one name on, as far as the answers lead, and never in a circle."""
    trail: set[Question] = set()
    question: Question | None = Question(start, HTTPS)
    hops = 0
    while question is not None and question not in trail and hops <= MAX_HOPS:
        trail.add(question)
        needed = [Question(question.name, rtype) for rtype in ADDRESS_TYPES]
        yield from needed
        if not all(each in facts for each in needed) or not addresses_for(facts, question.name):
            return
        yield question
        question = _next(question, start, facts)
        hops += question != Question(start, HTTP)


def _next(question: Question, start: DomainName, facts: Facts) -> Question | None:
    """Where this question's observation leads: on to a host, or from HTTPS to HTTP."""
    found = facts.get(question)
    if found is None:
        return None
    if found.outcome is Outcome.FAILED and question == Question(start, HTTPS):
        return Question(start, HTTP)
    there = onward(found.answers)
    return Question(there[1], _TYPES[there[0]]) if there else None
