"""What the benchmarks share: medians, the table, the machine and the versions."""

import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sovscan import pipeline
from sovscan.cli.memory import keep_what_is_loaded
from sovscan.core.context import Knowledge
from sovscan.knowledge import default_datasets, load
from sovscan.pipeline import Judge
from tabulate import tabulate

RUNS = 5
PROGRAMS = (("knotd", "--version"), ("dnsdist", "--version"), ("dnsperf", "-h"))


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the wall clock, seconds of CPU, and questions that were never answered."""

    wall: float
    cpu: float
    lost: float = 0


@cache
def knowledge() -> Knowledge:
    """The registry that comes with the tool, loaded as the commands load it."""
    loaded = load(default_datasets())
    keep_what_is_loaded()
    return loaded


def usual_judge(policy: str | None = None) -> Judge:
    """Today's owners, and the default policy or the one named."""
    known, today = knowledge(), datetime.now(UTC).date()
    criteria = pipeline.usual_criteria(known, today)
    if policy is not None:
        criteria = pipeline.criteria(known, policy, max(known.methodologies), today)
    return Judge(known, criteria)


def cost_of(work: Callable[[], object]) -> Cost:
    """What a piece of work costs this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def cost_of_program(command: Sequence[str], out: Path, data: Path | None = None) -> Cost:
    """What a program costs, from its start to its end; its output goes to `out`."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with out.open("wb") as written, (data or Path(os.devnull)).open("rb") as read:
        subprocess.run(command, stdin=read, stdout=written, stderr=subprocess.STDOUT, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - wall, cpu)


def median(costs: Iterable[Cost]) -> Cost:
    """The middle of each, taken by itself."""
    listed = list(costs)
    return Cost(
        statistics.median(each.wall for each in listed),
        statistics.median(each.cpu for each in listed),
        statistics.median(each.lost for each in listed),
    )


def show(title: str, rows: list[dict[str, object]]) -> None:
    """A small table, with the machine and the versions below it."""
    print(f"\n{title}")
    print(tabulate(rows, headers="keys", floatfmt=",.2f", intfmt=","))
    now = datetime.now(UTC)
    load_now = f"load {os.getloadavg()[1]:.1f}"
    print(f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {platform.machine()}, {load_now}")
    print(f"{_versions()}\n", flush=True)


def remove(database: Path) -> None:
    """A database and the files beside it."""
    for end in ("", "-wal", "-shm", ".lock"):
        with suppress(FileNotFoundError):
            Path(f"{database}{end}").unlink()


@cache
def _versions() -> str:
    found = [f"CPython {platform.python_version()}"]
    found += [f"{name} {version(name)}" for name in ("sovscan", "dnspython")]
    for program, flag in PROGRAMS:
        with suppress(FileNotFoundError):
            done = subprocess.run([program, flag], capture_output=True, text=True, check=False)
            number = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
            found.append(f"{program} {number[0] if number else ''}")
    return ", ".join(found)


def progress(text: str) -> None:
    """What is being done: for who watches, and no part of the result."""
    print(text, file=sys.stderr, flush=True)
