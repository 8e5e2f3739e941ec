"""Name servers on addresses of loopback that do as told, what is known of a zone, and a loop that
asks.
"""

import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from sovscan.collect.delegation import DELEGATION, DelegationAsker
from sovscan.core.facts import ADDRESS_TYPES
from sovscan.core.model import DomainName, Observation, Outcome, Question
from tests.collect.helpers import q, turn

ZONE, PARENT = "town.example", "example"
NS1, NS2 = f"ns1.{ZONE}", f"ns2.{ZONE}"
ABOVE = "ns.example"
AT_NS1, AT_NS2, AT_PARENT, AT_NOBODY = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.9"
SOA = f"{NS1}. hostmaster.{ZONE}. 1 3600 600 86400 300"


@dataclass(slots=True)
class Came:
    """A query as a server met it."""

    query: dns.message.Message
    peer: tuple[str, int]
    by_tcp: bool
    count: int


Serve = Callable[[Came], Iterable[dns.message.Message | bytes]]
"""What a server sends for a query, message by message."""


def of(came: Came, *, authoritative: bool = False, rcode: dns.rcode.Rcode = dns.rcode.NOERROR):
    response = dns.message.make_response(came.query)
    response.set_rcode(rcode)
    if authoritative:
        response.flags |= dns.flags.AA
    return response


