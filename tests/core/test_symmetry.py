"""No vendor of mailboxes is easier to find than another because we ask more about it: each is looked for in worlds made of the examples of its own rules (bench/symmetry.py), direct and behind filters."""

import pytest

from bench import symmetry
from bench.symmetry import (
    DOMAIN,
    INDEPENDENT,
    PAGE,
    Looked,
    Sign,
    behind,
    direct,
    exchangers,
    filters,
    front,
    is_only_by_mx,
    mailbox_rules,
    mailbox_vendors,
    reasons,
    seen,
    signs,
)
from sovscan.core.model import Confidence, Finding, Question, Role
from sovscan.core.registry import Fingerprint, Vendor

ASKED_OF_ALL = {
    "mx-host": Question(DOMAIN, "MX"),
    "autodiscover-target": Question(f"autodiscover.{DOMAIN}", "CNAME"),
    "autodiscover-srv": Question(f"_autodiscover._tcp.{DOMAIN}", "SRV"),
    "txt-token": Question(DOMAIN, "TXT"),
}
"""What the plan asks of every body, by the signal that it shows."""

VENDORS = pytest.mark.parametrize("vendor", mailbox_vendors(), ids=lambda vendor: vendor.id)
EACH_SIGN = pytest.mark.parametrize(
    ("vendor", "sign"),
    [
        pytest.param(vendor, sign, id=f"{vendor.id}-{sign.rule.id}-{sign.name}")
        for vendor in mailbox_vendors()
        for sign in {(each.rule.id, each.name): each for each in signs(vendor)}.values()
    ],
)


def holders(looked: Looked) -> set[str | None]:
    return {party.vendor for party in looked.mailboxes}


def questions_of(rule: Fingerprint, vendor: Vendor) -> list[Question]:
    """The questions of which any would show what this rule looks for."""
    if rule.signal in ASKED_OF_ALL:
        return [ASKED_OF_ALL[rule.signal]]
    if rule.signal == "tenant-host":
        return [Question(p.at(DOMAIN), p.type) for p in vendor.probes if p.is_vendors]
    assert rule.signal in INDEPENDENT, f"nobody knows how to see a {rule.signal} of {vendor.id}"
    return [sign.question for sign in signs(vendor) if sign.rule is rule]


def test_there_are_filters_and_mailboxes_to_try():
    assert len(filters()) == 3
    assert len(mailbox_vendors()) > 100
    assert not {gateway.id for gateway in filters()} & {each.id for each in mailbox_vendors()}


@VENDORS
def test_direct_the_mailbox_is_found(vendor):
    looked = direct(vendor)
    assert holders(looked) == {vendor.id}
    assert looked.email.finding is Finding.ATTRIBUTED
    if exchangers(vendor, Role.MAILBOX):
        assert min(party.confidence.rank for party in looked.mailboxes) >= Confidence.LIKELY.rank


@VENDORS
@pytest.mark.parametrize("gateway", filters(), ids=lambda gateway: gateway.id)
def test_behind_a_filter_the_mailbox_is_found_or_unknown_and_never_wrong(vendor, gateway):
    looked = behind(vendor, gateway)
    inbound = {party.vendor for party in looked.email.parties if party.role is Role.INBOUND}
    assert inbound == {gateway.id}
    if is_only_by_mx(vendor):
        assert holders(looked) == {None}
        assert looked.email.finding is Finding.UNKNOWN
    else:
        assert holders(looked) == {vendor.id}


@EACH_SIGN
def test_each_sign_alone_names_its_vendor_and_a_hint_nobody(vendor: Vendor, sign: Sign):
    gateway = exchangers(filters()[0], Role.INBOUND)[0]
    looked = seen(gateway, sign.line)
    assert holders(looked) == ({vendor.id} if sign.elects else {None})
    rules = {each.rule for party in looked.mailboxes for each in party.evidence}
    if sign.elects or sign.rule.signal in symmetry.CLIENTS:
        assert vendor.rule(sign.rule) in rules


@VENDORS
def test_what_its_rules_look_for_is_really_asked(vendor):
    asked = direct(vendor).facts
    for rule in mailbox_rules(vendor):
        wanted = questions_of(rule, vendor)
        assert wanted, f"{vendor.rule(rule)}: declare the name to ask about in [[probes]]"
        assert asked.keys() & wanted, f"{vendor.rule(rule)}: the plan asks none of {wanted}"


@VENDORS
def test_each_of_its_probes_serves_a_rule(vendor):
    served = {q for rule in vendor.fingerprints for q in _served(rule, vendor)}
    idle = [p for p in vendor.probes if Question(p.at(DOMAIN), p.type) not in served]
    assert not idle, f"{vendor.id} asks for what no rule of its own reads: {idle}"


def _served(rule: Fingerprint, vendor: Vendor) -> list[Question]:
    return questions_of(rule, vendor) if rule.role is Role.MAILBOX else []


def test_the_same_questions_are_asked_about_a_customer_of_anybody():
    asked = {
        vendor.id: frozenset(q for q in direct(vendor).facts if q.name.endswith(f".{DOMAIN}"))
        for vendor in mailbox_vendors()
    }
    assert len(set(asked.values())) == 1


def test_without_a_sign_nobody_is_named_behind_a_filter():
    for gateway in filters():
        for host in exchangers(gateway, Role.INBOUND):
            assert holders(seen(host, "")) == {None}


def test_the_list_of_vendors_seen_by_their_mx_only_is_exact():
    only = {vendor.id for vendor in mailbox_vendors() if is_only_by_mx(vendor)}
    listed = set(reasons())
    assert not only - listed, "write a reason for these into tests/core/only-by-mx.toml"
    assert not listed - only, "these are seen by more than their MX: take them off the list"


def test_every_vendor_of_that_list_has_an_mx_and_a_reason():
    for vendor in mailbox_vendors():
        if is_only_by_mx(vendor):
            assert front(vendor) in exchangers(vendor, Role.MAILBOX)
            assert len(reasons()[vendor.id].split()) > 5


def test_the_page_tells_what_is_measured():
    written = PAGE.read_text(encoding="utf-8")
    assert written == symmetry.page(), "run: python -m bench.symmetry"
