"""The web names of a body, name by name: what answers, who stands in front, and in whose network it
stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sovscan.core.attribute.ground import Surroundings, missing_address, surroundings
from sovscan.core.attribute.plain import unobserved, without_service
from sovscan.core.attribute.standing import UNRECOGNISED
from sovscan.core.context import Knowledge
from sovscan.core.facts import (
    ADDRESS_TYPES,
    Facts,
    addresses,
    alias_chain,
    is_absent,
    is_failed,
    outcome,
)
from sovscan.core.match import Hit
from sovscan.core.model import (
    Attribution,
    DomainName,
    Evidence,
    Outcome,
    Question,
    Reason,
    Role,
    Service,
    Signal,
    Strength,
    Target,
)
from sovscan.core.names import within
from sovscan.core.pages import (
    LOCATION,
    PARKED,
    certificate_signals,
    header_signals,
    page_facts,
    web_names,
)
from sovscan.core.signals import alias_signals

MOST_HOPS = 6
ORIGINS = frozenset({Role.PLATFORM, Role.OPERATOR})
GROUNDS = frozenset({Role.PLATFORM, Role.OPERATOR, Role.CONNECTIVITY})
"""Roles that say where a site stands."""


@dataclass(frozen=True, slots=True)
class Site:
    """One web name that has addresses: its aliases and addresses, with the rules that know them,
    and what shows an edge in front. `weight` is its part of the body's site: none, where its page
    only sends on to another name (`leads_to`). `certified`: whose services its certificate is for.
    """

    name: DomainName
    weight: float
    leads_to: DomainName | None
    marks: tuple[str, ...]
    aliases: tuple[tuple[Signal, Hit], ...]
    around: Surroundings
    headers: tuple[tuple[Signal, Hit], ...]
    certified: tuple[tuple[Signal, Hit], ...]
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
    def is_named(self) -> bool:
        """Does an alias, or a published address, name the service that the site is made with? Then
        an edge in front hides nothing.
        """
        published = (found for found in self.around.hits if found[0].kind == "address")
        return any(hit.fingerprint.role in ORIGINS for _, hit in (*self.aliases, *published))

    @property
    def unplaced(self) -> tuple[Evidence, ...]:
        """Where the site stands, as far as no rule knows it: networks without a rule, and addresses
        without a network. Nothing, where an alias names whose platform or service it is.
        """
        if any(hit.fingerprint.role in GROUNDS for _, hit in self.aliases):
            return ()
        if not self.around.places:
            signal = Signal("web-address", "", self.name, Question(self.name, "A"))
            return (Evidence(UNRECOGNISED, signal, Strength.HINT),)
        return tuple(
            Evidence(UNRECOGNISED, place.signals[0], Strength.HINT)
            for place in self.around.places
            if not any(hit.fingerprint.role in GROUNDS for _, hit in place.hits)
        )


def sites(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Site, ...]:
    """The web names of the body and those to which they lead, if any has an address; the pages that
    are shown in the end have equal parts. A name whose question failed has its part, too.
    """
    asked = web_names(target.domain)
    if not any(addresses(facts, name) for name in asked):
        return ()
    names = [name for name in asked if addresses(facts, name) or is_failed(facts, name)]
    ends = {name: _end(name, facts) for name in names}
    shown = tuple(dict.fromkeys(ends.values()))
    return tuple(
        [
            _site(
                name,
                1 / len(shown) if name in shown else 0.0,
                ends[name] if ends.get(name, name) != name else None,
                facts,
                knowledge,
            )
            for name in dict.fromkeys((*names, *shown))
        ]
    )


def site_reasons(
    target: Target, facts: Facts, knowledge: Knowledge, found: tuple[Site, ...]
) -> tuple[Reason, ...]:
    """Names that only send on, to the body's own site or away from it; parked pages; and aliases
    that point nowhere.
    """
    reasons: list[Reason] = []
    for name in web_names(target.domain):
        chain = alias_chain(facts, name)
        if chain and is_absent(facts, name):
            end = chain[-1][0]
            reasons += missing_address(facts, knowledge, name, "cname-target", end)
    for site in found:
        if site.leads_to is not None:
            told = (("host", site.name), ("to", site.leads_to))
            is_own = within(site.leads_to, target.zone)
            reasons.append(
                Reason("redirects", told) if is_own else Reason("redirects-elsewhere", told)
            )
        if site.weight:
            parked = ((("host", site.name), ("mark", mark)) for mark in site.marks)
            reasons += [Reason("parked", facts) for facts in parked]
    return tuple(reasons)


def _end(name: DomainName, facts: Facts) -> DomainName:
    """The name whose page is shown in the end to who asks for this one; itself, where that was not
    seen. A redirect in a circle ends nowhere.
    """
    met, host = {name}, name
    while len(met) <= MOST_HOPS:
        location = next(iter(page_facts(facts, host, LOCATION)), None)
        if location is None:
            return host
        host = DomainName(location.partition("://")[2].partition("/")[0].partition(":")[0])
        if host in met:
            return name
        met.add(host)
    return name


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


def _site(
    name: DomainName,
    weight: float,
    leads_to: DomainName | None,
    facts: Facts,
    knowledge: Knowledge,
) -> Site:
    aliases = _shown(alias_signals(facts, name, "cname-target"), knowledge)
    headers = _shown(header_signals(facts, name), knowledge)
    around = surroundings(facts, knowledge, name, "web")
    return Site(
        name=name,
        weight=weight,
        leads_to=leads_to,
        marks=page_facts(facts, name, PARKED),
        aliases=aliases,
        around=around,
        headers=headers,
        certified=_certified(facts, name, knowledge),
        edge=_edge(aliases) or around.of(Role.EDGE) or _edge(headers),
    )


def _certified(facts: Facts, name: str, knowledge: Knowledge) -> tuple[tuple[Signal, Hit], ...]:
    """The services whose names the certificate is for: rules on aliases know those names."""
    known = [
        (signal, hit)
        for signal in certificate_signals(facts, name)
        for _, hit in _shown((replace(signal, kind="cname-target"),), knowledge)
        if hit.fingerprint.role in ORIGINS
    ]
    return tuple(known)


def _shown(signals: Iterable[Signal], knowledge: Knowledge) -> tuple[tuple[Signal, Hit], ...]:
    """The signals with the rules that know them; what merely hints shows nothing."""
    return tuple(
        [
            (signal, hit)
            for signal in signals
            for hit in knowledge.hits(signal)
            if hit.fingerprint.strength is not Strength.HINT
        ]
    )


def _edge(shown: tuple[tuple[Signal, Hit], ...]) -> tuple[tuple[Signal, Hit], ...]:
    """The edge that aliases or headers name: a name says more than an address, and the first
    most.
    """
    found = [(signal, hit) for signal, hit in shown if hit.fingerprint.role is Role.EDGE]
    return tuple([(signal, hit) for signal, hit in found if hit.vendor is found[0][1].vendor])
