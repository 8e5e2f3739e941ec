"""What real servers fail at is FAILED, never seen and never absent."""

import pytest

from sovscan.collect import Engine
from sovscan.core.model import Fault, Outcome
from tests.collect.helpers import q
from tests.real.zones import BOGUS, LAME, PLAIN, REFUSED


@pytest.mark.parametrize(
    ("name", "rtype"),
    [
        (BOGUS, "A"),
        (f"www.{BOGUS}", "AAAA"),
        (f"gone.{BOGUS}", "TXT"),
        (REFUSED, "MX"),
        (f"any.{REFUSED}", "A"),
        (f"itself.{PLAIN}", "A"),
        (f"ring-a.{PLAIN}", "AAAA"),
        (f"away.{PLAIN}", "MX"),
        ("outside.example", "A"),
    ],
    ids=[
        "bogus",
        "bogus-alias",
        "bogus-absence",
        "lame",
        "below-lame",
        "alias-of-itself",
        "ring-of-aliases",
        "ring-over-two-zones",
        "no-way-to-the-root",
    ],
)
def test_what_the_resolver_could_not_find_out_is_a_failure_of_the_zone(resolver, name, rtype):
    (found,) = Engine((resolver.plain,)).ask([q(name, rtype)])
    assert (found.outcome, found.answers) == (Outcome.FAILED, ())
    assert found.detail in {"SERVFAIL", "ALIAS-LOOP"}
    assert found.fault is Fault.ZONE
    assert found.provenance.validated is False


@pytest.mark.parametrize("owner", ["itself", "ring-a"])
def test_a_ring_of_aliases_is_never_seen_where_the_server_follows_it_itself(authoritative, owner):
    (found,) = Engine((authoritative,)).ask([q(f"{owner}.{PLAIN}", "A")])
    assert (found.outcome, found.answers, found.fault) == (Outcome.FAILED, (), Fault.ZONE)


def test_an_alias_in_a_ring_is_still_an_alias(resolver):
    (found,) = Engine((resolver.plain,)).ask([q(f"ring-a.{PLAIN}", "CNAME")])
    assert (found.outcome, found.answers) == (Outcome.SEEN, (f"ring-b.{PLAIN}",))


def test_a_server_that_refers_to_itself_claims_nothing_that_could_be_kept(resolver):
    """Unbound says "no data" of it, but without the SOA that would say for how long (RFC 2308)."""
    (found,) = Engine((resolver.plain,)).ask([q(f"www.{LAME}", "A")])
    assert found.outcome is not Outcome.SEEN
    assert found.provenance.ttl is None


def test_an_authoritative_server_refuses_what_it_does_not_serve(authoritative):
    (found,) = Engine((authoritative,)).ask([q("outside.example", "A")])
    assert (found.outcome, found.detail) == (Outcome.FAILED, "REFUSED")
    assert found.fault is Fault.RESOLVER
