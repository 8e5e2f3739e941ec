"""Who runs the resolver in use: said before a scan, since it learns whom we look at."""

from dataclasses import replace

import pytest

from sovscan.core.registry import Network
from sovscan.core.resolver import who_runs


@pytest.mark.parametrize("address", ["127.0.0.53", "192.168.1.1", "10.0.0.1", "::1", "fe80::1"])
def test_a_local_address_tells_nothing(registry, criteria, address):
    assert who_runs(address, registry, criteria).operator is None


@pytest.mark.parametrize(
    ("address", "country", "big_tech"),
    [
        ("8.8.8.8", "US", True),
        ("1.1.1.1", "US", True),
        ("9.9.9.9", "CH", False),
        ("2001:4860:4860::8888", "US", True),
    ],
)
def test_a_public_resolver_is_known_by_its_address(registry, criteria, address, country, big_tech):
    found = who_runs(address, registry, criteria)
    assert (found.country, found.big_tech) == (country, big_tech)


def test_any_other_is_known_by_its_network(registry, criteria):
    found = who_runs("193.190.198.10", registry, criteria)
    assert (found.operator, found.country) == ("Belnet", "BE")


class OneNetwork:
    """A table that puts every address into one network, or into none."""

    name, available = "one", True

    def __init__(self, network: Network | None) -> None:
        self._network = network

    def lookup(self, address: str) -> Network | None:
        return self._network


def test_a_network_without_a_rule_is_told_by_its_number_and_holder(registry, criteria):
    known = replace(registry, networks=OneNetwork(Network(4_199_999_999, "Nobody Net", "LU")))
    found = who_runs("193.190.198.10", known, criteria)
    assert (found.operator, found.country, found.big_tech) == (
        "AS4199999999 Nobody Net",
        "LU",
        False,
    )


def test_an_address_in_no_known_network_tells_nothing(registry, criteria):
    known = replace(registry, networks=OneNetwork(None))
    assert who_runs("193.190.198.10", known, criteria).operator is None
