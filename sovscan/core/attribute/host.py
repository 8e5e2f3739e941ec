"""Who runs one named host (an MX or NS host): by its name, else by its network, else nobody can
say.
"""

from dataclasses import replace

from sovscan.core.attribute.ground import NOWHERE, Ground, Surroundings, surroundings
from sovscan.core.attribute.standing import (
    OWN_NAME,
    UNRECOGNISED,
    Standing,
    access_lines,
)
from sovscan.core.attribute.vanity import by_pointer, in_own_network
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts, alias_chain
from sovscan.core.jurisdiction import group_of
from sovscan.core.match import Hit
from sovscan.core.model import (
    Confidence,
    DomainName,
    Evidence,
    Finding,
    Reason,
    Role,
    Signal,
    Strength,
    Target,
)
from sovscan.core.names import within


def identify(
    named: Signal,
    relation: str,
    roles: tuple[Role, ...],
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
) -> tuple[Standing, ...]:
    """Who runs the host that this signal names, in one of these roles: one standing for each
    platform under it.
    """
    host = named.value
    around = surroundings(facts, knowledge, host, relation)
    shown, by_name = _recognised(named, roles, facts, knowledge)
    if by_name:
        hit = min(by_name, key=lambda hit: roles.index(hit.fingerprint.role))
        own = shown is named and within(host, target.domain)
        base = (
            _own_service(named, hit, around) if own else _by_name(named, shown, hit, roles, around)
        )
    else:
        split = _partly_by_network(named, roles, target, knowledge, around)
        if split:
            return split
        base = (
            _by_network(named, roles, around)
            or by_pointer(named, roles, target, facts, knowledge, around)
            or _unnamed(named, target, around)
        )
    if around.disputes:
        base = replace(base, conflicts=(*base.conflicts, *around.disputes))
    return _on_grounds(base, named, target, around, knowledge)


def _recognised(
    named: Signal, roles: tuple[Role, ...], facts: Facts, knowledge: Knowledge
) -> tuple[Signal, tuple[Hit, ...]]:
    """The rules that know the name, or a name to which it is an alias, and that name as it was
    seen. An MX or NS host should be no alias (RFC 2181 section 10.3); where it is, the mail goes
    there all the same.
    """
    found = knowledge.hits(named, *roles)
    if found:
        return named, found
    for alias, question in alias_chain(facts, named.value):
        shown = Signal(named.kind, alias, DomainName(named.value), question)
        found = knowledge.hits(shown, *roles)
        if found:
            return shown, found
    return named, ()


def _partly_by_network(
    named: Signal,
    roles: tuple[Role, ...],
    target: Target,
    knowledge: Knowledge,
    around: Surroundings,
) -> tuple[Standing, ...]:
    """A host of which only some addresses lie in a filter's network: each part stands by itself."""
    filtered = {
        place.address
        for place in around.places
        if any(hit.fingerprint.role in roles for _, hit in place.hits)
    }
    rest = set(around.addresses) - filtered
    if not filtered or not rest:
        return ()
    whole = len(around.places)
    parts = []
    for addresses in (filtered, rest):
        some = around.part(addresses)
        base = _by_network(named, roles, some) or _unnamed(named, target, some)
        weight = len(some.places) / whole
        parts += [
            replace(each, weight=each.weight * weight)
            for each in _on_grounds(base, named, target, some, knowledge)
        ]
    return tuple(parts)


def _by_name(
    named: Signal, shown: Signal, hit: Hit, roles: tuple[Role, ...], around: Surroundings
) -> Standing:
    """The vendor that the name shows, or the name to which it is an alias, and what of the host's
    addresses shows it too.
    """
    facts = (("host", named.value), ("to", shown.value))
    leading = () if shown is named else (Reason("alias-host", facts),)
    evidence = [hit.evidence(shown)]
    evidence += [o.evidence(signal) for signal, o in around.of(*roles) if o.vendor is hit.vendor]
    return Standing(
        Finding.ATTRIBUTED,
        hit,
        None,
        Confidence.LIKELY,
        tuple(evidence),
        (*leading, *around.reasons),
        conflicts=_against_network(named, hit, around.of(*roles)),
    )


