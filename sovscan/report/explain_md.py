"""The argument as a letter in Markdown: headings, quoted facts, sources as links. What the network
said stands in code spans and can write nothing itself.
"""

from collections.abc import Iterable, Iterator

from sovscan.core.considered import Considered
from sovscan.core.model import Link, Question, Role
from sovscan.core.registry import Law
from sovscan.report.argument import (
    Argument,
    Claim,
    Holder,
    Player,
    Proof,
    foreign_laws,
    other_policy,
)
from sovscan.report.explain import party_name, span_text, sum_text
from sovscan.report.markdown import link, prose, quoted, sentence
from sovscan.report.registry import UNREAD
from sovscan.report.say import Voice

MOST_ANSWERS = 4
MOST_CONSIDERED = 12


def explain_letter(argument: Argument, voice: Voice) -> str:
    """The whole argument, paragraph by paragraph."""
    paragraphs = [
        *_opening(argument, voice),
        *(each for claim in argument.claims for each in _claim(argument, claim, voice)),
        *_closing(argument, voice),
    ]
    return "\n\n".join(paragraphs)


def _say(voice: Voice, key: str, **facts: object) -> str:
    """A sentence of the letter; its facts are Markdown already."""
    return voice.word("letter", key).format(**facts)


def _opening(argument: Argument, voice: Voice) -> Iterator[str]:
    case = argument.case
    basis, target = case.assessment.basis, case.assessment.target
    yield "# " + _say(voice, "title", domain=quoted(target.domain))
    if target.name != target.domain:
        yield quoted(target.name)
    yield _say(
        voice, "basis",
        scan=case.scan, seen=prose(case.observed_at), policy=prose(basis.policy),
        methodology=prose(basis.methodology), on=prose(basis.on), datasets=basis.datasets[:12],
    )  # fmt: skip
    score = case.assessment.headline
    key = "score" if score.value is not None else "no-score"
    bounds = {"low": f"{score.low:.0f}", "high": f"{score.high:.0f}"}
    yield _say(voice, key, value=f"{score.value or 0:.0f}", seen=f"{score.coverage:.0%}", **bounds)
    if not argument.same_registry:
        yield prose(_upper(voice.word("explain", "other-registry")))


def _closing(argument: Argument, voice: Voice) -> Iterator[str]:
    scan, policy = argument.case.scan, other_policy(argument.case)
    yield "## " + _say(voice, "judge")
    yield _say(voice, "limits")
    yield quoted(f"sovscan assess --scan {scan} --policy {policy}")


def _claim(argument: Argument, claim: Claim, voice: Voice) -> Iterator[str]:
    attribution, names = claim.attribution, argument.names
    service = voice.word("services", attribution.service.value)
    finding = voice.word("findings", attribution.finding.value)
    yield f"## {prose(_upper(service))}: {prose(finding)} ({attribution.finding.value})"
    for sight in claim.sights:
        key = "seen-at" if sight.first == sight.last else "seen-from"
        times = {"first": prose(sight.first), "last": prose(sight.last)}
        count = len(sight.questions)
        yield _say(voice, key, count=count, resolver=quoted(sight.resolver), **times)
    for player in claim.players:
        if player.party.role is not Role.SENDER:
            yield from _player(argument, player, voice)
    yield from _proofs(claim.proofs, voice)
    yield from _section(
        voice, "why", (sentence(each, names, voice) for each in attribution.reasons)
    )
    yield from _section(
        voice, "against", (sentence(each, names, voice) for each in attribution.conflicts)
    )
    yield from _considered(argument, claim, voice)
    yield from _points(claim, voice)


def _player(argument: Argument, player: Player, voice: Voice) -> Iterator[str]:
    party = player.party
    told = [f"{party.share:.0%}" if party.share else _say(voice, "no-share")]
    if party.preference is not None:
        told.append(_say(voice, "preference", value=party.preference))
    told += [party.finding.value, *([party.confidence.value] if party.confidence else [])]
    role = voice.word("roles", party.role.value)
    yield f"### {prose(party_name(player, voice))}: {prose(role)} ({', '.join(told)})"
    yield from _proofs(player.proofs, voice)
    why = [sentence(each, argument.names, voice) for each in party.reasons]
    yield from _section(voice, "why", why)
    for key, holder in (("owner", player.vendor), ("platform", player.platform)):
        if holder is not None:
            yield from _holder(argument, key, holder, voice)


def _proofs(proofs: Iterable[Proof], voice: Voice) -> Iterator[str]:
    """Each fact once, as a quotation, and below it what was read from it and by which rule."""
    by_question: dict[Question, list[Proof]] = {}
    for proof in proofs:
        by_question.setdefault(proof.evidence.signal.question, []).append(proof)
    for question, read in by_question.items():
        yield "> " + _quotation(question, read)
        yield "\n".join(f"- {_read(proof, voice)}" for proof in read)


