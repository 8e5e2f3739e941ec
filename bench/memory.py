"""Resident memory of a scan, now and at its peak, at 10 %, 50 % and 100 % of its targets.

`python -m bench.memory [--domains 100000]`. The scan runs in a process of its own, the world in
another: what is measured is what a user's scan would hold, the list of targets included.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.progress import Silent

from bench.common import knowledge, show, usual_judge
from bench.stage import LOOPBACK, stage
from bench.world import World

MARKS = (0.01, 0.1, 0.25, 0.5, 0.75, 1.0)
CONCURRENCY = 500


class _Marks(Silent):
    """Notes the peak when a mark is passed."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self._began = time.perf_counter()
        self._total = self._count = 0

    def started(self, total: int) -> None:
        self._total = total
        self._note(0.0)

    def finished(self, domain: str) -> None:
        self._count += 1
        if any(self._count == round(self._total * mark) for mark in MARKS):
            self._note(self._count / self._total)

    def _note(self, share: float) -> None:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        self.rows.append(
            {
                "done": f"{share:.0%}",
                "domains": self._count,
                "now MB": pages * resource.getpagesize() / 2**20,
                "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "after s": time.perf_counter() - self._began,
                "CPU s": time.process_time(),
            }
        )


def scan(size: int, port: int) -> None:
    """The measured process: prints its rows as JSON."""
    world, marks = World(size, knowledge()), _Marks()
    with TemporaryDirectory(prefix="sovscan-bench-") as folder:
        path = Path(folder) / "bench.db"
        engine = Engine((Server(LOOPBACK, port),), concurrency=CONCURRENCY)
        pipeline.scan(world.targets, engine, [], usual_judge(), path, observer=marks)
        marks.rows[-1]["file MB"] = path.stat().st_size / 1e6
        marks.rows[-1]["questions"] = engine.health.questions
    print(json.dumps(marks.rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, default=100_000)
    parser.add_argument("--scan", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.scan:
        scan(asked.domains, asked.scan)
        return
    with stage(World(asked.domains, knowledge())) as ports:
        command = ["-m", "bench.memory", "--domains", str(asked.domains)]
        done = subprocess.run(
            [sys.executable, *command, "--scan", str(ports.plain)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    show(f"Memory of a scan of {asked.domains:,} domains", json.loads(done.stdout))


if __name__ == "__main__":
    main()