def _against_network(
    named: Signal, hit: Hit, found: tuple[tuple[Signal, Hit], ...]
) -> tuple[Reason, ...]:
    """A name of one vendor in a network that serves nothing but another's same business."""
    others = {
        other.vendor.id: signal
        for signal, other in found
        if other.vendor.operator != hit.vendor.operator
    }
    return tuple(
        Reason(
            "name-against-network",
            (
                ("host", named.value),
                ("says", vendor),
                ("signal", signal.kind),
                ("value", signal.value),
                ("found", hit.vendor.id),
            ),
        )
        for vendor, signal in others.items()
    )


def _by_network(named: Signal, roles: tuple[Role, ...], around: Surroundings) -> Standing | None:
    """A filter seen under a vanity name, by a network that serves nothing else. Two such vendors
    name nobody.
    """
    found = around.of(*roles)
    if len({hit.vendor.id for _, hit in found}) != 1:
        return None
    evidence = tuple(hit.evidence(signal) for signal, hit in found)
    reason = Reason("by-network", (("host", named.value),))
    return Standing(
        Finding.ATTRIBUTED,
        found[0][1],
        None,
        Confidence.LIKELY,
        evidence,
        (reason, *around.reasons),
    )


def _own_service(named: Signal, hit: Hit, around: Surroundings) -> Standing:
    """A body that serves others is its own provider under its own name, and no vendor to itself."""
    evidence = (Evidence(OWN_NAME, named, Strength.CONCLUSIVE), hit.evidence(named))
    return Standing(Finding.OWN, None, None, Confidence.LIKELY, evidence, around.reasons)


def _unnamed(named: Signal, target: Target, around: Surroundings) -> Standing:
    """The body's own name on a known network is the body's own; any other name is unrecognised."""
    if not within(named.value, target.zone):
        return _unrecognised(named, "unrecognised-host", around)
    evidence = Evidence(OWN_NAME, named, Strength.CONCLUSIVE)
    return Standing(Finding.OWN, None, None, Confidence.LIKELY, (evidence,), around.reasons)


def _unrecognised(named: Signal, code: str, around: Surroundings, weight: float = 1.0) -> Standing:
    signals = (named, *around.unknown_networks)
    evidence = tuple([Evidence(UNRECOGNISED, signal, Strength.HINT) for signal in signals])
    reasons = (Reason(code, (("host", named.value),)), *around.reasons)
    return Standing(Finding.UNKNOWN, None, None, None, evidence, reasons, weight)


def _on_grounds(
    base: Standing, named: Signal, target: Target, around: Surroundings, knowledge: Knowledge
) -> tuple[Standing, ...]:
    """The standing once for each ground under the host, with its part of the addresses."""
    grounds = around.grounds or (NOWHERE,)
    return tuple([_on_ground(base, named, target, around, ground, knowledge) for ground in grounds])


def _on_ground(
    base: Standing,
    named: Signal,
    target: Target,
    around: Surroundings,
    ground: Ground,
    knowledge: Knowledge,
) -> Standing:
    """An own name shows an own host only on a ground that some rule knows, or in a network that is
    the body's own; the vendor's own network is no platform of another.
    """
    own, on_platform = base.finding is Finding.OWN, ground.role is Role.PLATFORM
    if own and ground.role is None:
        return in_own_network(base, named, target, around, ground) or _unrecognised(
            named, "own-name-unplaced", around, ground.part
        )
    lines = access_lines(ground) if own and not on_platform else ()
    foreign = on_platform and not _is_its_own(base, around, ground, knowledge)
    return Standing(
        base.finding,
        base.hit,
        ground.vendor if foreign else None,
        Confidence.POSSIBLE if own and on_platform else base.confidence,
        (*base.evidence, *ground.evidence),
        (*lines, *base.reasons),
        ground.part,
        base.conflicts,
    )


def _is_its_own(base: Standing, around: Surroundings, ground: Ground, knowledge: Knowledge) -> bool:
    """Does the platform belong to the group of who runs the host already?"""
    if base.hit is None:
        return False
    groups = {
        group_of(hit.vendor.operator, knowledge)
        for _, hit in around.hits
        if hit.vendor.id == ground.vendor
    }
    return group_of(base.hit.vendor.operator, knowledge) in groups
