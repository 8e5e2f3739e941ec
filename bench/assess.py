"""How fast stored facts are judged again, on one core.

`python -m bench.assess [--domains 5000]`. "The same": the basis is that of the scan, so nothing new
is written. "Another policy": every judgement is new, and is written.
"""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.core.assess import assess as judge
from sovscan.pipeline import Judge

from bench.common import RUNS, Cost, cost_of, knowledge, median, progress, remove, show, usual_judge
from bench.stage import LOOPBACK, stage
from bench.world import World

CONCURRENCY = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    usual = usual_judge()
    other = usual_judge(_another_policy(usual))
    with TemporaryDirectory(prefix="sovscan-bench-") as temporary:
        scanned, used = Path(temporary) / "scanned.db", Path(temporary) / "used.db"
        _fill(scanned, asked.domains, usual)
        jobs: dict[str, Callable[[], object]] = {
            "the same": lambda: pipeline.assess(used, lambda _: usual),
            "another policy": lambda: pipeline.assess(used, lambda _: other),
            "of it reading": lambda: _read(used),
            "reading and judging": lambda: _read_and_judge(used, usual),
        }
        costs: dict[str, list[Cost]] = {name: [] for name in jobs}
        for number in range(asked.runs):
            progress(f"run {number + 1} of {asked.runs}")
            for name, job in jobs.items():
                remove(used)
                shutil.copyfile(scanned, used)
                costs[name].append(cost_of(job))
    rows = [_row(name, median(held), asked.domains) for name, held in costs.items()]
    show(f"Judging {asked.domains:,} stored domains, medians of {asked.runs} runs", rows)


def _another_policy(usual: Judge) -> str:
    return next(each for each in knowledge().policies if each != usual.criteria.policy.id)


def _fill(path: Path, size: int, judge_by: Judge) -> None:
    progress(f"scanning {size} domains first")
    world = World(size, knowledge())
    with stage(world) as ports:
        engine = Engine((Server(LOOPBACK, ports.plain),), concurrency=CONCURRENCY)
        pipeline.scan(world.targets, engine, [], judge_by, path)


def _read(path: Path) -> None:
    with pipeline.reading(path) as reader:
        for _ in reader.sightings(reader.scan().id):
            pass


def _read_and_judge(path: Path, by: Judge) -> None:
    with pipeline.reading(path) as reader:
        for each in reader.sightings(reader.scan().id):
            judge(each.target, each.facts, by.knowledge, by.criteria, by.basis)


def _row(name: str, cost: Cost, count: int) -> dict[str, object]:
    return {
        "what": name,
        "domains/s": count / cost.wall,
        "domains per CPU s": count / cost.cpu,
        "CPU ms per domain": cost.cpu / count * 1000,
    }


if __name__ == "__main__":
    main()
