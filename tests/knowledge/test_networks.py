"""Address to network: what is packed from CSV is found again, at every end of every range."""

import hashlib
import lzma
import time
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sovscan.errors import DataError
from sovscan.knowledge.networks import PackedTable, open_table, read_about
from sovscan.knowledge.pack import Origin, pack
from sovscan.knowledge.place import default_datasets

DAY = date(2026, 6, 17)

V4 = """\
0.0.0.0,0.0.0.255,64500,Acme
0.0.1.0,0.0.1.255,64500,Acme
0.0.2.0,0.0.2.255,64501,"Other, with comma"
1.0.0.0,1.0.0.0,64502,One Address
255.255.255.0,255.255.255.255,64503,Last
"""
V6 = """\
2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,64500,Acme
2001:db8:1::,2001:db8:1:ffff:ffff:ffff:ffff:ffff,64501,"Other, with comma"
ffff:ffff:ffff:ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,64503,Last
"""
COUNTRIES = """\
0.0.0.0,0.0.1.255,NL
0.0.2.0,0.0.2.255,BE
255.255.255.0,255.255.255.255,LU
"""


def origin(built_from: str = "a test") -> Origin:
    return Origin(built_from, DAY, "thanks", "CC-BY-4.0")


def packed(folder: Path, *texts: str, countries: str = COUNTRIES, **about: str) -> Path:
    """A folder with the table of these CSV texts."""
    folder.mkdir(exist_ok=True)
    paths = []
    for place, text in enumerate((countries, *texts)):
        paths.append(folder / f"{place}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    pack(paths, folder / "networks", origin(**about))
    return folder / "networks"


def table(folder: Path, *texts: str, **more: str) -> PackedTable:
    return open_table(packed(folder, *texts, **more))


def asn(table: PackedTable, address: str) -> int | None:
    network = table.lookup(address)
    return network.asn if network else None


PLACES = {
    "0.0.0.0": 64500,
    "0.0.0.255": 64500,
    "0.0.1.0": 64500,
    "0.0.1.255": 64500,
    "0.0.2.0": 64501,
    "0.0.2.255": 64501,
    "0.0.3.0": None,
    "0.255.255.255": None,
    "1.0.0.0": 64502,
    "1.0.0.1": None,
    "255.255.254.255": None,
    "255.255.255.0": 64503,
    "255.255.255.255": 64503,
    "::ffff:0.0.2.7": 64501,
    "::ffff:9.0.0.0": None,
    "::": None,
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff": None,
    "2001:db8::": 64500,
    "2001:db8:0:ffff:ffff:ffff:ffff:ffff": 64500,
    "2001:db8:1::1": 64501,
    "2001:db8:2::": None,
    "ffff:ffff:ffff:fffe:ffff:ffff:ffff:ffff": None,
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": 64503,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> PackedTable:
    return table(tmp_path_factory.mktemp("small"), V4, V6)


@pytest.mark.parametrize(("address", "number"), PLACES.items(), ids=PLACES)
def test_an_address_is_placed_in_its_range_and_in_no_other(small, address, number):
    assert asn(small, address) == number


@pytest.mark.parametrize(
    "text", ["", "x", "gent.be", "1.0.0", "1.0.0.0/32", " 1.0.0.0", "1.0.0.256", "::g"]
)
def test_text_that_is_no_address_is_in_no_network(small, text):
    assert small.lookup(text) is None


def test_a_network_has_its_organisation_and_country(small):
    other = small.lookup("0.0.2.1")
    assert (other.organisation, other.country) == ("Other, with comma", "BE")


def test_the_country_of_a_network_that_no_list_holds_is_empty(small):
    assert small.lookup("1.0.0.0").country == ""


def test_the_country_is_that_of_most_of_the_address_space(tmp_path):
    rows = "".join(
        f"{first}.0.0.0,{last}.255.255.255,64500,A\n" for first, last in ((1, 1), (2, 9))
    )
    countries = "1.0.0.0,1.255.255.255,NL\n2.0.0.0,9.255.255.255,BE\n"
    assert table(tmp_path, rows, countries=countries).lookup("1.0.0.1").country == "BE"


def test_what_follows_a_range_that_ends_within_a_64_is_not_lost(tmp_path):
    rows = (
        "2001:db8::,2001:db8::2f,64500,A\n"
        "2001:db8::30,2001:db8::31,64501,B\n"
        "2001:db8::32,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64502,C\n"
    )
    assert asn(table(tmp_path, rows), "2001:db8:5::1") == 64502


POINTS = st.lists(
    st.integers(0, 40) | st.integers(2**32 - 20, 2**32) | st.integers(0, 2**32),
    min_size=2,
    max_size=12,
    unique=True,
).map(sorted)


@pytest.mark.slow
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(points=POINTS, owners=st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_any_ranges_are_found_again_as_by_trying_each(tmp_path, points, owners):
    ranges = [
        (first, end - 1, owner)
        for first, end, owner in zip(points, points[1:], owners, strict=False)
        if owner
    ]
    v4 = "".join(f"{IPv4Address(a)},{IPv4Address(b)},{n},org {n}\n" for a, b, n in ranges)
    v6 = "".join(
        f"{IPv6Address(a << 96)},{IPv6Address((b + 1 << 96) - 1)},{n},org {n}\n"
        for a, b, n in ranges
    )
    if not ranges:
        return
    made = table(tmp_path, v4, v6)
    for near in {p + step for p in points for step in (-1, 0, 1)}:
        if 0 <= near < 2**32:
            held = next((n for a, b, n in ranges if a <= near <= b), None)
            assert asn(made, str(IPv4Address(near))) == held
            assert asn(made, str(IPv6Address(near << 96))) == held
            assert asn(made, str(IPv6Address((near + 1 << 96) - 1))) == held


BROKEN = {
    "a column too few": "1.0.0.0,1.0.0.255,64500\n",
    "no address": "1.0.0.0,x,64500,A\n",
    "from the last to the first": "1.0.0.9,1.0.0.0,64500,A\n",
    "from IPv4 to IPv6": "1.0.0.0,2001:db8::,64500,A\n",
    "no AS number": "1.0.0.0,1.0.0.255,AS64500,A\n",
    "an AS number beyond all": "1.0.0.0,1.0.0.255,4294967296,A\n",
}


@pytest.mark.parametrize("row", BROKEN.values(), ids=BROKEN)
def test_a_broken_csv_is_told_with_its_line_and_the_old_table_stays(tmp_path, row):
    folder = packed(tmp_path, V4)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(DataError, match=r"^1\.csv:6  "):
        packed(tmp_path, V4 + row)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_empty_files_replace_no_table(tmp_path):
    folder = packed(tmp_path, V4)
    with pytest.raises(DataError):
        packed(tmp_path, "", "")
    assert asn(open_table(folder), "0.0.0.0") == 64500


def test_a_csv_that_is_not_utf_8_is_told(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"1.0.0.0,1.0.0.255,64500,Caf\xe9\n")
    with pytest.raises(DataError, match=r"a\.csv"):
        pack([tmp_path / "a.csv"], tmp_path / "networks", origin())


@pytest.mark.parametrize("kept", [0, 10, 100, -1], ids=lambda kept: f"{kept} bytes")
def test_a_damaged_table_is_told_with_what_to_do(tmp_path, kept):
    path = packed(tmp_path, V4) / "table.xz"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError) as caught:
        open_table(path.parent)
    assert "table.xz" in caught.value.message
    assert "sovscan networks update" in caught.value.hint


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"another format\n",
        b"sovscan-networks-1\n",
        b"sovscan-networks-1\n" + b"\0\0\0\x05abcde" * 6,
    ],
)
def test_a_table_of_another_kind_is_told(tmp_path, body):
    (tmp_path / "table.xz").write_bytes(lzma.compress(body))
    with pytest.raises(DataError):
        open_table(tmp_path)


