"""The argument on a terminal: seen, rule, vendor, owners, law, points, each step with its source;
and what was considered and not followed.
"""

import textwrap
from collections.abc import Iterator

from sovscan.core.considered import Considered
from sovscan.core.model import Finding, Reach, Role
from sovscan.report.argument import (
    Argument,
    Claim,
    Holder,
    Player,
    Points,
    Proof,
    Sight,
    Source,
    foreign_laws,
    other_policy,
)
from sovscan.report.registry import UNREAD
from sovscan.report.say import Voice, clean

WIDTH = 110
INDENT = "     "
MOST_CONSIDERED = 8
MOST_SENDERS = 3


def explain_text(argument: Argument, voice: Voice) -> str:
    """The argument for each service, for a terminal."""
    return "\n\n".join(
        "\n".join(
            [
                *_title(argument, claim, voice),
                "",
                *_body(argument, claim, voice),
                "",
                *_sources(argument, claim),
            ]
        )
        for claim in argument.claims
    )


def party_name(player: Player, voice: Voice) -> str:
    """The vendor's name, or the words for the body itself and for nobody known."""
    if player.vendor is not None:
        return player.vendor.reach.name
    return voice.word("words", "own" if player.party.finding is Finding.OWN else "unknown")


def shown_proofs(claim: Claim, player: Player) -> tuple[Proof, ...]:
    """The proofs of a party, but for those that the section on what was not followed tells."""
    if player.party.finding is not Finding.UNKNOWN:
        return player.proofs
    told = {each.signal for each in claim.considered}
    return tuple(each for each in player.proofs if each.evidence.signal not in told)


def shown_considered(claim: Claim) -> tuple[Considered, ...]:
    """What was not followed, but for what a sender's lines or the contradictions tell already."""
    listed = {
        (proof.evidence.rule, proof.evidence.signal)
        for player in claim.players
        if player.party.role is Role.SENDER
        for proof in player.proofs[:MOST_SENDERS]
    }
    against = {
        (facts.get("signal"), facts.get("value"))
        for facts in (dict(reason.facts) for reason in claim.attribution.conflicts)
    }
    return tuple(
        each
        for each in claim.considered
        if (each.rule, each.signal) not in listed
        and (each.signal.kind, each.signal.value) not in against
    )


def span_text(points: Points) -> str:
    """The service's number, or its bounds."""
    low, high = f"{points.low or 0:.2f}", f"{points.high or 0:.2f}"
    return low if low == high else f"{low} to {high}"


def sum_text(points: Points) -> str:
    """How the parties make the number, stake by stake."""
    return " + ".join(
        f"{stake.weight:.2f} x {'unknown (0 to 1)' if stake.risk is None else f'{stake.risk:g}'}"
        + (f" [{stake.party.role.value}]" if stake.party else "")
        for stake in points.stakes
    )


def _title(argument: Argument, claim: Claim, voice: Voice) -> Iterator[str]:
    case, attribution = argument.case, claim.attribution
    basis = case.assessment.basis
    yield (
        f"{case.assessment.target.domain} ·"
        f" {voice.word('services', attribution.service.value)} · {attribution.finding.value}"
        f" ({voice.word('findings', attribution.finding.value)})"
    )
    yield (
        f"scan {case.scan}, seen {case.observed_at} · policy {basis.policy} · methodology"
        f" {basis.methodology}"
        f" · owners as of {basis.on} · datasets {basis.datasets[:12]}"
    )
    yield from (_sight(each) for each in claim.sights)
    if not argument.same_registry:
        yield voice.word("explain", "other-registry")


def _sight(sight: Sight) -> str:
    """When and through whom the facts were first seen as they are."""
    when = f"at {sight.first}" if sight.first == sight.last else f"{sight.first} to {sight.last}"
    count = len(sight.questions)
    what = f"{count} facts" if count > 1 else clean(" ".join(sight.questions[0]))
    return f"{what} first seen {when} through {clean(sight.resolver)}"


def _body(argument: Argument, claim: Claim, voice: Voice) -> Iterator[str]:
    attribution, names = claim.attribution, argument.names
    for number, player in enumerate(claim.players, 1):
        yield from _party(argument, claim, number, player, voice)
    yield from _listed("seen", [_seen(each, voice) for each in claim.proofs])
    yield from _listed("why", [voice.reason(each, names) for each in attribution.reasons])
    yield from _listed("against", [voice.reason(each, names) for each in attribution.conflicts])
    yield from _considered(argument, claim, voice)
    yield from _listed("points", list(_points(claim.points)))


