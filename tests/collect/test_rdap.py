"""RDAP: what the registries are asked, what is read of their answers, and what never gets through.

All servers are on loopback: a name of a registry resolves to 127.0.0.1, and nothing else is reached.
"""

import http.server
import json
import selectors
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.collect.rdap import RDAP, RdapAsker, rdap_questions
from sovscan.collect.rdap.agenda import LONGEST_WAIT, Agenda, Job, Rest
from sovscan.collect.rdap.asking import KEPT, MOST_WAITING, is_fresh
from sovscan.collect.rdap.client import (
    MOST_BYTES,
    Access,
    NoAnswerError,
    _network_failure,
    checked,
    get,
    system_addresses,
)
from sovscan.collect.rdap.reading import MOST_OF_A_KEY, MOST_TEXT, MalformedError, read, written
from sovscan.collect.rdap.registries import base_for, read_services, registry_of
from sovscan.collect.rdap.subjects import Kind, is_public, subject
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question
from sovscan.core.registry import Network
from tests.collect.helpers import q

NOW = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
SECRETS = ("Jane", "Person", "jane@", "noc@", "+31", "Main Street", "1985")


def card(name: str, kind: str | None) -> list[object]:
    """A contact as the registries write it: with all that we do not want to know."""
    return [
        "vcard",
        [
            ["version", {}, "text", "4.0"],
            ["fn", {}, "text", name],
            *([["kind", {}, "text", kind]] if kind else []),
            ["adr", {"label": "1 Main Street\nTown"}, "text", ["", "", "", "", "", "", ""]],
            ["tel", {"type": "voice"}, "uri", "tel:+31-20-000"],
            ["email", {}, "text", "jane@acme.example"],
        ],
    ]


def party(name: str, kind: str | None, *roles: str, **more: object) -> dict[str, object]:
    return {
        "objectClassName": "entity",
        "handle": "JP1-X",
        "roles": list(roles),
        "vcardArray": card(name, kind),
        **more,
    }


PERSON = party("Jane Person", "individual", "registrant", "technical")
EVENTS = [{"eventAction": "registration", "eventDate": "1985-01-01T00:00:00Z"}]


def network(first: str, last: str, **more: object) -> dict[str, object]:
    return {
        "objectClassName": "ip network",
        "handle": f"{first} - {last}",
        "startAddress": first,
        "endAddress": last,
        "events": EVENTS,
        "remarks": [{"title": "remarks", "description": ["Ask Jane Person, noc@acme.example"]}],
        **more,
    }


SHAPES = {
    "ripencc": (
        "193.0.6.139",
        "rdap.db.ripe.net",
        network(
            "193.0.0.0",
            "193.0.7.255",
            name="ACME-NET",
            country="NL",
            port43="whois.ripe.net",
            cidr0_cidrs=[{"v4prefix": "193.0.0.0", "length": 21}],
            entities=[
                party("Acme Coördination B.V.", "org", "registrant"),
                party("ACME-MNT", "individual", "registrant"),
                party("Abuse noc@acme.example", "group", "abuse"),
                PERSON,
            ],
        ),
        (
            "country NL",
            "holder ACME-NET",
            "organisation Acme Coördination B.V.",
            "range 193.0.0.0/21",
            "registry ripencc",
        ),
    ),
    "arin": (
        "199.43.0.43",
        "rdap.arin.net",
        network(
            "199.43.0.0",
            "199.43.0.255",
            name="ACME-US",
            arin_originas0_originautnums=[393225, 64500],
            entities=[
                party("Acme Inc.", "org", "registrant", entities=[PERSON]),
                party("Noc", "group", "technical"),
            ],
        ),
        (
            "asn 393225",
            "asn 64500",
            "holder ACME-US",
            "organisation Acme Inc.",
            "range 199.43.0.0/24",
            "registry arin",
        ),
    ),
    "apnic": (
        "2001:dd8:9::1",
        "rdap.apnic.net",
        network(
            "2001:dd8::",
            "2001:dd8:ffff:ffff:ffff:ffff:ffff:ffff",
            name="ACME-AP",
            country="au",
            entities=[party("IRT-ACME", "group", "abuse"), PERSON],
        ),
        ("country AU", "holder ACME-AP", "range 2001:dd8::/32", "registry apnic"),
    ),
    "lacnic": (
        "200.3.14.10",
        "rdap.lacnic.net",
        network(
            "200.3.12.0",
            "200.3.15.255",
            country="UY",
            lacnic_originAutnum=["AS28000"],
            lacnic_legalRepresentative="Jane Person",
            entities=[
                party("Acme S.A.", "org", "registrant", legalRepresentative="Jane Person"),
                party("Jane Person", None, "registrant"),
            ],
        ),
        (
            "asn 28000",
            "country UY",
            "organisation Acme S.A.",
            "range 200.3.12.0/22",
            "registry lacnic",
        ),
    ),
    "afrinic": (
        "as37181",
        "rdap.afrinic.net",
        {
            "objectClassName": "autnum",
            "handle": "AS37181",
            "startAutnum": 37181,
            "endAutnum": 37181,
            "name": "ACME-AS",
            "country": "MU",
            "events": EVENTS,
            "entities": [party("Acme Ltd", "org", "registrant"), PERSON],
        },
        (
            "asn 37181",
            "country MU",
            "holder ACME-AS",
            "organisation Acme Ltd",
            "registry afrinic",
        ),
    ),
}
LISTS = {
    "/rdap/ipv4.json": {
        "rdap.db.ripe.net": ["193.0.0.0/8"],
        "rdap.arin.net": ["199.0.0.0/8"],
        "rdap.lacnic.net": ["200.0.0.0/8"],
        "other.example": ["193.7.0.0/16"],
    },
    "/rdap/ipv6.json": {"rdap.apnic.net": ["2001:c00::/23"]},
    "/rdap/asn.json": {"rdap.afrinic.net": ["36864-37887"]},
}


