"""A world on loopback, over UDP and TCP."""

import socket
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.query
import pytest

from sovscan.demo import bodies, stage
from sovscan.demo.world import World
from sovscan.targets import read_list

LONG = World("".join(f"long.example. MX {n} a-rather-long-name-{n}.example.\n" for n in range(90)))
NAMES = [
    ("waterzande.example", "MX"),
    ("waterzande.example", "TXT"),
    ("any.vlietland.example", "A"),
    ("nowhere.example", "MX"),
    ("steenoever.example", "MX"),
    ("waterzande.example", "AAAA"),
]


@pytest.fixture(scope="module")
def place():
    with stage() as place:
        yield place


def by_udp(place, query, **how):
    return dns.query.udp(query, place[0], port=place[1], timeout=5, **how)


def by_tcp(place, query):
    return dns.query.tcp(query, place[0], port=place[1], timeout=5)


def test_the_bodies_are_a_list_like_a_users_and_all_invented():
    listing = read_list("demo", bodies())
    assert listing.faults == ()
    assert listing.merged == 0
    assert len(listing.targets) >= 40
    assert {target.country for target in listing.targets} == {"BE", "NL", "LU"}
    for target in listing.targets:
        assert target.domain.endswith(".example")  # reserved (RFC 2606): nobody's
        assert target.domain.count(".") == 1
    assert len({target.id for target in listing.targets}) == len(listing.targets)


@pytest.mark.parametrize(("name", "rtype"), NAMES)
def test_udp_and_tcp_say_the_same(place, name, rtype):
    query = dns.message.make_query(name, rtype)
    assert by_udp(place, query) == by_tcp(place, query)


@pytest.mark.parametrize("edns", [False, 0], ids=["plain", "edns"])
def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(edns):
    query = dns.message.make_query("long.example", "MX", use_edns=edns, payload=1232)
    with stage(LONG) as place:
        cut, whole = by_udp(place, query), by_tcp(place, query)
    assert cut.flags & dns.flags.TC
    assert len(cut.to_wire()) <= (1232 if edns is not False else 512)
    assert not whole.flags & dns.flags.TC
    assert len(whole.answer[0]) == 90


def test_an_answer_that_fits_the_offered_payload_is_not_cut():
    query = dns.message.make_query("long.example", "MX", use_edns=0, payload=4096)
    with stage(LONG) as place:
        response = by_udp(place, query)
    assert not response.flags & dns.flags.TC
    assert len(response.answer[0]) == 90


def test_many_questions_go_over_one_connection(place):
    queries = [dns.message.make_query(name, rtype) for name, rtype in NAMES]
    with socket.create_connection(place, timeout=5) as sock:
        for query in queries:
            dns.query.send_tcp(sock, query)
        answers = [dns.query.receive_tcp(sock)[0] for _ in queries]
    for query, response in zip(queries, answers, strict=True):
        assert query.is_response(response)


def framed(wire: bytes) -> bytes:
    return struct.pack("!H", len(wire)) + wire


QUERY = dns.message.make_query("waterzande.example", "MX")
NO_QUESTION = dns.message.Message(id=1).to_wire()
NONSENSE = [b"", b"\0", b"\xff" * 40, QUERY.to_wire()[:-3], NO_QUESTION,
            dns.message.make_response(QUERY).to_wire()]  # fmt: skip
NAMED = ["nothing", "a-byte", "noise", "cut", "no-question", "a-response"]


@pytest.mark.parametrize("wire", NONSENSE, ids=NAMED)
def test_what_is_no_query_gets_no_answer_and_harms_nobody(place, wire, caplog):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(wire, place)
    with socket.create_connection(place, timeout=5) as sock:
        sock.sendall(framed(wire))
        assert sock.recv(100) == b""
    assert by_udp(place, QUERY).answer
    assert by_tcp(place, QUERY).answer
    assert caplog.records == []


def test_a_stage_that_is_closed_leaves_nothing_behind(caplog):
    before = threading.active_count()
    with socket.socket() as sock, stage() as place:
        sock.connect(place)
        sock.sendall(b"\0")  # half a length: the handler still waits for the rest
        assert by_tcp(place, QUERY).answer
    assert threading.active_count() == before
    assert caplog.records == []
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(place, timeout=5)


def test_a_port_that_is_taken_for_tcp_is_passed_over(monkeypatch):
    import asyncio

    start, taken = asyncio.start_server, []

    async def crowded(handler, host, port):
        if not taken:
            taken.append(socket.create_server((host, port)))
        return await start(handler, host, port)

    monkeypatch.setattr(asyncio, "start_server", crowded)
    with stage() as place, taken[0]:
        assert place[1] != taken[0].getsockname()[1]
        assert by_tcp(place, QUERY).answer


def test_two_stages_do_not_meet(place):
    with stage(World("only.example. MX 10 here.example.")) as other:
        query = dns.message.make_query("only.example", "MX")
        assert by_udp(other, query).answer
        assert not by_udp(place, query).answer
