"""CDN: who stands in front of the body's web names. Many bodies have none; that is not the same as
unknown.
"""

from sovscan.core.attribute.plain import unobserved, without_service
from sovscan.core.attribute.standing import spread
from sovscan.core.attribute.web import Site, unseen, without_site
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Attribution,
    Confidence,
    Finding,
    Party,
    Reason,
    Role,
    Service,
    Target,
)


def attribute_cdn(target: Target, facts: Facts, found: tuple[Site, ...]) -> Attribution:
    """The edges in front of the pages that are shown in the end, in equal parts; else those in
    front of names that only send on.
    """
    if not found:
        return without_site(Service.CDN, target, facts)
    shown = tuple(site for site in found if site.weight)
    fronted = tuple(site for site in shown if site.edge) or tuple(s for s in found if s.edge)
    if fronted:
        parties = spread(party for site in fronted for party in _parties(site, 1 / len(fronted)))
        bare = tuple(
            Reason("name-without-edge", (("host", site.name),)) for site in shown if not site.edge
        )
        return Attribution(Service.CDN, Finding.ATTRIBUTED, parties, reasons=bare)
    failed = unseen(target, facts)
    if failed:  # what stands there may be an edge
        return unobserved(Service.CDN, facts, *failed)
    found = shown
    unplaced = tuple(evidence for site in found for evidence in site.unplaced)
    if unplaced:
        reasons = (Reason("edge-not-excluded"),)
        return Attribution(Service.CDN, Finding.UNKNOWN, reasons=reasons, evidence=unplaced)
    grounds = tuple(signal for site in found for signal, _ in (*site.aliases, *site.around.hits))
    return without_service(Service.CDN, "no-edge-seen", tuple(dict.fromkeys(grounds)))


def _parties(site: Site, part: float) -> tuple[Party, ...]:
    """One edge for a web name with this part of those that have one, unless its addresses lie with
    several.
    """
    by_vendor = {hit.vendor.id: hit for _, hit in site.edge}
    return tuple(
        Party(
            role=Role.EDGE,
            finding=Finding.ATTRIBUTED,
            share=part / len(by_vendor),
            vendor=vendor,
            operator=hit.vendor.operator,
            confidence=Confidence.LIKELY,
            evidence=tuple(
                other.evidence(signal) for signal, other in site.edge if other.vendor.id == vendor
            ),
        )
        for vendor, hit in by_vendor.items()
    )
