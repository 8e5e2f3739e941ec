"""Fifty findings drawn for a look by hand, and what that look said.

Drawn by hashing: a finding's place in the order of its kind depends on the seed and on itself
alone, so that the draw moves as little as the findings do. Every kind has one, what is left over
goes to the kinds in proportion to the square root of their size. Pure.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from bench.accuracy_model import Claim

SIZE = 50
SEED = "sovscan-accuracy-1"
VERDICTS = ("right", "doubtful", "wrong")
COLUMNS = ("domain", "role", "party", "said", "verdict", "reason")
"""Of checked-by-hand.csv. `said`: the finding as it was when it was checked."""

Kind = tuple[str, str, str, str, str]
Name = tuple[str, str, str]
"""Domain, role and party: what names a finding."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody who read the records thinks of a finding. `said` is the finding then."""

    name: Name
    said: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finding of the sample with its verdict, if it has one; `is_stale`: it said otherwise when
    it was checked.
    """

    claim: Claim
    verdict: Verdict | None
    is_stale: bool


def kind_of(claim: Claim) -> Kind:
    """Role, finding, class, confidence, and the signal that showed it."""
    shown_by = claim.evidence[0][1] if claim.evidence else ""
    return claim.role, claim.finding, claim.kind, claim.confidence, shown_by


def name_of(claim: Claim) -> Name:
    """Domain, role and vendor; without a vendor the first value that was seen."""
    value = claim.evidence[0][2] if claim.evidence else ""
    party = claim.vendor or f"{claim.finding.lower()}: {value}"
    if claim.role != "sender" and claim.platform:
        party += f" on {claim.platform}"
    return claim.subject, claim.role, party


def said(claim: Claim) -> str:
    """The finding in one line: what a verdict is about."""
    parts = (claim.finding, claim.vendor, claim.confidence)
    ground = f" on {claim.platform}" if claim.platform else ""
    return " ".join(part for part in parts if part) + ground


def draw(claims: Iterable[Claim], size: int = SIZE, seed: str = SEED) -> tuple[Claim, ...]:
    """The sample, by kind and name."""
    kinds: dict[Kind, list[Claim]] = defaultdict(list)
    for claim in claims:
        kinds[kind_of(claim)].append(claim)
    for held in kinds.values():
        held.sort(key=lambda claim: _place(claim, seed))
    parts = allot({kind: len(held) for kind, held in kinds.items()}, size)
    return tuple(claim for kind in sorted(kinds) for claim in kinds[kind][: parts[kind]])


def allot(sizes: Mapping[Kind, int], size: int) -> dict[Kind, int]:
    """How many of each kind: one, and then by square root of its size, the most wanting first."""
    parts = dict.fromkeys(sorted(sizes), 1)
    while sum(parts.values()) < min(size, sum(sizes.values())):
        open_kinds = (kind for kind in parts if parts[kind] < sizes[kind])
        parts[max(open_kinds, key=lambda kind: (sqrt(sizes[kind]) / parts[kind], kind))] += 1
    return parts


def with_verdicts(claims: Iterable[Claim], verdicts: Iterable[Verdict]) -> tuple[Drawn, ...]:
    """Each finding with what was said of it."""
    known = {each.name: each for each in verdicts}
    found = ((claim, known.get(name_of(claim))) for claim in claims)
    return tuple(
        Drawn(claim, verdict, verdict is not None and verdict.said != said(claim))
        for claim, verdict in found
    )


def read_verdicts(rows: Iterable[Mapping[str, str]]) -> tuple[Verdict, ...]:
    """The rows of checked-by-hand.csv. Raises ValueError for a word that is no verdict, or a
    finding that is judged twice.
    """
    found = []
    for row in rows:
        if row["verdict"] not in VERDICTS:
            raise ValueError(f"{row['domain']}: {row['verdict']!r} is none of {VERDICTS}")
        name = (row["domain"], row["role"], row["party"])
        found.append(Verdict(name, row["said"], row["verdict"], row["reason"]))
    twice = [name for name, count in Counter(each.name for each in found).items() if count > 1]
    if twice:
        raise ValueError(f"judged twice: {twice}")
    return tuple(found)


def _place(claim: Claim, seed: str) -> str:
    return hashlib.sha256("|".join((seed, *name_of(claim))).encode()).hexdigest()
