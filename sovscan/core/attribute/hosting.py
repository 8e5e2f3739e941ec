"""Hosting: in whose network or cloud the body's web names stand, and who operates them where that
shows.

Behind an edge the origin is hidden, and stays unknown: what is in front says nothing of what is
behind.
"""

from dataclasses import replace

from sovscan.core.attribute.host import UNRECOGNISED, spread
from sovscan.core.attribute.web import Site, sites, without_site
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.match import Hit
from sovscan.core.model import (
    Attribution,
    Confidence,
    Evidence,
    Finding,
    Party,
    Reason,
    Role,
    Service,
    Signal,
    Strength,
    Target,
    VendorId,
)


def attribute_hosting(target: Target, facts: Facts, knowledge: Knowledge) -> Attribution:
    """The platforms and operators of a body's web names; each name that answers has an equal
    part."""
    found = sites(target, facts, knowledge)
    if not found:
        return without_site(Service.HOSTING, target, facts)
    parties = spread(
        replace(party, share=party.share / len(found)) for site in found for party in _parties(site)
    )
    known = any(party.finding is Finding.ATTRIBUTED for party in parties)
    return Attribution(Service.HOSTING, Finding.ATTRIBUTED if known else Finding.UNKNOWN, parties)


def _parties(site: Site) -> tuple[Party, ...]:
    if site.edge:
        return (_hidden(site),)
    operator = site.shown(Role.OPERATOR)
    grounds = _grounds(
        site,
        next((found for found in site.aliases if found[1].fingerprint.role is Role.PLATFORM), None),
    )
    if operator is None:
        return tuple(
            _on_ground(site, vendor, part, evidence) for vendor, (part, evidence) in grounds.items()
        )
    return tuple(
        _operated(operator, vendor, part, evidence) for vendor, (part, evidence) in grounds.items()
    )


def _grounds(
    site: Site, alias: tuple[Signal, Hit] | None
) -> dict[VendorId | None, tuple[float, tuple[Evidence, ...]]]:
    """The platforms under a site with their parts; by the alias where one names it, else by
    address.
    """
    if alias is not None:
        signal, hit = alias
        same = tuple(
            e
            for vendor, (_, es) in site.around.platforms().items()
            if vendor == hit.vendor.id
            for e in es
        )
        return {hit.vendor.id: (1.0, (hit.evidence(signal), *same))}
    placed = {signal.value for signal, hit in site.around.of(Role.PLATFORM)}
    networks = [signal for signal in site.around.signals if signal.kind == "web-address-as"]
    count = sum(1 for signal in site.around.signals if signal.kind == "address")
    known = sum(1 for signal in networks if signal.value in placed)
    grounds: dict[VendorId | None, tuple[float, tuple[Evidence, ...]]] = {
        vendor: (part * known / count, evidence)
        for vendor, (part, evidence) in site.around.platforms().items()
    }
    if known < count:
        grounds[None] = ((count - known) / count, _unplaced(site, placed))
    return grounds


def _unplaced(site: Site, placed: set[str]) -> tuple[Evidence, ...]:
    """The networks that are no platform: access lines by their rule, others as unrecognised; else
    the addresses.
    """
    lines = {signal: hit.evidence(signal) for signal, hit in site.around.of(Role.CONNECTIVITY)}
    wanted = [
        signal
        for signal in site.around.signals
        if signal.kind == "web-address-as" and signal.value not in placed
    ]
    wanted = wanted or [signal for signal in site.around.signals if signal.kind == "address"]
    return tuple(
        lines.get(signal) or Evidence(UNRECOGNISED, signal, Strength.HINT) for signal in wanted
    )


def _on_ground(
    site: Site, vendor: VendorId | None, part: float, evidence: tuple[Evidence, ...]
) -> Party:
    if vendor is None:
        lines = tuple(
            Reason("connectivity", (("vendor", hit.vendor.id), ("asn", signal.value)))
            for signal, hit in site.around.of(Role.CONNECTIVITY)
        )
        code = "on-access-line" if lines else "platform-unrecognised"
        reasons = (
            Reason(code, (("host", site.name),)),
            *dict.fromkeys(lines),
            *site.around.reasons,
        )
        return Party(Role.PLATFORM, Finding.UNKNOWN, part, evidence=evidence, reasons=reasons)
    hit = next(hit for _, hit in (*site.aliases, *site.around.hits) if hit.vendor.id == vendor)
    return Party(
        role=Role.PLATFORM,
        finding=Finding.ATTRIBUTED,
        share=part,
        vendor=vendor,
        operator=hit.vendor.operator,
        confidence=Confidence.LIKELY,
        evidence=evidence,
        reasons=(Reason("tenant-not-shown"),),
    )


def _operated(
    operator: tuple[Signal, Hit],
    platform: VendorId | None,
    part: float,
    evidence: tuple[Evidence, ...],
) -> Party:
    signal, hit = operator
    return Party(
        role=Role.OPERATOR,
        finding=Finding.ATTRIBUTED,
        share=part,
        vendor=hit.vendor.id,
        operator=hit.vendor.operator,
        platform=platform if platform != hit.vendor.id else None,
        confidence=Confidence.LIKELY,
        evidence=(hit.evidence(signal), *evidence),
    )


def _hidden(site: Site) -> Party:
    signal, hit = site.edge[0]
    reason = Reason("origin-hidden", (("vendor", hit.vendor.id), ("host", site.name)))
    return Party(
        Role.PLATFORM, Finding.UNKNOWN, 1.0, evidence=(hit.evidence(signal),), reasons=(reason,)
    )
