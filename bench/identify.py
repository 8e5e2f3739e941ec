"""`sovscan vendors identify`: values per second after loading, and how long loading takes.

`python -m bench.identify [--values 100000]`. Half of the values are examples of the registry's
rules, half are host names and addresses that hardly any rule knows.
"""

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sovscan.knowledge import default_datasets, load
from sovscan.knowledge.networks import open_table

from bench.common import RUNS, Cost, cost_of, cost_of_program, knowledge, median, progress, show

SOVSCAN = [sys.executable, "-m", "sovscan"]
HOSTS = ("mx-host", "ns-host", "cname-target", "spf-include")


def values(count: int) -> list[str]:
    """Lines of signal, tab, value."""
    chosen = random.Random(7)
    known = [
        f"{rule.signal}\t{example}"
        for vendor in knowledge().vendors.values()
        for rule in vendor.fingerprints
        if rule.signal in HOSTS
        for example in rule.examples
    ]
    found = chosen.choices(known, k=count // 2)
    for number in range(count - len(found)):
        if number % 2:
            found.append(f"{chosen.choice(HOSTS)}\tmail{number}.body{number % 977}.test")
        else:
            four = (chosen.randrange(1, 224), *(chosen.randrange(256) for _ in range(3)))
            found.append("address\t" + ".".join(map(str, four)))
    chosen.shuffle(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    folder = default_datasets()
    with TemporaryDirectory(prefix="sovscan-bench-") as temporary:
        out, many, one = (Path(temporary) / name for name in ("out", "many", "one"))
        lines = values(asked.values)
        many.write_text("\n".join(lines) + "\n", encoding="ascii")
        one.write_text(lines[0] + "\n", encoding="ascii")
        identify = [*SOVSCAN, "vendors", "identify", "--format", "ndjson"]
        jobs: dict[str, Callable[[], Cost]] = {
            "sovscan --help": lambda: cost_of_program([*SOVSCAN, "--help"], out),
            "table of networks, opened": lambda: cost_of(lambda: open_table(folder / "networks")),
            "registry and table, loaded": lambda: cost_of(lambda: load(folder)),
            "identify, 1 value": lambda: cost_of_program(identify, out, one),
            f"identify, {asked.values:,} values": lambda: cost_of_program(identify, out, many),
        }
        costs: dict[str, list[Cost]] = {name: [] for name in jobs}
        for number in range(asked.runs):
            progress(f"run {number + 1} of {asked.runs}")
            for name, job in jobs.items():
                costs[name].append(job())
        written = len(out.read_text(encoding="utf-8").splitlines())
    if written != asked.values:
        sys.exit(f"identify wrote {written} lines for {asked.values} values")
    middle = {name: median(held) for name, held in costs.items()}
    *_, single, full = middle.values()
    rows: list[dict[str, object]] = [
        {"what": name, "s": f"{cost.wall:.3f}", "CPU s": f"{cost.cpu:.3f}"}
        for name, cost in middle.items()
    ]
    show(f"Recognising values, medians of {asked.runs} runs", rows)
    rate = (asked.values - 1) / (full.wall - single.wall)
    print(f"after loading: {rate:,.0f} values/s")


if __name__ == "__main__":
    main()
