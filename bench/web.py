"""Whole domains with their web pages, end to end: asked, looked at, judged and stored.

`python -m bench.web`: the world and the delay of bench.dns; every web name is on loopback, where an
nginx answers with a page over TLS. Each domain has two web names, so two pages, each over a
connection of its own. "DNS only" is the same world without the pages.
"""

import argparse
import selectors
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.collect.dns.port import Asker
from sovscan.collect.looks import DNS_ONLY, Looks
from sovscan.collect.web import WebAsker, web_questions
from sovscan.collect.web.terms import HTTP, HTTPS, SCHEMES
from sovscan.core.model import Target

from bench.common import RUNS, Cost, cost_of, knowledge, median, progress, remove, show, usual_judge
from bench.stage import DELAY, LOOPBACK, stage
from bench.web_clients import site
from bench.world import World

SITES = tuple(f"127.0.1.{number}" for number in range(1, 65))
IN_FLIGHT = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=RUNS)
    asked = parser.parse_args()
    world = World(asked.domains, knowledge(), SITES)
    costs: dict[str, list[Cost]] = {"with two pages": [], "DNS only": []}
    seen: Counter[str] = Counter()
    with site(SITES) as (port, roots), stage(world) as ports, TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        ways = {"with two pages": _pages(port, roots), "DNS only": DNS_ONLY}
        for number in range(asked.runs):
            progress(f"run {number + 1} of {asked.runs}")
            for name, looks in ways.items():
                costs[name].append(_scan(world.targets, ports.slow, looks, path))
                seen.update(_pages_seen(path))
    rows = [_row(name, median(held), asked.domains) for name, held in costs.items()]
    title = f"Whole domains at {DELAY} ms with their pages, medians of {asked.runs} runs"
    show(f"{title}; looks: {dict(seen)}", rows)


def _pages(port: int, roots: Path) -> Looks:
    def opened(selector: selectors.BaseSelector) -> Mapping[str, Asker]:
        web = WebAsker(selector, allow_loopback=True, ports={HTTPS: port, HTTP: port}, roots=roots)
        return dict.fromkeys(SCHEMES, web)

    return Looks(web_questions, opened)


def _scan(targets: Sequence[Target], port: int, looks: Looks, path: Path) -> Cost:
    remove(path)
    engine = Engine((Server(LOOPBACK, port),), concurrency=IN_FLIGHT, beside=looks.open)
    judge_by = usual_judge()
    return cost_of(lambda: pipeline.scan(targets, engine, [], judge_by, path, further=looks.plan))


def _pages_seen(path: Path) -> Counter[str]:
    """What became of the looks at pages, so that a failing server is no fast one."""
    with pipeline.reading(path) as reader:
        return Counter(
            each.outcome.value
            for sighting in reader.sightings(reader.scan().id)
            for question, each in sighting.facts.items()
            if question.type in SCHEMES
        )


def _row(name: str, cost: Cost, count: int) -> dict[str, object]:
    return {
        "what": name,
        "domains/s": count / cost.wall,
        "CPU ms per domain": cost.cpu / count * 1000,
    }


if __name__ == "__main__":
    main()
