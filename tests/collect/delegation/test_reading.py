"""What a message says of a zone: our own codec and dnspython read the same, and nothing raises."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.collect.delegation.reading import (
    _by_codec,
    _by_dnspython,
    named_by_parent,
    state_of,
    told,
)
from tests.collect.delegation.servers import NS1, NS2, PARENT, SOA, ZONE, hosts, record

RECORDS = [
    hosts(NS1, NS2),
    hosts("else.example", zone=PARENT),
    hosts("a.root.example", zone=""),
    hosts(NS1, zone=f"below.{ZONE}"),
    record(ZONE, "SOA", SOA),
    record(PARENT, "SOA", SOA),
    record(ZONE, "A", "192.0.2.1"),
    record(ZONE, "DS", "1 13 2 " + "00" * 32),
    record(NS1, "A", "192.0.2.53"),
]


def message(answer=(), authority=(), additional=(), flags=0, rcode=0, rtype="SOA") -> bytes:
    response = dns.message.make_response(dns.message.make_query(f"{ZONE}.", rtype, use_edns=0))
    response.flags |= flags
    response.set_rcode(rcode)
    response.answer, response.authority, response.additional = map(
        list, (answer, authority, additional)
    )
    return response.to_wire()


sections = st.lists(st.sampled_from(RECORDS), max_size=4, unique_by=id)
flags = st.sets(st.sampled_from([dns.flags.AA, dns.flags.RA, dns.flags.TC])).map(sum)
parts = st.tuples(sections, sections, sections, flags, st.sampled_from([0, 2, 3, 5, 9]))


@given(parts)
def test_our_own_codec_and_dnspython_read_the_same(drawn):
    data = message(*drawn)
    assert _by_codec(data, ZONE) == _by_dnspython(dns.message.from_wire(data), ZONE)


@given(parts, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6))
@settings(max_examples=400)
def test_whatever_octets_are_turned_it_is_read_or_it_is_none(drawn, changes):
    turned = bytearray(message(*drawn))
    for place, octet in changes:
        turned[place % len(turned)] = octet
    for octets in (bytes(turned), bytes(turned[: len(turned) // 2])):
        said = told(octets, ZONE)
        assert said is None or state_of(said, ZONE)


@given(st.binary(max_size=80))
def test_noise_is_no_message(data):
    assert told(data, ZONE) is None or len(data) >= 12


def test_a_name_that_must_be_escaped_is_read_by_dnspython():
    data = message(authority=[hosts(r"n\032s.example", NS1)])
    said = told(data, ZONE)
    assert said.referred == (r"n\032s.example", NS1)
    assert named_by_parent(said) == said.referred


def test_names_are_lower_case():
    data = message(authority=[dns.rrset.from_text("TOWN.example.", 60, "IN", "NS", "NS1.Example.")])
    assert told(data, ZONE).referred == ("ns1.example",)


@pytest.mark.parametrize(
    ("answer", "authority", "bits", "named"),
    [
        ([], [hosts(NS1, NS2)], 0, (NS1, NS2)),
        ([hosts(NS1)], [], dns.flags.AA, (NS1,)),
        ([hosts(NS1)], [hosts(NS1, NS2)], dns.flags.AA, (NS1,)),
        ([], [hosts(NS1, NS2)], dns.flags.AA, (NS1, NS2)),
        ([hosts(NS1)], [], 0, ()),
        ([hosts(NS1)], [], dns.flags.RA, ()),
        ([], [hosts(NS1)], dns.flags.RA, ()),
        ([], [hosts("else.example", zone=PARENT)], 0, ()),
        ([], [hosts(NS1, zone=f"below.{ZONE}")], 0, ()),
        ([], [record(PARENT, "SOA", SOA)], dns.flags.AA, ()),
    ],
)
def test_what_the_parent_names_is_its_own_word(answer, authority, bits, named):
    said = told(message(answer, authority, flags=bits, rtype="NS"), ZONE)
    assert named_by_parent(said) == named


def test_a_parent_that_fails_names_nobody():
    said = told(message(authority=[hosts(NS1)], rcode=dns.rcode.SERVFAIL), ZONE)
    assert named_by_parent(said) == ()
