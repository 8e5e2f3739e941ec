"""Writing: facts are added, never changed; what is already there is pointed at. One transaction a
batch.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlite_utils import Database

from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Target
from sovscan.store import codec

_KNOWN = "SELECT digest, id FROM observations WHERE digest IN (SELECT value FROM json_each(?))"
_NEW = f"""
    INSERT INTO observations (digest, scan, {codec.FACT}, {codec.PROVENANCE})
    VALUES ({", ".join("?" * 15)})
"""


SELDOM = "https"
"""The transport of the sources that are asked seldom, and whose answers are kept for long."""
_ASKED = """
    INSERT INTO look_ups (name, type, asked_at, observation)
    VALUES (?, ?, ?, (SELECT id FROM observations WHERE digest = ?))
    ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at, observation = excluded.observation
    WHERE excluded.asked_at > asked_at
"""


class Writer:
    """Writes one scan, or the judgements of one, into an open database."""

    def __init__(self, database: Database) -> None:
        self._db = database.conn

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that is written inside becomes visible at once, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # SQLite ends it by itself where the disk is full
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
        target_id = self._once("targets", codec.TARGET, codec.fields(target))
        fact_set = self._fact_set(scan, facts, observed_at)
        sighting = {
            "scan": scan,
            "target": target_id,
            "fact_set": fact_set,
            "observed_at": observed_at,
        }
        self._insert("sightings", sighting)
        for question, observation in facts.items():
            made = observation.provenance
            if made is not None and made.transport == SELDOM:
                digest = codec.digest(*codec.fact_values(observation))
                self._db.execute(_ASKED, (*question, made.observed_at, digest))
        return target_id

    def assessment(
        self, scan: int, target_id: int, assessment: Assessment, assessed_at: str
    ) -> str:
        """A judgement on a target of a scan; the digest of its verdict. The newest judgement again
        adds nothing; an older one drawn again becomes the newest.
        """
        rows = _verdict_rows(assessment)
        digest = codec.verdict_digest(rows)
        row = {
            "scan": scan,
            "target": target_id,
            "basis": self._once("bases", codec.BASIS, codec.fields(assessment.basis)),
            "verdict": self._verdict(digest, rows),
        }
        if self._newest(scan, target_id) != (row["basis"], row["verdict"]):
            self._insert("assessments", {**row, "assessed_at": assessed_at}, "OR REPLACE")
        return digest

    def _newest(self, scan: int, target_id: int) -> Any:
        """Basis and verdict of the last judgement on a target of a scan."""
        query = "SELECT basis, verdict FROM assessments WHERE scan = ? AND target = ?"
        return self._db.execute(f"{query} ORDER BY id DESC LIMIT 1", [scan, target_id]).fetchone()

    def _fact_set(self, scan: int, facts: Facts, observed_at: str) -> int:
        """The id of the set of these facts, added with those of them that are new."""
        values = [codec.fact_values(each) for each in facts.values()]
        digests = [codec.digest(*each) for each in values]
        whole = codec.digest(sorted(digests))
        known = self._id("fact_sets", whole)
        if known is not None:
            return known
        ids = dict(self._db.execute(_KNOWN, [codec.text(digests)]))
        for digest, fact, observation in zip(digests, values, facts.values(), strict=True):
            if digest not in ids:
                made = codec.provenance_values(observation, observed_at)
                ids[digest] = self._db.execute(_NEW, (digest, scan, *fact, *made)).lastrowid
        fact_set = self._insert("fact_sets", {"digest": whole})
        self._db.executemany(
            "INSERT INTO fact_set_members (fact_set, observation) VALUES (?, ?)",
            [(fact_set, ids[digest]) for digest in digests],
        )
        return fact_set

    def _verdict(self, digest: str, rows: dict[str, list[codec.Row]]) -> int:
        known = self._id("verdicts", digest)
        if known is not None:
            return known
        verdict = self._insert("verdicts", {"digest": digest})
        for table, listed in rows.items():
            if listed:
                self._db.executemany(
                    _insertion(table, ("verdict", *listed[0])),
                    [(verdict, *row.values()) for row in listed],
                )
        return verdict

    def _once(self, table: str, columns: str, values: tuple[Any, ...]) -> int:
        """The id of the row of these values, added where it is new."""
        digest = codec.digest(*values)
        known = self._id(table, digest)
        if known is not None:
            return known
        return self._insert(
            table, {"digest": digest, **dict(zip(columns.split(", "), values, strict=True))}
        )

    def _id(self, table: str, digest: str) -> int | None:
        found = self._db.execute(f"SELECT id FROM {table} WHERE digest = ?", [digest]).fetchone()
        return int(found[0]) if found else None

    def _insert(self, table: str, row: codec.Row, conflict: str = "") -> int:
        cursor = self._db.execute(_insertion(table, row, conflict), list(row.values()))
        return int(cursor.lastrowid or 0)


def _insertion(table: str, columns: Collection[str], conflict: str = "") -> str:
    holes = ", ".join("?" * len(columns))
    return f"INSERT {conflict} INTO {table} ({', '.join(columns)}) VALUES ({holes})"


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
