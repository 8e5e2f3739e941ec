"""Which rule knows a value: on label boundaries, the most specific first, each kind of signal apart."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.match import RuleIndex
from sovscan.core.model import EntityId, Role, Strength, VendorId
from sovscan.core.registry import Fingerprint, Vendor


def vendor(name: str, role: Role = Role.MAILBOX, signal: str = "mx-host", **matcher) -> Vendor:
    rule = Fingerprint(
        id="rule",
        role=role,
        signal=signal,
        strength=Strength.CONCLUSIVE,
        source="https://acme.example",
        checked=date(2026, 11, 1),
        examples=(),
        **matcher,
    )
    return Vendor(id=VendorId(name), name=name, operator=EntityId(name), fingerprints=(rule,))


def known(vendors: list[Vendor], value: str, signal: str = "mx-host") -> set[str]:
    return {hit.vendor.id for hit in RuleIndex(vendors).identify(signal, value)}


LABELS = st.text("ab-", min_size=1, max_size=3)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


@settings(max_examples=100, deadline=None)
@given(suffix=NAMES, name=NAMES, glue=st.sampled_from(["", ".", "-", "a", "."]))
def test_a_suffix_matches_itself_and_what_is_below_and_no_mere_substring(suffix, name, glue):
    acme = [vendor("acme", suffix=(suffix,))]
    for value in (name, name + glue + suffix, suffix + glue + name):
        labels, wanted = value.split("."), suffix.split(".")
        assert bool(known(acme, value)) == (labels[-len(wanted) :] == wanted)


@pytest.mark.parametrize(
    "value", ["notacme.nl", "acme.nl.evil.test", "xacme.nl", "acme-nl", "nl", "acme.nlx", "", "."]
)
def test_a_look_alike_does_not_match(value):
    assert known([vendor("acme", suffix=("acme.nl",))], value) == set()


def test_an_exact_value_matches_nothing_below_it():
    acme = [vendor("acme", exact=("mx.acme.nl",))]
    assert known(acme, "mx.acme.nl") == {"acme"}
    assert known(acme, "a.mx.acme.nl") == set()


def test_the_most_specific_rule_of_a_role_wins():
    both = [vendor("big", suffix=("acme.nl",)), vendor("small", suffix=("mail.acme.nl",))]
    assert known(both, "mx.mail.acme.nl") == {"small"}
    assert known(both, "mx.acme.nl") == {"big"}
    exact = [*both, vendor("tiny", exact=("mx.mail.acme.nl",))]
    assert known(exact, "mx.mail.acme.nl") == {"tiny"}


def test_one_value_may_show_one_vendor_in_each_role():
    both = [
        vendor("acme", suffix=("acme.nl",)),
        vendor("filter", role=Role.INBOUND, suffix=("acme.nl",)),
    ]
    assert known(both, "mx.acme.nl") == {"acme", "filter"}


def test_a_rule_knows_its_own_signal_only():
    assert known([vendor("acme", suffix=("acme.nl",))], "mx.acme.nl", "ns-host") == set()


def test_a_rule_on_any_address_comes_after_the_rule_on_this_kind_of_address():
    cloud = vendor("cloud", signal="address-as", number=(64500,))
    web = vendor("web", signal="web-address-as", number=(64500,))
    assert known([cloud, web], "64500", "web-address-as") == {"web"}
    assert known([cloud, web], "64500", "mx-address-as") == {"cloud"}
    assert known([cloud, web], "6450", "web-address-as") == set()


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.0.2.0", True),
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("2001:db8::1", True),
        ("2001:db9::", False),
        ("::192.0.2.1", False),
    ],
)
def test_a_range_holds_its_own_addresses(address, inside):
    acme = [vendor("acme", signal="address", cidr=("192.0.2.0/24", "2001:db8::/32"))]
    assert bool(known(acme, address, "address")) is inside
