"""Knot, the authoritative server, and Unbound, the resolver that asks it; nothing leaves loopback:
what is in no zone of these tests Unbound asks Knot, too, and Knot refuses.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.rrset

from sovscan.collect import Server
from tests.real import zones
from tests.real.certificates import CERTIFIED_NAME, Certificates
from tests.real.processes import LOOPBACK, free_port, program, running

_KNOT = """
server:
    rundir: "{folder}"
    listen: {address}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: "{folder}"
policy:
  - id: quick
    algorithm: ecdsap256sha256
    single-type-signing: on
template:
  - id: default
    storage: "{folder}"
    file: "%s.zone"
    zonefile-sync: -1
zone:
{zones}
"""

_UNBOUND = """
server:
    directory: "{folder}"
    chroot: ""
    username: ""
    pidfile: "{folder}/unbound.pid"
    use-syslog: no
    interface: {address}@{port}
    interface: {address}@{tls}
    port: {port}
    tls-port: {tls}
    tls-service-pem: "{certificates.certificate}"
    tls-service-key: "{certificates.key}"
    do-ip6: no
    do-daemonize: no
    do-not-query-localhost: no
    module-config: "validator iterator"
    local-zone: "test." transparent
    target-fetch-policy: "0 0 0 0 0"
{anchors}
remote-control:
    control-enable: no
{stubs}
"""


@dataclass(frozen=True, slots=True)
class Resolver:
    """The resolver of these tests: in the clear, and over TLS with the name it can prove."""

    plain: Server
    tls: Server


@contextmanager
def knot(folder: Path) -> Iterator[Server]:
    """An authoritative server with the zones of these tests."""
    for name, text in zones.ZONES.items():
        (folder / f"{name}.zone").write_text(text)

    def prepare() -> tuple[Server, list[str]]:
        server = Server(LOOPBACK, free_port())
        listed = "".join(_zone(name) for name in zones.ZONES)
        path = folder / "knot.conf"
        path.write_text(
            _KNOT.format(folder=folder, address=LOOPBACK, port=server.port, zones=listed)
        )
        return server, [program("knotd") or "knotd", "-c", str(path)]

    with running(prepare, _serves_all, folder / "knot.log") as server:
        yield server


@contextmanager
def unbound(folder: Path, asks: Server, certificates: Certificates) -> Iterator[Resolver]:
    """A validating resolver that knows the signed zones by their keys, and one by a wrong key."""
    anchors = [_key(asks, name) for name in zones.SIGNED_ZONES]

    def prepare() -> tuple[Resolver, list[str]]:
        port, tls = free_port(), free_port()
        path = folder / "unbound.conf"
        path.write_text(
            _UNBOUND.format(
                folder=folder,
                address=LOOPBACK,
                port=port,
                tls=tls,
                certificates=certificates,
                anchors="".join(f"    trust-anchor: '{anchor}'\n" for anchor in anchors),
                stubs="".join(_stub(name, asks) for name in (*_ASKED, ".")),
            )
        )
        place = Resolver(
            Server(LOOPBACK, port), Server(LOOPBACK, tls, tls=True, name=CERTIFIED_NAME)
        )
        return place, [program("unbound") or "unbound", "-d", "-c", str(path)]

    with running(prepare, lambda place: _answers(place.plain), folder / "unbound.log") as place:
        yield place


_ASKED = (*zones.ZONES, zones.REFUSED, zones.LAME)


def _zone(name: str) -> str:
    signing = "    dnssec-signing: on\n    dnssec-policy: quick\n"
    return f"  - domain: {name}\n" + (signing if name in zones.SIGNED_ZONES else "")


def _stub(zone: str, asks: Server) -> str:
    return f'stub-zone:\n    name: "{zone}"\n    stub-addr: {asks.address}@{asks.port}\n'


def _ask(server: Server, name: str, rtype: str) -> dns.message.Message | None:
    query = dns.message.make_query(name, rtype)
    try:
        return dns.query.tcp(query, server.address, 2, server.port)
    except (OSError, EOFError, dns.exception.DNSException):
        return None


def _answers(server: Server) -> bool:
    reply = _ask(server, zones.PLAIN, "SOA")
    return bool(reply and reply.answer)


def _serves_all(server: Server) -> bool:
    """Knot signs after it has started."""
    replies = [_ask(server, name, "SOA") for name in zones.ZONES]
    keys = [_ask(server, name, "DNSKEY") for name in zones.SIGNED_ZONES]
    return all(reply and reply.answer for reply in (*replies, *keys))


def _key(server: Server, zone: str) -> str:
    """The DNSKEY that a resolver is to trust; of the bogus zone that of another zone."""
    source = zones.SIGNED if zone == zones.BOGUS else zone
    reply = _ask(server, source, "DNSKEY")
    assert reply is not None
    keys = next(each for each in reply.answer if each.rdtype == dns.rdatatype.DNSKEY)
    return f"{zone}. DNSKEY {keys[0].to_text()}"
