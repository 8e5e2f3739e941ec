"""What real servers answer: every type, long answers, absence, and what was validated."""

from collections import Counter

import pytest

from sovscan.collect import Engine
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.helpers import q
from tests.real.software import Resolver
from tests.real.zones import ADDRESSES, NEGATIVE_TTL, PLAIN, SIGNED, TEXTS


def ask(resolver: Resolver, name: str, rtype: str) -> Observation:
    (found,) = Engine((resolver.plain,)).ask([q(name, rtype)])
    return found


@pytest.mark.parametrize("zone", [PLAIN, SIGNED])
@pytest.mark.parametrize(
    ("owner", "rtype", "answer"),
    [
        ("", "A", "192.0.2.1"),
        ("", "MX", "10 mx.{zone}"),
        ("", "NS", "ns.{zone}"),
        ("", "SOA", "ns.{zone} hostmaster.{zone}"),
        ("", "TXT", "v=spf1 mx -all"),
        ("", "CAA", '0 issue "ca.test"'),
        ("", "HTTPS", '1 . alpn="h2"'),
        ("_autodiscover._tcp.", "SRV", "0 5 443 mx.{zone}"),
        ("www.", "CNAME", "web.{zone}"),
        ("www.", "A", "192.0.2.80"),
        ("www.", "AAAA", "2001:db8::80"),
    ],
)
def test_every_type_is_seen_as_the_zone_has_it(resolver, zone, owner, rtype, answer):
    found = ask(resolver, f"{owner}{zone}", rtype)
    assert (found.outcome, found.answers) == (Outcome.SEEN, (answer.format(zone=zone),))
    assert found.aliases == ((f"web.{zone}",) if (owner, rtype[0]) == ("www.", "A") else ())
    assert (found.provenance.transport, found.provenance.attempts) == ("udp", 1)
    assert found.provenance.validated is (zone == SIGNED)
    assert 0 < found.provenance.ttl <= 600


@pytest.mark.parametrize("zone", [PLAIN, SIGNED])
@pytest.mark.parametrize(
    ("owner", "rtype", "answers"), [("many", "A", ADDRESSES), ("texts", "TXT", TEXTS)]
)
def test_a_long_answer_comes_whole_by_tcp(resolver, zone, owner, rtype, answers):
    found = ask(resolver, f"{owner}.{zone}", rtype)
    assert (found.outcome, found.detail) == (Outcome.SEEN, "")
    assert set(found.answers) == set(answers)
    assert found.provenance.transport == "tcp"
    assert found.provenance.validated is (zone == SIGNED)


def test_an_authoritative_server_is_believed_too(authoritative):
    short, long = sorted(
        Engine((authoritative,)).ask([q(PLAIN, "MX"), q(f"many.{PLAIN}", "A")]),
        key=lambda found: len(found.answers),
    )
    assert (short.answers, short.provenance.transport) == ((f"10 mx.{PLAIN}",), "udp")
    assert set(long.answers) == set(ADDRESSES)
    assert (long.provenance.transport, long.provenance.validated) == ("tcp", False)


@pytest.mark.parametrize("zone", [PLAIN, SIGNED])
@pytest.mark.parametrize(
    ("owner", "rtype", "detail"), [("gone.", "A", "NXDOMAIN"), ("", "SRV", "NODATA")]
)
def test_absence_is_of_two_kinds_and_believed_as_long_as_the_zone_says(
    resolver, zone, owner, rtype, detail
):
    found = ask(resolver, f"{owner}{zone}", rtype)
    assert (found.outcome, found.detail, found.fault) == (Outcome.ABSENT, detail, Fault.NONE)
    assert NEGATIVE_TTL - 10 <= found.provenance.ttl <= NEGATIVE_TTL
    assert found.provenance.validated is (zone == SIGNED)


def test_an_alias_to_nowhere_is_absent_and_keeps_the_alias(resolver):
    found = ask(resolver, f"nowhere.{PLAIN}", "A")
    assert (found.outcome, found.detail) == (Outcome.ABSENT, "NXDOMAIN")
    assert found.aliases == (f"gone.{PLAIN}",)


def test_hundreds_of_questions_at_once_are_all_answered_and_nothing_is_dropped(resolver):
    questions = [q(f"name{number}.{PLAIN}", "A") for number in range(400)]
    questions += [q(f"name{number}.{SIGNED}", "AAAA") for number in range(400)]
    questions += [q(f"{owner}.{PLAIN}", "A") for owner in ("many", "www", "mx", "ns", "web")]
    engine = Engine((resolver.plain,), concurrency=500)
    outcomes = Counter(found.outcome for found in engine.ask(questions))
    assert outcomes == {Outcome.ABSENT: 800, Outcome.SEEN: 5}
    assert not engine.health.dropped
    assert not engine.health.failures