def _party(
    argument: Argument, claim: Claim, number: int, player: Player, voice: Voice
) -> Iterator[str]:
    party = player.party
    share = f"{party.share:.0%}" if party.share else "not scored"
    at = "" if party.preference is None else f" · preference {party.preference}"
    sure = f" · {party.confidence.value}" if party.confidence else ""
    yield (
        f"{number}  {party.role.value:13} {party_name(player, voice)}   {share}{at}"
        f"   {party.finding.value}{sure}"
    )
    if party.role is Role.SENDER:
        told = (_seen(each, voice) for each in player.proofs[:MOST_SENDERS])
        yield from _listed(
            "not used", [f"{each}: a sender never elects a mailbox" for each in told]
        )
        return
    yield from _listed("seen", [_seen(each, voice) for each in shown_proofs(claim, player)])
    yield from _listed("why", [voice.reason(each, argument.names) for each in party.reasons])
    for label, holder in (("owner", player.vendor), ("platform", player.platform)):
        if holder is not None:
            yield from _holder(argument, label, holder, voice)


def _holder(argument: Argument, label: str, holder: Holder, voice: Voice) -> Iterator[str]:
    laws: dict[str, list[str]] = {}
    for law in foreign_laws(argument.case, holder):
        laws.setdefault(f"{law.country}, by {law.binds.value}", []).append(law.name)
    yield from _listed(label, [_chain(holder.reach, voice)])
    yield from _listed("note", [voice.reason(note) for note in holder.reach.notes])
    yield from _listed("law", [f"{where}: {'; '.join(names)}" for where, names in laws.items()])


def _seen(proof: Proof, voice: Voice) -> str:
    evidence, signal = proof.evidence, proof.evidence.signal
    what = f"{voice.word('signals', signal.kind)} {clean(signal.value)}".strip()
    question = clean(" ".join(signal.question))
    return f"{what}   [{question}]   rule {voice.rule(evidence.rule)} · {evidence.strength.value}"


def _chain(reach: Reach, voice: Voice) -> str:
    steps = [
        f"{link.name} ({link.country})"
        + (f"  < {'since ' + link.since if link.since else link.held}" if link.held else "")
        for link in reach.chain
    ]
    flags = f"{reach.tier} {voice.word('tiers', reach.tier)}" + (
        " · big tech" if reach.big_tech else ""
    )
    return "  ".join(steps) + f"   = {flags}"


def _considered(argument: Argument, claim: Claim, voice: Voice) -> Iterator[str]:
    """What was read and not followed, and why."""
    listed = shown_considered(claim)
    if not listed:
        return
    yield f"{INDENT}{voice.word('explain', 'considered')}"
    lines = [_rejected(each, argument, voice) for each in listed[:MOST_CONSIDERED]]
    if len(listed) > MOST_CONSIDERED:
        lines.append(f"and {len(listed) - MOST_CONSIDERED} more (--format json lists all)")
    for line in lines:
        yield from _listed("", [line])


def _rejected(each: Considered, argument: Argument, voice: Voice) -> str:
    signal = each.signal
    what = f"{voice.word('signals', signal.kind)} {clean(signal.value)}"
    rule = f" · {each.rule}" if each.vendor else ""
    agrees = f" ({voice.word('explain', 'agrees')})" if each.agrees else ""
    return f"{what}{rule}: {voice.reason(each.reason, argument.names)}{agrees}"


def _points(points: Points) -> Iterator[str]:
    """How the parties make the number; then the service's weight in the whole."""
    if not points.stakes:
        yield "left out of the sum: the body has no such service"
        return
    yield sum_text(points)
    yield (
        f"= {span_text(points)} of 1 · weight {points.weight:g} of {points.whole:g}"
        " that apply to this body"
    )


def _listed(label: str, lines: list[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        head = f"{INDENT}{label if not place else '':9} "
        yield textwrap.fill(
            line,
            WIDTH,
            initial_indent=head,
            subsequent_indent=" " * (len(head) + 2),
            break_on_hyphens=False,
            break_long_words=False,
        )


def _sources(argument: Argument, claim: Claim) -> Iterator[str]:
    if claim.sources:
        yield "Sources"
    yield from (f"  {source.what}: {_cited(source)}" for source in claim.sources)
    scan, policy = argument.case.scan, other_policy(argument.case)
    yield f"Judge it yourself: sovscan assess --scan {scan} --policy {policy}"


def _cited(source: Source) -> str:
    said = [f"checked {source.checked}"] if source.checked else []
    said += [] if source.opened else [UNREAD]
    return f"{source.where} ({'; '.join(said)})" if said else source.where
