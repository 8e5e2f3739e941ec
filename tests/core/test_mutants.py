"""What no other test held still: each of these kills a mutation of sovscan/core/attribute that survived a sample."""

from dataclasses import replace
from itertools import pairwise

import pytest

from sovscan.core.attribute import attribute
from sovscan.core.model import (
    Attribution,
    Confidence,
    Finding,
    Observation,
    Outcome,
    Party,
    Question,
    Reason,
    Role,
    Service,
)
from sovscan.demo.world import World
from tests.conftest import MADE, look, target
from tests.core.test_cases import AUTODISCOVER, DKIM, EXCHANGE_ONLINE, GATEWAY, inside
from tests.core.test_services import announces

CITY = target("city.be")
AWS, GOOGLE, OVH, TELENET = 16509, 15169, 16276, 6848
RELAY = "city.be MX 10 relay.nobody-knows.example.\n"
OVH_SERVICE = "_autodiscover._tcp.city.be SRV 0 0 443 ex3.mail.ovh.net.\n"
SERVICE = ("_autodiscover._tcp.city.be", "SRV")
OWN_CLIENTS = "autodiscover.city.be CNAME mail.city.be.\n"
OWN_FRONT = "city.be MX 10 mail.city.be.\n"


@pytest.fixture
def see(registry):
    """The services of a world, and of what was seen beside the DNS: (name, type, answers)."""

    def judged(records: str, *beside: tuple[str, str, tuple[str, ...]]):
        facts = dict(look(World(records), CITY, registry))
        for name, rtype, told in beside:
            question = Question(name, rtype)
            facts[question] = Observation(question, Outcome.SEEN, told, provenance=MADE)
        return {each.service: each for each in attribute(CITY, facts, registry)}

    return judged


@pytest.fixture
def mail(see):
    return lambda *world: see(*world)[Service.EMAIL]


@pytest.fixture
def deaf(registry):
    """The mailbox of a world in which one question was not answered."""

    def judged(records: str, name: str, rtype: str) -> Party:
        facts = dict(look(World(records), CITY, registry))
        asked = Question(name, rtype)
        facts[asked] = replace(facts[asked], outcome=Outcome.FAILED, answers=(), detail="TIMEOUT")
        (found,) = (e for e in attribute(CITY, facts, registry) if e.service is Service.EMAIL)
        return mailbox(found)

    return judged


def of(found: Attribution, role: Role) -> tuple[Party, ...]:
    return tuple(each for each in found.parties if each.role is role)


def mailbox(found: Attribution) -> Party:
    (only,) = of(found, Role.MAILBOX)
    return only


def told(reasons: tuple[Reason, ...], code: str) -> list[tuple[tuple[str, str], ...]]:
    return [each.facts for each in reasons if each.code == code]


def rules(party: Party) -> set[tuple[str, str]]:
    return {(each.rule, each.signal.value) for each in party.evidence}


# --- e-mail: how sure, and who speaks


def test_one_voice_behind_a_filter_is_likely_and_behind_an_unknown_host_possible(mail):
    assert mailbox(mail(GATEWAY + DKIM)).confidence is Confidence.LIKELY
    assert mailbox(mail(RELAY + DKIM)).confidence is Confidence.POSSIBLE


def test_two_full_voices_are_likely_behind_any_host(mail):
    assert mailbox(mail(RELAY + DKIM + AUTODISCOVER)).confidence is Confidence.LIKELY


def test_two_full_voices_are_likely_even_where_a_weaker_one_was_not_heard(deaf):
    assert deaf(RELAY + DKIM + AUTODISCOVER, *SERVICE).confidence is Confidence.LIKELY


def test_a_policy_that_seconds_one_voice_makes_it_likely(mail):
    said = ("mta-sts.city.be", "MTA-STS", ("mode enforce", "mx *.mail.protection.outlook.com"))
    assert mailbox(mail(RELAY + DKIM, said)).confidence is Confidence.LIKELY


def test_a_contradicted_voice_is_possible_behind_a_filter(mail):
    found = mail(GATEWAY + DKIM + OVH_SERVICE)
    assert (mailbox(found).vendor, mailbox(found).confidence) == (
        "microsoft-365",
        Confidence.POSSIBLE,
    )


def test_a_voice_beside_one_that_was_not_heard_is_possible(deaf):
    found = deaf(GATEWAY + DKIM, *SERVICE)
    assert (found.vendor, found.confidence) == ("microsoft-365", Confidence.POSSIBLE)


