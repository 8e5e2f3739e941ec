"""CDN: who stands in front of the body's web names. Many bodies have none; that is not the same as
unknown.
"""

from dataclasses import replace

from sovscan.core.attribute.host import UNRECOGNISED, spread
from sovscan.core.attribute.plain import without_service
from sovscan.core.attribute.web import Site, sites, without_site
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Attribution,
    Confidence,
    Evidence,
    Finding,
    Party,
    Reason,
    Role,
    Service,
    Strength,
    Target,
)


def attribute_cdn(target: Target, facts: Facts, knowledge: Knowledge) -> Attribution:
    """The edges in front of a body's web names, in equal parts among the names that have one."""
    found = sites(target, facts, knowledge)
    fronted = tuple(site for site in found if site.edge)
    if fronted:
        parties = spread(
            replace(party, share=party.share / len(fronted))
            for site in fronted
            for party in _parties(site)
        )
        bare = tuple(
            Reason("name-without-edge", (("host", site.name),)) for site in found if not site.edge
        )
        return Attribution(Service.CDN, Finding.ATTRIBUTED, parties, reasons=bare)
    if not found:
        return without_site(Service.CDN, target, facts)
    strangers = tuple(signal for site in found for signal in site.strangers)
    if strangers:
        evidence = tuple(Evidence(UNRECOGNISED, signal, Strength.HINT) for signal in strangers)
        reasons = (Reason("edge-not-excluded"),)
        return Attribution(Service.CDN, Finding.UNKNOWN, reasons=reasons, evidence=evidence)
    grounds = tuple(signal for site in found for signal, _ in (*site.aliases, *site.around.hits))
    return without_service(Service.CDN, "no-edge-seen", tuple(dict.fromkeys(grounds)))


def _parties(site: Site) -> tuple[Party, ...]:
    """One edge a site, unless its addresses lie with several."""
    by_vendor = {hit.vendor.id: hit for _, hit in site.edge}
    return tuple(
        Party(
            role=Role.EDGE,
            finding=Finding.ATTRIBUTED,
            share=1 / len(by_vendor),
            vendor=vendor,
            operator=hit.vendor.operator,
            confidence=Confidence.LIKELY,
            evidence=tuple(
                other.evidence(signal) for signal, other in site.edge if other.vendor.id == vendor
            ),
        )
        for vendor, hit in by_vendor.items()
    )
