"""Writing: facts are added, never changed; what is already there is pointed at. One transaction a
batch.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple
from typing import Any

from sqlite_utils import Database

from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Basis, Observation, Provenance, Target
from sovscan.store import codec

NOWHERE = Provenance("", "", "none")


class Writer:
    """Writes one scan, or the judgements of one, into an open database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that is written inside becomes visible at once, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.conn.in_transaction:  # SQLite ends it by itself where the disk is full
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def begin_scan(
        self, started_at: str, tool: str, resolvers: list[dict[str, str | None]], targets: int
    ) -> int:
        """A new scan; its id."""
        row = {
            "started_at": started_at,
            "tool": tool,
            "resolvers": json.dumps(resolvers),
            "targets": targets,
        }
        return self._insert("scans", row)

    def end_scan(self, scan: int, finished_at: str, health: Mapping[str, object]) -> None:
        """All targets of the scan were looked at; what became of its questions."""
        self._db.execute(
            "UPDATE scans SET finished_at = ?, health = ? WHERE id = ?",
            [finished_at, json.dumps(health), scan],
        )

    def sighting(self, scan: int, target: Target, facts: Facts, observed_at: str) -> int:
        """What was seen of a target; the id of the target's row."""
        row = codec.target_row(target)
        target_id = self._once("targets", codec.digest(*row.values()), row)
        fact_set = self._fact_set(scan, facts, observed_at)
        sighting = {
            "scan": scan,
            "target": target_id,
            "fact_set": fact_set,
            "observed_at": observed_at,
        }
        self._insert("sightings", sighting)
        return target_id

    def assessment(
        self, scan: int, target_id: int, assessment: Assessment, assessed_at: str
    ) -> str:
        """A judgement on a target of a scan; the digest of its verdict. The newest judgement again
        adds nothing; an older one drawn again becomes the newest.
        """
        rows = _verdict_rows(assessment)
        verdict_digest = codec.digest(rows)
        row = {
            "scan": scan,
            "target": target_id,
            "basis": self._basis(assessment.basis),
            "verdict": self._verdict(verdict_digest, rows),
        }
        if self._newest(scan, target_id) != (row["basis"], row["verdict"]):
            self._insert("assessments", {**row, "assessed_at": assessed_at}, "OR REPLACE")
        return verdict_digest

    def _newest(self, scan: int, target_id: int) -> Any:
        """Basis and verdict of the last judgement on a target of a scan."""
        query = "SELECT basis, verdict FROM assessments WHERE scan = ? AND target = ?"
        return self._db.execute(f"{query} ORDER BY id DESC LIMIT 1", [scan, target_id]).fetchone()

    def _fact_set(self, scan: int, facts: Facts, observed_at: str) -> int:
        rows = [(observation, codec.observation_row(observation)) for observation in facts.values()]
        digests = [codec.digest(*row.values()) for _, row in rows]
        whole = codec.digest(sorted(digests))
        known = self._id("fact_sets", whole)
        if known is not None:
            return known
        ids = [
            self._once(
                "observations", digest, {**row, **_provenance(observation, scan, observed_at)}
            )
            for digest, (observation, row) in zip(digests, rows, strict=True)
        ]
        fact_set = self._insert("fact_sets", {"digest": whole})
        self._db.conn.executemany(
            "INSERT INTO fact_set_members (fact_set, observation) VALUES (?, ?)",
            [(fact_set, each) for each in ids],
        )
        return fact_set

    def _basis(self, basis: Basis) -> int:
        fields = astuple(basis)
        columns = ("tool", "methodology", "policy", "datasets", "networks", "ownership_on")
        return self._once("bases", codec.digest(*fields), dict(zip(columns, fields, strict=True)))

    def _verdict(self, digest: str, rows: dict[str, list[codec.Row]]) -> int:
        known = self._id("verdicts", digest)
        if known is not None:
            return known
        verdict = self._insert("verdicts", {"digest": digest})
        for table, listed in rows.items():
            for row in listed:
                self._insert(table, {"verdict": verdict, **row})
        return verdict

    def _once(self, table: str, digest: str, row: codec.Row) -> int:
        """The id of the row with this digest, added where it is new."""
        known = self._id(table, digest)
        return known if known is not None else self._insert(table, {"digest": digest, **row})

    def _id(self, table: str, digest: str) -> int | None:
        found = self._db.execute(f"SELECT id FROM {table} WHERE digest = ?", [digest]).fetchone()
        return int(found[0]) if found else None

    def _insert(self, table: str, row: codec.Row, conflict: str = "") -> int:
        names, holes = ", ".join(row), ", ".join("?" * len(row))
        values: list[Any] = list(row.values())
        cursor = self._db.execute(
            f"INSERT {conflict} INTO {table} ({names}) VALUES ({holes})", values
        )
        return int(cursor.lastrowid or 0)


def _verdict_rows(assessment: Assessment) -> dict[str, list[codec.Row]]:
    """The rows of a verdict, by table, in their order."""
    attributions = assessment.attributions
    return {
        "attributions": [
            codec.attribution_row(each, place) for place, each in enumerate(attributions)
        ],
        "parties": list(_party_rows(assessment)),
        "reaches": [codec.reach_row(reach) for reach in assessment.reaches],
        "scores": [codec.score_row(score, place) for place, score in enumerate(assessment.scores)],
    }


def _party_rows(assessment: Assessment) -> Iterable[codec.Row]:
    for attribution in assessment.attributions:
        for place, party in enumerate(attribution.parties, 1):
            yield codec.party_row(attribution.service, party, place)


def _provenance(observation: Observation, scan: int, observed_at: str) -> codec.Row:
    made = observation.provenance or NOWHERE
    return {
        "scan": scan,
        "observed_at": made.observed_at or observed_at,
        "resolver": made.resolver,
        "transport": made.transport,
        "ttl": made.ttl,
        "attempts": made.attempts,
        "validated": int(made.validated),
    }
