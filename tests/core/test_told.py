"""What the facts of a reason name: a golden case sees that a code is there, and not of whom it speaks."""

from collections.abc import Callable

import pytest

from sovscan.core.assess import assess
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.model import Assessment, Observation, Outcome, Question, Reason, Service
from sovscan.demo.world import World, of_rows
from tests.conftest import BASIS, MADE, judged, look, service, target
from tests.core.test_cases import inside

Judge = Callable[[str], Assessment]


@pytest.fixture
def see(registry: Knowledge, criteria: Criteria) -> Judge:
    return lambda records: judged(records, "city.be", registry, criteria)


def told(assessment: Assessment, wanted: Service) -> list[Reason]:
    found = service(assessment, wanted)
    return [*found.reasons, *found.conflicts, *(r for p in found.parties for r in p.reasons)]


def facts_of(assessment: Assessment, wanted: Service, code: str) -> list[dict[str, str]]:
    return [dict(each.facts) for each in told(assessment, wanted) if each.code == code]


def test_a_domain_that_exists_without_name_servers_is_free_to_nobody(registry, criteria):
    body = target("city.be")
    rows = [
        {"name": "city.be", "type": "MX", "data": ["10 gone.other.be."]},
        {"name": "other.be", "type": "NODATA", "data": []},
    ]
    found = assess(body, look(of_rows(rows), body, registry), registry, criteria, BASIS)
    assert facts_of(found, Service.EMAIL, "dangling") == [{"host": "gone.other.be"}]
    assert facts_of(found, Service.EMAIL, "takeover") == []


def test_a_domain_that_does_not_exist_is_free_to_anybody(see):
    [free] = facts_of(see("city.be MX 10 gone.other.be.\n"), Service.EMAIL, "takeover")
    assert free == {"host": "gone.other.be", "domain": "other.be"}


def test_a_host_in_its_vendors_own_network_contradicts_nothing(see, registry):
    host = "d1.a.ess.de.barracudanetworks.com"
    own = inside(registry, 15324)
    other = inside(registry, 30238)
    at_home = see(f"city.be MX 10 {host}.\n{host} A {own}\n")
    abroad = see(f"city.be MX 10 {host}.\n{host} A {other}\n")
    assert facts_of(at_home, Service.EMAIL, "name-against-network") == []
    [conflict] = facts_of(abroad, Service.EMAIL, "name-against-network")
    assert (conflict["host"], conflict["found"]) == (host, "barracuda")
    assert conflict["says"] == "cisco-secure-email"


def test_only_an_alias_is_called_one(see):
    plain = see("city.be MX 10 mx1.mail.ovh.net.\n")
    led = see("city.be MX 10 mail.city.be.\nmail.city.be CNAME mx1.mail.ovh.net.\n")
    assert facts_of(plain, Service.EMAIL, "alias-host") == []
    [alias, *_] = facts_of(led, Service.EMAIL, "alias-host")
    assert alias == {"host": "mail.city.be", "to": "mx1.mail.ovh.net"}


def test_the_name_without_an_edge_is_the_one_that_has_none(see, registry):
    plain, edge = inside(registry, 16276), inside(registry, 13335)
    found = see(f"city.be A {plain}\nwww.city.be A {edge}\n")
    assert facts_of(found, Service.CDN, "name-without-edge") == [{"host": "city.be"}]


def test_who_takes_mail_in_elsewhere_is_named(registry, criteria):
    body = target("city.be")
    page = Question("www.city.be", "WEB-HTTPS")
    world = World(
        "www.city.be A 192.0.2.1\ntown.be MX 10 mx1.mail.ovh.net.\ncity.be NS ns1.belnet.be.\n"
    )
    facts = {page: Observation(page, Outcome.SEEN, ("mail-domain town.be",), provenance=MADE)}
    question = Question("town.be", "MX")
    facts[question] = Observation(question, Outcome.SEEN, ("10 mx1.mail.ovh.net",), provenance=MADE)
    found = assess(body, {**look(world, body, registry), **facts}, registry, criteria, BASIS)
    [hint] = facts_of(found, Service.EMAIL, "mail-elsewhere")
    assert hint == {"domain": "town.be", "vendor": "ovhcloud"}


def test_the_null_mx_is_told_and_not_the_host_beside_it(see):
    found = see("city.be MX 0 .\ncity.be MX 10 mx1.mail.ovh.net.\n")
    assert facts_of(found, Service.EMAIL, "null-mx-beside-others") == [{"host": "."}]
    alone = see("city.be MX 0 .\n")
    assert facts_of(alone, Service.EMAIL, "null-mx-beside-others") == []


def test_a_body_that_relies_on_nobody_abroad_cannot_be_worse(see, registry):
    ovh = inside(registry, 16276)
    names = "dns100.ovh.net", "ns100.ovh.net"
    servers = "".join(f"city.be NS {name}.\n{name} A {ovh}\n" for name in names)
    found = see(
        f"city.be MX 1 mx1.mail.ovh.net.\nmx1.mail.ovh.net A {ovh}\ncity.be A {ovh}\n{servers}"
    )
    assert (found.headline.low, found.headline.value, found.headline.high) == (0.0, 0.0, 0.0)