def subject_path(name: str) -> str:
    return "/rdap/" + subject(name).path


@dataclass
class Registry:
    """A server on loopback that is every registry at once: answers by (host, path), or by path."""

    port: int = 0
    answers: dict[object, object] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def url(self, host: str) -> str:
        return f"http://{host}:{self.port}/rdap/"

    def answer(self, name: str, answer: object) -> None:
        """What is said of a name, wherever it is asked."""
        self.answers[subject_path(name)] = answer

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [each for each in self.requests if not each[1].endswith(".json")]

    def listed(self, path: str) -> object:
        services = [[found, [self.url(host)]] for host, found in LISTS[path].items()]
        return {"version": "1.0", "services": services}


def make_handler(registry: Registry) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            host = self.headers["Host"].partition(":")[0]
            registry.requests.append((host, self.path))
            registry.headers.append({k.lower(): v for k, v in self.headers.items()})
            answer = registry.answers.get((host, self.path), registry.answers.get(self.path))
            if isinstance(answer, list):
                answer = answer.pop(0)
            if answer is None and self.path in LISTS:
                answer = registry.listed(self.path)
            with suppress(OSError):
                self.reply(answer)

        def reply(self, answer):
            if callable(answer):
                self.close_connection = True
                answer(self)
                return
            status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            status = 404 if answer is None else status
            self.send_response(status)
            for header in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def serving(registry: Registry, tls: ssl.SSLContext | None = None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), make_handler(registry))
    server.handle_error = lambda *args: None
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    registry.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def registry():
    with serving(Registry()) as started:
        for name, _, said, _ in SHAPES.values():
            started.answer(name, said)
        yield started


class Time:
    """A monotonic clock that stands still until somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


OPEN = {
    "scheme": "http",
    "ports": None,
    "resolve": lambda host, port: ["127.0.0.1"],
    "may_contact": lambda address: address == "127.0.0.1",
    "patience": 5.0,
}


@contextmanager
def asking(registry: Registry, access: dict[str, object] | None = None, **options: object):
    """An asker whose world is one server; `look` asks and waits for the observations."""
    moment = Time()
    with selectors.DefaultSelector() as selector:
        usual = {
            "access": Access(**{**OPEN, **(access or {})}),
            "lists": registry.url("lists.example"),
            "clock": lambda: NOW,
            "monotonic": moment.monotonic,
            "waiter": moment.wait,
        }
        asker = RdapAsker(selector, **{**usual, **options})

        def look(*names: str) -> list[Observation]:
            for name in names:
                asker.ask(q(name, RDAP))
            found: dict[str, Observation] = {}
            until = time.monotonic() + 20
            while len(found) < len(set(names)) and time.monotonic() < until:
                for key, events in selector.select(0.5):
                    key.data.ready(key.fd, events)
                asker.tick()
                found |= {each.question.name: each for each in asker.finished()}
            return [found[name] for name in names]

        look.time, look.asker = moment, asker
        try:
            yield look
        finally:
            asker.close()


@pytest.mark.parametrize("name", SHAPES)
def test_the_answers_of_every_registry_are_read_and_no_person_gets_through(registry, name):
    asked, host, _, expected = SHAPES[name]
    with asking(registry) as look:
        (found,) = look(asked)
    assert (found.outcome, found.detail, found.fault) == (Outcome.SEEN, "", Fault.NONE)
    assert found.answers == expected
    assert found.provenance == Provenance("2026-11-23T02:10:00Z", host, "https", attempts=1)
    assert registry.asked == [(host, subject_path(asked))]
    assert not [secret for secret in SECRETS if secret in str(found)]


def test_the_server_is_told_who_asks_and_what_is_wanted(registry, monkeypatch):
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")  # nobody is asked through a proxy
    with asking(registry) as look:
        assert look("193.0.6.139")[0].outcome is Outcome.SEEN
    sent = registry.headers[-1]
    assert sent["user-agent"].startswith("sovscan/")
    assert "docs/why-we-ask.md" in sent["user-agent"]
    assert sent["accept"].startswith("application/rdap+json")
    assert "cookie" not in sent


def test_the_lists_are_fetched_once_and_each_only_when_it_is_needed(registry):
    with asking(registry) as look:
        look("193.0.6.139", "199.43.0.43")
        look("200.3.14.10")
    lists = [path for host, path in registry.requests if host == "lists.example"]
    assert lists == ["/rdap/ipv4.json"]


FORBIDDEN = """
    10.0.0.1 127.0.0.1 0.0.0.0 169.254.169.254 172.16.0.1 192.168.1.1 100.64.0.1 192.0.0.9
    192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
    255.255.255.255 :: ::1 ::ffff:193.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 fe80::1 fec0::1 fc00::1
    fd00:ec2::254 ff02::1 2001::1 2001:db8::1 2002:a00:1::1 3fff::1 100::1 5f00::1
