"""What a folder of tests/cases cannot say: scores, findings of a domain that fails, and the body that is its own host."""

from ipaddress import IPv4Address

import pytest

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.model import Attribution, Confidence, Finding, Party, Role, Service
from tests.conftest import judged, service

DOMAIN = "city.be"

EXCHANGE_ONLINE = "city.be MX 0 city-be.mail.protection.outlook.com.\n"
DKIM = "selector1._domainkey.city.be CNAME selector1-city-be._domainkey.city.onmicrosoft.com.\n"
AUTODISCOVER = "autodiscover.city.be CNAME autodiscover.outlook.com.\n"
GATEWAY = "city.be MX 10 mx1-eu1.ppe-hosted.com.\n"


def inside(registry: Knowledge, asn: int) -> str:
    """Some address that this network originates, looked up in the shipped table."""
    table = registry.networks
    index = next(i for i, network in enumerate(table._networks) if network and network.asn == asn)
    place = list(table._v4_network).index(index)
    return str(IPv4Address(table._v4[place] + 9))


@pytest.fixture
def mail(registry: Knowledge, criteria: Criteria):
    def judge(records: str, domain: str = DOMAIN) -> Attribution:
        return service(judged(records, domain, registry, criteria), Service.EMAIL)

    return judge


def parties(attribution: Attribution, role: Role) -> list[Party]:
    return [party for party in attribution.parties if party.role is role]


def codes(attribution: Attribution) -> set[str]:
    listed = (*attribution.reasons, *(r for p in attribution.parties for r in p.reasons))
    return {reason.code for reason in listed}


def mailbox(attribution: Attribution) -> Party:
    (found,) = parties(attribution, Role.MAILBOX)
    return found


def test_41_a_backup_counts_in_exposure_and_not_in_dependency(registry, criteria):
    records = "city.be MX 1 mx1.mail.ovh.net.\ncity.be MX 20 city-be.mail.protection.outlook.com.\n"
    assessment = judged(records, DOMAIN, registry, criteria)
    email = next(s for s in assessment.headline.services if s.service is Service.EMAIL)
    assert (email.dependency, email.exposure) == (0.0, 1.0)


def test_93_an_own_server_on_an_access_line_is_own(mail, registry):
    line = f"city.be MX 10 mail.city.be.\nmail.city.be A {inside(registry, 6848)}\n"
    found = mail(line + "_autodiscover._tcp.city.be SRV 0 0 443 mail.city.be.\n")
    assert found.finding is Finding.OWN
    assert mailbox(found).confidence is Confidence.POSSIBLE  # an SRV record may be a leftover
    assert "connectivity" in codes(found)
    assert all(party.platform is None for party in found.parties)


def test_an_own_autodiscover_name_is_a_likely_own_mailbox(mail, registry):
    line = f"city.be MX 10 mail.city.be.\nmail.city.be A {inside(registry, 6848)}\n"
    found = mail(line + "autodiscover.city.be CNAME mail.city.be.\n")
    assert mailbox(found).confidence is Confidence.LIKELY


def test_an_own_server_inside_a_hyperscaler_is_own_on_that_platform(mail, registry):
    found = mail(f"city.be MX 10 mail.city.be.\nmail.city.be A {inside(registry, 16509)}\n")
    (inbound,) = parties(found, Role.INBOUND)
    assert (inbound.finding, inbound.platform) == (Finding.OWN, "amazon-web-services")


def test_dkim_against_an_own_autodiscover_is_a_contradiction(mail):
    found = mail("city.be MX 10 mail.city.be.\nautodiscover.city.be CNAME mail.city.be.\n" + DKIM)
    assert found.finding is Finding.CONFLICTING
    assert {dict(c.facts)["says"] for c in found.conflicts} == {"own", "microsoft-365"}


def test_a_failed_mx_question_is_unobserved_and_never_absent(registry, criteria):
    found = service(
        judged("x.be A 192.0.2.1\n", DOMAIN, registry, criteria, failing=DOMAIN), Service.EMAIL
    )
    assert (found.finding, found.parties) == (Finding.UNOBSERVED, ())
    assert found.reasons[0].facts[-2:] == (("detail", "SERVFAIL"), ("fault", "zone"))


def test_a_domain_that_does_not_exist_is_unknown_everywhere(registry, criteria):
    assessment = judged("x.be A 192.0.2.1\n", DOMAIN, registry, criteria)
    assert {a.finding for a in assessment.attributions} == {Finding.UNKNOWN}
    assert assessment.headline.value is None


def test_a_name_denied_for_mx_only_is_no_missing_domain(registry, criteria):
    from dataclasses import replace

    from sovscan.core.assess import assess
    from sovscan.core.model import Outcome, Question
    from sovscan.demo.world import World
    from tests.conftest import BASIS, look, target

    facts = dict(look(World("city.be NS ns1.belnet.be.\n"), target(DOMAIN), registry))
    asked = Question(DOMAIN, "MX")
    facts[asked] = replace(facts[asked], outcome=Outcome.ABSENT, detail="NXDOMAIN")
    found = assess(target(DOMAIN), facts, registry, criteria, BASIS)
    assert service(found, Service.DNS).finding is Finding.ATTRIBUTED


def test_an_alias_that_points_nowhere_is_no_missing_domain(registry, criteria):
    assessment = judged("city.be CNAME gone.example.\n", DOMAIN, registry, criteria)
    assert "no-such-domain" not in codes(assessment.attributions[0])


def test_an_own_name_half_on_an_unknown_network_is_half_unknown(mail, registry):
    line = f"city.be MX 10 mail.city.be.\nmail.city.be A {inside(registry, 6848)}\n"
    found = mail(line + "mail.city.be A 203.0.113.9\n")
    shares = {party.finding: party.share for party in parties(found, Role.INBOUND)}
    assert shares == {Finding.OWN: 0.5, Finding.UNKNOWN: 0.5}


def test_a_filter_on_two_clouds_is_split_between_them(mail, registry):
    host = "mx01.cloud.vadesecure.com"
    clouds = "".join(f"{host} A {inside(registry, asn)}\n" for asn in (16509, 16276))
    found = mail(f"city.be MX 10 {host}.\n{clouds}")
    shares = {party.platform: party.share for party in parties(found, Role.INBOUND)}
    assert shares == {"amazon-web-services": 0.5, "ovhcloud": 0.5}


def test_a_platform_counts_only_for_the_addresses_that_stand_on_it(mail, registry):
    host = "mx1-eu1.ppe-hosted.com"
    found = mail(f"{GATEWAY}{host} A {inside(registry, 16509)}\n{host} A 203.0.113.9\n")
    shares = {party.platform: party.share for party in parties(found, Role.INBOUND)}
    assert shares == {"amazon-web-services": 0.5, None: 0.5}
