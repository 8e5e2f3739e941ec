"""No query is sent to where a scan must not go, whatever the DNS says of name servers; nor to who
asked to be left out.
"""

import errno
import socket

import pytest

from sovscan.core.model import Outcome
from tests.collect.delegation.servers import (
    ABOVE,
    AT_NS1,
    NS1,
    NS2,
    ONE_ABOVE,
    TWO,
    ZONE,
    authoritative,
    known,
    look,
    look_at,
    referring,
    serving,
)
from tests.collect.web.test_guard import FORBIDDEN_V4, FORBIDDEN_V6, PUBLIC
from tests.collect.web.test_ssrf import EVERY_FORBIDDEN

CONNECTS = ("connect", "connect_ex", "sendto", "sendmsg")


@pytest.fixture
def reached(monkeypatch) -> list:
    """The addresses to which a connection or a packet was wanted; nothing leaves."""
    wanted = []

    def note(sock, *arguments):
        wanted.append(arguments[-1])
        raise OSError(errno.ENETUNREACH, "recorded")

    for name in CONNECTS:
        monkeypatch.setattr(socket.socket, name, note)
    return wanted


def test_no_packet_goes_to_a_forbidden_address(reached):
    for address in EVERY_FORBIDDEN:
        for facts in (known({NS1: [address]}), known({NS1: []}, {ABOVE: [address]})):
            found = look(53, facts, allow_loopback=False)
            assert found.outcome is Outcome.SKIPPED, address
            assert found.detail in {"FORBIDDEN-ADDRESS", "NO-ADDRESS"}, address
            assert found.provenance.attempts == 0
            assert reached == [], address


@pytest.mark.parametrize("address", PUBLIC)
def test_the_recorder_would_have_seen_a_packet(address, reached):
    found = look(53, known({NS1: [address]}), allow_loopback=False)
    assert reached == [(address, 53)]
    assert found.outcome is Outcome.FAILED


def test_loopback_is_asked_only_where_a_test_says_so():
    with serving({AT_NS1: authoritative}) as served:
        facts = known({NS1: [AT_NS1]})
        assert look(served.port, facts, allow_loopback=False).detail == "FORBIDDEN-ADDRESS"
        assert not served.came
        assert look(served.port, facts).outcome is Outcome.SEEN


@pytest.mark.parametrize("address", [FORBIDDEN_V4[1], FORBIDDEN_V6[-1], "169.254.169.254"])
def test_a_forbidden_address_among_others_is_left_out_and_makes_nobody_lame(address):
    found, _ = look_at(
        {AT_NS1: authoritative, "127.0.0.3": referring(NS1)},
        known({NS1: [address, AT_NS1], NS2: [address]}, ONE_ABOVE),
    )
    assert found.answers == (f"parent {NS1}", f"server {NS1} authoritative")
    assert found.detail == "PARTLY"


@pytest.mark.parametrize(
    ("excluded", "detail"),
    [({ZONE}, "EXCLUDED"), ({"example"}, "EXCLUDED")],
)
def test_a_zone_that_asked_to_be_left_out_is_not_asked_about(excluded, detail):
    found, served = look_at(
        {AT_NS1: authoritative}, known(TWO, ONE_ABOVE), excluded=frozenset(excluded)
    )
    assert (found.outcome, found.detail) == (Outcome.SKIPPED, detail)
    assert not served.came


def test_a_server_that_asked_to_be_left_out_is_not_asked():
    facts = known({"ns.hoster.test": [AT_NS1], NS2: ["127.0.0.2"]}, {"ns.tld.test": ["127.0.0.3"]})
    servers = dict.fromkeys((AT_NS1, "127.0.0.2", "127.0.0.3"), authoritative)
    excluded = frozenset({"hoster.test", "tld.test"})
    found, served = look_at(servers, facts, excluded=excluded)
    assert found.answers == (f"server {NS2} authoritative",)
    assert set(served.came) == {"127.0.0.2"}
    facts = known({"ns.hoster.test": [AT_NS1]})
    found, served = look_at(servers, facts, excluded=excluded)
    assert (found.outcome, found.detail, served.came) == (Outcome.SKIPPED, "EXCLUDED", {})


def test_what_is_no_name_is_not_asked_about():
    zone = f"{'x' * 64}.example"
    found = look(53, known({NS1: [AT_NS1]}, zone=zone), zone)
    assert (found.outcome, found.detail) == (Outcome.SKIPPED, "NOT-A-NAME")
