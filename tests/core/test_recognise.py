"""One value outside of any scan: which rules know it, the most telling first, and who controls its vendor."""

import pytest

from sovscan.core.model import Role
from sovscan.core.recognise import Recogniser


@pytest.fixture
def recognise(registry, criteria):
    return Recogniser(registry, criteria).recognise


def vendors(recognition) -> set[str]:
    return {hit.vendor.id for hit in recognition.verdict.hits}


@pytest.mark.parametrize(
    ("signal", "value", "vendor", "controller"),
    [
        ("mx-host", "city-be.mail.protection.outlook.com", "microsoft-365", "microsoft"),
        ("mx-host", "City-be.MAIL.protection.Outlook.com.", "microsoft-365", "microsoft"),
        ("ns-host", "ns1.belnet.be", "belnet", "belnet"),
        ("dkim-selector", "google", "google-workspace", "alphabet"),
        ("as", "AS13335", "cloudflare", "cloudflare"),
        ("as", "13335", "cloudflare", "cloudflare"),
        ("as", "30238", "cisco-secure-email", "cisco"),
        ("resolver-address", "9.9.9.9", "quad9", None),
        ("address", "104.16.0.1", "cloudflare", "cloudflare"),
        ("address", "2606:4700::1", "cloudflare", "cloudflare"),
    ],
)
def test_what_the_registry_knows_is_recognised(recognise, signal, value, vendor, controller):
    found = recognise(signal, value)
    assert vendors(found) == {vendor}
    assert found.verdict.reach.vendor == vendor
    assert controller is None or found.verdict.reach.controller == controller
    assert found.value == value.lower().rstrip(".")


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("mx-host", "mail.protection.outlook.com.evil.test"),
        ("as", "AS"),
        ("as", "many"),
        ("as", "13335 or so"),
        ("as", "4199999999"),
        ("address", "no-address"),
        ("address", "192.0.2.1"),
        ("resolver-address", "dns.example"),
        ("resolver-address", "192.0.2.53"),
        ("no-such-signal", "x"),
    ],
)
def test_what_it_does_not_know_or_is_no_such_value_is_nobodys(recognise, signal, value):
    found = recognise(signal, value)
    assert (found.verdict.hits, found.verdict.reach, found.verdict.roles) == ((), None, ())


def test_an_address_is_known_as_a_resolver_and_by_its_network(recognise):
    found = recognise("address", "8.8.8.8")
    assert Role.RESOLVER in {hit.fingerprint.role for hit in found.verdict.hits}
    assert Role.PLATFORM in {hit.fingerprint.role for hit in found.verdict.hits}
    assert found.verdict.reach.controller == "alphabet"


def test_the_most_telling_rule_comes_first_and_its_vendor_gives_the_roles(recognise):
    found = recognise("as", "30238")
    ranks = [hit.fingerprint.strength.rank for hit in found.verdict.hits]
    assert ranks == sorted(ranks, reverse=True)
    assert Role.INBOUND in found.verdict.roles


def test_the_same_rules_give_the_same_verdict(recognise):
    one = recognise("mx-host", "a.mail.protection.outlook.com")
    other = recognise("mx-host", "b.mail.protection.outlook.com")
    assert one.verdict is other.verdict
    assert recognise("as", "AS13335").verdict is recognise("as", "13335").verdict
