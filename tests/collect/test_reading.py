"""A response to an observation: canonical text, aliases in order, and failed is never absent."""

from itertools import pairwise

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from sovscan.collect.dns import reading
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.helpers import q, reply_to
from tests.conftest import MADE


def read(rtype: str, *records: tuple[str, str, str], **flags) -> Observation:
    question = q("body.example", rtype)
    query = dns.message.make_query(question.name, question.type)
    return reading.read(question, reply_to(query, *records, **flags).to_wire(max_size=65535), MADE)


@pytest.mark.parametrize(
    ("rtype", "data", "text"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:DB8:0:0::1", "2001:db8::1"),
        ("MX", "10 MX1.Host.EXAMPLE.", "10 mx1.host.example"),
        ("MX", "0 .", "0 ."),
        ("NS", "NS1.Host.Example.", "ns1.host.example"),
        ("CNAME", "Other.Example.", "other.example"),
        ("PTR", "Mail.Example.", "mail.example"),
        ("SRV", "0 5 443 Mail.Example.", "0 5 443 mail.example"),
        ("SOA", "NS1.Host.Example. Admin.Host.Example. 7 1 2 3 4", "ns1.host.example admin.host.example"),
        ("TXT", '"v=spf1 include:a.ex" "ample -all"', "v=spf1 include:a.example -all"),
        ("TXT", '"Caf\\195\\169 \\\\ \\009 \\""', 'Caf\\195\\169 \\092 \\009 "'),
        ("TXT", '""', ""),
        ("CAA", '0 issue "ca.example"', '0 issue "ca.example"'),
        ("HTTPS", "1 . alpn=h2", '1 . alpn="h2"'),
    ],
)  # fmt: skip
def test_a_record_becomes_its_canonical_text(rtype, data, text):
    found = read(rtype, ("body.example.", rtype, data))
    assert (found.outcome, found.answers, found.detail) == (Outcome.SEEN, (text,), "")


def test_a_new_serial_is_no_new_fact():
    days = [f"ns.host.example. admin.host.example. {n} 7200 3600 86400 300" for n in (1, 2)]
    first, second = (read("SOA", ("body.example.", "SOA", day)) for day in days)
    assert first == second


def test_answers_are_sorted_and_owner_names_match_in_any_case():
    found = read("A", ("BODY.Example.", "A", "192.0.2.9"), ("body.EXAMPLE.", "A", "192.0.2.1"))
    assert found.answers == ("192.0.2.1", "192.0.2.9")


def test_the_ttl_is_kept_as_provenance_and_not_as_fact():
    found = read("A", ("body.example.", "A", "192.0.2.9"))
    assert found.provenance.ttl == 300
    assert found.provenance.resolver == MADE.resolver


def test_a_chain_of_aliases_is_kept_in_order():
    found = read(
        "A",
        ("z.example.", "A", "192.0.2.1"),
        ("m.example.", "CNAME", "Z.example."),
        ("body.example.", "CNAME", "m.example."),
    )
    assert found.aliases == ("m.example", "z.example")
    assert found.answers == ("192.0.2.1",)


def test_an_alias_asked_for_as_such_is_an_answer():
    found = read("CNAME", ("body.example.", "CNAME", "m.example."))
    assert (found.answers, found.aliases) == (("m.example",), ())


@pytest.mark.parametrize(
    ("rcode", "detail"), [(dns.rcode.NOERROR, "NODATA"), (dns.rcode.NXDOMAIN, "NXDOMAIN")]
)
def test_no_data_and_no_name_are_two_kinds_of_absence(rcode, detail):
    found = read("A", rcode=rcode)
    assert (found.outcome, found.detail, found.fault) == (Outcome.ABSENT, detail, Fault.NONE)


def test_an_alias_that_points_nowhere_is_absent_and_keeps_the_alias():
    alias = ("body.example.", "CNAME", "gone.example.")
    found = read("A", alias, rcode=dns.rcode.NXDOMAIN)
    assert (found.outcome, found.aliases) == (Outcome.ABSENT, ("gone.example",))


