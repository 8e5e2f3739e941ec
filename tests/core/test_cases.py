"""Cases that real domains show, and what must be said of them: wrong sentences about a city's mail fail here.

The numbers are those of the project's list of classification cases.
"""

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


def test_1_gateway_and_mailbox_are_two_parties(mail):
    found = mail(GATEWAY + DKIM + AUTODISCOVER)
    (inbound,) = parties(found, Role.INBOUND)
    assert (inbound.vendor, mailbox(found).vendor) == ("proofpoint", "microsoft-365")
    assert mailbox(found).confidence is Confidence.LIKELY


def test_2_spf_names_a_sender_and_never_the_mailbox(mail):
    spf = 'city.be TXT "v=spf1 include:spf.infomaniak.ch include:spf.protection.outlook.com -all"\n'
    found = mail(GATEWAY + DKIM + AUTODISCOVER + spf)
    assert mailbox(found).vendor == "microsoft-365"
    assert all(party.share == 0 for party in parties(found, Role.SENDER))


def test_3_behind_a_gateway_without_a_sign_the_mailbox_is_unknown(mail):
    found = mail(GATEWAY)
    assert found.finding is Finding.UNKNOWN
    assert mailbox(found).vendor is None
    assert "mailbox-behind-filter" in codes(found)


def test_4_two_mailbox_vendors_in_spf_are_hints_and_elect_none(mail):
    spf = 'city.be TXT "v=spf1 include:_spf.google.com include:spf.protection.outlook.com -all"\n'
    found = mail(GATEWAY + spf)
    assert mailbox(found).finding is Finding.UNKNOWN
    seen = {evidence.signal.value for evidence in mailbox(found).evidence}
    assert {"_spf.google.com", "spf.protection.outlook.com"} <= seen


def test_5_a_gateway_under_a_vanity_name_is_seen_by_its_network(mail, registry):
    host = f"city.be MX 10 mx1.city.be.\nmx1.city.be A {inside(registry, 30238)}\n"
    found = mail(host + DKIM + AUTODISCOVER)
    (inbound,) = parties(found, Role.INBOUND)
    assert (inbound.vendor, inbound.confidence) == ("cisco-secure-email", Confidence.LIKELY)
    assert mailbox(found).vendor == "microsoft-365"


def test_6_a_vanity_gateway_without_a_sign_leaves_the_mailbox_unknown(mail, registry):
    found = mail(f"city.be MX 10 mx1.city.be.\nmx1.city.be A {inside(registry, 30238)}\n")
    assert mailbox(found).finding is Finding.UNKNOWN


def test_7_a_macro_names_the_gateway_and_delegates_the_rest(mail, registry):
    spf = 'city.be TXT "v=spf1 exists:%{i}.spf.hc811-4.eu.iphmx.com ~all"\n'
    found = mail(f"city.be MX 10 mx1.city.be.\nmx1.city.be A {inside(registry, 30238)}\n" + spf)
    assert "spf-delegated" in codes(found)
    assert [party.vendor for party in parties(found, Role.SENDER)] == ["cisco-secure-email"]


def test_8_a_dutch_filter_before_microsoft_is_no_dutch_mail(mail):
    found = mail("city.be MX 10 spamfilter.ezorg.nl.\n" + AUTODISCOVER)
    (inbound,) = parties(found, Role.INBOUND)
    assert (inbound.vendor, mailbox(found).vendor) == ("ezorg", "microsoft-365")


def test_10_a_filter_on_a_cloud_is_the_filter_with_a_platform(mail, registry):
    host = "d1.a.ess.de.barracudanetworks.com"
    found = mail(f"city.be MX 10 {host}.\n{host} A {inside(registry, 16509)}\n")
    (inbound,) = parties(found, Role.INBOUND)
    assert (inbound.vendor, inbound.platform) == ("barracuda", "amazon-web-services")
    assert mailbox(found).vendor is None


def test_11_an_srv_record_shows_the_mailbox_weakly(mail):
    srv = "_autodiscover._tcp.city.be SRV 0 0 443 ex3.mail.ovh.net.\n"
    found = mail("city.be MX 10 cloud7.spamtitan.com.\n" + srv)
    assert (mailbox(found).vendor, mailbox(found).confidence) == ("ovhcloud", Confidence.POSSIBLE)


def test_14_inbound_at_a_cloud_is_a_relay(mail):
    found = mail("city.be MX 10 inbound-smtp.eu-west-1.amazonaws.com.\n")
    (inbound,) = parties(found, Role.INBOUND)
    assert inbound.vendor == "amazon-web-services"
    assert mailbox(found).vendor is None


def test_19_an_srv_left_over_does_not_move_a_microsoft_mailbox(mail):
    srv = "_autodiscover._tcp.city.be SRV 0 0 443 mail.city.be.\n"
    found = mail(EXCHANGE_ONLINE + AUTODISCOVER + srv)
    assert (mailbox(found).vendor, found.conflicts) == ("microsoft-365", ())


def test_21_outlook_in_an_own_name_is_an_own_host(mail):
    found = mail("city.be MX 10 mail.city.be.\nautodiscover.city.be CNAME outlook3.city.be.\n")
    assert all(party.vendor is None for party in found.parties)


def test_23_google_mail_with_leftovers_of_microsoft_is_google(mail):
    found = mail("city.be MX 1 smtp.google.com.\ncity.be TXT MS=ms12345678\n" + AUTODISCOVER)
    assert mailbox(found).vendor == "google-workspace"
    assert [dict(conflict.facts)["says"] for conflict in found.conflicts] == ["microsoft-365"]