def test_a_missing_table_places_nothing_and_says_so(tmp_path):
    missing = open_table(tmp_path)
    assert (missing.available, missing.lookup("8.8.8.8"), read_about(tmp_path)) == (
        False,
        None,
        None,
    )


def test_about_says_what_the_table_holds_and_fits_its_bytes(tmp_path):
    strange = 'C:\\new\\"asn" \u2603'
    folder = packed(tmp_path, V4, V6, built_from=strange)
    about = read_about(folder)
    assert (about.data_date, about.ranges_v4, about.ranges_v6, about.networks) == (DAY, 5, 3, 4)
    assert about.built_from == strange
    assert about.sha256 == hashlib.sha256((folder / "table.xz").read_bytes()).hexdigest()
    assert open_table(folder).name == about.sha256


def test_a_broken_about_is_told_with_what_to_do(tmp_path):
    (tmp_path / "about.toml").write_text("networks = 'many'", encoding="utf-8")
    with pytest.raises(DataError, match=r"about\.toml"):
        read_about(tmp_path)


@pytest.mark.parametrize(("day", "old"), [(date(2026, 12, 14), False), (date(2026, 12, 15), True)])
def test_a_table_is_old_after_180_days(tmp_path, day, old):
    assert read_about(packed(tmp_path, V4)).is_old(day) is old


def test_the_shipped_table_is_read_within_two_seconds_and_knows_a_well_known_address():
    started = time.perf_counter()
    shipped = open_table(default_datasets() / "networks")
    assert time.perf_counter() - started < 2
    google = shipped.lookup("8.8.8.8")
    assert (google.asn, google.country) == (15169, "US")
    assert asn(shipped, "2001:4860:4860::8888") == 15169


def test_the_shipped_table_is_the_one_that_its_about_describes():
    folder = default_datasets() / "networks"
    digest = hashlib.sha256((folder / "table.xz").read_bytes()).hexdigest()
    assert read_about(folder).sha256 == digest