def record(name: str, rtype: str, *data: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(f"{name}.", 300, "IN", rtype, *data)


def hosts(*names: str, zone: str = ZONE) -> dns.rrset.RRset:
    return record(zone, "NS", *(f"{name}." for name in names))


def authoritative(came: Came):
    response = of(came, authoritative=True)
    [question] = came.query.question
    zone = question.name.to_text(omit_final_dot=True)
    is_soa = question.rdtype == dns.rdatatype.SOA
    response.answer = [record(zone, "SOA", SOA) if is_soa else hosts(NS1, NS2, zone=zone)]
    return [response]


def referring(*names: str, zone: str = ZONE) -> Serve:
    def serve(came: Came):
        response = of(came)
        response.authority = [hosts(*names, zone=zone)]
        return [response]

    return serve


def saying(code: str) -> Serve:
    return lambda came: [of(came, rcode=dns.rcode.from_text(code))]


def silent(came: Came):
    return []


def remembering(came: Came):
    """As a recursive resolver answers from its memory: not as an authority, and offering more."""
    response = authoritative(came)[0]
    response.flags &= ~dns.flags.AA
    response.flags |= dns.flags.RA
    return [response]


@dataclass(slots=True)
class Served:
    """The port of some servers, and what came to which address."""

    port: int
    came: dict[str, list[Came]] = field(default_factory=dict)

    def count(self, address: str) -> int:
        return len(self.came.get(address, ()))


@contextmanager
def serving(servers: Mapping[str, Serve]) -> Iterator[Served]:
    """Servers at these addresses, by UDP and TCP, all at one port."""
    with ExitStack() as stack:
        served, sockets = _bound(stack, list(servers))
        over = threading.Event()
        arguments = (served, sockets, servers, over)
        threads = [threading.Thread(target=_serve, args=(*arguments, kind)) for kind in (1, 2)]
        for thread in threads:
            thread.start()
        try:
            yield served
        finally:
            over.set()
            for thread in threads:
                thread.join()


Sockets = list[tuple[str, socket.socket]]


def _bound(stack: ExitStack, addresses: Sequence[str]) -> tuple[Served, Sockets]:
    for _ in range(50):
        mine = ExitStack()
        sockets: Sockets = []
        port = 0
        try:
            for address in addresses:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    family = socket.AF_INET6 if ":" in address else socket.AF_INET
                    sock = mine.enter_context(socket.socket(family, kind))
                    if kind == socket.SOCK_STREAM:
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    sock.bind((address, port))
                    port = sock.getsockname()[1]
                    if kind == socket.SOCK_STREAM:
                        sock.listen(64)
                    sock.settimeout(0)
                    sockets.append((address, sock))
        except OSError:
            mine.close()
            continue
        stack.enter_context(mine)
        return Served(port), sockets
    raise OSError("no port is free")


def _serve(
    served: Served,
    sockets: Sockets,
    servers: Mapping[str, Serve],
    over: threading.Event,
    kind: int,
) -> None:
    with selectors.DefaultSelector() as selector:
        for address, sock in sockets:
            if sock.type == kind:
                selector.register(sock, selectors.EVENT_READ, address)
        while not over.is_set():
            for key, _ in selector.select(0.01):
                with suppress(OSError, dns.exception.DNSException):  # who hung up is left alone
                    _one(served, key.fileobj, key.data, servers[key.data], by_tcp=kind == 1)


def _one(served: Served, sock: socket.socket, address: str, serve: Serve, *, by_tcp: bool) -> None:
    if by_tcp:
        connection, peer = sock.accept()
        with connection:
            connection.settimeout(1)
            data = connection.recv(4096)[2:]
            for wire in _wires(served, address, data, peer, serve, by_tcp=True):
                connection.sendall(len(wire).to_bytes(2, "big") + wire)
        return
    data, peer = sock.recvfrom(4096)
    for wire in _wires(served, address, data, peer, serve, by_tcp=False):
        sock.sendto(wire, peer)


def _wires(served: Served, address, data, peer, serve, *, by_tcp: bool) -> Iterator[bytes]:
    held = served.came.setdefault(address, [])
    came = Came(dns.message.from_wire(data), peer[:2], by_tcp, len(held) + 1)
    held.append(came)
    for each in serve(came):
        yield each if isinstance(each, bytes) else each.to_wire()


Facts = dict[Question, Observation]


def known(
    servers: Mapping[str, Sequence[str] | None],
    parents: Mapping[str, Sequence[str] | None] | None = None,
    zone: str = ZONE,
) -> Facts:
    """What the resolver told: the servers of a zone and of its parent with their addresses; None
    where those could not be had.
    """
    facts: Facts = {}
    parent = zone.partition(".")[2]
    for name, listed in ((zone, servers), (parent, parents or {})):
        question = q(name, "NS")
        facts[question] = (
            Observation(question, Outcome.SEEN, tuple(sorted(listed)))
            if listed
            else Observation(question, Outcome.ABSENT, detail="NODATA")
        )
        for host, found in listed.items():
            for rtype in ADDRESS_TYPES:
                facts[q(host, rtype)] = _addresses(q(host, rtype), found)
    return facts


def _addresses(question: Question, found: Sequence[str] | None) -> Observation:
    if found is None:
        return Observation(question, Outcome.FAILED, detail="SERVFAIL")
    of_type = tuple(each for each in found if (":" in each) == (question.type == "AAAA"))
    if of_type:
        return Observation(question, Outcome.SEEN, of_type)
    return Observation(question, Outcome.ABSENT, detail="NODATA")


TWO = {NS1: [AT_NS1], NS2: [AT_NS2]}
ONE_ABOVE = {ABOVE: [AT_PARENT]}


@contextmanager
def asking(port: int, **settings) -> Iterator[DelegationAsker]:
    """An asker that may contact loopback, at this port; it leaves nothing behind."""
    selector = selectors.DefaultSelector()
    usual = {"allow_loopback": True, "patience": 0.5, "budget": 3.0}
    asker = DelegationAsker(selector, port=port, **usual | settings)
    try:
        yield asker
    finally:
        asker.close()
        assert not selector.get_map()
        selector.close()


def look(port: int, facts: Facts, zone: str = ZONE, **settings) -> Observation:
    """One zone, looked at."""
    with asking(port, **settings) as asker:
        asker.take(Question(DomainName(zone), DELEGATION), facts)
        [found] = turn(asker, 1)
    return found


def look_at(
    servers: Mapping[str, Serve], facts: Facts | None = None, **settings
) -> tuple[Observation, Served]:
    """The usual zone, served so; and what came."""
    with serving(servers) as served:
        found = look(served.port, known(TWO, ONE_ABOVE) if facts is None else facts, **settings)
    return found, served