def test_records_of_other_names_types_and_classes_are_no_answer():
    question = q("body.example", "A")
    response = reply_to(
        dns.message.make_query(question.name, "A"),
        ("other.example.", "A", "192.0.2.1"),
        ("body.example.", "TXT", "text"),
    )
    response.answer.append(dns.rrset.from_text("body.example.", 300, "CH", "A", "body.example. 1"))
    assert reading.read(question, response.to_wire(max_size=65535), MADE).outcome is Outcome.ABSENT


@pytest.mark.parametrize("records", [[], [("body.example.", "A", "192.0.2.1")]])
def test_an_answer_that_is_still_cut_says_nothing(records):
    question = q("body.example", "A")
    response = reply_to(dns.message.make_query(question.name, "A"), *records)
    response.flags |= dns.flags.TC
    found = reading.read(question, response.to_wire(max_size=65535), MADE)
    assert (found.outcome, found.answers, found.fault) == (Outcome.FAILED, (), Fault.RESOLVER)


def chain(length: int) -> list[tuple[str, str, str]]:
    names = ["body.example.", *(f"a{n}.example." for n in range(1, length + 1))]
    return [(a, "CNAME", b) for a, b in pairwise(names)]


def test_twelve_aliases_are_followed():
    found = read("A", *chain(12), ("a12.example.", "A", "192.0.2.1"))
    assert (found.outcome, len(found.aliases)) == (Outcome.SEEN, 12)


@pytest.mark.parametrize(
    "records",
    [
        [*chain(13), ("a13.example.", "A", "192.0.2.1")],
        [("body.example.", "CNAME", "x.example."), ("x.example.", "CNAME", "body.example.")],
        [("body.example.", "CNAME", "body.example.")],
    ],
    ids=["too-long", "loop", "itself"],
)
def test_an_endless_chain_of_aliases_is_a_failure_of_the_zone(records):
    found = read("A", *records)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "ALIAS-LOOP")
    assert found.fault is Fault.ZONE


@pytest.mark.parametrize(
    ("rcode", "fault"),
    [
        (dns.rcode.SERVFAIL, Fault.ZONE),
        (dns.rcode.REFUSED, Fault.RESOLVER),
        (dns.rcode.FORMERR, Fault.RESOLVER),
        (dns.rcode.NOTIMP, Fault.RESOLVER),
    ],
    ids=lambda each: each.name,
)
def test_an_error_is_a_failure_with_somebodys_fault_even_beside_records(rcode, fault):
    found = read("A", ("body.example.", "A", "192.0.2.1"), rcode=rcode)
    assert (found.outcome, found.answers) == (Outcome.FAILED, ())
    assert (found.detail, found.fault) == (dns.rcode.to_text(rcode), fault)


@pytest.mark.parametrize(
    "rcode", [dns.rcode.NOERROR, dns.rcode.NXDOMAIN], ids=lambda each: each.name
)
def test_a_server_that_does_not_recurse_says_nothing_of_absence(rcode):
    found = read("A", recursion=False, rcode=rcode)
    assert (found.outcome, found.fault) == (Outcome.FAILED, Fault.RESOLVER)


def test_more_records_than_are_kept_are_cut_and_that_is_said():
    many = [("body.example.", "A", f"10.0.{n // 256}.{n % 256}") for n in range(301)]
    full, over = read("A", *many[:300]), read("A", *many)
    assert (len(full.answers), full.detail) == (300, "")
    assert (len(over.answers), over.detail) == (300, "CUT")


def test_a_text_longer_than_is_kept_is_cut_and_that_is_said():
    strings = " ".join(['"' + "x" * 255 + '"'] * 40)
    found = read("TXT", ("body.example.", "TXT", strings))
    assert (len(found.answers[0]), found.detail) == (8192, "CUT")


def test_a_name_with_odd_characters_finds_its_own_answer():
    question = q("pre$fix.body.example", "TXT")  # dnspython writes it pre\$fix
    query = dns.message.make_query(question.name, "TXT")
    response = reply_to(query, (question.name + ".", "TXT", "text"))
    assert reading.read(question, response.to_wire(max_size=65535), MADE).answers == ("text",)
