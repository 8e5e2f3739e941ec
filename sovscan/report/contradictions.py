"""Every contradiction with both sides: what one signal says, what was found instead or what the
other signals say, and which of them carried the finding.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sovscan.core.group import OWN, deciding
from sovscan.core.model import (
    Assessment,
    Attribution,
    Finding,
    Party,
    Reason,
    Role,
    Service,
    Target,
)
from sovscan.report.say import Voice, clean

COLUMNS = (
    "domain", "country", "body", "name", "service", "finding", "code", "says", "says_name",
    "signal", "value", "against", "carried", "facts", "scan",
)  # fmt: skip
"""The columns of a contradiction; docs/groups.md says what each means."""

SAYS, SIGNAL, VALUE, FOUND = "says", "signal", "value", "found"
"""The facts of a contradiction that have a place of their own; any other is shown as it is."""

ITSELF = "the body itself"
NAME, SIDE = 26, 50
"""Characters of a domain and of one side."""


@dataclass(frozen=True, slots=True)
class Side:
    """Who is named (a vendor's id, `own`, or `unknown` where nobody was found), and the kinds and
    values of the signals that name them.
    """

    says: str
    signals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One contradiction of one body. `carried`: on whose side the finding is: `says`, `against` or
    `neither`; empty where the reason names no sides.
    """

    target: Target
    service: Service
    finding: Finding
    reason: Reason
    against: tuple[Side, ...]
    carried: str

    def fact(self, key: str) -> str:
        """The first fact of this key; empty where there is none."""
        return next(iter(_facts(self.reason, key)), "")

    @property
    def others(self) -> tuple[tuple[str, str], ...]:
        """The facts that have no place of their own."""
        usual = {SAYS, SIGNAL, VALUE, FOUND}
        return tuple((key, value) for key, value in self.reason.facts if key not in usual)

    @property
    def pair(self) -> tuple[str, str, str, str, tuple[str, ...]]:
        """Service, who carried, by what signal who stands against whom. Where signals merely stand
        against each other, either way round is the same pair.
        """
        sides = tuple(dict.fromkeys(side.says for side in self.against))
        if self.fact(FOUND) or not sides:
            return self.service.value, self.carried, self.fact(SIGNAL), self.fact(SAYS), sides
        first, *rest = sorted({self.fact(SAYS), *sides})
        return self.service.value, self.carried, "", first, tuple(rest)


def contradictions(
    assessments: Iterable[Assessment], service: Service | None = None
) -> Iterator[Contradiction]:
    """All of these judgements, in their order."""
    for assessment in assessments:
        for attribution in assessment.attributions:
            if service in {None, attribution.service}:
                for reason in attribution.conflicts:
                    yield _contradiction(assessment.target, attribution, reason)


def contradiction_row(found: Contradiction, scan: int, names: Mapping[str, str]) -> dict[str, Any]:
    """The row of a contradiction."""
    says = found.fact(SAYS)
    return {
        "domain": found.target.domain,
        "country": found.target.country,
        "body": found.target.id,
        "name": found.target.name,
        "service": found.service.value,
        "finding": found.finding.value,
        "code": found.reason.code,
        "says": says or None,
        "says_name": names.get(says),
        "signal": found.fact(SIGNAL) or None,
        "value": found.fact(VALUE) or None,
        "against": [
            {
                "says": side.says,
                "says_name": names.get(side.says),
                "signals": [{"signal": kind, "value": value} for kind, value in side.signals],
            }
            for side in found.against
        ],
        "carried": found.carried or None,
        "facts": [list(fact) for fact in found.reason.facts],
        "scan": scan,
    }


def contradictions_text(
    found: Sequence[Contradiction], names: Mapping[str, str], voice: Voice, most: int | None = None
) -> str:
    """By kind and by who stands against whom, each with its number of bodies; then the bodies, at
    most so many lines of them in all.
    """
    kinds: dict[str, list[Contradiction]] = defaultdict(list)
    for each in found:
        kinds[each.reason.code].append(each)
    ordered = sorted(kinds.items(), key=lambda item: (-_bodies(item[1]), item[0]))
    pairs = {code: _pairs(listed) for code, listed in ordered}
    shown = _dealt([_bodies(listed) for held in pairs.values() for listed in held], most)
    parts = []
    for code, held in pairs.items():
        parts.append(f"{code}: {_count(_bodies(kinds[code]))}")
        for listed in held:
            parts += _pair_lines(listed, next(shown), names, voice)
    return "\n".join(parts)


def _contradiction(target: Target, attribution: Attribution, reason: Reason) -> Contradiction:
    found, says = _facts(reason, FOUND), next(iter(_facts(reason, SAYS)), "")
    sides: dict[str, list[tuple[str, str]]] = {each: _shown(attribution, each) for each in found}
    if says and not found:
        for other in attribution.conflicts:
            for named in _facts(other, SAYS):
                if other.code == reason.code and named != says:
                    told = zip(_facts(other, SIGNAL), _facts(other, VALUE), strict=False)
                    sides.setdefault(named, []).extend(told)
    against = tuple(Side(each, tuple(signals)) for each, signals in sides.items())
    carried = _carried(attribution, says, found) if says else ""
    return Contradiction(target, attribution.service, attribution.finding, reason, against, carried)


def _carried(attribution: Attribution, says: str, found: Sequence[str]) -> str:
    """The side whose vendor stands among the parties; of the first side only where the service goes
    by it.
    """
    if any(_label(party) in found for party in _counted(attribution)):
        return "against"
    return "says" if any(_label(party) == says for party in deciding(attribution)) else "neither"


def _shown(attribution: Attribution, named: str) -> list[tuple[str, str]]:
    """The signals by which somebody was found, the first of each kind; the parties by which the
    service is called come first.
    """
    signals: dict[str, str] = {}
    for party in (*deciding(attribution), *_counted(attribution)):
        if _label(party) == named:
            for each in party.evidence:
                signals.setdefault(each.signal.kind, each.signal.value)
    return list(signals.items())


def _counted(attribution: Attribution) -> list[Party]:
    """The parties that somebody was found for; a sender carries nothing."""
    return [party for party in attribution.parties if party.role is not Role.SENDER]


def _label(party: Party) -> str:
    """As the reasons name a party; empty for one that nobody was found for."""
    return OWN if party.finding is Finding.OWN else str(party.vendor or "")


def _facts(reason: Reason, key: str) -> tuple[str, ...]:
    return tuple(value for each, value in reason.facts if each == key)


def _bodies(found: Iterable[Contradiction]) -> int:
    return len({each.target.domain for each in found})


def _count(bodies: int) -> str:
    return "1 body" if bodies == 1 else f"{bodies} bodies"


def _pairs(found: Iterable[Contradiction]) -> list[list[Contradiction]]:
    """Those of one pair together, the most frequent pair first."""
    pairs: dict[object, list[Contradiction]] = defaultdict(list)
    for each in found:
        pairs[each.pair].append(each)
    return sorted(pairs.values(), key=lambda listed: (-_bodies(listed), listed[0].pair))


def _dealt(wanted: list[int], most: int | None) -> Iterator[int]:
    """How many lines each pair gets: one after another in turns, until none are left."""
    given = [0] * len(wanted) if most is not None else wanted
    left = most or 0
    while left and given != wanted:
        for place, want in enumerate(wanted):
            if left and given[place] < want:
                given[place] += 1
                left -= 1
    return iter(given)


def _pair_lines(
    listed: list[Contradiction], most: int, names: Mapping[str, str], voice: Voice
) -> Iterator[str]:
    by_body: dict[str, list[Contradiction]] = defaultdict(list)
    for each in listed:
        by_body[each.target.domain].append(each)
    yield f"{len(by_body):5}  {_against(listed[0], names, voice)}"
    for domain, held in list(by_body.items())[:most]:
        yield f"         {clean(domain, NAME):{NAME}}  {_sides(held, voice)}"
    if most and len(by_body) > most:
        yield f"         and {len(by_body) - most} more"


def _against(found: Contradiction, names: Mapping[str, str], voice: Voice) -> str:
    """Who stands against whom, and who carried the finding."""
    service, carried, signal, says, sides = found.pair
    service = voice.word("services", service)
    if not says:
        return f"{service}: {', '.join(dict.fromkeys(key for key, _ in found.reason.facts))}"
    one, *others = (_name(each, names, voice) for each in (says, *sides))
    rivals = " and ".join(others) or "other signals"
    if not signal:
        return f"{service}: {one} against {rivals}; neither carried the finding"
    end = {
        "against": f"; {rivals} carried the finding",
        "says": f", which carried the finding; against it {rivals}",
        "neither": f"; found: {rivals}",
    }[carried]
    return f"{service}: {voice.word('signals', signal)} … says {one}{end}"


def _name(named: str, names: Mapping[str, str], voice: Voice) -> str:
    return ITSELF if named == OWN else clean(names.get(named) or voice.word("words", named))


def _sides(held: list[Contradiction], voice: Voice) -> str:
    """The values of one body: what one side rests on, then the other, then facts of other kinds."""
    first = held[0]
    own = [
        (each.fact(SIGNAL), each.fact(VALUE))
        for each in held
        if each.fact(SAYS) == first.fact(SAYS)
    ]
    others = [signal for side in first.against for signal in side.signals]
    sides = [_signals(side, voice) for side in (own, others)]
    rest = " · ".join(clean(f"{key} {value}", SIDE) for key, value in first.others)
    if not first.fact(SAYS):
        rest = _sentence(first.reason, voice) or rest
    return "  |  ".join(text for text in (*sides, rest) if text)


def _sentence(reason: Reason, voice: Voice) -> str:
    """What the language says of a code that names no sides; empty where it does not know it."""
    return voice.reason(reason) if voice.word("reasons", reason.code) != reason.code else ""


def _signals(signals: list[tuple[str, str]], voice: Voice) -> str:
    """The first signal, and how many more there are."""
    told = [f"{voice.word('signals', kind)} {value}".strip() for kind, value in signals if value]
    more = f" +{len(told) - 1}" if len(told) > 1 else ""
    return clean(told[0], SIDE) + more if told else ""