def _quotation(question: Question, read: list[Proof]) -> str:
    """The question, and its answers: those that are read from it first."""
    fact = read[0].fact
    if fact is None:
        return quoted(" ".join(question))
    values = [proof.evidence.signal.value for proof in read]
    first = sorted(fact.answers, key=lambda text: not any(v in text.lower() for v in values))
    told = [quoted(text) for text in (*fact.aliases, *first[:MOST_ANSWERS])]
    more = len(first) - MOST_ANSWERS
    told += [f"(+ {more})"] if more > 0 else []
    said = ", ".join(told) or " ".join(filter(None, (fact.outcome.value, quoted(fact.detail))))
    return f"{quoted(' '.join(question))}: {said}"


def _read(proof: Proof, voice: Voice) -> str:
    evidence, rule = proof.evidence, proof.rule
    what = f"{prose(voice.word('signals', evidence.signal.kind))} {quoted(evidence.signal.value)}"
    if rule is None:
        return f"{what}: {prose(voice.rule(evidence.rule))}"
    unread = "" if rule.opened else f", {UNREAD}"
    cited = link(evidence.rule, rule.source)
    checked = _say(voice, "checked", day=rule.checked)
    return f"{what}: {cited}, {evidence.strength.value}, {checked}{unread}"


def _holder(argument: Argument, key: str, holder: Holder, voice: Voice) -> Iterator[str]:
    """The chain of owners, a step a line, and the laws."""
    reach = holder.reach
    tier = f"{reach.tier}, {voice.word('tiers', reach.tier)}"
    big = _say(voice, "big-tech") if reach.big_tech else ""
    yield f"**{_say(voice, key, name=prose(reach.name))}** ({prose(tier)}{big})"
    pairs = zip((None, *reach.chain), reach.chain, strict=False)
    steps = [_step(below, each, voice) for below, each in pairs]
    notes = [sentence(note, {}, voice) for note in reach.notes]
    yield "\n".join(f"- {each}" for each in (*steps, *notes))
    yield from _section(voice, "laws", map(_law, foreign_laws(argument.case, holder)))


def _step(below: Link | None, each: Link, voice: Voice) -> str:
    who = f"{prose(each.name)} ({prose(each.country)})"
    itself = _cited(_say(voice, "source"), each.source, opened=each.opened)
    if below is None:
        return f"{who}: {itself}"
    since = _say(voice, "since", day=prose(below.since)) if below.since else ""
    held = _cited(_say(voice, "held-source"), below.held_source, opened=below.held_opened)
    proof = itself if below.held_source == each.source else f"{held}, {itself}"
    return _say(voice, "held", who=who, since=since, proof=proof)


def _cited(label: str, source: str, *, opened: bool) -> str:
    return link(label, source) + ("" if opened else f" ({UNREAD})")


def _law(law: Law) -> str:
    return f"{link(law.name, law.source)} ({prose(law.country)}, {law.binds.value})"


def _considered(argument: Argument, claim: Claim, voice: Voice) -> Iterator[str]:
    """What was not followed, by the reason."""
    by_reason: dict[str, list[str]] = {}
    for each in claim.considered[:MOST_CONSIDERED]:
        told = _upper(sentence(each.reason, argument.names, voice))
        by_reason.setdefault(told, []).append(_rejected(each, argument, voice))
    lines = [
        "\n".join((f"- {told}:", *(f"  - {each}" for each in rejected)))
        for told, rejected in by_reason.items()
    ]
    more = len(claim.considered) - MOST_CONSIDERED
    lines += [f"- {_say(voice, 'more', count=more)}"] if more > 0 else []
    yield f"### {_say(voice, 'considered')}"
    yield "\n".join(lines) or _say(voice, "nothing-else")


def _rejected(each: Considered, argument: Argument, voice: Voice) -> str:
    what = f"{prose(voice.word('signals', each.signal.kind))} {quoted(each.signal.value)}"
    rule = argument.case.knowledge.rules.rule(each.rule)
    cited = f", {link(each.rule, rule.source)}" if rule else ""
    agrees = f" ({voice.word('explain', 'agrees')})" if each.agrees else ""
    return f"{what}{cited}{agrees}"


def _points(claim: Claim, voice: Voice) -> Iterator[str]:
    points = claim.points
    yield f"### {_say(voice, 'points')}"
    if not points.stakes:
        yield _say(voice, "left-out")
        return
    weight = {"weight": f"{points.weight:g}", "whole": f"{points.whole:g}"}
    total = quoted(f"{sum_text(points)} = {span_text(points)}")
    yield _say(voice, "sum", total=total, **weight)


def _upper(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]


def _section(voice: Voice, key: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield "\n".join((f"{_say(voice, key)}\n", *(f"- {line}" for line in listed)))
