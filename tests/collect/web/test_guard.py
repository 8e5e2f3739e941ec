"""Which addresses may be contacted: nothing but global unicast, in whatever form it is written."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.collect.web.guard import may_contact

PUBLIC = ["1.1.1.1", "9.9.9.9", "185.1.2.3", "193.190.1.1", "2001:67c:2e8::1", "2a00:1450::1"]
FORBIDDEN_V4 = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
FORBIDDEN_V6 = [
    "::",
    "::1",
    "fe80::1",
    "fe80::1%lo",
    "2a00:1450::1%1",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "64:ff9b:1::a00:1",
    "64:ff9b:1::808:808",
]
NONSENSE = [
    "",
    " ",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "1.1.1.1:80",
    "[::1]",
    "1.1.1",
    "a.example",
]


def embedded(address: str) -> list[str]:
    """An IPv4 address in every IPv6 form that leads to it."""
    octets = int(ipaddress.IPv4Address(address))
    return [
        str(ipaddress.IPv6Address((0xFFFF << 32) | octets)),
        str(ipaddress.IPv6Address(octets)),
        str(ipaddress.IPv6Address((0x0064FF9B << 96) | octets)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (octets << 80) | 1)),
    ]


@pytest.mark.parametrize("address", PUBLIC)
def test_global_unicast_may_be_contacted(address):
    assert may_contact(address)


@pytest.mark.parametrize("address", FORBIDDEN_V4 + FORBIDDEN_V6 + NONSENSE)
def test_all_else_may_not(address):
    assert not may_contact(address)


@pytest.mark.parametrize("address", FORBIDDEN_V4)
def test_no_ipv6_form_leads_to_a_forbidden_address(address):
    assert not [each for each in embedded(address) if may_contact(each)]


def test_an_ipv6_form_of_a_public_address_leads_where_that_address_leads():
    assert [may_contact(each) for each in embedded("9.9.9.9")] == [True] * 4


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_the_flag_for_tests_opens_loopback(address):
    assert may_contact(address, allow_loopback=True)


@pytest.mark.parametrize("address", [*FORBIDDEN_V4, *FORBIDDEN_V6, *NONSENSE, "::ffff:127.0.0.1"])
def test_the_flag_for_tests_opens_nothing_else(address):
    loopback = address in {"127.0.0.1", "127.255.255.254", "::1"}
    assert may_contact(address, allow_loopback=True) is loopback


@given(st.ip_addresses(v=4))
def test_an_address_that_python_calls_not_global_is_never_contacted(address):
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not may_contact(str(address))
    assert [may_contact(each) for each in embedded(str(address))] == [
        may_contact(str(address))
    ] * 4 or (int(address) in {0, 1})


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_outside_global_unicast_is_never_contacted(address):
    if may_contact(str(address)):
        assert address.is_global
        assert not address.is_multicast


@given(st.text(max_size=60))
def test_no_text_raises(text):
    assert may_contact(text) in {True, False}
