"""Every reading of a body's facts, by service: what a rule knows, and what names somebody though no
rule knows him.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sovscan.core.attribute.standing import OWN_NAME, UNRECOGNISED
from sovscan.core.context import Knowledge
from sovscan.core.facts import (
    Facts,
    addresses,
    control_label,
    mail_exchangers,
    name_servers,
    random_label,
)
from sovscan.core.mail_signals import token_signals
from sovscan.core.match import Hit
from sovscan.core.model import (
    DomainName,
    Observation,
    Outcome,
    Question,
    Role,
    RuleId,
    Service,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import within
from sovscan.core.pages import web_names
from sovscan.core.signals import RDAP, every_signal, of_address, registered_networks, zone_signals

MAIL_KINDS = ("mx-", "dkim-", "autodiscover-", "spf", "txt-", "tenant-")
ZONE_KINDS = ("ns-", "soa-")
WEB_KINDS = ("cname-", "http-", "web-")
ANY_HOST = ("address", "ptr")
HOST_KINDS = (*WEB_KINDS, *ANY_HOST, "mx-", "ns-")
"""How the kinds of signals of a service begin; of the web, the role tells hosting from CDN, and of
an address, the host.
"""

TELLING = {
    "mx-host", "ns-host", "dkim-target", "autodiscover-target", "autodiscover-srv", "spf-include",
    "cname-target",
}  # fmt: skip
"""Kinds that name somebody, whether or not a rule knows him."""
TELLING_AS_OWN = {"mx-host", "ns-host", "autodiscover-target", "autodiscover-srv"}
"""Kinds that speak of the body itself, where they hold a name of its own."""

SERVICE_OF = {
    Role.INBOUND: Service.EMAIL,
    Role.MAILBOX: Service.EMAIL,
    Role.BACKUP: Service.EMAIL,
    Role.SENDER: Service.EMAIL,
    Role.AUTHORITATIVE: Service.DNS,
    Role.EDGE: Service.CDN,
}
"""The service of a role; of the others, hosting."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal and the rule that knows it, if one does. `host`: the name whose party it would
    show. `is_synthetic`: a wildcard made it up.
    """

    service: Service
    signal: Signal
    hit: Hit | None
    host: str
    is_own: bool = False
    is_synthetic: bool = False

    @property
    def rule(self) -> RuleId:
        """The vendor's rule, or the tool's own."""
        if self.hit is not None:
            return self.hit.rule
        return OWN_NAME if self.is_own else UNRECOGNISED

    @property
    def vendor(self) -> VendorId | None:
        """Whom the rule names."""
        return self.hit.vendor.id if self.hit else None

    @property
    def role(self) -> Role | None:
        """In which role the rule knows it."""
        return self.hit.fingerprint.role if self.hit else None

    @property
    def strength(self) -> Strength:
        """Of the rule; what no rule knows is a hint at most."""
        return self.hit.fingerprint.strength if self.hit else Strength.HINT


def readings(
    target: Target, facts: Facts, knowledge: Knowledge, domains: Iterable[str]
) -> tuple[Reading, ...]:
    """All readings of a body, each once. `domains`: those at which its mail was looked at."""
    asked = tuple(dict.fromkeys((target.domain, *domains)))
    real = dict.fromkeys(_signals(target, facts, knowledge, asked))
    bare = _without_wildcards(facts, knowledge, asked)
    made_up = {
        (each.kind, each.value): each
        for each in _signals(target, bare, knowledge, asked)
        if each not in real
    }
    hosts = _hosts(target, facts, asked)
    found = [each for s in real for each in _read(s, target, knowledge, hosts)]
    found += [
        replace(each, is_synthetic=True)
        for signal in made_up.values()
        for each in _read(signal, target, knowledge, hosts)
    ]
    return tuple(dict.fromkeys(found))


def _signals(
    target: Target, facts: Facts, knowledge: Knowledge, domains: tuple[str, ...]
) -> Iterator[Signal]:
    for domain in domains:
        found = every_signal(facts, knowledge.networks, domain, target.zone, knowledge.probes)
        kinds = ("",) if domain == target.domain else (*MAIL_KINDS, *ANY_HOST)
        yield from (each for each in found if each.kind.startswith(kinds))
        yield from token_signals(facts, domain)
    yield from zone_signals(facts, name_servers(facts, target.zone, target.domain)[0])
    for relation, hosts in zip(("mx", "ns", "web"), _hosts(target, facts, domains), strict=True):
        for host in hosts:
            yield from _registered(facts, knowledge, host, relation)


def _registered(facts: Facts, knowledge: Knowledge, host: str, relation: str) -> Iterator[Signal]:
    """The networks that a registry named, where the table knew none."""
    for address, question in addresses(facts, host):
        if knowledge.networks.lookup(address) is None:
            told_by = Question(DomainName(address), RDAP)
            for network in registered_networks(facts, address):
                yield from of_address(network, relation, address, question, told_by)


def _hosts(
    target: Target, facts: Facts, domains: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The hosts of mail, of the zone and of the site: the same address may be that of all three."""
    mail = tuple(mx.host for domain in domains for mx in mail_exchangers(facts, domain))
    return mail, name_servers(facts, target.zone, target.domain)[1], web_names(target.domain)


def _without_wildcards(
    facts: Facts, knowledge: Knowledge, domains: tuple[str, ...]
) -> dict[Question, Observation]:
    """The facts as if no random label had answered: what more is read from them, a wildcard made
    up.
    """
    labels = {random_label(domain) for domain in domains}
    labels |= {control_label(probe, domain) for domain in domains for probe in knowledge.probes}
    return {
        question: replace(seen, outcome=Outcome.ABSENT, answers=())
        if seen.outcome is Outcome.SEEN and any(label in question.name for label in labels)
        else seen
        for question, seen in facts.items()
    }


def _read(
    signal: Signal,
    target: Target,
    knowledge: Knowledge,
    hosts: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> Iterator[Reading]:
    """The readings of one signal: one a rule and service, or one of its own where it tells."""
    host = signal.value if signal.kind in {"mx-host", "ns-host"} else signal.subject
    own = within(signal.value, target.zone)
    hits: dict[RuleId, Hit] = {hit.rule: hit for hit in knowledge.hits(signal)}
    if signal.kind.startswith("soa-"):  # a primary is a name server, whatever it is read from
        hits |= {hit.rule: hit for hit in knowledge.hits(replace(signal, kind="ns-host"))}
    for hit in hits.values():
        for service in _services(signal, hit.fingerprint.role, hosts):
            yield Reading(service, signal, hit, host)
    if not hits and signal.kind in (TELLING_AS_OWN if own else TELLING):
        for service in _services(signal, Role.PLATFORM, hosts):
            yield Reading(service, signal, None, host, is_own=own)


def _services(
    signal: Signal,
    role: Role,
    hosts: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> tuple[Service, ...]:
    """To which service a reading belongs: by its kind, an address by its host, else by the role."""
    by_web = Service.CDN if role is Role.EDGE else Service.HOSTING
    if signal.kind in ANY_HOST:
        services = (Service.EMAIL, Service.DNS, by_web)
        return tuple(s for s, held in zip(services, hosts, strict=True) if signal.subject in held)
    if signal.kind.startswith(MAIL_KINDS):
        return (Service.EMAIL,)
    if signal.kind.startswith(ZONE_KINDS):
        return (Service.DNS,)
    return (by_web if signal.kind.startswith(WEB_KINDS) else SERVICE_OF.get(role, by_web),)