@pytest.mark.parametrize("failing", [("www.city.be", "A"), ("city.be", "SOA")])
def test_a_question_that_is_no_voice_takes_nothing_from_the_mailbox(deaf, failing):
    assert deaf(GATEWAY + DKIM, *failing).confidence is Confidence.LIKELY
    assert deaf(GATEWAY + OVH_SERVICE, *failing).finding is Finding.ATTRIBUTED


def test_mail_programs_that_end_at_the_bodys_own_host_are_sent_there(mail, registry):
    front = f"{OWN_FRONT}mail.city.be A {inside(registry, TELENET)}\n"
    chain = AUTODISCOVER + "autodiscover.outlook.com CNAME mail.city.be.\n"
    assert mailbox(mail(front + chain)).finding is Finding.OWN


# --- e-mail: what is told of it


def test_voices_that_draw_are_named_one_by_one(mail):
    found = mail(OWN_FRONT + OWN_CLIENTS + DKIM)
    assert mailbox(found).finding is Finding.CONFLICTING
    assert told(mailbox(found).reasons, "candidates") == [
        (("vendor", "microsoft-365"), ("vendor", "own"))
    ]


def test_the_host_that_takes_the_mail_contradicts_whom_the_voices_name(mail):
    found = mail("city.be MX 1 smtp.google.com.\n" + DKIM + AUTODISCOVER)
    assert mailbox(found).vendor == "microsoft-365"
    (facts,) = told(found.conflicts, "contradiction")
    assert facts == (
        ("says", "google-workspace"),
        ("signal", "mx-host"),
        ("value", "smtp.google.com"),
        ("found", "microsoft-365"),
    )


def test_a_sender_without_a_sign_is_told_beside_what_was_found(mail):
    spf = 'city.be TXT "v=spf1 include:_spf.google.com -all"\n'
    (unknown,) = told(mail(RELAY + spf).conflicts, "sender-without-sign")
    assert unknown == (
        ("says", "google-workspace"),
        ("signal", "spf-include"),
        ("value", "_spf.google.com"),
        ("found", "unknown"),
    )
    (known,) = told(mail(EXCHANGE_ONLINE + spf).conflicts, "sender-without-sign")
    assert known[-1] == ("found", "microsoft-365")


def test_a_sender_without_a_sign_is_told_by_the_first_name_that_spf_gives(mail):
    spf = 'city.be TXT "v=spf1 include:_spf.google.com include:_netblocks.google.com -all"\n'
    found = mail(RELAY + spf)
    (sender,) = of(found, Role.SENDER)
    values = [each.signal.value for each in sender.evidence]
    assert len(values) > 1
    (facts,) = told(found.conflicts, "sender-without-sign")
    assert dict(facts)["value"] == values[0]


def test_a_record_that_cannot_receive_is_the_evidence(mail):
    found = mail("city.be MX 10 192.0.2.9.\n")
    assert [each.code for each in found.reasons][:1] == ["unusable-mx"]
    assert [(e.rule, e.signal.value) for e in found.evidence] == [
        ("core#unrecognised", "192.0.2.9")
    ]
    (absent,) = mail("city.be TXT x\n").evidence
    assert (absent.rule, absent.signal.value) == ("core#no-mx", "")


def test_an_own_client_name_is_listed_as_own_and_another_as_unrecognised(mail):
    own = mailbox(mail(RELAY + OWN_CLIENTS))
    assert ("core#own-name", "mail.city.be") in rules(own)
    other = mailbox(mail(RELAY + "autodiscover.city.be CNAME mail.unheard.example.\n"))
    assert ("core#unrecognised", "mail.unheard.example") in rules(other)


# --- hosts: where they stand


def test_an_unknown_network_is_listed_with_the_host_that_stands_in_it(mail, registry):
    table = registry.networks
    roles = ("mx-address-as", "web-address-as", "ns-address-as")
    number, address = next(
        (n, inside(registry, n))
        for n in sorted(table.numbers)
        if not any(registry.rules.identify(role, str(n)) for role in roles)
        and announces(registry, n)
    )
    (inbound,) = of(mail(RELAY + f"relay.nobody-knows.example A {address}\n"), Role.INBOUND)
    assert rules(inbound) == {
        ("core#unrecognised", "relay.nobody-knows.example"),
        ("core#unrecognised", str(number)),
    }


def test_one_network_named_by_the_registry_is_no_dispute(see):
    found = see("www.city.be A 192.0.2.1\n", ("192.0.2.1", "RDAP", ("asn 24940",)))
    assert found[Service.HOSTING].conflicts == ()
    several = see("www.city.be A 192.0.2.1\n", ("192.0.2.1", "RDAP", ("asn 24940", "asn 64500")))
    assert [each.code for each in several[Service.HOSTING].conflicts] == ["several-origins"]


