"""No connection is opened to where a scan must not go: not by the DNS, an alias, a redirect, a name
that changes its address, or a form of an address that hides another. No packet leaves the machine.
"""

import socket
from pathlib import Path

import certifi
import pytest

from sovscan.collect.web.asking import WebAsker
from sovscan.collect.web.plan import addresses_for, web_questions
from sovscan.collect.web.terms import HTTP, HTTPS
from sovscan.collect.web.transfer import Request, Transfer
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.helpers import q
from tests.collect.web.servers import HOST, asking, listening, look, ok, says, turn, web
from tests.collect.web.test_guard import FORBIDDEN_V4, FORBIDDEN_V6, PUBLIC, embedded
from tests.conftest import target

EVERY_FORBIDDEN = [
    *FORBIDDEN_V4,
    *FORBIDDEN_V6,
    *(form for address in FORBIDDEN_V4 for form in embedded(address)),
]


class Recorder:
    """Opens no connection, and remembers which were wanted."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, int]] = []

    def __call__(
        self, family: int, kind: int, protocol: int, address: str, port: int
    ) -> socket.socket:
        self.opened.append((address, port))
        raise ConnectionRefusedError(111, "recorded")


def ask(address: str, kind: str = HTTP, **settings) -> tuple[Observation, Recorder]:
    recorder = Recorder()
    with asking(80, open_socket=recorder, **{"allow_loopback": False} | settings) as asker:
        asker.ask(web(kind=kind), (address,))
        [found] = turn(asker, 1)
    return found, recorder


@pytest.mark.parametrize("kind", [HTTP, HTTPS])
def test_no_connection_is_opened_to_a_forbidden_address(kind):
    recorder = Recorder()
    with asking(80, open_socket=recorder, allow_loopback=False) as asker:
        for address in EVERY_FORBIDDEN:
            asker.ask(web(kind=kind), (address,))
            [found] = turn(asker, 1)
            assert (found.outcome, found.detail) == (Outcome.SKIPPED, "FORBIDDEN-ADDRESS"), address
            assert recorder.opened == [], address


@pytest.mark.parametrize("address", PUBLIC)
def test_the_recorder_would_have_seen_a_connection(address):
    found, recorder = ask(address)
    assert recorder.opened == [(address, 80)]
    assert (found.outcome, found.fault) == (Outcome.FAILED, Fault.NETWORK)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "0.0.0.0", "::", "127.1.2.3"]
)
def test_a_listener_on_loopback_sees_nobody(address):
    seen = []
    with listening(lambda connection, head: seen.append(head) or connection.sendall(ok())) as port:
        assert look(port, addresses=(address,), allow_loopback=False).outcome is Outcome.SKIPPED
        assert not seen
        assert look(port).outcome is Outcome.SEEN  # and it would have seen one
    assert len(seen) == 1


def test_a_forbidden_address_among_others_is_left_out():
    recorder = Recorder()
    with asking(80, open_socket=recorder, allow_loopback=False) as asker:
        asker.ask(web(), ("10.0.0.1", "9.9.9.9", "::ffff:169.254.169.254"))
        turn(asker, 1)
    assert recorder.opened == [("9.9.9.9", 80)]


@pytest.mark.parametrize("address", [*FORBIDDEN_V4, "::1", "fd00:ec2::254", "::ffff:127.0.0.1"])
def test_the_last_guard_holds_where_the_first_was_passed(address):
    """As if a name had changed its address in between (rebinding), or libcurl had chosen its own."""
    recorder = Recorder()
    with asking(80, open_socket=recorder, allow_loopback=False) as asker:
        transfer = Transfer(Path(certifi.where()), asker._open_socket)
        transfer.prepare(
            Request(f"http://{HOST}/", address, 80, verify=True, seconds=1, connect_seconds=1)
        )
        with pytest.raises(Exception, match=r"\d+"):
            transfer.curl.perform()
    assert transfer.forbidden
    assert recorder.opened == []


def test_no_other_port_is_contacted():
    recorder = Recorder()
    with asking(80, open_socket=recorder) as asker:
        transfer = Transfer(Path(certifi.where()), asker._open_socket)
        transfer.prepare(
            Request(f"http://{HOST}/", "9.9.9.9", 22, verify=True, seconds=1, connect_seconds=1)
        )
        with pytest.raises(Exception, match=r"\d+"):
            transfer.curl.perform()
    assert transfer.forbidden
    assert recorder.opened == []


def test_nothing_is_ever_resolved(monkeypatch):
    def resolve(*_, **__):
        raise AssertionError("a name was resolved")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with listening(says(ok())) as port:
        assert look(port, web("localhost.localdomain")).outcome is Outcome.SEEN
        assert look(port, web("does-not-exist.example")).outcome is Outcome.SEEN


BODY = target("body.example")


def run(records: dict[str, str], pages: dict[str, str]) -> list[tuple[str, int]]:
    """Plan and collector together, over names with these addresses, as an engine would run them:
    a public address plays the page of its host; which connections were wanted."""
    opened: list[tuple[str, int]] = []
    facts: dict = {}

    def open_socket(family, kind, protocol, address, port):
        opened.append((address, port))
        raise ConnectionRefusedError(111, "recorded")

    with asking(80, open_socket=open_socket, allow_loopback=False) as asker:
        while wanted := [each for each in web_questions(BODY, facts) if each not in facts]:
            for each in wanted:
                facts[each] = _answered(asker, each, records, pages, facts)
    return opened


def _answered(asker: WebAsker, question, records, pages, facts) -> Observation:
    if question.type in {"A", "AAAA"}:
        address = records.get(question.name, "")
        if address and (":" in address) == (question.type == "AAAA"):
            return Observation(question, Outcome.SEEN, (address,))
        return Observation(question, Outcome.ABSENT, detail="NODATA")
    asker.ask(question, addresses_for(facts, question.name))
    [found] = turn(asker, 1)
    if found.outcome is Outcome.FAILED and question.name in pages:
        return Observation(
            question, Outcome.SEEN, (f"location {pages[question.name]}", "status 301")
        )
    return found


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "0.0.0.0"]
)
def test_a_redirect_to_a_name_with_a_forbidden_address_is_not_followed(address):
    records = {"body.example": "9.9.9.9", "inside.example": address}
    opened = run(records, {"body.example": "http://inside.example/"})
    assert opened == [("9.9.9.9", 80)]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "169.254.169.254", "2130706433", "0x7f.1", "localhost", "0"]
)
def test_a_redirect_to_an_address_is_not_followed(host):
    assert run({"body.example": "9.9.9.9"}, {"body.example": f"http://{host}/"}) == [
        ("9.9.9.9", 80)
    ]


def test_an_alias_to_a_forbidden_address_is_not_followed():
    facts = {
        each: Observation(each, Outcome.SEEN, ("10.0.0.1",), aliases=("db.internal",))
        for each in (q("body.example", "A"), q("www.body.example", "A"))
    } | {
        each: Observation(each, Outcome.ABSENT)
        for each in (q("body.example", "AAAA"), q("www.body.example", "AAAA"))
    }
    for question in web_questions(BODY, facts):
        if question.type in {HTTP, HTTPS}:
            found, recorder = ask(addresses_for(facts, question.name)[0], question.type)
            assert (found.detail, recorder.opened) == ("FORBIDDEN-ADDRESS", [])


def test_a_name_that_changes_its_address_between_two_questions_is_checked_each_time():
    recorder = Recorder()
    with asking(80, open_socket=recorder, allow_loopback=False) as asker:
        for address in ("9.9.9.9", "127.0.0.1", "9.9.9.9", "169.254.169.254"):
            asker.ask(web(), (address,))
            turn(asker, 1)
    assert recorder.opened == [("9.9.9.9", 80)] * 2
