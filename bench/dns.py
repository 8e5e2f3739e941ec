"""Our engine against dnsperf, and whole domains against dnspython: ratios in one run.

`python -m bench.dns [questions|domains]`. Questions: the same ones, with the same number in flight.
Domains: asked, judged and stored by us; the others only ask.
"""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import dns.asyncresolver
import dns.exception
from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.collect.dns.plan import plan
from sovscan.core.mail_signals import AUTODISCOVER, AUTODISCOVER_SRV
from sovscan.core.model import DomainName, Outcome, Question, Target
from sovscan.core.names import within

from bench.common import (
    RUNS,
    Cost,
    cost_of,
    cost_of_program,
    knowledge,
    median,
    progress,
    remove,
    show,
    usual_judge,
)
from bench.stage import DELAY, LOOPBACK, Stage, stage
from bench.world import World

WORLD = 10_000
QUESTIONS = 60_000
IN_FLIGHT = (200, 1000)
SCANNED = 2000
SAMPLE = 200
"""Domains that dnspython is asked about; it is too slow for all of them."""
OPEN = 100
"""Domains that it has open at a time."""
Asked = list[list[Question]]


def questions_of(targets: Sequence[Target]) -> list[Question]:
    """What is asked below each domain whatever is found there; without NS and SOA, since Knot
    alone would answer those with a referral.
    """
    found: list[Question] = []
    for target in targets:
        apex = plan(target, {}, ())
        names = (f"www.{target.domain}", f"_dmarc.{target.domain}", f"autodiscover.{target.domain}")
        found += [each for each in apex if each.type not in {"NS", "SOA"}]
        found += [
            Question(DomainName(name), rtype)
            for name, rtype in zip(names, ("A", "TXT", "CNAME"), strict=True)
        ]
        probes = (f"{probe.name}.{target.domain}" for probe in knowledge().probes)
        found += [Question(DomainName(name), "CNAME") for name in probes]
    return found[:QUESTIONS]


def compare_questions(world: World, ports: Stage, runs: int) -> None:
    """Questions per second and CPU of the engine and of dnsperf."""
    questions = questions_of(world.targets)
    rows: list[dict[str, object]] = []
    with TemporaryDirectory(prefix="sovscan-bench-") as temporary:
        folder = Path(temporary)
        (folder / "asked").write_text("".join(f"{q.name} {q.type}\n" for q in questions))
        for delay, port in ((0, ports.knot), (DELAY, ports.slow)):
            for in_flight in IN_FLIGHT:
                progress(f"questions: {delay} ms, {in_flight} in flight")
                ours, theirs = [], []
                for _ in range(runs):
                    theirs.append(_dnsperf(folder, port, in_flight, len(questions)))
                    ours.append(_engine(questions, port, in_flight))
                rows += _pair(delay, in_flight, median(ours), median(theirs), len(questions))
    show(f"{len(questions):,} questions, medians of {runs} runs", rows)


def _pair(
    delay: int, in_flight: int, ours: Cost, theirs: Cost, count: int
) -> list[dict[str, object]]:
    """Only what was answered counts. A dnsperf that lost some spins until their time is over: then
    its CPU says nothing.
    """
    best = (count - theirs.lost) / theirs.wall
    return [
        {
            "ms": delay,
            "in flight": in_flight,
            "who": who,
            "answered/s": (count - cost.lost) / cost.wall,
            "of dnsperf": (count - cost.lost) / cost.wall / best,
            "CPU s per 1,000": "?" if spins and cost.lost else f"{cost.cpu / count * 1000:.4f}",
            "lost": cost.lost,
        }
        for who, cost, spins in (("dnsperf", theirs, True), ("engine", ours, False))
    ]


def _engine(questions: list[Question], port: int, in_flight: int) -> Cost:
    engine = Engine((Server(LOOPBACK, port),), concurrency=in_flight)
    failed: list[int] = []

    def ask() -> None:
        found = engine.ask(questions)
        failed.append(sum(each.outcome is Outcome.FAILED for each in found))

    cost = cost_of(ask)
    return Cost(cost.wall, cost.cpu, failed[0])


def _dnsperf(folder: Path, port: int, in_flight: int, count: int) -> Cost:
    """One thread, eight sockets as ours; wall time as it says itself, without its start."""
    command = ["dnsperf", "-s", LOOPBACK, "-p", str(port), "-d", str(folder / "asked"), "-n", "1"]
    out = folder / "dnsperf.txt"
    command += ["-e", "-b", "1024", "-c", "8", "-T", "1", "-q", str(in_flight)]
    cost = cost_of_program(command, out)
    said = dict(line.strip().split(":", 1) for line in out.read_text().splitlines() if ":" in line)
    completed = int(said["Queries completed"].split()[0])
    return Cost(float(said["Run time (s)"]), cost.cpu, count - completed)


