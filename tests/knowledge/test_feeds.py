"""Routing feeds: each published form is read; nested prefixes and many origins come out right."""

import gzip
from ipaddress import IPv4Address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.errors import DataError
from sovscan.knowledge.feeds import Range, flatten, read_feed

RIS = """\
% a comment
% another

64500\t10.0.0.0/8\t300
64501\t10.1.0.0/16\t300
64502\t10.1.0.0/16\t20
64503\t10.2.0.0/16\t9
{64504,64505}\t10.3.0.0/16\t300
64506\t2001:db8::/32\t200
64507\t2001:db8:1::1/128\t200
64508\t0.0.0.0/0\t300
"""
PREFIXES = """\
10.0.0.0\t8\t64500
10.1.0.0\t16\t64501_64502
10.2.0.0\t16\t64503,64503
2001:db8::\t32\t64506
"""
NAMES = """\
64500 ACME-AS Acme Holding, of the world, NL
64501 NAMELESS, ZZ
64502 PLAIN
"""


def feed_of(folder, *texts):
    paths = []
    for place, text in enumerate(texts):
        paths.append(folder / f"feed{place}")
        paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_feed(paths)


def origin_of(feed, address):
    value = int(IPv4Address(address))
    return next((r.said for r in feed.origins[4] if r.first <= value <= r.last), None)


@pytest.mark.parametrize(
    ("address", "origin"),
    {
        "10.0.0.0": "64500",
        "10.1.0.0": "64501",
        "10.1.255.255": "64501",
        "10.2.0.0": "64500",
        "10.3.0.0": "64500",
        "10.255.255.255": "64500",
        "11.0.0.0": None,
    }.items(),
)
def test_a_ris_dump_gives_the_origin_that_most_peers_see(tmp_path, address, origin):
    assert origin_of(feed_of(tmp_path, RIS), address) == origin


def test_a_prefix_longer_than_a_64_and_the_default_route_place_nothing(tmp_path):
    found = feed_of(tmp_path, RIS).origins
    assert [each.said for each in found[6]] == ["64506"]
    assert "64508" not in {each.said for each in found[4]}


@pytest.mark.parametrize(
    ("address", "origin"),
    {"10.0.0.1": "64500", "10.1.0.1": "0", "10.2.0.1": "64503", "10.4.0.0": "64500"}.items(),
)
def test_two_origins_seen_alike_are_nobodys(tmp_path, address, origin):
    assert origin_of(feed_of(tmp_path, PREFIXES), address) == origin


def test_names_and_countries_come_from_the_list_of_as_names(tmp_path):
    feed = feed_of(tmp_path, RIS, NAMES)
    assert feed.names == {
        64500: "ACME-AS Acme Holding, of the world",
        64501: "NAMELESS",
        64502: "PLAIN",
    }
    assert feed.seats == {64500: "NL"}


def test_a_packed_file_is_read_as_a_plain_one(tmp_path):
    assert feed_of(tmp_path, gzip.compress(RIS.encode())).origins == feed_of(tmp_path, RIS).origins


@pytest.mark.parametrize(
    ("text", "told"),
    {
        "% c\n64500\t10.0.0.0/8\t300\n64501\tx/8\t300\n": "x/8",
        "64500\t10.0.0.0/8\t300\nhello\n": "feed0:2",
        "64500\t10.0.0.0/8\tmany\n": "feed0:1",
        "10.0.0.0\t8\tAS1\n": "no AS number",
        "64500 ACME\nACME 64501\n": "feed0:2",
        "10.0.0.0,10.0.0.1,1,A,B\n": "has 5 columns",
        "x" * 2000: "longer than any routing feed",
    }.items(),
    ids=range(7),
)
def test_a_broken_feed_is_told(tmp_path, text, told):
    with pytest.raises(DataError) as caught:
        feed_of(tmp_path, text)
    assert told in caught.value.message


def test_a_file_that_only_looks_packed_is_told(tmp_path):
    with pytest.raises(DataError, match="feed0:0"):
        feed_of(tmp_path, b"\x1f\x8bnot gzip at all")


NETWORKS = st.lists(
    st.tuples(st.integers(0, 255), st.integers(24, 32), st.integers(1, 5)), max_size=20
)


@settings(max_examples=150, deadline=None)
@given(NETWORKS)
def test_nested_prefixes_lie_side_by_side_and_the_longest_wins(drawn):
    networks = {}
    for offset, length, owner in drawn:
        network = ip_network((0x0A000000 + offset, length), strict=False)
        networks[network] = str(owner)
    flat = list(
        flatten(
            Range(int(n.network_address), int(n.broadcast_address), o) for n, o in networks.items()
        )
    )
    assert all(a.last < b.first for a, b in pairwise(flat))
    for value in range(0x0A000000, 0x0A000100):
        holding = [n for n in networks if IPv4Address(value) in n]
        expected = networks[max(holding, key=lambda n: n.prefixlen)] if holding else None
        assert next((r.said for r in flat if r.first <= value <= r.last), None) == expected
