"""The staircase: joins the rooms, holds clock and lock. No logic of its own.

targets -> collect -> store -> core -> store; facts are written before anything is concluded from
them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from filelock import FileLock, Timeout

from sovscan import __version__
from sovscan.clock import Clock, stamp, utc_now
from sovscan.collect import Resolver, Survey, Surveyed
from sovscan.collect.looks import Remembered
from sovscan.collect.record import Recorder
from sovscan.collect.survey import Further, nothing_further
from sovscan.core.assess import assess as judge
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Basis, Observation, Outcome, Question, Target
from sovscan.errors import LockedError, UsageError
from sovscan.knowledge.networks import About, Source
from sovscan.knowledge.place import DEFAULT_POLICY
from sovscan.progress import Observer, Silent
from sovscan.store import Reader, Writer, open_store
from sovscan.store.database import told
from sovscan.store.read import ScanRow

BATCH = 50
"""Targets written in one transaction: what a killed scan loses at most."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Judge:
    """Knowledge and criteria: all that a judgement needs besides the facts."""

    knowledge: Knowledge
    criteria: Criteria

    @property
    def basis(self) -> Basis:
        """What is recorded with every judgement."""
        return Basis(
            tool=__version__,
            methodology=self.criteria.methodology.id,
            policy=self.criteria.policy.id,
            datasets=self.knowledge.digest,
            networks=self.knowledge.networks.name,
            on=self.criteria.on.isoformat(),
        )


def criteria(knowledge: Knowledge, policy: str, methodology: str, on: date) -> Criteria:
    """Policy and methodology by their ids."""
    for kind, wanted, known in (
        ("policy", policy, knowledge.policies),
        ("methodology", methodology, knowledge.methodologies),
    ):
        if wanted not in known:
            raise UsageError(f"there is no {kind} {wanted!r}", f"Choose one of: {', '.join(known)}")
    return Criteria(knowledge.policies[policy], knowledge.methodologies[methodology], on)


def usual_criteria(knowledge: Knowledge, on: date) -> Criteria:
    """The default policy and the newest methodology."""
    return criteria(knowledge, DEFAULT_POLICY, max(knowledge.methodologies), on)


def scan(
    targets: Sequence[Target],
    resolver: Resolver,
    resolvers: list[dict[str, str | None]],
    judge_by: Judge,
    path: Path,
    *,
    resume: bool = False,
    fresh_since: str | None = None,
    record: Path | None = None,
    further: Further = nothing_further,
    observer: Observer | None = None,
    clock: Clock = utc_now,
) -> int:
    """Ask about every target, store what came back, and judge it; the id of the scan. Where the
    resolver gave up, the scan stays open, to be resumed. `fresh_since`: bodies that were seen whole
    since then (UTC) are not asked about again. `record`: write what was answered to this file.
    `further`: questions beside the DNS, of kinds that the resolver knows how to ask.
    """
    watcher = observer or Silent()
    with _locked(path), open_store(path, create=True) as database:
        reader, writer = Reader(database), Writer(database)
        started = reader.unfinished() if resume else None
        scan_id = (
            started.id
            if started
            else writer.begin_scan(stamp(clock()), __version__, resolvers, len(targets))
        )
        done = reader.domains(scan_id)
        wanted = [target for target in targets if target.domain not in done]
        watcher.started(len(wanted))
        keeper = _Keeper(writer, scan_id, judge_by, watcher, clock)
        try:
            with Recorder(record) if record else nullcontext() as recorder:
                if fresh_since is not None:
                    wanted = keeper.keep_fresh(wanted, reader, fresh_since)
                survey = Survey(wanted, judge_by.knowledge.probes, further=further)
                keeper.keep(resolver.run(survey), recorder)
            if not resolver.gave_up:
                writer.end_scan(scan_id, stamp(clock()), resolver.health.row())
        finally:
            watcher.ended()
        return scan_id


