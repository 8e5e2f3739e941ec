"""Labels, claims and what holds one against the other. Pure: nothing is read or asked here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
Key = tuple[str, str, str]
"""Subject (a domain or a case), service, role ("" for the service as a whole)."""

BIG_TECH, FOREIGN, EUROPEAN = "big tech", "other foreign", "European"
OPEN, OWN, UNKNOWN = "control open", "own", "unknown"
CLASSES = (BIG_TECH, FOREIGN, EUROPEAN, OPEN, OWN, UNKNOWN)
NAMED = ("ATTRIBUTED", "OWN")
"""Findings that claim something; all others say that nobody is named."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the findings. `names`: ids of its vendor, its operator and all above them, or
    "own"; `kind`: class of the controller. Where nobody is named both say so.
    """

    subject: str
    service: str
    role: str
    finding: str
    vendor: str
    names: frozenset[str]
    kind: str
    confidence: str
    platform: str = ""
    evidence: tuple[tuple[str, str, str], ...] = ()
    """Rule, signal and value of each fact that a rule met."""
    row: Row = field(default_factory=dict, compare=False)

    @property
    def is_named(self) -> bool:
        """Does it say who?"""
        return self.finding in NAMED

    @property
    def key(self) -> Key:
        """What it speaks of."""
        return self.subject, self.service, self.role


@dataclass(frozen=True, slots=True)
class Label:
    """What a source says of a subject's role: any of `names` is right, and all of `columns` of the
    row must agree. `is_nobody`: nobody may be named.
    """

    subject: str
    service: str
    role: str
    kind: str
    names: frozenset[str] = frozenset()
    columns: tuple[tuple[str, object], ...] = ()
    is_nobody: bool = False

    @property
    def key(self) -> Key:
        """What it speaks of."""
        return self.subject, self.service, self.role

    def meets(self, claim: Claim) -> bool:
        """Does the claim say what the label says?"""
        if self.is_nobody or not claim.is_named or (self.names and not self.names & claim.names):
            return False
        return all(_agrees(claim.row, column, value) for column, value in self.columns)

    def allows(self, claim: Claim) -> bool:
        """Where no vendor may be named, and no more is said, a claim of `own` is neither right nor
        wrong.
        """
        said = all(_agrees(claim.row, column, value) for column, value in self.columns)
        return self.is_nobody and bool(self.columns) and said


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim of which some label speaks, and whether it is right."""

    claim: Claim
    wanted: tuple[Label, ...]
    is_right: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """A label, and whether what it says was found; of one that says `nobody`: whether nobody was
    named.
    """

    label: Label
    is_met: bool
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """All claims that labels speak of, and all labels."""

    claims: tuple[Checked, ...]
    labels: tuple[Sought, ...]

    @property
    def named(self) -> tuple[Sought, ...]:
        """Labels that name somebody."""
        return tuple(each for each in self.labels if not each.label.is_nobody)

    @property
    def nobody(self) -> tuple[Sought, ...]:
        """Labels that say: unknown."""
        return tuple(each for each in self.labels if each.label.is_nobody)


def score(labels: Iterable[Label], claims: Sequence[Claim]) -> Scored:
    """Hold claims against labels, group by group; a label is met by one claim at most."""
    groups: dict[Key, list[Label]] = defaultdict(list)
    for label in labels:
        groups[label.key].append(label)
    held: dict[Key, list[Claim]] = defaultdict(list)
    for claim in claims:
        held[claim.key].append(claim)
        if claim.role not in {"", "sender"}:
            held[claim.subject, claim.service, ""].append(claim)
    checked: list[Checked] = []
    sought: list[Sought] = []
    for key, wanted in groups.items():
        more_checked, more_sought = _group(wanted, held.get(key, []))
        checked += more_checked
        sought += more_sought
    return Scored(tuple(checked), tuple(sought))


def _group(wanted: list[Label], said: list[Claim]) -> tuple[list[Checked], list[Sought]]:
    """The particular labels choose first; what is then left over is wrong. A label of a whole
    service does not say that there is nothing else in it: beside it only its contrary is wrong.
    """
    named = [claim for claim in said if claim.is_named]
    met: dict[int, int] = {}
    for number in sorted(range(len(wanted)), key=lambda each: -len(wanted[each].columns)):
        free = (place for place in range(len(named)) if place not in met.values())
        found = next((place for place in free if wanted[number].meets(named[place])), None)
        if found is not None:
            met[number] = found
    is_whole = not wanted[0].role
    rest = [claim for place, claim in enumerate(named) if place not in met.values()]
    wrong = [claim for claim in rest if not any(label.allows(claim) for label in wanted)]
    if is_whole and all(label.is_nobody <= _is_said(label, said) for label in wanted):
        wrong = []
    checked = [
        Checked(named[place], tuple(wanted), is_right=True) for place in sorted(met.values())
    ]
    checked += [Checked(claim, tuple(wanted), is_right=False) for claim in wrong]
    sought, room = [], len(wrong)
    for number, label in enumerate(wanted):
        if not label.is_nobody:
            sought.append(Sought(label, number in met, tuple(said)))
            continue
        sought.append(Sought(label, room <= 0, tuple(said)))
        room -= 1
    return checked, sought


def _is_said(label: Label, said: list[Claim]) -> bool:
    return any(
        all(_agrees(claim.row, column, value) for column, value in label.columns) for claim in said
    )


def _agrees(row: Row, column: str, value: object) -> bool:
    found = row.get(column)
    return (found or "") == value if isinstance(value, str) else found == value
