"""The web names of a body, name by name: what answers, who stands in front, and in whose network it
stands.
"""

from dataclasses import dataclass

from sovscan.core.attribute.ground import Surroundings, surroundings
from sovscan.core.attribute.host import UNRECOGNISED
from sovscan.core.attribute.plain import unobserved, without_service
from sovscan.core.context import Knowledge
from sovscan.core.facts import ADDRESS_TYPES, Facts, addresses, outcome
from sovscan.core.match import Hit
from sovscan.core.model import (
    Attribution,
    DomainName,
    Evidence,
    Outcome,
    Question,
    Role,
    Service,
    Signal,
    Strength,
    Target,
)
from sovscan.core.signals import alias_signals, header_signals, web_names

ORIGINS = frozenset({Role.PLATFORM, Role.OPERATOR})
GROUNDS = frozenset({Role.PLATFORM, Role.OPERATOR, Role.CONNECTIVITY})
"""Roles that say where a site stands."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web name that has addresses: its aliases and addresses, with the rules that know them,
    and what shows an edge in front.
    """

    name: DomainName
    aliases: tuple[tuple[Signal, Hit], ...]
    around: Surroundings
    headers: tuple[tuple[Signal, Hit], ...]
    edge: tuple[tuple[Signal, Hit], ...]

    def shown(self, role: Role) -> tuple[Signal, Hit] | None:
        """The first rule that names a vendor in this role: by alias, else by address, else by a
        header of its page.
        """
        for found in (*self.aliases, *self.around.hits, *self.headers):
            if found[1].fingerprint.role is role:
                return found
        return None

    @property
    def origin(self) -> tuple[Signal, Hit] | None:
        """What a header tells of who stands behind the edge, if it does: a server's own mark that
        the edge passed on.
        """
        in_front = {hit.vendor.operator for _, hit in self.edge}
        for signal, hit in self.headers:
            if hit.fingerprint.role in ORIGINS and hit.vendor.operator not in in_front:
                return signal, hit
        return None

    @property
    def unplaced(self) -> tuple[Evidence, ...]:
        """Where the site stands, as far as no rule knows it: networks without a rule, and addresses
        without a network. Nothing, where an alias names whose platform or service it is.
        """
        if any(hit.fingerprint.role in GROUNDS for _, hit in self.aliases):
            return ()
        return tuple(
            Evidence(UNRECOGNISED, place.signals[0], Strength.HINT)
            for place in self.around.places
            if not any(hit.fingerprint.role in GROUNDS for _, hit in place.hits)
        )


def sites(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Site, ...]:
    """The web names of the body that have an address."""
    return tuple(
        _site(name, facts, knowledge) for name in web_names(target.domain) if addresses(facts, name)
    )


def without_site(service: Service, target: Target, facts: Facts) -> Attribution:
    """No web name has an address: because a question failed, or because there is no web site
    here."""
    failed = unseen(target, facts)
    if failed:
        return unobserved(service, facts, *failed)
    asked = tuple(
        Signal("web-address", "", target.domain, Question(name, "A"))
        for name in web_names(target.domain)
    )
    return without_service(service, "no-web-address", asked)


def unseen(target: Target, facts: Facts) -> tuple[DomainName, str] | None:
    """A question about a web name that failed, or else one that was not asked, if any."""
    asked = [(name, rtype) for name in web_names(target.domain) for rtype in ADDRESS_TYPES]
    found = [outcome(facts, *each) for each in asked]
    for state in (Outcome.FAILED, Outcome.SKIPPED):
        if state in found:
            return asked[found.index(state)]
    return None


def _site(name: DomainName, facts: Facts, knowledge: Knowledge) -> Site:
    aliases = tuple(
        [
            (signal, hit)
            for signal in alias_signals(facts, name, "cname-target")
            for hit in knowledge.hits(signal)
            if hit.fingerprint.strength is not Strength.HINT
        ]
    )
    around = surroundings(facts, knowledge, name, "web")
    headers = tuple(
        [
            (signal, hit)
            for signal in header_signals(facts, name)
            for hit in knowledge.hits(signal)
            if hit.fingerprint.strength is not Strength.HINT
        ]
    )
    edge = _edge(aliases) or around.of(Role.EDGE) or _edge(headers)
    return Site(name, aliases, around, headers, edge)


def _edge(shown: tuple[tuple[Signal, Hit], ...]) -> tuple[tuple[Signal, Hit], ...]:
    """The edge that aliases or headers name: a name says more than an address, and the first
    most.
    """
    found = [(signal, hit) for signal, hit in shown if hit.fingerprint.role is Role.EDGE]
    return tuple([(signal, hit) for signal, hit in found if hit.vendor is found[0][1].vendor])