"""


def test_what_is_not_routed_is_asked_nowhere(registry):
    with asking(registry) as look:
        found = look(*FORBIDDEN.split())
        assert not look.asker._worker.is_alive()
    assert {each.outcome for each in found} == {Outcome.SKIPPED}
    assert {each.detail for each in found} == {"FORBIDDEN-ADDRESS"}
    assert {each.provenance.attempts for each in found} == {0}
    assert registry.requests == []


def test_a_number_that_is_nobodys_is_asked_nowhere(registry):
    numbers = (0, 23456, 64496, 64512, 65535, 65551, 131071, 4294967295)
    with asking(registry) as look:
        found = look(*(f"as{number}" for number in numbers))
    assert {each.detail for each in found} == {"FORBIDDEN-NUMBER"}
    assert registry.requests == []


@pytest.mark.parametrize(
    "name",
    ["www.city.example", "as", "as4294967296", "as-1", "as\uff11", "193.0.0.1/8", "2600::1%a", ""],
)
def test_what_is_no_address_and_no_number_has_failed_here(registry, name):
    with asking(registry) as look:
        (found,) = look(name)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "NOT-AN-ADDRESS")
    assert found.fault is Fault.HERE
    assert registry.requests == []


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "169.254.169.254", "fd00::1"])
def test_a_server_whose_name_leads_inside_is_not_connected_to(registry, address):
    inside = {"resolve": lambda host, port: [address], "may_contact": is_public}
    with asking(registry, inside) as look:
        (found,) = look("193.0.6.139")
    assert (found.outcome, found.detail) == (Outcome.FAILED, "LIST-FORBIDDEN-ADDRESS")
    assert registry.requests == []


def test_nothing_found_is_an_absence(registry):
    with asking(registry) as look:
        unknown, unlisted = look("193.0.1.1", "45.0.0.1")
    assert (unknown.outcome, unknown.detail) == (Outcome.ABSENT, "NOT-FOUND")
    assert unknown.provenance.resolver == "rdap.db.ripe.net"
    assert (unlisted.outcome, unlisted.detail) == (Outcome.ABSENT, "NO-REGISTRY")
    assert unlisted.provenance.resolver == "lists.example"


def redirect(url: str, status: int = 302) -> tuple[int, dict[str, str], bytes]:
    return status, {"Location": url}, b""


def test_a_redirect_leads_to_the_registry_that_knows(registry):
    name, host, _, _ = SHAPES["ripencc"]
    path = subject_path(name)
    registry.answers["other.example", path.replace(name, "193.7.0.1")] = redirect(
        registry.url("rdap.db.ripe.net") + f"ip/{name}"
    )
    registry.answers["rdap.db.ripe.net", path] = network("193.7.0.0", "193.7.0.255", name="X")
    with asking(registry) as look:
        (found,) = look("193.7.0.1")
    assert found.answers == ("holder X", "range 193.7.0.0/24", "registry ripencc")
    assert found.provenance.resolver == host
    assert [each for each, _ in registry.asked] == ["other.example", "rdap.db.ripe.net"]
    assert look.time.waits == []  # another host: it owes no pause


def test_a_national_registry_behind_a_regional_one_keeps_the_regional_name(registry):
    path = subject_path("200.3.14.10")
    registry.answers["rdap.lacnic.net", path] = redirect(
        registry.url("national.example") + "ip/200.3.14.10"
    )
    with asking(registry) as look:
        (found,) = look("200.3.14.10")
    assert "registry lacnic" in found.answers
    assert found.provenance.resolver == "national.example"


def test_redirects_end_after_three_hops(registry):
    registry.answer("193.0.6.139", redirect("193.0.6.139", 307))
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.outcome, found.detail) == (Outcome.FAILED, "REDIRECTS")
    assert found.fault is Fault.RESOLVER
    assert len(registry.asked) == 4
    assert look.time.waits == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("location", "detail"),
    {
        "ftp://rdap.db.ripe.net/x": "NOT-HTTPS",
        "file:///etc/passwd": "BAD-URL",
        "http://user:pass@rdap.db.ripe.net/": "BAD-URL",
        "http://[::1/": "BAD-URL",
        "http://rdap.db.ripe.net:99999/": "BAD-URL",
        "http://rdap.db.ripe.net/a b": "BAD-URL",
        "": "REDIRECTS",
    }.items(),
)
def test_a_redirect_to_what_is_not_asked_is_a_failure(registry, location, detail):
    registry.answer("193.0.6.139", redirect(location))
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.outcome, found.detail) == (Outcome.FAILED, detail)
    assert len(registry.asked) == 1


@pytest.mark.parametrize(
    "url", ["http://rdap.example/ip/1", "https://rdap.example:8443/", "gopher://rdap.example/"]
)
def test_by_default_only_https_at_its_own_port_is_asked(url):
    with pytest.raises(NoAnswerError, match=r"NOT-HTTPS|BAD-PORT"):
        checked(url, Access())
    assert checked("https://rdap.example/ip/1", Access()).hostname == "rdap.example"


def later(seconds: str | None, status: int = 429) -> tuple[int, dict[str, str], bytes]:
    return status, {"Retry-After": seconds} if seconds is not None else {}, b"{}"


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("60", 60.0),
        (None, 10.0),
        ("soon", 10.0),
        ("-5", 10.0),
        ("Mon, 23 Nov 2026 02:10:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 02:10:30 -0000", 10.0),
        ("Mon, 23 Nov 2020 02:10:30 GMT", 1.0),
    ],
)
def test_later_is_respected_and_then_asked_once_more(registry, retry_after, wait):
    said = SHAPES["ripencc"][2]
    registry.answer("193.0.6.139", [later(retry_after), said])
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert found.outcome is Outcome.SEEN
    assert found.provenance.attempts == 2
    assert look.time.waits == [wait]


@pytest.mark.parametrize("status", [429, 503])
def test_later_twice_is_a_failure(registry, status):
    registry.answer("193.0.6.139", later("5", status))
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.detail, found.fault) == (f"HTTP-{status}", Fault.RESOLVER)
    assert len(registry.asked) == 2


def test_much_later_fails_at_once_and_the_host_is_left_alone(registry):
    registry.answer("193.0.6.139", later("3600"))
    with asking(registry) as look:
        (first,) = look("193.0.6.139")
        others = look("193.0.1.1", "193.0.1.2", "199.43.0.43")
    assert [each.detail for each in (first, *others)] == ["HTTP-429"] * 3 + [""]
    assert [host for host, _ in registry.asked] == ["rdap.db.ripe.net", "rdap.arin.net"]
    assert look.time.waits == []


def test_a_host_is_asked_once_a_second_and_hosts_do_not_wait_for_each_other(registry):
    names = ["193.0.6.139", "193.0.1.1", "193.0.1.2", "199.43.0.43"]
    with asking(registry) as look:
        look(*names)
    assert sum(look.time.waits) == pytest.approx(2.0)
    assert max(look.time.waits) <= 1.0
    assert (
        sorted(host for host, _ in registry.asked) == ["rdap.arin.net"] + ["rdap.db.ripe.net"] * 3
    )


def job(host: str) -> Job:
    return Job(q("193.0.0.1", RDAP), subject("193.0.0.1"), f"https://{host}/", host)


def test_the_agenda_keeps_the_order_and_the_pace_of_each_host():
    agenda = Agenda()
    first, second, third = job("a"), job("a"), job("b")
    for each in (first, second, third):
        agenda.add(each)
    assert agenda.next(0.0) is first
    agenda.asked("a", 0.0)
    assert agenda.next(0.5) is third
    assert agenda.next(0.5) is None
    assert agenda.soonest(0.5) == pytest.approx(0.5)
    assert agenda.next(1.0) is second
    assert agenda.soonest(1.0) is None


def test_a_long_rest_is_told_and_a_short_one_is_waited_for():
    agenda = Agenda()
    agenda.let_rest("a", Rest(LONGEST_WAIT + 1, "HTTP-429", Fault.RESOLVER))
    waiting = job("a")
    agenda.add(waiting)
    assert agenda.next(2.0) is None
    assert agenda.next(0.0) is waiting
    assert agenda.resting("a", 0.0).detail == "HTTP-429"
    assert agenda.resting("a", 2.0) is None


def test_a_host_that_cannot_be_reached_is_left_alone_after_three_tries(registry):
    def resolve(host: str, port: int) -> list[str]:
        if host == "rdap.db.ripe.net":
            raise NoAnswerError("NO-ADDRESS")
        return ["127.0.0.1"]

    with asking(registry, {"resolve": resolve}) as look:
        found = look(*(f"193.0.1.{n}" for n in range(1, 9)))
        waits = list(look.time.waits)
        look.time.now += 601
        (again,) = look("193.0.2.1")
    assert {each.detail for each in (*found, again)} == {"NO-ADDRESS"}
    assert {each.fault for each in found} == {Fault.NETWORK}
    assert sum(waits) == pytest.approx(2.0)


def endless(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        for _ in range(4096):
            handler.wfile.write(b" " * 65536)


def dripping_body(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    drip(handler, b" ")


def dripping_headers(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    drip(handler, b"x")


def drip(handler, octet: bytes) -> None:
    for _ in range(100):
        handler.wfile.write(octet)
        handler.wfile.flush()
        time.sleep(0.02)


def silent(handler) -> None:
    time.sleep(1.0)


def garbage(handler) -> None:
    handler.wfile.write(b"\x00\xffhello\r\n\r\n")


def endless_headers(handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000)


def cut_short(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{}")


def squeezed(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()


def nothing_said(handler) -> None:
    handler.wfile.flush()


@pytest.mark.parametrize(
    ("behaviour", "details"),
    [
        (endless, {"TOO-LARGE"}),
        (dripping_body, {"TIMEOUT"}),
        (dripping_headers, {"TIMEOUT"}),
        (silent, {"TIMEOUT"}),
        (garbage, {"MALFORMED"}),
        (endless_headers, {"MALFORMED", "RESET"}),
        (cut_short, {"MALFORMED"}),
        (squeezed, {"MALFORMED"}),
        (nothing_said, {"MALFORMED", "RESET"}),
    ],
)
def test_a_server_that_misbehaves_is_a_failure_within_its_time(registry, behaviour, details):
    registry.answer("193.0.6.139", behaviour)
    started = time.monotonic()
    with asking(registry, {"patience": 0.4}) as look:
        (found,) = look("193.0.6.139")
    assert time.monotonic() - started < 4
    assert found.outcome is Outcome.FAILED
    assert found.detail in details
    assert found.answers == ()
    assert found.fault in {Fault.RESOLVER, Fault.NETWORK}


def test_time_that_is_up_before_the_request_is_a_timeout(registry):
    with asking(registry, {"patience": 0.0}) as look:
        (found,) = look("193.0.6.139")
    assert (found.detail, found.fault) == ("LIST-TIMEOUT", Fault.NETWORK)
    assert registry.requests == []


def reset(handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def test_a_connection_that_breaks_is_the_networks_failure(registry):
    registry.answer("193.0.6.139", reset)
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.detail, found.fault) == ("RESET", Fault.NETWORK)
    assert _network_failure(OSError(113, "no route")).detail == "UNREACHABLE"


@pytest.mark.parametrize("status", [204, 400, 403, 500, 502])
def test_another_status_is_the_servers_failure(registry, status):
    registry.answer("193.0.6.139", (status, {}, b""))
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.detail, found.fault) == (f"HTTP-{status}", Fault.RESOLVER)


def test_a_closed_port_is_the_networks_failure(registry):
    with serving(Registry()) as gone:
        url = gone.url("rdap.db.ripe.net")
    services = {"version": "1.0", "services": [[["193.0.0.0/8"], [url]]]}
    registry.answers["/rdap/ipv4.json"] = services
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.detail, found.fault) == ("REFUSED", Fault.NETWORK)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        ((500, {}, b""), "LIST-HTTP-500"),
        (b"{", "LIST-MALFORMED"),
        ([], "LIST-MALFORMED"),
        (b"[" * 100_000, "LIST-MALFORMED"),
        ({"services": []}, "LIST-MALFORMED"),
        ({"services": 7}, "LIST-MALFORMED"),
        (redirect("/rdap/ipv4.json"), "LIST-HTTP-302"),
    ],
)
def test_without_the_list_the_questions_fail_and_it_is_asked_again_only_later(
    registry, answer, detail
):
    registry.answers["/rdap/ipv4.json"] = lambda handler: handler.reply(answer)
    with asking(registry) as look:
        assert [each.detail for each in look("193.0.6.139", "199.43.0.43")] == [detail] * 2
        asked = len(registry.requests)
        assert look("200.3.14.10")[0].detail == detail
        assert len(registry.requests) == asked
        del registry.answers["/rdap/ipv4.json"]
        look.time.now += 301
        assert look("193.0.6.139")[0].outcome is Outcome.SEEN


def test_the_narrowest_service_is_asked_and_strange_entries_are_left_out():
    services = [
        [
            ["193.0.0.0/8", "2001:600::/23", 7, "no prefix"],
            ["http://plain/x", "https://a.example/x"],
        ],
        [["193.7.0.0/16"], ["https://b.example/"], ["more than today"]],
        ["neither", "nor"],
        [["10.0.0.0/8"], []],
        "odd",
    ]
    found = read_services(Kind.IPV4, json.dumps({"services": services}).encode())
    at = {
        text: base_for(found, subject(text).number)
        for text in ("193.1.0.1", "193.7.0.1", "9.9.9.9")
    }
    assert list(at.values()) == ["https://a.example/x/", "https://b.example/", None]
    numbers = read_services(
        Kind.NUMBER, b'{"services":[[["7-9","12","x-y"],["https://n.example"]]]}'
    )
    assert [base_for(numbers, n) for n in (6, 7, 9, 10, 12)] == [
        None,
        "https://n.example/",
        "https://n.example/",
        None,
        "https://n.example/",
    ]


@pytest.mark.parametrize(
    ("host", "name"),
    {"rdap.db.ripe.net": "ripencc", "RDAP.ARIN.NET": "arin", "evilarin.net": None}.items(),
)
def test_a_registry_is_known_by_its_domain_on_a_label_boundary(host, name):
    assert registry_of(host) == name


V4 = subject("193.0.6.139")


def said(**changes: object) -> tuple[str, ...]:
    body = {**network("193.0.0.0", "193.0.7.255", name="ACME-NET"), **changes}
    return read(V4, json.dumps(body).encode(), None)[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"ip network"',
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"objectClassName": "domain"}',
        b'{"objectClassName": ["ip network"]}',
        b'{"n": ' + b"9" * 5000 + b"}",
        b'{"objectClassName":"ip network","startAddress":"193.0.7.0","endAddress":"193.0.7.255"}',
        b'{"objectClassName":"ip network","startAddress":"194.0.0.0","endAddress":"10.0.0.0"}',
    ],
)
def test_what_is_no_answer_to_the_question_is_malformed(data):
    with pytest.raises(MalformedError):
        read(V4, data, "ripencc")


def test_broken_json_of_a_server_is_its_failure(registry):
    registry.answer("193.0.6.139", b"{" * 500_000)
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.detail, found.fault) == ("MALFORMED", Fault.RESOLVER)


@pytest.mark.parametrize("wrong", [None, 7, True, [], {}, [[]], [{"roles": 1}], "", "  ", 1e999])
def test_a_member_of_a_wrong_type_is_left_out_and_the_rest_is_read(wrong):
    assert said(name=wrong, country=wrong, entities=wrong, x_autnums=wrong) in {
        ("range 193.0.0.0/21",),
        ("asn 7", "range 193.0.0.0/21"),
    }
    assert said(startAddress=wrong) == ("holder ACME-NET",)
    odd = [["vcard", wrong], ["vcard", [wrong]], ["vcard", [["fn", {}, "text", wrong]]], wrong]
    cards = [{"roles": ["registrant"], "vcardArray": each} for each in odd]
    assert said(entities=cards) == ("holder ACME-NET", "range 193.0.0.0/21")


def test_numbers_are_read_whole_or_as_a_block():
    asked = subject("as37181")
    block = {"objectClassName": "autnum", "startAutnum": 37000, "endAutnum": 38000}
    assert read(asked, json.dumps(block).encode(), None)[0] == ("asn 37181", "range 37000-38000")
    assert read(asked, b'{"objectClassName":"autnum","startAutnum":"x"}', None)[0] == ("asn 37181",)
    with pytest.raises(MalformedError):
        read(asked, b'{"objectClassName":"autnum","startAutnum":1,"endAutnum":2}', None)


def test_a_range_that_needs_many_prefixes_is_written_from_first_to_last():
    assert said(startAddress="193.0.0.1", endAddress="193.0.254.254")[-1] == (
        "range 193.0.0.1-193.0.254.254"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "Stad Zoë — 市": "Stad Zoë — 市",
        "a\nb\x1b[31m\u202e\ud800": "a\\010b\\027[31m\\226\\128\\174\\237\\160\\128",
        "back\\slash\u00a0": "back\\092slash",
    }.items(),
)
def test_names_keep_their_letters_and_nothing_that_moves_a_terminal(name, expected):
    assert said(name=name)[0] == f"holder {expected}"
    assert written("k", name)[0].encode()


def test_a_long_text_and_many_answers_are_cut_and_told(registry):
    entities = [party(f"Acme {n:03} {'x' * 600}", "org", "registrant") for n in range(100)]
    body = network("193.0.0.0", "193.0.7.255", entities=entities, x_autnums=list(range(1, 999)))
    registry.answer("193.0.6.139", body)
    with asking(registry) as look:
        (found,) = look("193.0.6.139")
    assert (found.outcome, found.detail) == (Outcome.SEEN, "CUT")
    assert len(found.answers) == 2 * MOST_OF_A_KEY + 2 <= 50
    assert max(map(len, found.answers)) == MOST_TEXT
    assert written("holder", "\x00" * 400) == ("holder " + "\\000" * 123, True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
MEMBERS = ("name", "country", "entities", "startAddress", "endAddress", "arin_originautnums")


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), JSON), st.lists(JSON, max_size=4))
def test_whatever_is_said_the_texts_are_short_printable_and_no_mail_address(members, properties):
    entity = {
        "roles": ["registrant"],
        "vcardArray": ["vcard", [["kind", {}, "text", "org"], *properties]],
    }
    body = {**network("193.0.0.0", "193.0.7.255"), "entities": [entity], **members}
    with suppress(MalformedError):
        answers, _ = read(V4, json.dumps(body).encode(), None)
        assert list(answers) == sorted(set(answers))
        assert all(len(each) <= MOST_TEXT and each.isprintable() for each in answers)
        assert not [each for each in answers if "@" in each]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_octets_are_read_or_malformed(data):
    with pytest.raises(MalformedError):
        read(V4, data, None)
    with suppress(ValueError):
        read_services(Kind.IPV4, data)


def remembering(age: timedelta, outcome: Outcome = Outcome.SEEN):
    made = Provenance((NOW - age).strftime("%Y-%m-%dT%H:%M:%SZ"), "rdap.db.ripe.net", "https")
    return lambda question: Observation(question, outcome, ("holder OLD",), provenance=made)


def test_what_the_store_knows_is_not_asked_again_and_keeps_its_day(registry):
    with asking(registry, remembered=remembering(timedelta(days=29))) as look:
        (found,) = look("193.0.6.139")
    assert found.answers == ("holder OLD",)
    assert found.provenance.observed_at == "2026-10-25T02:10:00Z"
    assert registry.requests == []


@pytest.mark.parametrize(
    "remembered",
    [
        remembering(KEPT + timedelta(seconds=1)),
        remembering(timedelta(days=-1)),
        remembering(timedelta(days=1), Outcome.FAILED),
    ],
)
def test_what_is_old_or_failed_is_asked_again(registry, remembered):
    with asking(registry, remembered=remembered) as look:
        assert look("193.0.6.139")[0].answers == SHAPES["ripencc"][3]


def test_an_observation_without_a_readable_day_is_not_fresh():
    made = Provenance("yesterday", "x")
    naive = Provenance("2026-11-22T00:00:00", "x")
    assert is_fresh(Observation(q("193.0.0.1", RDAP), Outcome.SEEN, provenance=naive), NOW)
    assert not is_fresh(Observation(q("193.0.0.1", RDAP), Outcome.SEEN), NOW)
    assert not is_fresh(Observation(q("193.0.0.1", RDAP), Outcome.SEEN, provenance=made), NOW)


def test_beyond_the_budget_nobody_is_asked(registry):
    with asking(registry, budget=1) as look:
        first, second = look("193.0.6.139", "199.43.0.43")
    assert first.outcome is Outcome.SEEN
    assert (second.outcome, second.detail) == (Outcome.SKIPPED, "BUDGET")


def test_room_is_taken_by_what_was_asked_and_given_back_by_what_was_finished(registry):
    with asking(registry) as look:
        asker = look.asker
        asker.ask(q("10.0.0.1", RDAP))
        assert asker.room == MOST_WAITING - 1
        assert asker.due() is None
        assert [each.detail for each in asker.finished()] == ["FORBIDDEN-ADDRESS"]
        assert asker.room == MOST_WAITING


def test_closing_ends_the_thread_and_lets_go_of_the_loop(registry):
    with asking(registry, {"patience": 0.3}) as look:
        look("193.0.6.139")
        registry.answer("199.43.0.43", silent)
        look.asker.ask(q("199.43.0.43", RDAP))
        look.asker.close()
        assert not look.asker._worker.is_alive()
        assert not look.asker._selector.get_map()
        look.asker.close()


def test_closing_ends_a_wait_for_a_turn(registry):
    registry.answers["/rdap/ipv4.json"] = redirect("/rdap/ipv4.json")
    with asking(registry, monotonic=time.monotonic, waiter=None) as look:
        look.asker.ask(q("193.0.6.139", RDAP))
        until = time.monotonic() + 5
        while not registry.requests and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.05)
        started = time.monotonic()
        look.asker.close()
        assert time.monotonic() - started < 0.8
        assert not look.asker._worker.is_alive()
        assert [each.detail for each in look.asker.finished()] == ["LIST-CLOSED"]
    assert len(registry.requests) == 1


@pytest.mark.slow
def test_by_the_real_clock_two_requests_to_a_host_are_a_second_apart(registry):
    started = time.monotonic()
    with asking(registry, monotonic=time.monotonic, waiter=None) as look:
        assert [each.outcome for each in look("193.0.6.139", "193.0.1.1")] == [
            Outcome.SEEN,
            Outcome.ABSENT,
        ]
    assert time.monotonic() - started >= 1.0


def test_a_fault_of_ours_is_a_failure_of_one_question(registry, monkeypatch):
    from sovscan.collect.rdap import worker

    monkeypatch.setattr(worker, "read", lambda *args: 1 // 0)
    with asking(registry) as look:
        (broken,) = look("193.0.6.139")
        monkeypatch.undo()
        (whole,) = look("199.43.0.43")
    assert (broken.detail, broken.fault) == ("ERROR-ZERODIVISIONERROR", Fault.HERE)
    assert whole.outcome is Outcome.SEEN


def test_the_system_resolves_a_literal_and_tells_what_it_cannot():
    assert list(system_addresses("127.0.0.1", 443)) == ["127.0.0.1"]
    with pytest.raises(NoAnswerError, match="NO-ADDRESS"):
        system_addresses("x" * 64 + ".example", 443)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is not installed: certificates are NOT tested")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "36500"),
            *("-subj", "/CN=rdap.example", "-addext", "subjectAltName=DNS:rdap.example"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize(
    ("trusted", "host", "expected"),
    [(True, "rdap.example", 200), (True, "other.example", "TLS"), (False, "rdap.example", "TLS")],
)
def test_a_server_must_show_who_it_is(certificate, trusted, host, expected):
    side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    side.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    tls = ssl.create_default_context(cafile=certificate / "cert.pem") if trusted else None
    with serving(Registry(answers={"/rdap/x": b"{}"}), side) as server:
        access = Access(**{**OPEN, "scheme": "https", "tls": tls})
        try:
            found = get(f"https://{host}:{server.port}/rdap/x", access).status
        except NoAnswerError as error:
            found = error.detail
    assert found == expected


def test_a_body_is_bounded_to_the_octet(registry):
    registry.answers["/full"] = b" " * MOST_BYTES
    registry.answers["/over"] = b" " * (MOST_BYTES + 1)
    base = f"http://x.example:{registry.port}"
    assert len(get(f"{base}/full", Access(**OPEN)).body) == MOST_BYTES
    with pytest.raises(NoAnswerError, match="TOO-LARGE"):
        get(f"{base}/over", Access(**OPEN))


class Table:
    """Places what it was told to place."""

    def __init__(self, *known: str, available: bool = True) -> None:
        self._known = known
        self.available = available
        self.name = "test"

    def lookup(self, address: str) -> Network | None:
        return Network(64500, "ACME", "NL") if address in self._known else None


def facts(*records: tuple[str, str, str]) -> dict[Question, Observation]:
    found: dict[Question, list[str]] = {}
    for name, rtype, data in records:
        found.setdefault(Question(DomainName(name), rtype), []).append(data)
    return {each: Observation(each, Outcome.SEEN, tuple(data)) for each, data in found.items()}


BODY = facts(
    ("city.example", "A", "193.0.0.3"),
    ("city.example", "MX", "10 Mail.City.example"),
    ("city.example", "NS", "ns.city.example"),
    ("mail.city.example", "A", "193.0.0.1"),
    ("mail.city.example", "AAAA", "2001:67C:2e8::1"),
    ("ns.city.example", "A", "193.0.0.2"),
    ("ns.city.example", "A", "10.0.0.1"),
    ("www.city.example", "A", "193.0.0.1"),
    ("www.city.example", "A", "no address"),
)


def names(found) -> list[str]:
    found = list(found)
    assert {each.type for each in found} <= {RDAP}
    return [each.name for each in found]


def test_what_the_table_cannot_place_is_asked_mail_and_name_servers_first():
    assert names(rdap_questions(BODY, Table())) == [
        "193.0.0.1",
        "2001:67c:2e8::1",
        "193.0.0.2",
        "193.0.0.3",
    ]
    known = Table("193.0.0.1", "193.0.0.2", "193.0.0.3", "2001:67c:2e8::1")
    assert names(rdap_questions(BODY, known)) == []
    assert names(rdap_questions(BODY, known, doubted=["193.0.0.2", "10.0.0.1"])) == ["193.0.0.2"]


def test_without_a_table_nothing_is_asked():
    assert names(rdap_questions(BODY, Table(available=False))) == []


def test_a_body_asks_eight_at_most_in_all_waves_together():
    many = facts(*(("city.example", "A", f"193.0.0.{n}") for n in range(1, 30)))
    first = list(rdap_questions(many, Table()))
    assert len(first) == 8
    answered = many | {each: Observation(each, Outcome.FAILED) for each in first}
    later_wave = answered | facts(
        ("a.example", "MX", "1 m.example"), ("m.example", "A", "193.1.0.1")
    )
    assert list(rdap_questions(later_wave, Table())) == first


def test_numbers_that_the_registries_told_are_asked_where_the_table_knows_them_not():
    told = BODY | facts(("193.0.0.1", RDAP, "asn 3333"), ("193.0.0.1", RDAP, "asn 64500"))
    told |= facts(("193.0.0.2", RDAP, "asn 1103"), ("193.0.0.3", RDAP, "holder asn 7"))
    placed = Table("2001:67c:2e8::1", "193.0.0.1", "193.0.0.2", "193.0.0.3")
    assert names(rdap_questions(told, placed, numbers={1103}))[3:] == ["as3333"]
    assert names(rdap_questions(told, placed))[3:] == []


def test_what_is_no_address_is_not_public():
    assert not is_public("rdap.example")
    assert is_public("193.0.6.139")


@given(st.ip_addresses())
def test_a_public_address_is_a_question_in_its_canonical_text(address):
    found = subject(str(address).upper())
    assert found.text == str(address)
    assert not (found.is_public and (address.is_private or address.is_multicast))
