"""Damaged DNS packets, read as if they came from a resolver: no crash, no hang, no growth.

    python -m bench.fuzz_dns --packets 1000000 --seed 1

Responses of the demo's world, and one of each type, are damaged in one to four places and handed to
the reader of the DNS engine. Says how many packets a second it read, what became of them, the
slowest, and how far memory grew. Exit code 1 where one raised, took longer than a second, or made
an observation that contradicts itself, and where memory grew. The same seed gives the same packets.
"""

import argparse
import faulthandler
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from random import Random

import dns.message
import dns.rrset
from sovscan.collect.dns.reading import read
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question
from sovscan.demo.world import World

PROVENANCE = Provenance("2026-11-23T02:10:00Z", "127.0.0.1")
SLOWEST = 1.0
"""Seconds of CPU that no packet may take; the wall clock would count whatever else runs here."""
HANGING = 60
"""Seconds after which a block of packets is taken to hang: where is shown, and the run ends."""
BLOCK = 5_000
MOST_GROWTH = 24.0
"""MB that memory may grow by after the first tenth of the packets, caches and all."""
TOLD = 5
"""Packets of each kind of trouble that are shown."""

RECORDS = {
    "A": ["192.0.2.1", "192.0.2.2"],
    "AAAA": ["2001:db8::1"],
    "MX": ["10 mx.body.example.", "20 mx2.other.example."],
    "NS": ["ns1.body.example.", "ns2.body.example."],
    "SOA": ["ns1.body.example. admin.body.example. 1 7200 3600 86400 300"],
    "TXT": ['"v=spf1 include:a.example" " -all"', '"caf\\195\\169"'],
    "CAA": ['0 issue "ca.example"', '128 iodef "mailto:a@body.example"'],
    "DS": ["12345 13 2 49FD46E6C4B45C55D4AC69CBD3CD34AC1AFE51DE9A3B2C3D4E5F60718293A4B5"],
    "HTTPS": ["1 . alpn=h2,h3 ipv4hint=192.0.2.1"],
    "SRV": ["0 5 443 mail.body.example."],
    "CNAME": ["www.other.example."],
    "PTR": ["mail.body.example."],
}
TELLING = (0x00, 0x01, 0x0C, 0x29, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xFF)
"""Octets that mean something somewhere: ends, lengths at their bounds, pointers, OPT."""


@dataclass(slots=True)
class Found:
    """What a run showed: packets by what became of them, trouble with its packets in hex, the
    slowest packet (s of CPU), and growth of memory (MB) after the first tenth.
    """

    packets: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    growth: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    trouble: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """No crash, no hang, no contradiction, no growth."""
        return not self.trouble and self.growth <= MOST_GROWTH

    def blame(self, why: str, packet: bytes) -> None:
        """Something that must not be."""
        self.trouble[why] += 1
        if self.trouble[why] <= TOLD:
            self.shown.append(f"{why}: {packet.hex()}")


Sample = tuple[Question, bytes]