@pytest.mark.parametrize(
    "host",
    [
        "city-be.mail.protection.outlook.com",
        "city-be.v-v1.mx.microsoft",
        "city-be.mail.eo.outlook.com",
        "CITY-BE.Mail.Protection.Outlook.DE",
    ],
)
def test_27_28_every_form_of_the_microsoft_mx(mail, host):
    assert mailbox(mail(f"city.be MX 0 {host}.\n")).vendor == "microsoft-365"


def test_29_the_new_dkim_form_is_microsoft(mail):
    dkim = "selector1._domainkey.city.be CNAME selector1-city-be._domainkey.city.r-v1.dkim.mail.microsoft.\n"
    found = mail(GATEWAY + dkim)
    assert (mailbox(found).vendor, mailbox(found).confidence) == (
        "microsoft-365",
        Confidence.LIKELY,
    )


def test_30_a_google_key_is_a_txt_record(mail):
    found = mail(GATEWAY + 'google._domainkey.city.be TXT "v=DKIM1; k=rsa; p=MIIB"\n')
    assert mailbox(found).vendor == "google-workspace"


def test_31_a_null_mx_is_no_mail_but_keeps_its_senders(mail):
    found = mail('city.be MX 0 .\ncity.be TXT "v=spf1 include:spf.protection.outlook.com -all"\n')
    assert found.finding is Finding.NO_SERVICE
    assert [party.role for party in found.parties] == [Role.SENDER]


def test_32_a_null_mx_beside_a_real_one_is_a_warning(mail):
    found = mail("city.be MX 0 .\n" + EXCHANGE_ONLINE)
    assert mailbox(found).vendor == "microsoft-365"
    assert "null-mx-beside-others" in codes(found)


def test_33_without_mx_the_web_address_shows_no_mail_provider(mail, registry):
    found = mail(f"city.be A {inside(registry, 16276)}\n")
    assert (found.finding, found.parties) == (Finding.UNKNOWN, ())
    assert "implicit-mx" in codes(found)


def test_34_no_mx_and_spf_denies_all_is_no_mail(mail):
    assert mail('city.be TXT "v=spf1 -all"\n').finding is Finding.NO_SERVICE


def test_36_an_address_as_mx_is_told_and_names_nobody(mail):
    found = mail("city.be MX 10 192.0.2.1.\n")
    assert found.finding is Finding.UNKNOWN
    assert "mx-is-address" in codes(found)


def test_37_a_dangling_mx_is_named_and_flagged(mail):
    found = mail("city.be MX 10 mx9.mail.ovh.net.\n")
    assert mailbox(found).vendor == "ovhcloud"
    assert "dangling" in codes(found)


def test_38_an_invalid_name_is_left_out_of_the_shares(mail):
    found = mail("city.be MX 0 ms1.msv1.invalid.\n" + EXCHANGE_ONLINE)
    assert [party.share for party in parties(found, Role.INBOUND)] == [1.0]


def test_40_equal_preferences_share_the_front(mail):
    gateway = "city.be MX 0 d1.a.ess.de.barracudanetworks.com.\n"
    found = mail(EXCHANGE_ONLINE + gateway)
    shares = {party.vendor: party.share for party in parties(found, Role.INBOUND)}
    assert shares == {"barracuda": 0.5, "microsoft-365": 0.5}
    assert (mailbox(found).vendor, mailbox(found).share) == ("microsoft-365", 1.0)


def test_41_a_backup_counts_in_exposure_and_not_in_dependency(registry, criteria):
    records = "city.be MX 1 mx1.mail.ovh.net.\ncity.be MX 20 city-be.mail.protection.outlook.com.\n"
    assessment = judged(records, DOMAIN, registry, criteria)
    email = next(s for s in assessment.headline.services if s.service is Service.EMAIL)
    assert (email.dependency, email.exposure) == (0.0, 1.0)


def test_44_the_lowest_preference_is_the_front_whatever_the_names_sort_to(mail):
    found = mail(
        "city.be MX 20 city-be.mail.protection.outlook.com.\ncity.be MX 10 zz.mail.ovh.net.\n"
    )
    assert mailbox(found).vendor == "ovhcloud"
    assert [party.vendor for party in parties(found, Role.BACKUP)] == ["microsoft-365"]


@pytest.mark.parametrize("token", ["google-site-verification=abc", "MS=ms71832631"])
def test_49_50_a_verification_token_is_no_mailbox(mail, token):
    found = mail(f"{GATEWAY}city.be TXT {token}\n")
    assert mailbox(found).finding is Finding.UNKNOWN


@pytest.mark.parametrize(
    "host",
    [
        "mail.protection.outlook.com.evil.test",
        "notoutlook.com",
        "city-be.mail.protection.outlook.com.city.be",
        "aspmx.l.google.com.example.org",
        "fortimail.city.example",
    ],
)
def test_56_a_look_alike_is_nobody(mail, host):
    assert all(party.vendor is None for party in mail(f"city.be MX 10 {host}.\n").parties)


def test_69_a_wildcard_proves_nothing(mail):
    found = mail(
        "city.be MX 10 relay.unknown.example.\n*.city.be CNAME autodiscover.outlook.com.\n"
    )
    assert mailbox(found).finding is Finding.UNKNOWN


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
