"""The web names of a body, name by name: what answers, who stands in front, and in whose network it
stands.
"""

from dataclasses import dataclass

from sovscan.core.attribute.ground import Surroundings, by_address, surroundings
from sovscan.core.attribute.plain import unobserved, without_service
from sovscan.core.context import Knowledge
from sovscan.core.facts import ADDRESS_TYPES, Facts, addresses, outcome
from sovscan.core.match import Hit
from sovscan.core.model import (
    Attribution,
    DomainName,
    Outcome,
    Question,
    Role,
    Service,
    Signal,
    Strength,
    Target,
)
from sovscan.core.signals import alias_signals, web_names

GROUNDS = frozenset({Role.PLATFORM, Role.OPERATOR, Role.CONNECTIVITY})
"""Roles that say where a site stands."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web name that has addresses: its aliases and addresses, with the rules that know them."""

    name: DomainName
    aliases: tuple[tuple[Signal, Hit], ...]
    around: Surroundings

    @property
    def edge(self) -> tuple[tuple[Signal, Hit], ...]:
        """What shows an edge in front; a name says more than an address, so the first is by name
        where there is one.
        """
        by_name = tuple(found for found in self.aliases if found[1].fingerprint.role is Role.EDGE)
        return tuple(
            found for found in by_name if found[1].vendor == by_name[0][1].vendor
        ) or self.around.of(Role.EDGE)

    def shown(self, role: Role) -> tuple[Signal, Hit] | None:
        """The first rule that names a vendor in this role: by alias, else by address."""
        return next(
            (
                found
                for found in (*self.aliases, *self.around.hits)
                if found[1].fingerprint.role is role
            ),
            None,
        )

    @property
    def strangers(self) -> tuple[Signal, ...]:
        """Where the site stands, as far as no rule knows it: networks without a rule, and addresses
        without a network. Nothing, where an alias names whose platform or service it is.
        """
        if any(hit.fingerprint.role in GROUNDS for _, hit in self.aliases):
            return ()
        known = {signal for signal, hit in self.around.hits if hit.fingerprint.role in GROUNDS}
        placed = by_address(self.around.signals)
        return tuple(signals[0] for signals in placed if not known & set(signals))


def sites(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Site, ...]:
    """The web names of the body that have an address."""
    return tuple(
        _site(name, facts, knowledge) for name in web_names(target.domain) if addresses(facts, name)
    )


def without_site(service: Service, target: Target, facts: Facts) -> Attribution:
    """No web name has an address: because a question failed, or because there is no web site
    here."""
    failed = _unseen(target, facts)
    if failed:
        return unobserved(service, facts, *failed)
    asked = tuple(
        Signal("web-address", "", target.domain, Question(name, "A"))
        for name in web_names(target.domain)
    )
    return without_service(service, "no-web-address", asked)


def _unseen(target: Target, facts: Facts) -> tuple[DomainName, str] | None:
    """A question about a web name that failed, or else one that was not asked, if any."""
    asked = [(name, rtype) for name in web_names(target.domain) for rtype in ADDRESS_TYPES]
    missing = {
        state: [each for each in asked if outcome(facts, *each) is state]
        for state in (Outcome.FAILED, Outcome.SKIPPED)
    }
    return next(iter((*missing[Outcome.FAILED], *missing[Outcome.SKIPPED])), None)


def _site(name: DomainName, facts: Facts, knowledge: Knowledge) -> Site:
    aliases = tuple(
        (signal, hit)
        for signal in alias_signals(facts, name, "cname-target")
        for hit in knowledge.hits(signal)
        if hit.fingerprint.strength is not Strength.HINT
    )
    return Site(name, aliases, surroundings(facts, knowledge, name, "web"))
