"""What the web and the registries showed, in judgements: headers name edges and origins, a registry
places what the table cannot.
"""

import pytest

from sovscan.core.assess import assess
from sovscan.core.model import Confidence, Finding, Observation, Outcome, Question, Role, Service
from sovscan.demo.world import World
from tests.conftest import BASIS, MADE, look, service, target

SITE = "body.example A 192.0.2.80\nwww.body.example A 192.0.2.80\nbody.example MX 0 .\n"


def judged_with(registry, criteria, records: str, *said: tuple[str, str, str]):
    """The judgement of a world, and of what web and registries said: (name, type, answer)."""
    body = target("body.example")
    facts = dict(look(World(records), body, registry))
    for name, rtype, answer in said:
        question = Question(name, rtype)
        facts[question] = Observation(question, Outcome.SEEN, (answer,), provenance=MADE)
    return assess(body, facts, registry, criteria, BASIS)


def page(name: str, header: str) -> tuple[str, str, str]:
    return name, "WEB-HTTPS", f"header {header}"


def both(header: str) -> tuple[tuple[str, str, str], ...]:
    return page("body.example", header), page("www.body.example", header)


def test_a_header_of_an_edge_shows_the_edge(registry, criteria):
    judged = judged_with(registry, criteria, SITE, *both("cf-ray:"))
    (party,) = service(judged, Service.CDN).parties
    assert (party.vendor, party.finding) == ("cloudflare", Finding.ATTRIBUTED)
    assert {each.rule for each in party.evidence} == {"cloudflare#header-edge"}
    assert service(judged, Service.HOSTING).finding is Finding.UNKNOWN


def test_a_header_of_a_service_shows_who_operates_the_site(registry, criteria):
    judged = judged_with(registry, criteria, SITE, *both("x-vercel-id:"))
    (party,) = service(judged, Service.HOSTING).parties
    assert (party.role, party.vendor) == (Role.OPERATOR, "vercel")


def test_a_header_passed_on_by_the_edge_makes_the_origin_possible(registry, criteria):
    records = SITE.replace("A 192.0.2.80", "CNAME body.cdn.cloudflare.net.")
    records += "body.cdn.cloudflare.net A 104.16.1.1\n"
    hidden = judged_with(registry, criteria, records)
    assert service(hidden, Service.HOSTING).finding is Finding.UNKNOWN
    shown = judged_with(registry, criteria, records, *both("x-vercel-id:"))
    (party,) = service(shown, Service.HOSTING).parties
    assert (party.vendor, party.confidence) == ("vercel", Confidence.POSSIBLE)
    assert {reason.code for reason in party.reasons} == {"origin-by-header"}
    (edge,) = service(shown, Service.CDN).parties
    assert edge.vendor == "cloudflare"


@pytest.mark.parametrize("header", ["server: nginx", "x-cf-ray: 1", "server: cloudflare-like"])
def test_a_header_that_anybody_may_set_shows_nobody(registry, criteria, header):
    plain = judged_with(registry, criteria, SITE)
    assert judged_with(registry, criteria, SITE, *both(header)).attributions == plain.attributions


def test_http_is_read_where_https_said_nothing(registry, criteria):
    said = (
        ("body.example", "WEB-HTTP", "header cf-ray:"),
        ("www.body.example", "WEB-HTTP", "header cf-ray:"),
    )
    judged = judged_with(registry, criteria, SITE, *said)
    assert service(judged, Service.CDN).parties[0].vendor == "cloudflare"


def test_an_address_that_only_a_registry_can_place_is_placed(registry, criteria):
    assert registry.networks.lookup("192.0.2.80") is None
    plain = judged_with(registry, criteria, SITE)
    assert service(plain, Service.HOSTING).finding is Finding.UNKNOWN
    judged = judged_with(registry, criteria, SITE, ("192.0.2.80", "RDAP", "asn 24940"))
    (party,) = service(judged, Service.HOSTING).parties
    assert party.vendor == "hetzner"
    assert party.evidence[0].signal.question == Question("192.0.2.80", "RDAP")


@pytest.mark.parametrize("answer", ["asn", "asn many", "holder HETZNER-AS", "country DE"])
def test_a_registry_that_names_no_network_places_nothing(registry, criteria, answer):
    judged = judged_with(registry, criteria, SITE, ("192.0.2.80", "RDAP", answer))
    assert service(judged, Service.HOSTING).finding is Finding.UNKNOWN
