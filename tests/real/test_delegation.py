"""Delegations as real servers keep them: Knot as the parent, as the zone's own server, as one that
knows only the parent, and as one that knows nothing.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sovscan.collect import Server
from tests.collect.delegation.servers import known, look
from tests.real.processes import free_port, program, running
from tests.real.software import _KNOT, _ask

PARENT, ZONE, BIG = "kingdom.test", "town.kingdom.test", "big.kingdom.test"
AT_PARENT, AT_ZONE, AT_LAME, AT_STRANGER, AT_NOBODY = (
    f"127.0.4.{number}" for number in range(1, 6)
)
NAMES = ("ns1", "ns2", "ns3", "ns4")
MANY = tuple(f"a-rather-long-name-of-a-server-number-{number:02d}" for number in range(13))

_SOA = "@ 600 IN SOA ns1 hostmaster 1 3600 600 86400 300\n"
_GLUE = "".join(f"{name}.town A 127.0.4.9\n" for name in NAMES)
_BIG = "".join(f"big NS {name}.big\n{name}.big AAAA 2001:db8::{n}\n" for n, name in enumerate(MANY))
PARENT_ZONE = (
    f"$TTL 300\n{_SOA}@ NS ns1\nns1 A {AT_PARENT}\n"
    + "".join(f"town NS {name}.town\n" for name in NAMES)
    + _GLUE
    + _BIG
)
OWN_ZONE = (
    f"$TTL 300\n{_SOA}@ NS ns1\n@ NS ns2\n@ NS ns3\n@ NS ns5\nns1 A {AT_ZONE}\nns5 A {AT_ZONE}\n"
)


@contextmanager
def knot_at(address: str, port: int, served: dict[str, str]) -> Iterator[Server]:
    """Knot at an address, with these zones."""
    with TemporaryDirectory(prefix="sovscan-") as name:
        folder = Path(name)
        for zone, text in served.items():
            (folder / f"{zone}.zone").write_text(text)
        path = folder / "knot.conf"
        listed = "".join(f"  - domain: {zone}\n" for zone in served)
        path.write_text(_KNOT.format(folder=folder, address=address, port=port, zones=listed))
        place = Server(address, port)

        def is_up(place: Server) -> bool:
            return all(_ask(place, zone, "SOA") for zone in served or [PARENT])

        command = [program("knotd") or "knotd", "-c", str(path)]
        with running(lambda: (place, command), is_up, folder / "knot.log"):
            yield place


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    if program("knotd") is None:
        pytest.skip("Knot is not installed: apt-get install knot (or sh tests/real/install.sh)")
    port = free_port()
    with ExitStack() as stack:
        stack.enter_context(knot_at(AT_PARENT, port, {PARENT: PARENT_ZONE}))
        stack.enter_context(knot_at(AT_ZONE, port, {ZONE: OWN_ZONE}))
        stack.enter_context(knot_at(AT_LAME, port, {PARENT: PARENT_ZONE}))
        stack.enter_context(knot_at(AT_STRANGER, port, {"other.test": OWN_ZONE}))
        yield port


SERVERS = {
    f"ns1.{ZONE}": [AT_ZONE],
    f"ns2.{ZONE}": [AT_LAME],
    f"ns3.{ZONE}": [AT_STRANGER],
    f"ns5.{ZONE}": [AT_NOBODY],
}


def test_parent_and_servers_are_told_as_they_are(port):
    found = look(port, known(SERVERS, {f"ns1.{PARENT}": [AT_PARENT]}, zone=ZONE), ZONE)
    assert found.answers == (
        *(f"parent {name}.{ZONE}" for name in NAMES),
        f"server ns1.{ZONE} authoritative",
        f"server ns2.{ZONE} lame",
        f"server ns3.{ZONE} refused",
        f"server ns5.{ZONE} silent",
    )


def test_a_parent_whose_server_is_the_zones_as_well_answers_what_the_zone_says(port):
    facts = known({f"ns1.{PARENT}": [AT_PARENT]}, {f"ns1.{PARENT}": [AT_PARENT]}, zone=PARENT)
    found = look(port, facts, PARENT)
    assert found.answers == (f"parent ns1.{PARENT}", f"server ns1.{PARENT} authoritative")


def test_a_long_referral_comes_whole(port):
    facts = known({f"{MANY[0]}.{BIG}": [AT_LAME]}, {f"ns1.{PARENT}": [AT_PARENT]}, zone=BIG)
    found = look(port, facts, BIG)
    assert found.answers == (
        *(f"parent {name}.{BIG}" for name in MANY),
        f"server {MANY[0]}.{BIG} lame",
    )


def test_where_only_servers_of_others_are_reached_nobody_is_called_lame(port):
    facts = known({f"ns3.{ZONE}": [AT_STRANGER]}, zone=ZONE)
    found = look(port, facts, ZONE)
    assert (found.outcome.value, found.detail, found.answers) == ("FAILED", "NOT-DIRECT", ())