def assess(
    path: Path,
    judge_for: Callable[[ScanRow], Judge],
    *,
    scan_id: int | None = None,
    clock: Clock = utc_now,
) -> tuple[int, int]:
    """Judge the stored facts of a scan again; the scan's id and the number of targets judged."""
    with _locked(path), open_store(path) as database:
        reader, writer = Reader(database), Writer(database)
        row = reader.scan(scan_id)
        judge_by = judge_for(row)
        count = 0
        for batch in _batches(reader.sightings(row.id), BATCH):
            with writer.batch():
                for sighting in batch:
                    conclusion = _judged(sighting.target, sighting.facts, judge_by)
                    writer.assessment(row.id, sighting.target_id, conclusion, stamp(clock()))
                    count += 1
        return row.id, count


def remembered(path: Path, kind: str) -> Remembered:
    """What a database knows of questions of a kind, with the day on which each was last asked."""
    known: dict[Question, Observation] = {}
    if path.is_file():
        with open_store(path) as database:
            known.update(Reader(database).last_asked(kind))
    return known.get


@contextmanager
def opened(path: Path) -> Iterator[None]:
    """A database of this path, made where it is not there yet."""
    with open_store(path, create=True):
        yield


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """An open database for those who only read."""
    with open_store(path) as database:
        yield Reader(database)


def scan_day(row: ScanRow) -> date:
    """The day of a scan: the day whose owners its judgements read."""
    return date.fromisoformat(row.started_at[:10])


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Stores and judges finished bodies, a batch in a transaction; facts before conclusions."""

    writer: Writer
    scan_id: int
    judge: Judge
    watcher: Observer
    clock: Clock

    def keep(self, surveyed: Iterable[Surveyed], recorder: Recorder | None) -> None:
        """All of them; where they are interrupted, those that have come so far."""
        batch: list[Surveyed] = []
        try:
            for each in surveyed:
                batch.append(each)
                if len(batch) >= BATCH:
                    self._write(batch, recorder)
                    batch = []
        finally:
            self._write(batch, recorder)

    def keep_fresh(self, targets: list[Target], reader: Reader, since: str) -> list[Target]:
        """Store again what was seen whole since then; the targets that must be asked about."""
        stale = []
        for batch in _batches(targets, BATCH):
            with self.writer.batch():
                for target in batch:
                    seen = reader.last_whole(target.domain, since)
                    if seen is None:
                        stale.append(target)
                    else:
                        self._one(target, seen.facts, seen.observed_at)
        return stale

    def _write(self, batch: list[Surveyed], recorder: Recorder | None) -> None:
        with self.writer.batch():
            for each in batch:
                self._one(each.target, each.facts, stamp(self.clock()))
        if recorder is not None:
            for each in batch:
                recorder.write(each.facts.values())

    def _one(self, target: Target, facts: Facts, observed_at: str) -> None:
        target_id = self.writer.sighting(self.scan_id, target, facts, observed_at)
        conclusion = _judged(target, facts, self.judge)
        self.writer.assessment(self.scan_id, target_id, conclusion, stamp(self.clock()))
        failed = sum(each.outcome is Outcome.FAILED for each in facts.values())
        self.watcher.finished(target.domain, failed)


def _judged(target: Target, facts: Facts, judge_by: Judge) -> Assessment:
    return judge(target, facts, judge_by.knowledge, judge_by.criteria, judge_by.basis)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer a database: a second one is told at once, and loses nothing."""
    if not path.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", "Make it, or choose another --db.")
    lock = FileLock(f"{path}.lock", timeout=0)
    with told(path):
        try:
            lock.acquire()
        except Timeout as error:
            raise LockedError(
                f"another scan is writing {path}",
                "Try again when it is done, or name another --db.",
            ) from error
    try:
        yield
    finally:
        lock.release()


def update_networks(
    folder: Path, source: Source, files: Sequence[Path], data_date: date | None, today: date
) -> About:
    """Pack the table of networks anew from files, or from what the source publishes. The old table
    stays until the new one is whole. `data_date`: of the files, where it is known.
    """
    from sovscan.collect.fetch import fetch
    from sovscan.knowledge.pack import Origin, pack

    names = [path.name for path in files] or source.files
    with TemporaryDirectory() as temporary:
        fetched = () if files else [fetch(url, Path(temporary)) for url in source.files]
        days = [each.made_on for each in fetched if each.made_on]
        origin = Origin(
            built_from=f"{source.id}: {', '.join(names)}",
            data_date=data_date or min(days, default=today),
            attribution=source.attribution,
            licence=source.licence,
        )
        return pack(files or [each.path for each in fetched], folder, origin)
