"""Writing: facts are added, never changed; what is already there is pointed at. One transaction a
batch.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlite_utils import Database

from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Basis, Reach, Target
from sovscan.store import codec

_KNOWN = "SELECT digest, id FROM observations WHERE digest IN ({})"
_NEW = f"""
    INSERT INTO observations (id, digest, scan, {codec.FACT}, {codec.PROVENANCE})
    VALUES ({", ".join("?" * 16)})
"""

MOST_REACHES = 8192
"""Reaches whose rows are kept at hand; the core makes each of them once."""
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
        self._bases: dict[Basis, int] = {}
        self._reaches: dict[int, tuple[Reach, bytes, int]] = {}
        self._numbers = count(self._last_observation() + 1)  # numbers of a lost batch stay unused

    @contextmanager
    def batch(self) -> Iterator[None]:
        """All that is written inside becomes visible at once, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._forget()
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
    ) -> bytes:
        """A judgement on a target of a scan; the digest of its verdict. The newest judgement again
        adds nothing; an older one drawn again becomes the newest.
        """
        reaches = [self._reach(each) for each in assessment.reaches]
        concluded = (assessment.attributions, assessment.scores)
        digest = codec.digest(concluded, [each for _, each, _ in reaches])
        row = {
            "scan": scan,
            "target": target_id,
            "basis": self._basis(assessment.basis),
            "verdict": self._id("verdicts", digest) or self._verdict(digest, assessment, reaches),
        }
        if self._newest(scan, target_id) != (row["basis"], row["verdict"]):
            self._insert("assessments", {**row, "assessed_at": assessed_at}, "OR REPLACE")
        return digest

    def _forget(self) -> None:
        """What is kept at hand may no longer be in the file."""
        self._bases.clear()
        self._reaches.clear()

    def _last_observation(self) -> int:
        return int(self._db.execute("SELECT max(id) FROM observations").fetchone()[0] or 0)

    def _newest(self, scan: int, target_id: int) -> Any:
        """Basis and verdict of the last judgement on a target of a scan."""
        query = "SELECT basis, verdict FROM assessments WHERE scan = ? AND target = ?"
        return self._db.execute(f"{query} ORDER BY id DESC LIMIT 1", [scan, target_id]).fetchone()

    def _fact_set(self, scan: int, facts: Facts, observed_at: str) -> int:
        """The id of the set of these facts, added with those of them that are new."""
        values = [codec.fact_values(each) for each in facts.values()]
        digests = [codec.digest(*each) for each in values]
        whole = codec.cut(b"".join(sorted(digests)))
        known = self._id("fact_sets", whole)
        if known is not None:
            return known
        ids = dict(self._db.execute(_KNOWN.format(_holes(digests)), digests))
        new = []
        for digest, fact, observation in zip(digests, values, facts.values(), strict=True):
            if digest not in ids:
                ids[digest] = next(self._numbers)
                made = codec.provenance_values(observation, observed_at)
                new.append((ids[digest], digest, scan, *fact, *made))
        self._db.executemany(_NEW, new)
        fact_set = self._insert("fact_sets", {"digest": whole})
        self._db.executemany(
            "INSERT INTO fact_set_members (fact_set, observation) VALUES (?, ?)",
            [(fact_set, ids[digest]) for digest in digests],
        )
        return fact_set

    def _verdict(
        self, digest: bytes, assessment: Assessment, reaches: list[tuple[Reach, bytes, int]]
    ) -> int:
        verdict = self._insert("verdicts", {"digest": digest})
        for table, listed in _verdict_rows(assessment).items():
            if listed:
                self._db.executemany(
                    _insertion(table, ("verdict", *listed[0])),
                    [(verdict, *row.values()) for row in listed],
                )
        self._db.executemany(
            _insertion("verdict_reaches", ("verdict", "vendor", "reach")),
            [(verdict, reach.vendor, number) for reach, _, number in reaches],
        )
        return verdict

    def _reach(self, reach: Reach) -> tuple[Reach, bytes, int]:
        """A reach with its digest and its id, added where it is new. The core gives the same one
        for body after body.
        """
        known = self._reaches.get(id(reach))
        if known is None:
            if len(self._reaches) >= MOST_REACHES:
                self._forget()
            row = codec.reach_row(reach)
            digest = codec.digest(*row.values())
            number = self._id("reaches", digest) or self._insert(
                "reaches", {"digest": digest, **row}
            )
            known = self._reaches[id(reach)] = (reach, digest, number)
        return known

    def _basis(self, basis: Basis) -> int:
        if basis not in self._bases:
            self._bases[basis] = self._once("bases", codec.BASIS, codec.fields(basis))
        return self._bases[basis]

    def _once(self, table: str, columns: str, values: tuple[Any, ...]) -> int:
        """The id of the row of these values, added where it is new."""
        digest = codec.digest(*values)
        known = self._id(table, digest)
        if known is not None:
            return known
        return self._insert(
            table, {"digest": digest, **dict(zip(columns.split(", "), values, strict=True))}
        )

    def _id(self, table: str, digest: bytes) -> int | None:
        found = self._db.execute(f"SELECT id FROM {table} WHERE digest = ?", [digest]).fetchone()
        return int(found[0]) if found else None

    def _insert(self, table: str, row: codec.Row, conflict: str = "") -> int:
        cursor = self._db.execute(_insertion(table, row, conflict), list(row.values()))
        return int(cursor.lastrowid or 0)


def _insertion(table: str, columns: Collection[str], conflict: str = "") -> str:
    return f"INSERT {conflict} INTO {table} ({', '.join(columns)}) VALUES ({_holes(columns)})"


def _holes(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _verdict_rows(assessment: Assessment) -> dict[str, list[codec.Row]]:
    """The rows of a verdict, by table, in their order."""
    attributions = assessment.attributions
    return {
        "attributions": [
            codec.attribution_row(each, place) for place, each in enumerate(attributions)
        ],
        "parties": list(_party_rows(assessment)),
        "scores": [codec.score_row(score, place) for place, score in enumerate(assessment.scores)],
    }


def _party_rows(assessment: Assessment) -> Iterable[codec.Row]:
    for attribution in assessment.attributions:
        for place, party in enumerate(attribution.parties, 1):
            yield codec.party_row(attribution.service, party, place)
