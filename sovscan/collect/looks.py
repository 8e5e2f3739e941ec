"""What is looked at beside the recursive DNS: the web, the registries and the name servers, each an
asker in the same loop.
"""

import selectors
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sovscan.collect.delegation import DELEGATION, DelegationAsker, delegation_questions
from sovscan.collect.dns.beside import Opener, nobody
from sovscan.collect.dns.port import Asker
from sovscan.collect.rdap import RDAP, RdapAsker, rdap_questions
from sovscan.collect.survey import Further, nothing_further
from sovscan.collect.web import WebAsker, policy_questions, web_questions
from sovscan.collect.web.fields import kept_headers
from sovscan.collect.web.terms import MTA_STS, SCHEMES
from sovscan.core.facts import Facts
from sovscan.core.model import DomainName, Observation, Question, Target
from sovscan.core.registry import AddressTable, Fingerprint

HEADER = "http-header"
Remembered = Callable[[Question], Observation | None]
"""What the store knows of a question already."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Which further questions a body's facts give rise to, and who asks them: `open` gives the
    asker of each type of question, for the loop of a selector.
    """

    plan: Further
    open: Opener


DNS_ONLY = Looks(nothing_further, nobody)


def beyond_the_resolver(
    rules: Iterable[Fingerprint],
    networks: AddressTable | None,
    excluded: frozenset[DomainName],
    remembered: Remembered,
    *,
    delegation: bool,
) -> Looks:
    """The web of every body that is not excluded, keeping the headers that the rules know, and the
    mail policy that it publishes there; with `delegation` its name servers and those of the parent,
    asked directly; and, with a table of networks, the registries for the addresses that it cannot
    place. `remembered` is what the store knows of a question already.
    """
    headers = kept_headers(
        line for rule in rules if rule.signal == HEADER for line in (*rule.prefix, *rule.exact)
    )

    def plan(target: Target, facts: Facts) -> Iterator[Question]:
        yield from web_questions(target, facts)
        yield from policy_questions(target, facts)
        if delegation:
            yield from delegation_questions(target, facts)
        if networks is not None:
            yield from rdap_questions(facts, networks)

    def opened(selector: selectors.BaseSelector) -> Mapping[str, Asker]:
        web = WebAsker(selector, excluded=excluded, headers=headers)
        askers: dict[str, Asker] = dict.fromkeys((*SCHEMES, MTA_STS), web)
        if delegation:
            askers[DELEGATION] = DelegationAsker(selector, excluded=excluded)
        if networks is not None:
            askers[RDAP] = RdapAsker(selector, remembered=remembered)
        return askers

    return Looks(plan, opened)
