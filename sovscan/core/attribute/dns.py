"""DNS: who answers for the zone. Hosts count per provider; several zones of one provider are one
group.
"""

from dataclasses import replace
from functools import lru_cache

from sovscan.core.attribute.ground import surroundings
from sovscan.core.attribute.host import identify
from sovscan.core.attribute.plain import unobserved
from sovscan.core.attribute.standing import Standing, spread
from sovscan.core.context import Knowledge
from sovscan.core.facts import UNANSWERED, Facts, answers, name_servers, observation, outcome
from sovscan.core.model import (
    Attribution,
    Confidence,
    DomainName,
    Evidence,
    Finding,
    Question,
    Reason,
    Role,
    RuleId,
    Service,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import is_host_name, within
from sovscan.core.signals import zone_signals

DELEGATION = "DELEGATION"
"""The type of a look at the servers of a zone and of its parent."""
LAME = {"lame", "refused"}
FINE = {"authoritative", "no-address"}
"""What a server may be without being lame; that it has no address is told of its host."""
REMEMBERED = 1024
"""Top-level domains whose registry is kept at hand."""
NO_NAME_SERVER = RuleId("core#no-name-server")


def attribute_dns(target: Target, facts: Facts, knowledge: Knowledge) -> Attribution:
    """The providers of the authoritative servers of the body's zone."""
    zone, hosts = name_servers(facts, target.zone, target.domain)
    if not hosts and outcome(facts, zone, "NS") in UNANSWERED:
        return unobserved(Service.DNS, facts, zone, "NS")
    if not hosts:
        signal = Signal("ns-host", "", target.domain, Question(zone, "NS"))
        evidence = (Evidence(NO_NAME_SERVER, signal, Strength.HINT),)
        return Attribution(
            Service.DNS, Finding.UNKNOWN, reasons=(Reason("no-name-server"),), evidence=evidence
        )
    standings = [
        each for host in hosts for each in _standings(host, zone, target, facts, knowledge)
    ]
    parties = spread(each.party(Role.AUTHORITATIVE, 1 / len(hosts)) for each in standings)
    conflicts = tuple(dict.fromkeys(told for each in standings for told in each.conflicts))
    findings = {party.finding for party in parties}
    finding = next((f for f in (Finding.ATTRIBUTED, Finding.OWN) if f in findings), Finding.UNKNOWN)
    vendors = {each.vendor for each in standings}
    primary = _hidden_primary(facts, zone, hosts, vendors, knowledge)
    reasons = (*primary, *_delegation(facts, zone, hosts), *_top_level(hosts, knowledge))
    return Attribution(Service.DNS, finding, parties, reasons, conflicts)


def _hidden_primary(
    facts: Facts,
    zone: DomainName,
    hosts: tuple[DomainName, ...],
    vendors: set[VendorId | None],
    knowledge: Knowledge,
) -> tuple[Reason, ...]:
    """A primary server that the SOA names outside of the NS set (RFC 9499: hidden primary): it
    feeds the others, and may be somebody else's. One of a vendor that answers for the zone anyway
    tells nothing, and a name that can never exist is a default of some software.
    """
    named = next((s for s in zone_signals(facts, zone) if s.kind == "soa-mname"), None)
    if named is None or named.value in hosts or not is_host_name(named.value):
        return ()
    as_host = replace(named, kind="ns-host")
    hits = (*knowledge.hits(named), *knowledge.hits(as_host))
    if vendors & {hit.vendor.id for hit in hits}:
        return ()
    return (Reason("hidden-primary", (("host", named.value),)),)


def _delegation(
    facts: Facts, zone: DomainName, hosts: tuple[DomainName, ...]
) -> tuple[Reason, ...]:
    """What parent and servers themselves say, where they were asked: other servers than the zone
    names, and servers that do not answer for it (RFC 9499: lame delegation).
    """
    look = observation(facts, zone, DELEGATION)
    said = [text.split(" ") for text in answers(facts, zone, DELEGATION)]
    is_cut = look is not None and look.detail == "CUT"
    parent = sorted(words[1] for words in said if words[0] == "parent")
    found = []
    if parent and not is_cut and parent != sorted(hosts):
        named = (("parent", host) for host in parent if host not in hosts)
        others = (("child", host) for host in hosts if host not in parent)
        found.append(Reason("delegation-differs", (*named, *others)))
    for words in said:
        if words[0] != "server" or words[2] in FINE:
            continue
        facts_of = (("host", words[1]), ("how", " ".join(words[2:])))
        is_lame = words[2] in LAME
        found.append(Reason("lame", facts_of) if is_lame else Reason("server-fails", facts_of))
    return tuple(found)


def _top_level(hosts: tuple[DomainName, ...], knowledge: Knowledge) -> tuple[Reason, ...]:
    """Who keeps the top-level domains under which the servers' names stand: information, not
    scored.
    """
    labels = sorted({host.rpartition(".")[2] for host in hosts})
    return tuple([told for label in labels for told in _registry(label, knowledge)])


@lru_cache(maxsize=REMEMBERED)
def _registry(label: str, knowledge: Knowledge) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            "tld-registry",
            (
                ("tld", label),
                ("vendor", hit.vendor.id),
                ("country", knowledge.entities[hit.vendor.operator].country),
            ),
        )
        for hit in knowledge.rules.identify("ns-tld", label)
    )


def _standings(
    host: DomainName, zone: DomainName, target: Target, facts: Facts, knowledge: Knowledge
) -> tuple[Standing, ...]:
    named = Signal("ns-host", host, target.domain, Question(zone, "NS"))
    found = identify(named, "ns", (Role.AUTHORITATIVE,), target, facts, knowledge)
    if found[0].hit is not None or not within(host, target.zone):
        return found
    seen_through = _seen_through(host, zone, facts, knowledge)
    if not seen_through and outcome(facts, zone, "SOA") in UNANSWERED:
        return tuple(_untold(standing, host) for standing in found)
    return seen_through or found


def _untold(standing: Standing, host: DomainName) -> Standing:
    """A server of an own name, and the record that might tell whose it is was not seen."""
    reasons = (*standing.reasons, Reason("soa-unseen", (("host", host),)))
    return replace(standing, finding=Finding.UNKNOWN, confidence=None, reasons=reasons)


def _seen_through(
    host: DomainName, zone: DomainName, facts: Facts, knowledge: Knowledge
) -> tuple[Standing, ...]:
    """A vanity name server: the SOA names a provider, and the address stands in that provider's own
    network.
    """
    networks = {
        hit.vendor.operator: hit.evidence(signal)
        for signal, hit in surroundings(facts, knowledge, host, "ns").of(
            Role.PLATFORM, Role.CONNECTIVITY
        )
    }
    for signal in zone_signals(facts, zone):
        as_host = replace(signal, kind="ns-host")
        for hit in (
            *knowledge.hits(signal, Role.AUTHORITATIVE),
            *knowledge.hits(as_host, Role.AUTHORITATIVE),
        ):
            if hit.vendor.operator in networks:
                evidence = (hit.evidence(signal), networks[hit.vendor.operator])
                reason = Reason("vanity-name-server", (("host", host),))
                return (
                    Standing(Finding.ATTRIBUTED, hit, None, Confidence.LIKELY, evidence, (reason,)),
                )
    return ()