def compare_domains(world: World, ports: Stage, runs: int, in_flight: Sequence[int]) -> None:
    """Whole domains: ours end to end, the others' questions only."""
    targets = world.targets[:SCANNED]
    rows: list[dict[str, object]] = []
    peers: dict[str, list[Cost]] = {"dnspython, same questions": [], "leanest peer": []}
    ours: dict[int, list[Cost]] = {each: [] for each in in_flight}
    with TemporaryDirectory(prefix="sovscan-bench-") as temporary:
        path = Path(temporary) / "bench.db"
        _scan(targets[:100], ports.slow, in_flight[0], path)
        same, peer = _same_questions(path), []
        for _ in range(runs):
            for each in in_flight:
                progress(f"domains: ours, {each} in flight")
                ours[each].append(_scan(targets, ports.slow, each, path))
            same = _same_questions(path)
            progress("domains: dnspython")
            peers["dnspython, same questions"].append(_with_dnspython(_ask_all, same, ports.slow))
            peer = [[Question(target.domain, "MX")] for target in targets[:: SCANNED // SAMPLE]]
            peers["leanest peer"].append(_with_dnspython(_ask_as_peer, peer, ports.slow))
    asked = {
        "dnspython, same questions": sum(map(len, same)) / SAMPLE,
        "leanest peer": _PEER_ASKED[0] / SAMPLE,
    }
    best = SCANNED / median(ours[in_flight[-1]]).wall
    for number, costs in ours.items():
        name = f"sovscan, {number} in flight"
        rows.append(_row(name, median(costs), SCANNED, asked["dnspython, same questions"], best))
    for who, costs in peers.items():
        rows.append(_row(who, median(costs), SAMPLE, asked[who], best))
    show(f"Whole domains at {DELAY} ms, medians of {runs} runs", rows)


def _row(who: str, cost: Cost, count: int, asked: float, best: float) -> dict[str, object]:
    return {
        "who": who,
        "domains/s": count / cost.wall,
        "sovscan is faster by": best / (count / cost.wall),
        "CPU ms per domain": cost.cpu / count * 1000,
        "questions per domain": asked,
    }


def _scan(targets: Sequence[Target], port: int, in_flight: int, path: Path) -> Cost:
    """Collect, judge and store, into a new file."""
    remove(path)
    engine = Engine((Server(LOOPBACK, port),), concurrency=in_flight)
    cost = cost_of(lambda: pipeline.scan(targets, engine, [], usual_judge(), path))
    if engine.health.failures:
        progress(f"  failures: {dict(engine.health.failures)}")
    return cost


def _same_questions(path: Path) -> Asked:
    """What the scan asked for a sample of its domains: each one's own questions, and its part of
    those that are shared, each once.
    """
    own: dict[str, list[Question]] = {}
    shared: dict[Question, None] = {}
    with pipeline.reading(path) as reader:
        for sighting in reader.sightings(reader.scan().id):
            held = own[sighting.target.domain] = []
            for question in sighting.facts:
                if within(question.name, sighting.target.domain):
                    held.append(question)
                else:
                    shared[question] = None
    step = max(1, len(own) // SAMPLE)
    sample = list(own.values())[::step]
    for place, question in enumerate(list(shared)[::step]):
        sample[place % len(sample)].append(question)
    return sample


Ask = Callable[[str, str], Awaitable[list[str]]]
_PEER_ASKED = [0]


async def _ask_all(ask: Ask, questions: list[Question]) -> None:
    """One after the other: a hundred in flight keep dnspython busy, and more would time out."""
    for each in questions:
        await ask(each.name, each.type)


async def _ask_as_peer(ask: Ask, questions: list[Question]) -> None:
    """What the leanest peer looks up: MX, TXT, autodiscover, three selectors, two MX hosts."""
    domain = questions[0].name
    selectors = [probe.name for probe in knowledge().probes if probe.type == "CNAME"][:3]
    found = await asyncio.gather(
        ask(domain, "MX"),
        ask(domain, "TXT"),
        ask(f"{AUTODISCOVER}.{domain}", "CNAME"),
        ask(f"{AUTODISCOVER_SRV}.{domain}", "SRV"),
        *(ask(f"{name}.{domain}", "CNAME") for name in selectors),
    )
    hosts = [text.rpartition(" ")[2] for text in sorted(found[0])[:2]]
    await asyncio.gather(*(ask(host, rtype) for host in hosts for rtype in ("A", "AAAA")))


def _with_dnspython(
    work: Callable[[Ask, list[Question]], Awaitable[None]], asked: Asked, port: int
) -> Cost:
    """A hundred domains open at a time; a name that several share is asked once, as we do."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [LOOPBACK], port
    resolver.timeout, resolver.lifetime = 5.0, 30.0
    known: dict[tuple[str, str], asyncio.Task[list[str]]] = {}
    failures: list[str] = []

    async def query(name: str, rtype: str) -> list[str]:
        with suppress(dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            try:
                return [str(each) for each in await resolver.resolve(name + ".", rtype)]
            except dns.resolver.NoNameservers as error:
                failures.append(str(error))
        return []

    async def ask(name: str, rtype: str) -> list[str]:
        key = (name.rstrip("."), rtype)
        if key not in known:
            known[key] = asyncio.create_task(query(*key))
        return await known[key]

    async def everything() -> None:
        gate = asyncio.Semaphore(OPEN)

        async def one(questions: list[Question]) -> None:
            async with gate:
                await work(ask, questions)

        await asyncio.gather(*map(one, asked))

    cost = cost_of(lambda: asyncio.run(everything()))
    _PEER_ASKED[0] = len(known)
    if failures:
        progress(f"  dnspython: {len(failures)} failed, as {failures[0]}")
    return cost


def _numbers(text: str) -> Iterable[int]:
    return [int(each) for each in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["questions", "domains"])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--in-flight", type=_numbers, default=(100, 1000), help="of scans")
    asked = parser.parse_args()
    world = World(WORLD, knowledge())
    progress(f"load: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before we begin")
    with stage(world) as ports:
        if asked.what != "domains":
            compare_questions(world, ports, asked.runs)
        if asked.what != "questions":
            compare_domains(world, ports, asked.runs, asked.in_flight)


if __name__ == "__main__":
    main()
