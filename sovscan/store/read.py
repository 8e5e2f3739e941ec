"""Reading: facts and judgements come back as the values that went in."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlite_utils import Database

from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Basis, Observation, Target
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


class Reader:
    """Reads an open database."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._observation = lru_cache(maxsize=50_000)(self._read_observation)

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
        query = """
            SELECT t.*, g.fact_set, g.observed_at FROM sightings g JOIN targets t ON t.id = g.target
            WHERE g.scan = :scan AND (:domain IS NULL OR t.domain = :domain) ORDER BY t.domain
        """
        for row in self._db.query(query, {"scan": scan, "domain": domain}):
            yield Sighting(
                row["id"], codec.target_from(row), self._facts(row["fact_set"]), row["observed_at"]
            )

    def last_whole(self, domain: str, since: str) -> Sighting | None:
        """The last time since then (UTC) that a domain was seen and no question about it failed."""
        query = """
            SELECT t.*, g.fact_set, g.observed_at FROM sightings g JOIN targets t ON t.id = g.target
            WHERE t.domain = :domain AND g.observed_at >= :since AND NOT EXISTS (
                SELECT 1 FROM fact_set_members m JOIN observations o ON o.id = m.observation
                WHERE m.fact_set = g.fact_set AND o.outcome NOT IN ('SEEN', 'ABSENT')
            ) ORDER BY g.observed_at DESC, g.scan DESC LIMIT 1
        """
        for row in self._db.query(query, {"domain": domain, "since": since}):
            return Sighting(
                row["id"], codec.target_from(row), self._facts(row["fact_set"]), row["observed_at"]
            )
        return None

    def assessments(
        self, scan: int, basis: int | None = None, domain: str | None = None
    ) -> Iterator[Assessment]:
        """The judgements of a scan, by domain: those of one basis, or the last of each target."""
        query = """
            SELECT a.id, a.verdict, a.basis, t.* FROM assessments a JOIN targets t ON t.id =
            a.target
            WHERE a.scan = :scan AND (:domain IS NULL OR t.domain = :domain) AND a.id = (
                SELECT max(b.id) FROM assessments b
                WHERE b.scan = a.scan AND b.target = a.target AND (:basis IS NULL OR b.basis =
                :basis)
            ) ORDER BY t.domain
        """
        for row in self._db.query(query, {"scan": scan, "basis": basis, "domain": domain}):
            yield self._assessment(row)

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
        row = next(self._db.query("SELECT * FROM bases WHERE id = ?", [basis]))
        columns = ("tool", "methodology", "policy", "datasets", "networks", "ownership_on")
        return Basis(*(row[column] for column in columns))

    def rows(self, view: str, scan: int) -> Iterator[codec.Row]:
        """The rows of `findings`, `body_scores` or `facts` of a scan, the last judgement of each
        target.
        """
        yield from self._db.query(_EXPORTS[view], [scan])

    def _facts(self, fact_set: int) -> Facts:
        query = "SELECT observation FROM fact_set_members WHERE fact_set = ?"
        found = [self._observation(row[0]) for row in self._db.execute(query, [fact_set])]
        return {
            observation.question: observation
            for observation in sorted(found, key=lambda each: each.question)
        }

    def _read_observation(self, observation: int) -> Observation:
        return codec.observation_from(
            next(self._db.query("SELECT * FROM observations WHERE id = ?", [observation]))
        )

    def _assessment(self, row: codec.Row) -> Assessment:
        def held(table: str, order: str) -> list[codec.Row]:
            return list(
                self._db.query(
                    f"SELECT * FROM {table} WHERE verdict = ? ORDER BY {order}", [row["verdict"]]
                )
            )

        parties = held("parties", "service, position")
        return Assessment(
            target=codec.target_from(row),
            attributions=tuple(
                codec.attribution_from(
                    each, [party for party in parties if party["service"] == each["service"]]
                )
                for each in held("attributions", "position")
            ),
            reaches=tuple(codec.reach_from(each) for each in held("reaches", "vendor")),
            scores=tuple(codec.score_from(each) for each in held("scores", "position")),
            basis=self.basis(row["basis"]),
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
