"""Where labels come from: the recorded world's table of labels, the golden cases, and a hook.

A source gives labels and what the tool said of the same subjects. Recorded and constructed ones are
never added up. Another constructed source (worlds made for each vendor, say) is a module named in
HOOKS with `measured(known: Known) -> Measured`; where there is none, the page says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tomli
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.jurisdiction import reach
from sovscan.core.model import Reach, Role, VendorId

from bench.accuracy_model import (
    BIG_TECH,
    EUROPEAN,
    FOREIGN,
    NAMED,
    OPEN,
    OWN,
    UNKNOWN,
    Claim,
    Label,
    Row,
)

HOOKS = ("bench.accuracy_vendors",)
SAME = {"google": "alphabet"}
"""Names that a table of labels uses for a group, and the group's id."""

IDENTITY = ("finding", "vendor", "vendor_name", "operator", "platform", "controller",
            "control_country", "tier", "european", "big_tech", "platform_controller",
            "platform_country", "platform_big_tech")  # fmt: skip
"""Columns that say who. The rest of what a case expects is the matter of its test."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A source: what it is called, how many subjects it has, its labels, and the claims on them.
    `never`: how many statements it forbids; `broken`: of each that is made, the first claim.
    """

    name: str
    subjects: int
    labels: tuple[Label, ...]
    claims: tuple[Claim, ...]
    never: int = 0
    broken: tuple[Claim, ...] = ()


class Known:
    """The registry as the measure needs it: who stands above a vendor, and in which class."""

    def __init__(self, knowledge: Knowledge, criteria: Criteria) -> None:
        self.knowledge, self.criteria = knowledge, criteria

    def reach(self, vendor: str, home: str | None) -> Reach:
        """The chain above a vendor, seen from a body's country."""
        return reach(VendorId(vendor), home, self.knowledge, self.criteria)

    def names(self, vendor: str, home: str | None) -> frozenset[str]:
        """The ids of a vendor, of its operator, and of all above it."""
        return frozenset({vendor, *(link.entity for link in self.reach(vendor, home).chain)})

    def mailbox_vendor(self, host: str) -> str | None:
        """The vendor whose rule in role `mailbox` knows this MX host name."""
        found = self.knowledge.rules.identify("mx-host", host)
        hits = (hit.vendor.id for hit in found if hit.fingerprint.role is Role.MAILBOX)
        return next(hits, None)

    def claim(self, row: Row) -> Claim:
        """A row of the findings as a claim."""
        vendor, names = row["vendor"] or "", frozenset({str(row["finding"]).lower()})
        if vendor:
            names = self.names(vendor, row["country"])
        evidence = tuple((e["rule"], e["signal"], e["value"]) for e in row["evidence"])
        return Claim(
            subject=row["domain"],
            service=row["service"],
            role=row["role"] or "",
            finding=row["finding"],
            vendor=vendor,
            names=names,
            kind=kind_of_row(row),
            confidence=row["confidence"] or "",
            platform=row["platform"] or "",
            evidence=evidence,
            row=row,
        )

    def kind_of_name(self, name: str) -> str:
        """The class of a vendor or of an entity that stands above one."""
        if name in self.knowledge.vendors:
            return _kind_of(self.reach(name, None))
        return _kind_of(self._by_entity[name]) if name in self._by_entity else UNKNOWN

    @cached_property
    def _by_entity(self) -> dict[str, Reach]:
        found: dict[str, Reach] = {}
        for vendor in sorted(self.knowledge.vendors):
            above = self.reach(vendor, None)
            for link in above.chain:
                found.setdefault(link.entity, above)
        return found


def kind_of_row(row: Row) -> str:
    """The class of a row of the findings."""
    if row["finding"] == "OWN":
        return OWN
    if not row["vendor"]:
        return UNKNOWN
    if row["big_tech"]:
        return BIG_TECH
    if row["european"]:
        return EUROPEAN
    return OPEN if row["tier"] == "TU" else FOREIGN


def _kind_of(above: Reach) -> str:
    flags = {"big_tech": above.big_tech, "european": above.european, "tier": above.tier}
    return kind_of_row({"finding": "ATTRIBUTED", "vendor": above.vendor, **flags})


def truth_labels(rows: Iterable[dict[str, str]], known: Known) -> tuple[Label, ...]:
    """The labels of a recording: `mailbox` and `inbound`; an empty cell is no label."""
    found = []
    for row in rows:
        for role in ("mailbox", "inbound"):
            said = row[role]
            if not said:
                continue
            if said == UNKNOWN:
                found.append(Label(row["domain"], "email", role, UNKNOWN, is_nobody=True))
                continue
            name = SAME.get(said, said)
            kind = known.kind_of_name(name)
            found.append(Label(row["domain"], "email", role, kind, frozenset({name})))
    return tuple(found)


def expected(subject: str, row: dict[str, Any], known: Known) -> Label | None:
    """What a golden case expects of a role, as a label; None where it does not say who."""
    columns = tuple((column, row[column]) for column in IDENTITY if column in row)
    if not columns:
        return None
    said = dict(columns)
    vendor, finding = said.get("vendor"), said.get("finding")
    is_nobody = finding not in NAMED if finding is not None else vendor == ""
    kind = UNKNOWN if is_nobody else OWN if finding == "OWN" else _said_kind(said, known)
    return Label(
        subject,
        row["service"],
        row.get("role", ""),
        kind,
        columns=columns,
        is_nobody=is_nobody,
    )


def _said_kind(said: dict[str, Any], known: Known) -> str:
    names = (said.get(column) for column in ("vendor", "operator", "controller"))
    return next((known.kind_of_name(name) for name in names if name), UNKNOWN)


def golden(folder: Path, known: Known) -> Measured:
    """The golden cases: constructed worlds, run and read as their test does it."""
    from tests.core.test_golden import findings, is_like
    from tests.store.helpers import store

    labels: list[Label | None] = []
    claims: list[Claim] = []
    broken: list[Claim] = []
    never = 0
    cases = sorted(path.parent for path in folder.glob("*/case.toml"))
    for case in cases:
        told = tomli.loads((case / "case.toml").read_text("utf-8"))
        with (
            TemporaryDirectory(prefix="sovscan-accuracy-") as temporary,
            store(Path(temporary) / "case.db") as file,
        ):
            rows = findings(case, told, known.knowledge, file)
        mine = [(row, known.claim({**row, "domain": case.name})) for row in rows]
        claims += [claim for _, claim in mine]
        labels += [expected(case.name, row, known) for row in told.get("expect", ())]
        for forbidden in told.get("never", ()):
            never += 1
            broken += [claim for row, claim in mine if is_like(row, forbidden)][:1]
    listed = tuple(label for label in labels if label is not None)
    return Measured("golden cases", len(cases), listed, tuple(claims), never, tuple(broken))


def hooked(known: Known, names: Sequence[str] = HOOKS) -> tuple[Measured, ...]:
    """What the modules of the hook measured: those that are there."""
    there = (name for name in names if find_spec(name) is not None)
    return tuple(import_module(name).measured(known) for name in there)
