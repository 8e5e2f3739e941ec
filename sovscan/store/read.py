"""Reading: facts and judgements come back as the values that went in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from sqlite_utils import Database

from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Basis, Observation, Question, Target
from sovscan.errors import UsageError
from sovscan.store import codec


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A scan as it is stored; `finished_at` is None where it did not end."""

    id: int
    started_at: str
    finished_at: str | None
    tool: str
    resolvers: str
    targets: int
    health: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of a target in a scan, and when."""

    target_id: int
    target: Target
    facts: Facts
    observed_at: str


_SEEN = f"""
    SELECT t.id, g.fact_set, g.observed_at, {codec.TARGET}
    FROM sightings g JOIN targets t ON t.id = g.target
"""
_MEMBERS = """
    SELECT fact_set, observation FROM fact_set_members
    WHERE fact_set IN (SELECT value FROM json_each(?))
"""
_OBSERVATIONS = f"""
    SELECT id, {codec.FACT}, {codec.PROVENANCE} FROM observations
    WHERE id IN (SELECT value FROM json_each(?))
"""
_REACHES = """
    SELECT r.* FROM verdict_reaches v JOIN reaches r ON r.id = v.reach
    WHERE v.verdict = ? ORDER BY v.vendor
"""
AT_ONCE = 50
"""Sightings whose facts are read together."""
MOST_KEPT = 20_000
"""Observations that are kept, since other bodies may share them."""
_question = attrgetter("question")


class Reader:
    """Reads an open database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._observations: dict[int, Observation] = {}

    def scan(self, wanted: int | None = None) -> ScanRow:
        """The scan of this id, or the last one."""
        where = (
            "id = ?" if wanted is not None else "id = (SELECT max(id) FROM scans) OR ? IS NOT NULL"
        )
        rows = list(self._db.query(f"SELECT * FROM scans WHERE {where}", [wanted]))
        if not rows:
            known = (
                ", ".join(
                    str(row["id"]) for row in self._db.query("SELECT id FROM scans ORDER BY id")
                )
                or "none"
            )
            raise UsageError(
                f"there is no scan {wanted if wanted is not None else 'here yet'}",
                f"Scans here: {known}",
            )
        return ScanRow(**rows[0])

    def unfinished(self) -> ScanRow | None:
        """The last scan, where it did not end."""
        rows = list(self._db.query("SELECT * FROM scans ORDER BY id DESC LIMIT 1"))
        return ScanRow(**rows[0]) if rows and rows[0]["finished_at"] is None else None

    def domains(self, scan: int) -> set[str]:
        """The domains already looked at in a scan."""
        query = (
            "SELECT t.domain FROM sightings g JOIN targets t ON t.id = g.target WHERE g.scan = ?"
        )
        return {row["domain"] for row in self._db.query(query, [scan])}

    def sightings(self, scan: int, domain: str | None = None) -> Iterator[Sighting]:
        """The targets of a scan with their facts, by domain."""
        query = f"""
            {_SEEN} WHERE g.scan = ?1 AND (?2 IS NULL OR t.domain = ?2) ORDER BY t.domain
        """
        found = self._db.conn.execute(query, [scan, domain])
        while rows := found.fetchmany(AT_ONCE):
            yield from self._sightings(rows)

    def last_whole(self, domain: str, since: str) -> Sighting | None:
        """The last time since then (UTC) that a domain was seen and no question about it failed; of
        direct looks some never succeed from here, as where port 53 is closed.
        """
        query = f"""
            {_SEEN} WHERE t.domain = ? AND g.observed_at >= ? AND NOT EXISTS (
                SELECT 1 FROM fact_set_members m JOIN observations o ON o.id = m.observation
                WHERE m.fact_set = g.fact_set AND o.outcome NOT IN ('SEEN', 'ABSENT')
                    AND o.type NOT IN ('DELEGATION', 'MTA-STS')
            ) ORDER BY g.observed_at DESC, g.scan DESC LIMIT 1
        """
        return next(self._sightings(self._db.conn.execute(query, [domain, since]).fetchall()), None)

    def last_asked(self, kind: str) -> Iterator[tuple[Question, Observation]]:
        """What sources that are asked seldom said last, each with the day on which they said it."""
        query = "SELECT observation, asked_at FROM look_ups WHERE type = ?"
        rows = self._db.conn.execute(query, [kind]).fetchall()
        self._read_observations({number for number, _ in rows})
        for number, asked_at in rows:
            found = self._observations[number]
            made = found.provenance and replace(found.provenance, observed_at=asked_at)
            yield found.question, replace(found, provenance=made)

    def assessments(
        self, scan: int, basis: int | None = None, domain: str | None = None
    ) -> Iterator[Assessment]:
        """The judgements of a scan, by domain: those of one basis, or the last of each target."""
        query = f"""
            SELECT a.verdict, a.basis, {codec.TARGET} FROM assessments a JOIN targets t ON t.id =
            a.target
            WHERE a.scan = :scan AND (:domain IS NULL OR t.domain = :domain) AND a.id = (
                SELECT max(b.id) FROM assessments b
                WHERE b.scan = a.scan AND b.target = a.target AND (:basis IS NULL OR b.basis =
                :basis)
            ) ORDER BY t.domain
        """
        for verdict, judged_on, *target in self._db.execute(
            query, {"scan": scan, "basis": basis, "domain": domain}
        ):
            yield self._assessment(Target(*target), verdict, judged_on)

    def last_seen(self, domain: str) -> int:
        """The last scan that looked at a domain."""
        query = (
            "SELECT max(g.scan) AS scan FROM sightings g JOIN targets t ON t.id = g.target"
            " WHERE t.domain = ?"
        )
        found = next(self._db.query(query, [domain]))["scan"]
        if found is None:
            near = [
                row["domain"]
                for row in self._db.query("SELECT domain FROM targets ORDER BY domain LIMIT 5")
            ]
            raise UsageError(
                f"{domain} was never looked at in this file",
                f"It holds, for example: {', '.join(near)}",
            )
        return int(found)

    def basis(self, basis: int) -> Basis:
        """The basis of this id."""
        query = f"SELECT {codec.BASIS} FROM bases WHERE id = ?"
        return Basis(*self._db.execute(query, [basis]).fetchone())

    def rows(self, view: str, scan: int) -> Iterator[codec.Row]:
        """The rows of `findings`, `body_scores` or `facts` of a scan, the last judgement of each
        target.
        """
        yield from self._db.query(_EXPORTS[view], [scan])

    def _sightings(self, rows: list[tuple[Any, ...]]) -> Iterator[Sighting]:
        """The rows of _SEEN as values."""
        facts = self._facts([fact_set for _, fact_set, *_ in rows])
        for target_id, fact_set, observed_at, *target in rows:
            yield Sighting(target_id, Target(*target), facts[fact_set], observed_at)

    def _facts(self, fact_sets: list[int]) -> dict[int, Facts]:
        """The facts of each of these sets, by question."""
        members = self._db.conn.execute(_MEMBERS, [codec.text(fact_sets)]).fetchall()
        self._read_observations({observation for _, observation in members})
        found: dict[int, list[Observation]] = {each: [] for each in fact_sets}
        for fact_set, observation in members:
            found[fact_set].append(self._observations[observation])
        return {
            fact_set: {each.question: each for each in sorted(listed, key=_question)}
            for fact_set, listed in found.items()
        }

    def _read_observations(self, wanted: set[int]) -> None:
        """Keep the wanted observations at hand."""
        if len(self._observations) > MOST_KEPT:
            self._observations.clear()
        new = codec.text(list(wanted - self._observations.keys()))
        for row in self._db.conn.execute(_OBSERVATIONS, [new]):
            self._observations[row[0]] = codec.observation_from(*row[1:])

    def _assessment(self, target: Target, verdict: int, basis: int) -> Assessment:
        def held(table: str, order: str) -> list[codec.Row]:
            return list(
                self._db.query(
                    f"SELECT * FROM {table} WHERE verdict = ? ORDER BY {order}", [verdict]
                )
            )

        parties = held("parties", "service, position")
        return Assessment(
            target=target,
            attributions=tuple(
                codec.attribution_from(
                    each, [party for party in parties if party["service"] == each["service"]]
                )
                for each in held("attributions", "position")
            ),
            reaches=tuple(map(codec.reach_from, self._db.query(_REACHES, [verdict]))),
            scores=tuple(codec.score_from(each) for each in held("scores", "position")),
            basis=self.basis(basis),
        )


_LAST = "assessment IN (SELECT max(id) FROM assessments WHERE scan = ?1 GROUP BY target)"

_EXPORTS = {
    "findings": f"SELECT * FROM findings WHERE {_LAST} ORDER BY domain, service_position, position",
    "scores": f"SELECT * FROM body_scores WHERE {_LAST} ORDER BY domain",
    "observations": """
        SELECT t.domain AS target, o.name, o.type, o.outcome, o.detail, o.fault, o.answers,
        o.aliases,
            o.observed_at AS first_seen, g.observed_at, o.resolver, o.transport, o.ttl, o.attempts,
            o.validated
        FROM sightings g JOIN targets t ON t.id = g.target
        JOIN fact_set_members m ON m.fact_set = g.fact_set JOIN observations o ON o.id =
        m.observation
        WHERE g.scan = ?1 ORDER BY t.domain, o.name, o.type
    """,
}
