"""DNS, hosting and CDN: groups, vanity name servers, edges and hidden origins, platforms and operators."""

import pytest

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.model import Attribution, Confidence, Finding, Role, Service
from tests.conftest import judged, service
from tests.core.test_cases import inside

DOMAIN = "city.be"
AWS, AZURE, CLOUDFLARE, OVH, COMBELL, TELENET = 16509, 8075, 13335, 16276, 34762, 6848


@pytest.fixture
def see(registry: Knowledge, criteria: Criteria):
    def judge(records: str, wanted: Service) -> Attribution:
        return service(judged(records, DOMAIN, registry, criteria), wanted)

    return judge


def shares(attribution: Attribution) -> dict[str | None, float]:
    return {party.vendor: round(party.share, 3) for party in attribution.parties}


def announces(registry: Knowledge, number: int) -> bool:
    """Does the address that stands for this network lie in it?"""
    try:
        found = registry.networks.lookup(inside(registry, number))
    except ValueError:
        return False
    return found is not None and found.asn == number


def name_servers(*hosts: str) -> str:
    return "".join(f"city.be NS {host}.\n" for host in hosts)


def web(address: str) -> str:
    return f"city.be A {address}\nwww.city.be A {address}\n"


def test_60_four_route_53_zones_are_one_group(see):
    hosts = (
        "ns-1.awsdns-01.com",
        "ns-2.awsdns-02.net",
        "ns-3.awsdns-03.org",
        "ns-4.awsdns-04.co.uk",
    )
    assert shares(see(name_servers(*hosts), Service.DNS)) == {"amazon-web-services": 1.0}


def test_63_two_providers_share_by_hosts(see):
    records = name_servers("ns1.belnet.be", "ns2.belnet.be", "ns3.belnet.be", "dns1.p01.nsone.net")
    assert shares(see(records, Service.DNS)) == {"belnet": 0.75, "ns1": 0.25}


def test_58_a_vanity_name_server_is_seen_through_soa_and_network(see, registry):
    records = (
        name_servers("ns1.city.be")
        + f"ns1.city.be A {inside(registry, COMBELL)}\n"
        + "city.be SOA ns3.combell.net. hostmaster.combell.com. 1 2 3 4 5\n"
    )
    (party,) = see(records, Service.DNS).parties
    assert (party.vendor, party.confidence) == ("combell", Confidence.LIKELY)


def test_58_without_the_soa_a_vanity_name_server_is_own_on_that_platform(see, registry):
    records = name_servers("ns1.city.be") + f"ns1.city.be A {inside(registry, COMBELL)}\n"
    (party,) = see(records, Service.DNS).parties
    assert (party.finding, party.vendor, party.platform) == (Finding.OWN, None, "combell")


def test_61_name_servers_on_the_bodys_own_line_are_own(see, registry):
    records = name_servers("ns1.city.be") + f"ns1.city.be A {inside(registry, TELENET)}\n"
    assert see(records, Service.DNS).finding is Finding.OWN


def test_an_unknown_name_server_is_unknown_and_listed(see):
    found = see(name_servers("ns1.nobody-knows.example"), Service.DNS)
    assert found.finding is Finding.UNKNOWN
    assert found.parties[0].evidence[0].signal.value == "ns1.nobody-knows.example"


def test_a_subdomain_takes_the_name_servers_of_its_zone(registry, criteria):
    records = name_servers("ns1.belnet.be") + "sub.city.be A 192.0.2.1\n"
    found = service(judged(records, "sub.city.be", registry, criteria), Service.DNS)
    assert found.parties[0].vendor == "belnet"


def test_70_an_edge_in_front_hides_the_origin(see, registry):
    records = f"www.city.be CNAME city.azurefd.net.\ncity.azurefd.net A {inside(registry, AZURE)}\n"
    hosting, cdn = see(records, Service.HOSTING), see(records, Service.CDN)
    assert shares(cdn) == {"microsoft-azure": 1.0}
    assert (hosting.finding, hosting.parties[0].vendor) == (Finding.UNKNOWN, None)
    assert hosting.parties[0].reasons[0].code == "origin-hidden"


