"""The whole judgement of one target: attribute, reach, score. Same facts + same knowledge = same
bytes.
"""

from sovscan.core.attribute import attribute
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.facts import Facts
from sovscan.core.jurisdiction import reach
from sovscan.core.model import Assessment, Attribution, Basis, Lens, Target, VendorId
from sovscan.core.score import score


def assess(
    target: Target, facts: Facts, knowledge: Knowledge, criteria: Criteria, basis: Basis
) -> Assessment:
    """Everything that may be concluded about a target from these facts."""
    attributions = attribute(target, facts, knowledge)
    reaches = tuple(
        [reach(vendor, target.country, knowledge, criteria) for vendor in _vendors(attributions)]
    )
    scores = tuple([score(attributions, reaches, criteria, lens) for lens in Lens])
    return Assessment(target, attributions, reaches, scores, basis)


def _vendors(attributions: tuple[Attribution, ...]) -> tuple[VendorId, ...]:
    named = {
        vendor
        for attribution in attributions
        for party in attribution.parties
        for vendor in (party.vendor, party.platform)
        if vendor is not None
    }
    return tuple(sorted(named))
