"""CDN: who stands in front of the body's web names. Many bodies have none; that is not the same as
unknown.
"""

from sovscan.core.attribute.host import spread
from sovscan.core.attribute.plain import unobserved, without_service
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
    """The edges in front of a body's web names, in equal parts among the names that have one."""
    fronted = tuple(site for site in found if site.edge)
    if fronted:
        parties = spread(party for site in fronted for party in _parties(site, len(fronted)))
        bare = tuple(
            Reason("name-without-edge", (("host", site.name),)) for site in found if not site.edge
        )
        return Attribution(Service.CDN, Finding.ATTRIBUTED, parties, reasons=bare)
    if not found:
        return without_site(Service.CDN, target, facts)
    unplaced = tuple(evidence for site in found for evidence in site.unplaced)
    if unplaced:
        reasons = (Reason("edge-not-excluded"),)
        return Attribution(Service.CDN, Finding.UNKNOWN, reasons=reasons, evidence=unplaced)
    failed = unseen(target, facts)
    if failed:  # what stands there may be an edge
        return unobserved(Service.CDN, facts, *failed)
    grounds = tuple(signal for site in found for signal, _ in (*site.aliases, *site.around.hits))
    return without_service(Service.CDN, "no-edge-seen", tuple(dict.fromkeys(grounds)))


def _parties(site: Site, names: int) -> tuple[Party, ...]:
    """One edge for each of so many web names, unless its addresses lie with several."""
    by_vendor = {hit.vendor.id: hit for _, hit in site.edge}
    return tuple(
        Party(
            role=Role.EDGE,
            finding=Finding.ATTRIBUTED,
            share=1 / len(by_vendor) / names,
            vendor=vendor,
            operator=hit.vendor.operator,
            confidence=Confidence.LIKELY,
            evidence=tuple(
                other.evidence(signal) for signal, other in site.edge if other.vendor.id == vendor
            ),
        )
        for vendor, hit in by_vendor.items()
    )