def test_71_an_address_of_a_cloud_shows_the_platform_not_the_tenant(see, registry):
    found = see(web(inside(registry, AZURE)), Service.HOSTING)
    assert shares(found) == {"microsoft-azure": 1.0}
    assert found.parties[0].role is Role.PLATFORM
    assert found.parties[0].reasons[0].code == "tenant-not-shown"


def test_72_a_cloud_address_is_hosting_and_no_cdn(see, registry):
    records = web(inside(registry, AWS))
    assert shares(see(records, Service.HOSTING)) == {"amazon-web-services": 1.0}
    assert see(records, Service.CDN).finding is Finding.NO_SERVICE


def test_73_behind_cloudflare_the_host_is_unknown_and_not_cloudflare(see, registry):
    records = web(inside(registry, CLOUDFLARE))
    assert shares(see(records, Service.CDN)) == {"cloudflare": 1.0}
    assert see(records, Service.HOSTING).finding is Finding.UNKNOWN


def test_74_the_name_of_an_edge_outranks_the_network_of_its_cache(see, registry):
    records = f"www.city.be CNAME www.city.be.edgekey.net.\nwww.city.be.edgekey.net A {inside(registry, TELENET)}\n"
    assert shares(see(records, Service.CDN)) == {"akamai": 1.0}


def test_76_a_rented_server_shows_its_platform_only(see, registry):
    found = see(web(inside(registry, OVH)), Service.HOSTING)
    assert (found.parties[0].vendor, found.parties[0].role) == ("ovhcloud", Role.PLATFORM)


def test_78_apex_and_www_on_two_platforms_share(see, registry):
    records = f"city.be A {inside(registry, OVH)}\nwww.city.be A {inside(registry, AWS)}\n"
    assert shares(see(records, Service.HOSTING)) == {"amazon-web-services": 0.5, "ovhcloud": 0.5}


def test_an_operator_stands_on_a_platform(see, registry):
    records = f"www.city.be CNAME city.netlify.app.\ncity.netlify.app A {inside(registry, AWS)}\n"
    (party,) = see(records, Service.HOSTING).parties
    assert (party.role, party.vendor, party.platform) == (
        Role.OPERATOR,
        "netlify",
        "amazon-web-services",
    )


def test_100_an_unmapped_host_is_unknown_whatever_its_country(see):
    found = see(web("203.0.113.9"), Service.HOSTING)
    assert found.finding is Finding.UNKNOWN
    assert see(web("203.0.113.9"), Service.CDN).finding is Finding.UNKNOWN


def test_a_site_on_an_access_line_names_nobody(see, registry):
    found = see(web(inside(registry, TELENET)), Service.HOSTING)
    assert found.finding is Finding.UNKNOWN
    assert {reason.code for reason in found.parties[0].reasons} >= {
        "on-access-line",
        "connectivity",
    }


def test_a_body_without_a_site_has_no_hosting_and_no_cdn(see):
    records = "city.be MX 0 .\n"
    assert see(records, Service.HOSTING).finding is Finding.NO_SERVICE
    assert see(records, Service.CDN).finding is Finding.NO_SERVICE


def test_without_a_rule_for_the_network_an_edge_cannot_be_excluded(see, registry):
    table, rules = registry.networks, registry.rules
    unruled = next(
        number
        for number in sorted(table.numbers)
        if not rules.identify("web-address-as", str(number)) and announces(registry, number)
    )
    found = see(web(inside(registry, unruled)), Service.CDN)
    assert (found.finding, found.reasons[0].code) == (Finding.UNKNOWN, "edge-not-excluded")
    assert found.evidence[0].signal.value == str(unruled)


def test_on_an_access_line_there_is_no_edge(see, registry):
    assert see(web(inside(registry, TELENET)), Service.CDN).finding is Finding.NO_SERVICE


def test_an_alias_of_a_platform_excludes_an_edge(see):
    records = "www.city.be CNAME city.azurewebsites.net.\ncity.azurewebsites.net A 203.0.113.9\n"
    assert see(records, Service.CDN).finding is Finding.NO_SERVICE
