"""A fast world on loopback: Knot serves it as a root zone, dnsdist stands before it.

NS and SOA of the bodies' domains are answered by dnsdist, since in a root zone they would delegate;
all else comes from Knot. `python -m bench.stage` keeps the stage up until it is interrupted.
"""

import argparse
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import dns.exception
import dns.message
import dns.name
import dns.query
from sovscan.knowledge import default_datasets, load

from bench.world import GROUPS, TTL, World

LOOPBACK = "127.0.0.1"
DELAY = 20
PATIENCE = 120.0
"""Seconds that a server may take to read its world."""

KNOT = """
server:
    rundir: "{folder}"
    listen: {address}@{port}
log:
  - target: stderr
    any: error
database:
    storage: "{folder}/db"
control:
    listen: "{folder}/knot.sock"
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
    semantic-checks: off
zone:
  - domain: .
    file: world.zone
"""
DNSDIST = """
setSecurityPollSuffix("")
setVerboseHealthChecks(false)
for _ = 1, {listeners} do addLocal("{address}:{port}", {{reusePort=true}}) end
newServer({{address="{address}:{knot}", sockets=8}})
getServer(0):setUp()
"""
LISTENERS = 2


@dataclass(frozen=True, slots=True)
class Stage:
    """Ports on loopback: Knot itself, behind dnsdist without and with the delay."""

    knot: int
    plain: int
    slow: int


@contextmanager
def stage(world: World, delay: int = DELAY) -> Iterator[Stage]:
    """Serve a world for as long as the block lasts. `delay`: milliseconds added to each answer."""
    for program in ("knotd", "dnsdist"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing: apt-get install knot dnsdist dnsperf")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end with us
    ports = Stage(*_free_ports(3))
    with TemporaryDirectory(prefix="sovscan-bench-") as temporary, ExitStack() as running:
        folder = Path(temporary)
        (folder / "db").mkdir()
        _write_zone(world, folder / "world.zone")
        conf = folder / "knot.conf"
        conf.write_text(KNOT.format(folder=folder, address=LOOPBACK, port=ports.knot))
        running.enter_context(_running(["knotd", "-c", str(conf)], folder / "knot.log"))
        _wait_for(ports.knot, ".", folder / "knot.log")
        for port, milliseconds in ((ports.plain, 0), (ports.slow, delay)):
            conf = folder / f"dnsdist-{milliseconds}.lua"
            conf.write_text(_dnsdist(world, port, ports.knot, milliseconds))
            log = folder / f"dnsdist-{milliseconds}.log"
            running.enter_context(_running(["dnsdist", "--supervised", "-C", str(conf)], log))
            _wait_for(port, "g00.test", log)
        yield ports


def _write_zone(world: World, path: Path) -> None:
    with path.open("w", encoding="ascii") as zone:
        zone.write(f". {TTL} SOA a.test. h.test. 1 3600 900 86400 300\n. {TTL} NS a.test.\n")
        zone.write(f"a.test. {TTL} A {LOOPBACK}\n")
        zone.writelines(map(str, world.records()))


def _dnsdist(world: World, port: int, knot: int, delay: int) -> str:
    """The delay, then all but NS and SOA to Knot, then the NS and SOA of each group."""
    lines = [DNSDIST.format(listeners=LISTENERS, address=LOOPBACK, port=port, knot=knot)]
    if delay:
        lines.append(f"addAction(AllRule(), DelayAction({delay}))")
    lines.append(
        "addAction(NotRule(OrRule({QTypeRule(DNSQType.NS), QTypeRule(DNSQType.SOA)})),"
        ' PoolAction(""))'
    )
    for group in range(GROUPS):
        servers = [_wire(each) for each in world.servers(group)]
        mailbox = _wire(f"hostmaster.g{group:02}.test")
        soa = servers[0] + mailbox + b"".join(n.to_bytes(4, "big") for n in (1, 3600, 900, 1, 300))
        for rtype, data in (("NS", servers), ("SOA", [soa])):
            raw = ", ".join(f'"{_lua(each)}"' for each in data)
            lines.append(
                f"addAction(AndRule({{QTypeRule(DNSQType.{rtype}),"
                f' makeRule("g{group:02}.test.")}}),'
                f" SpoofRawAction({{{raw}}}, {{aa=true, ttl={TTL}}}))"
            )
    return "\n".join(lines)


def _wire(name: str) -> bytes:
    return bytes(dns.name.from_text(name).to_wire() or b"")


def _lua(data: bytes) -> str:
    return "".join(f"\\{byte:03d}" for byte in data)


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[None]:
    with (
        log.open("wb") as out,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, name: str, log: Path) -> None:
    query = dns.message.make_query(name, "SOA")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if dns.query.udp(query, LOOPBACK, port=port, timeout=0.5).answer:
                return
        except (dns.exception.DNSException, OSError):
            time.sleep(0.1)
    sys.exit(f"the server on port {port} does not answer:\n{log.read_text(errors='replace')}")


def _free_ports(count: int) -> list[int]:
    """Ports that are free for UDP and TCP, and each another."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp.bind((LOOPBACK, 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind((LOOPBACK, port))
            except OSError:
                continue
            found.append(port)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, default=10_000)
    parser.add_argument("--delay", type=int, default=DELAY, help="milliseconds")
    asked = parser.parse_args()
    world = World(asked.domains, load(default_datasets()))
    with stage(world, asked.delay) as ports:
        print(f"{asked.domains} domains: {ports}; Ctrl-C ends it", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
