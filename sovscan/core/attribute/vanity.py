"""Seeing through a host that bears the body's own name: a vendor's by network and reverse name, or
the body's own by the holder of the network. Never as sure as a name.
"""

import re
from dataclasses import replace

from sovscan.core.attribute.ground import Ground, Surroundings
from sovscan.core.attribute.standing import Standing
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
    Reason,
    Role,
    RuleId,
    Signal,
    Strength,
    Target,
)
from sovscan.core.names import within
from sovscan.core.signals import pointer_signals

OWN_NETWORK = RuleId("core#own-network")
SHORTEST_NAME = 4
"""Letters of a name that may be met in a holder's text: shorter ones are met by chance."""


def by_pointer(
    named: Signal,
    roles: tuple[Role, ...],
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    around: Surroundings,
) -> Standing | None:
    """A vendor's host under a vanity name: the reverse name of its address is one of that vendor's,
    and the address lies in the vendor's own network. A reverse name alone anybody may write.
    """
    networks = {hit.vendor.operator: hit.evidence(signal) for signal, hit in around.hits}
    if not networks or not within(named.value, target.zone):
        return None
    for signal in pointer_signals(facts, named.value, around.addresses):
        as_named = replace(signal, kind=named.kind)
        for hit in () if is_generic(signal) else knowledge.hits(as_named, *roles):
            if hit.vendor.operator in networks:
                evidence = (hit.evidence(signal), networks[hit.vendor.operator])
                reasons = (Reason("vanity-host", (("host", named.value),)), *around.reasons)
                return Standing(Finding.ATTRIBUTED, hit, None, Confidence.LIKELY, evidence, reasons)
    return None


def is_generic(pointer: Signal) -> bool:
    """Is this reverse name made from the address itself? Then it tells whose address it is, and
    nothing of what runs there.
    """
    octets = pointer.question.name.split(".")[:2]
    words = re.split(r"[^0-9a-f]+", pointer.value)
    return all(octet in words for octet in octets)


def in_own_network(
    base: Standing, named: Signal, target: Target, around: Surroundings, ground: Ground
) -> Standing | None:
    """The registry holds the network for somebody of the body's own name: a word of the holder's
    text is the label of its domain. A word is no proof.
    """
    label = target.zone.partition(".")[0]
    numbers = {network.value for network in around.networks}
    holders = [dict(reason.facts) for reason in around.reasons if reason.code == "network"]
    if len(label) < SHORTEST_NAME or not numbers or len(holders) != len(around.places):
        return None
    if not all(label in _words(holder["organisation"]) for holder in holders):
        return None
    evidence = (*base.evidence, *(Evidence(OWN_NETWORK, n, Strength.HINT) for n in around.networks))
    reasons = (Reason("own-network", (("host", named.value),)), *base.reasons)
    return replace(
        base,
        confidence=Confidence.POSSIBLE,
        evidence=evidence,
        reasons=reasons,
        weight=ground.part,
    )


def _words(text: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", text.lower())