def samples() -> list[Sample]:
    """Whole responses, and the questions that they answer."""
    folder = resources.files("sovscan.demo")
    world = World((folder / "world.txt").read_text("utf-8"), ["failing.example"])
    bodies = [line.split(",")[-1] for line in (folder / "bodies.csv").read_text("utf-8").split()]
    asked = [Question(DomainName(b), t) for b in bodies if "." in b for t in ("MX", "TXT", "NS")]
    asked += [Question(DomainName(f"www.{b}"), "A") for b in bodies if "." in b]
    found = [(question, _answered(world, question)) for question in asked]
    return found + [_rich(rtype) for rtype in RECORDS] * (1 + len(found) // len(RECORDS))


def damaged(packet: bytes, other: bytes, chance: Random) -> bytes:
    """A packet with one to four faults; some come of another packet."""
    wire = bytearray(packet)
    for _ in range(chance.randint(1, 4)):
        if not wire:
            break
        _damage(wire, other, chance)
    return bytes(wire)


def packets(number: int, seed: int) -> Iterator[Sample]:
    """Damaged packets, always the same for a seed."""
    chance = Random(seed)
    whole = samples()
    for _ in range(number):
        question, packet = chance.choice(whole)
        yield question, damaged(packet, chance.choice(whole)[1], chance)


def run(number: int, seed: int) -> Found:
    """Read so many packets."""
    found = Found()
    started = time.perf_counter()
    before = 0.0
    for count, (question, packet) in enumerate(packets(number, seed)):
        if count % BLOCK == 0:
            faulthandler.dump_traceback_later(HANGING, exit=True)
        if count == number // 10:
            before = _memory()
        _try(found, question, packet)
    faulthandler.cancel_dump_traceback_later()
    found.seconds = time.perf_counter() - started
    found.growth = _memory() - before
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 where all is well."""
    parser = argparse.ArgumentParser(description="Read damaged DNS packets.")
    parser.add_argument("--packets", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    found = run(options.packets, options.seed)
    sys.stdout.write(_told(found))
    return 0 if found.is_good else 1


def _try(found: Found, question: Question, packet: bytes) -> None:
    started = time.process_time()
    found.packets += 1
    try:
        observation = read(question, packet, PROVENANCE)
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
        found.blame(f"raised {type(error).__name__}", packet)
        return
    seconds = time.process_time() - started
    found.slowest = max(found.slowest, seconds)
    if seconds > SLOWEST:
        found.blame("slow", packet)
    if not _is_coherent(observation):
        found.blame("contradicts itself", packet)
    found.outcomes[f"{observation.outcome} {observation.detail}".strip()] += 1


def _is_coherent(found: Observation) -> bool:
    """Answers if and only if seen; somebody's fault if and only if failed."""
    return bool(found.answers) == (found.outcome is Outcome.SEEN) and (
        found.outcome is Outcome.FAILED
    ) == (found.fault is not Fault.NONE)


def _damage(wire: bytearray, other: bytes, chance: Random) -> None:
    place, length = chance.randrange(len(wire)), chance.randint(1, 8)
    match chance.randrange(16):  # most leave the length as it is: the reader then gets further
        case 0 | 1 | 2:
            wire[place] = chance.randrange(256)
        case 3 | 4 | 5:
            wire[place] = chance.choice(TELLING)
        case 6 | 7 | 8:
            wire[place] ^= 1 << chance.randrange(8)
        case 9 | 10:
            wire[place : place + 2] = (0xC000 | chance.randrange(len(wire) + 4)).to_bytes(2, "big")
        case 11:
            wire[place:place] = chance.randbytes(length)
        case 12:
            del wire[place : place + length]
        case 13:
            wire[min(chance.randrange(4, 12), len(wire) - 1)] = chance.choice(TELLING)
        case _:
            start = chance.randrange(len(other))
            wire[place : place + length] = other[start : start + length]
    if chance.random() < 0.02:
        del wire[place:]


def _answered(world: World, question: Question) -> bytes:
    query = dns.message.make_query(question.name, question.type)
    return world.respond(query).to_wire(max_size=65535)


def _rich(rtype: str) -> Sample:
    """A response with an alias, records, authority, additional records and EDNS."""
    query = dns.message.make_query("www.body.example", rtype, use_edns=0)
    response = dns.message.make_response(query, recursion_available=True)
    owner = "www.body.example."
    if rtype != "CNAME":
        response.answer.append(dns.rrset.from_text(owner, 300, "IN", "CNAME", "web.body.example."))
        owner = "web.body.example."
    response.answer.append(dns.rrset.from_text_list(owner, 300, "IN", rtype, RECORDS[rtype]))
    response.authority.append(
        dns.rrset.from_text_list("body.example.", 60, "IN", "SOA", RECORDS["SOA"])
    )
    response.additional.append(
        dns.rrset.from_text_list("mx.body.example.", 60, "IN", "A", RECORDS["A"])
    )
    return Question(DomainName("www.body.example"), rtype), response.to_wire(max_size=65535)


def _memory() -> float:
    """The memory of this process now (MB); elsewhere than on Linux the most it ever had."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _told(found: Found) -> str:
    lines = [
        f"{found.packets} packets in {found.seconds:.1f} s: {found.packets / found.seconds:.0f}/s",
        f"slowest {found.slowest * 1000:.1f} ms, memory grew by {found.growth:.1f} MB",
        *(f"{count:>9} {what}" for what, count in found.outcomes.most_common(12)),
        *(f"TROUBLE {count} {why}" for why, count in found.trouble.items()),
        *found.shown,
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