def test_the_network_that_bears_the_bodys_name_is_evidence_by_its_number(registry):
    body = target("waterbeek.nl")
    world = "waterbeek.nl NS ns1.waterbeek.nl.\nns1.waterbeek.nl A 203.0.113.53\n"
    facts = dict(look(World(world), body, registry))
    asked = Question("203.0.113.53", "RDAP")
    said = ("asn 64500", "organisation Gemeente Waterbeek", "country NL", "range 203.0.113.0/24")
    facts[asked] = Observation(asked, Outcome.SEEN, said, provenance=MADE)
    (found,) = (e for e in attribute(body, facts, registry) if e.service is Service.DNS)
    assert ("core#own-network", "64500") in rules(found.parties[0])


def test_only_an_own_host_has_a_line(mail, registry):
    host = "mx1-eu1.ppe-hosted.com"
    (inbound,) = of(mail(f"{GATEWAY}{host} A {inside(registry, TELENET)}\n"), Role.INBOUND)
    assert not told(inbound.reasons, "connectivity")
    own = mail(f"{OWN_FRONT}mail.city.be A {inside(registry, OVH)}\n")
    assert not told(of(own, Role.INBOUND)[0].reasons, "connectivity")


def test_a_reverse_name_of_a_vendor_shows_nothing_of_anothers_name(mail, registry):
    address = inside(registry, OVH)
    host = "relay.nobody-knows.example"
    back = ".".join(reversed(address.split(".")))
    world = f"{RELAY}{host} A {address}\n{back}.in-addr.arpa PTR mx1.mail.ovh.net.\n"
    assert of(mail(world), Role.INBOUND)[0].vendor is None


def test_a_vendor_on_its_own_and_on_anothers_platform_rents_the_other(mail, registry):
    host = "smtp.google.com"
    lines = "".join(f"{host} A {inside(registry, asn)}\n" for asn in (GOOGLE, AWS))
    found = of(mail(f"city.be MX 1 {host}.\n{lines}"), Role.INBOUND)
    assert {each.platform: each.share for each in found} == {None: 0.5, "amazon-web-services": 0.5}


def test_a_host_of_which_a_quarter_lies_in_a_filters_network_is_split_so(mail, registry):
    lines = "".join(f"mail.city.be A 203.0.113.{n}\n" for n in (1, 2, 3))
    lines += f"mail.city.be A {inside(registry, 30238)}\n"
    found = of(mail(OWN_FRONT + lines), Role.INBOUND)
    shares = {each.finding: each.share for each in found}
    assert shares == {
        Finding.ATTRIBUTED: pytest.approx(0.25),
        Finding.UNKNOWN: pytest.approx(0.75),
    }


# --- web and name servers


def test_a_server_that_is_lame_tells_how(see):
    zone = "city.be NS ns1.belnet.be.\n"
    said = ("city.be", "DELEGATION", ("server ns1.belnet.be refused",))
    (facts,) = told(see(zone, said)[Service.DNS].reasons, "lame")
    assert facts == (("host", "ns1.belnet.be"), ("how", "refused"))


EDGED = """city.be CNAME city.cdn.cloudflare.net.
www.city.be CNAME city.cdn.cloudflare.net.
city.cdn.cloudflare.net A 104.16.1.1
"""


@pytest.mark.parametrize(
    ("header", "origin"),
    [("x-amz-cf-id: 1", None), ("cf-ray: 1", None), ("x-amzn-requestid: 1", "amazon-web-services")],
)
def test_behind_an_edge_a_mark_of_another_edge_is_no_origin(see, header, origin):
    pages = [(name, "WEB-HTTPS", (f"header {header}",)) for name in ("city.be", "www.city.be")]
    (party,) = see(EDGED, *pages)[Service.HOSTING].parties
    assert party.vendor == origin


@pytest.mark.parametrize(("steps", "followed"), [(1, True), (5, True), (6, False), (7, False)])
def test_a_redirect_is_followed_while_no_more_than_six_names_are_met(
    see, registry, steps, followed
):
    names = ["www.city.be", *(f"n{number}.other.be" for number in range(1, 8))]
    world = f"city.be A {inside(registry, AWS)}\nwww.city.be A {inside(registry, OVH)}\n"
    way = pairwise(names[: steps + 1])
    pages = [(a, "WEB-HTTPS", (f"location https://{b}/", "status 301")) for a, b in way]
    sent = told(see(world, *pages)[Service.HOSTING].reasons, "redirects-elsewhere")
    assert sent == ([(("host", "www.city.be"), ("to", names[steps]))] if followed else [])
