"""One claim as an argument: seen, rule, vendor, owners, law, points. Each step names its source."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.facts import Facts
from sovscan.core.jurisdiction import MEMBER_STATE_LAW
from sovscan.core.model import Assessment, Attribution, Evidence, Finding, Lens, Party, Reach, Role
from sovscan.core.score import stakes
from sovscan.report.registry import UNREAD
from sovscan.report.say import Voice, clean

WIDTH = 110
INDENT = "     "


@dataclass(frozen=True, slots=True)
class Case:
    """All that an explanation draws on: the judgement, the facts and when they were seen, and the
    knowledge.
    """

    assessment: Assessment
    facts: Facts
    scan: int
    observed_at: str
    knowledge: Knowledge
    criteria: Criteria


def explain_text(case: Case, attribution: Attribution, voice: Voice) -> str:
    """The argument for one service, for a terminal or a letter."""
    return "\n".join(
        [
            *_title(case, attribution, voice),
            "",
            *_body(case, attribution, voice),
            "",
            *_sources(case, attribution),
        ]
    )


def explain_document(case: Case, attribution: Attribution, voice: Voice) -> dict[str, Any]:
    """The same argument for machines."""
    basis = case.assessment.basis
    return {
        "domain": case.assessment.target.domain,
        "service": attribution.service.value,
        "finding": attribution.finding.value,
        "scan": case.scan,
        "observed_at": case.observed_at,
        "basis": {key: getattr(basis, key) for key in basis.__slots__},
        "parties": [_party_json(case, party, voice) for party in attribution.parties],
        "reasons": [voice.reason(reason, _names(case)) for reason in attribution.reasons],
        "conflicts": [voice.reason(reason, _names(case)) for reason in attribution.conflicts],
        "evidence": [_evidence_json(case, each) for each in attribution.evidence],
        "points": list(_points(case, attribution, voice)),
    }


def _title(case: Case, attribution: Attribution, voice: Voice) -> Iterator[str]:
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


def _body(case: Case, attribution: Attribution, voice: Voice) -> Iterator[str]:
    for number, party in enumerate(attribution.parties, 1):
        yield from _party(case, number, party, voice)
    yield from _listed("seen", [_seen(case, each, voice) for each in attribution.evidence])
    yield from _listed(
        "why", [voice.reason(reason, _names(case)) for reason in attribution.reasons]
    )
    yield from _listed(
        "against", [voice.reason(reason, _names(case)) for reason in attribution.conflicts]
    )
    yield from _listed("points", list(_points(case, attribution, voice)))


def _party(case: Case, number: int, party: Party, voice: Voice) -> Iterator[str]:
    reach, platform = case.assessment.reach(party.vendor), case.assessment.reach(party.platform)
    name = (
        reach.name
        if reach
        else voice.word("words", "own" if party.finding is Finding.OWN else "unknown")
    )
    share = f"{party.share:.0%}" if party.share else "not scored"
    at = "" if party.preference is None else f" · preference {party.preference}"
    sure = f" · {party.confidence.value}" if party.confidence else ""
    yield f"{number}  {party.role.value:13} {name}   {share}{at}   {party.finding.value}{sure}"
    if party.role is Role.SENDER:
        yield from _listed(
            "not used",
            [
                f"{_seen(case, each, voice)}: a sender never elects a mailbox"
                for each in party.evidence[:3]
            ],
        )
        return
    yield from _listed("seen", [_seen(case, each, voice) for each in party.evidence])
    yield from _listed("why", [voice.reason(reason, _names(case)) for reason in party.reasons])
    for label, held in (("owner", reach), ("platform", platform)):
        if held is not None:
            yield from _listed(label, [_chain(held, voice)])
            yield from _listed("note", [voice.reason(note) for note in held.notes])
            yield from _listed("law", _laws(case, held))


def _seen(case: Case, evidence: Evidence, voice: Voice) -> str:
    signal = evidence.signal
    what = f"{voice.word('signals', signal.kind)} {clean(signal.value)}".strip()
    return (
        f"{what}   [{signal.question.name} {signal.question.type}]   rule"
        f" {voice.rule(evidence.rule)} · {evidence.strength.value}"
    )


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


def _laws(case: Case, reach: Reach) -> list[str]:
    """The laws of other places that reach this chain; those of the EU itself bind everybody here
    alike.
    """
    found: dict[str, list[str]] = {}
    for law in case.knowledge.laws:
        if law.id in reach.laws and law.country not in (
            MEMBER_STATE_LAW,
            case.assessment.target.country,
        ):
            found.setdefault(f"{law.country}, by {law.binds.value}", []).append(law.name)
    return [f"{where}: {'; '.join(names)}" for where, names in found.items()]


def _points(case: Case, attribution: Attribution, voice: Voice) -> Iterator[str]:
    """How the parties make the number, stake by stake; then the service's weight in the whole."""
    methodology = case.criteria.methodology
    held = stakes(attribution, case.assessment.reaches, case.criteria, Lens.BIG_TECH)
    if not held:
        yield "left out of the sum: the body has no such service"
        return
    yield " + ".join(
        f"{stake.weight:.2f} x {'unknown (0 to 1)' if stake.risk is None else f'{stake.risk:g}'}"
        + (f" [{stake.party.role.value}]" if stake.party else "")
        for stake in held
    )
    low = sum(stake.weight * (stake.risk or 0) for stake in held)
    high = sum(stake.weight * (1 if stake.risk is None else stake.risk) for stake in held)
    span = f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f}"
    present = {
        each.service
        for each in case.assessment.attributions
        if each.finding is not Finding.NO_SERVICE
    }
    whole = sum(methodology.services[service] for service in present)
    yield (
        f"= {span} of 1 · weight {methodology.services[attribution.service]:g} of {whole:g}"
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


def _sources(case: Case, attribution: Attribution) -> Iterator[str]:
    found = list(dict.fromkeys(_all_sources(case, attribution)))
    if found:
        yield "Sources"
    yield from (f"  {what}: {source}" for what, source in found)
    yield f"Judge it yourself: sovscan assess --scan {case.scan} --policy {_other_policy(case)}"


def _all_sources(case: Case, attribution: Attribution) -> Iterator[tuple[str, str]]:
    scored = [party for party in attribution.parties if party.role is not Role.SENDER]
    for party in scored:
        for each in party.evidence:
            rule = case.knowledge.rules.rule(each.rule)
            if rule is not None:
                yield each.rule, _cited(rule.source, f"checked {rule.checked}", opened=rule.opened)
    vendors = {vendor for party in scored for vendor in (party.vendor, party.platform) if vendor}
    for reach in case.assessment.reaches:
        if reach.vendor in vendors:
            for link in reach.chain:
                yield link.entity, _cited(link.source, opened=link.opened)
                if link.held_source and link.held_source != link.source:
                    cited = _cited(link.held_source, opened=link.held_opened)
                    yield f"owner of {link.entity}", cited
            for law in case.knowledge.laws:
                if law.id in reach.laws and law.country != MEMBER_STATE_LAW:
                    yield law.id, _cited(law.source, f"checked {law.checked}")


def _cited(source: str, *remarks: str, opened: bool = True) -> str:
    said = [*remarks, *(() if opened else (UNREAD,))]
    return f"{source} ({'; '.join(said)})" if said else source


def _other_policy(case: Case) -> str:
    return next(
        (policy for policy in case.knowledge.policies if policy != case.assessment.basis.policy),
        "eu27",
    )


def _names(case: Case) -> dict[str, str]:
    return {vendor.id: vendor.name for vendor in case.knowledge.vendors.values()}


def _party_json(case: Case, party: Party, voice: Voice) -> dict[str, Any]:
    def held(reach: Reach | None) -> dict[str, Any] | None:
        if reach is None:
            return None
        chain = [{key: getattr(link, key) for key in link.__slots__} for link in reach.chain]
        return {
            "vendor": reach.vendor, "name": reach.name, "controller": reach.controller, "country":
            reach.country,
            "tier": reach.tier, "european": reach.european, "big_tech": reach.big_tech,
            "chain": chain, "laws": list(reach.laws),
        }  # fmt: skip

    return {
        "role": party.role.value,
        "finding": party.finding.value,
        "share": party.share,
        "preference": party.preference,
        "confidence": party.confidence.value if party.confidence else None,
        "vendor": held(case.assessment.reach(party.vendor)),
        "platform": held(case.assessment.reach(party.platform)),
        "evidence": [_evidence_json(case, each) for each in party.evidence],
        "reasons": [voice.reason(reason, _names(case)) for reason in party.reasons],
    }


def _evidence_json(case: Case, evidence: Evidence) -> dict[str, Any]:
    fact = case.facts.get(evidence.signal.question)
    rule = case.knowledge.rules.rule(evidence.rule)
    made = fact.provenance if fact else None
    return {
        "rule": evidence.rule,
        "strength": evidence.strength.value,
        "signal": evidence.signal.kind,
        "value": evidence.signal.value,
        "question": {"name": evidence.signal.question.name, "type": evidence.signal.question.type},
        "answers": list(fact.answers) if fact else [],
        "first_seen": made.observed_at if made else None,
        "resolver": made.resolver if made else None,
        "source": rule.source if rule else None,
        "opened": rule.opened if rule else None,
    }
