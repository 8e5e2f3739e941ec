"""What no rule knew: counted by bodies, taken together by registrable domain, most frequent first."""

import pytest

from sovscan.demo.world import World
from sovscan.report.unmatched import Unmatched, find_unmatched
from tests.conftest import look, target

RECORDS = """\
a.be. MX 10 mx1.strange-host.nl.
a.be. MX 20 mx2.strange-host.nl.
a.be. MX 30 mail.a.be.
a.be. MX 40 a-be.mail.protection.outlook.com.
b.be. MX 10 mx1.strange-host.nl.
b.be. TXT "v=spf1 include:spf.other-sender.nl -all"
mail.a.be. A 8.8.4.4
mx1.strange-host.nl. A 9.9.9.9
"""


@pytest.fixture
def found(registry) -> dict[tuple[str, str], Unmatched]:
    world = World(RECORDS)
    bodies = [target("a.be"), target("b.be")]
    listed = find_unmatched([(body, look(world, body, registry)) for body in bodies], registry)
    assert [each.bodies for each in listed] == sorted((e.bodies for e in listed), reverse=True)
    return {(each.signal, each.value): each for each in listed}


def test_a_value_counts_once_a_body_however_many_hosts_it_has(found):
    assert found["mx-host", "*.strange-host.nl"].bodies == 2
    assert found["spf-include", "*.other-sender.nl"].bodies == 1


def test_what_a_rule_knows_is_not_listed(found):
    assert not [value for _, value in found if "outlook" in value]


def test_a_bodys_own_names_are_no_vendors(found):
    assert not [value for _, value in found if value.endswith("a.be")]


def test_an_outside_look_suggests_a_network(found):
    assert found["mx-host", "*.strange-host.nl"].looks_like.startswith("AS19281 ")
