"""Hosting: in whose network or cloud the body's web names stand, and who operates them where that
shows.

Behind an edge the origin is hidden, and stays unknown: what is in front says nothing of what is
behind.
"""

from sovscan.core.attribute.ground import NOWHERE, Ground
from sovscan.core.attribute.standing import access_lines, spread
from sovscan.core.attribute.web import Site, site_reasons, without_site
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.match import Hit
from sovscan.core.model import (
    Attribution,
    Confidence,
    Finding,
    Party,
    Reason,
    Role,
    Service,
    Signal,
    Target,
)


def attribute_hosting(
    target: Target, facts: Facts, knowledge: Knowledge, found: tuple[Site, ...]
) -> Attribution:
    """The platforms and operators of a body's web names; each page that is shown in the end has an
    equal part.
    """
    if not found:
        return without_site(Service.HOSTING, target, facts)
    parties = spread(party for site in found for party in _parties(site))
    known = any(party.finding is Finding.ATTRIBUTED for party in parties if party.share)
    finding = Finding.ATTRIBUTED if known else Finding.UNKNOWN
    disputes = tuple(dict.fromkeys(told for site in found for told in site.around.disputes))
    reasons = site_reasons(target, facts, knowledge, found)
    return Attribution(Service.HOSTING, finding, parties, reasons, disputes)


def _parties(site: Site) -> list[Party]:
    """The parties of a web name."""
    whole = site.weight
    if site.edge and not site.is_named:
        return [_behind(site, site.origin, whole) if site.origin else _hidden(site, whole)]
    operator, grounds = site.shown(Role.OPERATOR), _grounds(site) or (NOWHERE,)
    if operator is None:
        return [_on_ground(site, ground, ground.part * whole) for ground in grounds]
    return [_operated(operator, ground, ground.part * whole) for ground in grounds]


def _grounds(site: Site) -> tuple[Ground, ...]:
    """Where a site stands: on the platform that an alias names, else where its addresses lie, else
    on the platform that a header of its page names.
    """
    named = next((e for e in site.aliases if e[1].fingerprint.role is Role.PLATFORM), None)
    grounds = site.around.grounds
    if named is None and not any(ground.role is Role.PLATFORM for ground in grounds):
        named = next((e for e in site.headers if e[1].fingerprint.role is Role.PLATFORM), None)
    if named is None:
        return grounds
    signal, hit = named
    same = (e for ground in grounds if ground.vendor == hit.vendor.id for e in ground.evidence)
    return (Ground(Role.PLATFORM, hit.vendor.id, 1.0, (hit.evidence(signal), *same)),)


def _on_ground(site: Site, ground: Ground, share: float) -> Party:
    if ground.role is not Role.PLATFORM:
        return _on_no_platform(site, ground, share)
    hits = (hit for _, hit in (*site.aliases, *site.around.hits, *site.headers))
    return Party(
        role=Role.PLATFORM,
        finding=Finding.ATTRIBUTED,
        share=share,
        vendor=ground.vendor,
        operator=next(hit.vendor.operator for hit in hits if hit.vendor.id == ground.vendor),
        confidence=Confidence.LIKELY,
        evidence=ground.evidence,
        reasons=(Reason("tenant-not-shown"),),
    )


def _on_no_platform(site: Site, ground: Ground, share: float) -> Party:
    """On an access line, or in a network that no rule knows: who runs the server is not shown."""
    if ground.role is None and site.certified:
        return _by_certificate(site, share)
    code = "on-access-line" if ground.role else "platform-unrecognised"
    reasons = (Reason(code, (("host", site.name),)), *access_lines(ground), *site.around.reasons)
    return Party(
        role=Role.PLATFORM,
        finding=Finding.UNKNOWN,
        share=share,
        evidence=ground.evidence or site.unplaced,
        reasons=reasons,
    )


def _by_certificate(site: Site, share: float) -> Party:
    """In a network that no rule knows, with a certificate for a vendor's own service names: a sign,
    and no more; a certificate may be carried anywhere.
    """
    told = Reason("by-certificate", (("host", site.name),))
    return _possible(site.certified[0], share, (told, *site.around.reasons))


def _operated(operator: tuple[Signal, Hit], ground: Ground, share: float) -> Party:
    signal, hit = operator
    is_platform = ground.role is Role.PLATFORM and ground.vendor != hit.vendor.id
    return Party(
        role=Role.OPERATOR,
        finding=Finding.ATTRIBUTED,
        share=share,
        vendor=hit.vendor.id,
        operator=hit.vendor.operator,
        platform=ground.vendor if is_platform else None,
        confidence=Confidence.LIKELY,
        evidence=(hit.evidence(signal), *ground.evidence),
    )


def _behind(site: Site, origin: tuple[Signal, Hit], share: float) -> Party:
    """Behind an edge that passed on a mark of who answered: possible, and no more than that."""
    edge = site.edge[0][1].vendor.id
    told = Reason("origin-by-header", (("vendor", edge), ("host", site.name)))
    return _possible(origin, share, (told,))


def _possible(shown: tuple[Signal, Hit], share: float, reasons: tuple[Reason, ...]) -> Party:
    signal, hit = shown
    return Party(
        role=hit.fingerprint.role,
        finding=Finding.ATTRIBUTED,
        share=share,
        vendor=hit.vendor.id,
        operator=hit.vendor.operator,
        confidence=Confidence.POSSIBLE,
        evidence=(hit.evidence(signal),),
        reasons=reasons,
    )


def _hidden(site: Site, share: float) -> Party:
    signal, hit = site.edge[0]
    reason = Reason("origin-hidden", (("vendor", hit.vendor.id), ("host", site.name)))
    return Party(
        Role.PLATFORM, Finding.UNKNOWN, share, evidence=(hit.evidence(signal),), reasons=(reason,)
    )
