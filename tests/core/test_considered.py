"""What was considered and not followed: every reading that no party rests on, with the reason, and
nothing that one rests on."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from sovscan.core.attribute import attribute
from sovscan.core.considered import ORDER, Considered, _by_host, _by_voice, considered
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Attribution,
    Fault,
    Finding,
    Observation,
    Outcome,
    Question,
    Reason,
    Role,
    Service,
    Signal,
    Strength,
)
from sovscan.core.readings import readings
from sovscan.core.resting import roles_beside, telling
from sovscan.demo.world import World
from tests.conftest import MADE, look, target
from tests.core.test_cases import (
    AUTODISCOVER,
    DKIM,
    DOMAIN,
    EXCHANGE_ONLINE,
    GATEWAY,
    inside,
)

CITY = target(DOMAIN)
SPF = 'city.be TXT "v=spf1 include:spf.infomaniak.ch include:spf.unheard.example -all"\n'


@pytest.fixture
def rejected(registry: Knowledge):
    """What is not followed in a world, by service, as (code, kind, value)."""

    def made(records: str, service: Service = Service.EMAIL) -> dict[tuple[str, str], Considered]:
        facts = look(World(records), CITY, registry)
        return by_signal(told(facts, registry), service)

    return made


def told(facts: Facts, registry: Knowledge) -> tuple[Considered, ...]:
    return considered(CITY, facts, registry, attribute(CITY, facts, registry))


def by_signal(found: tuple[Considered, ...], service: Service) -> dict[tuple[str, str], Considered]:
    return {(c.signal.kind, c.signal.value): c for c in found if c.service is service}


def codes(found: dict[tuple[str, str], Considered]) -> dict[tuple[str, str], str]:
    return {signal: each.reason.code for signal, each in found.items()}


def facts_of(each: Considered) -> dict[str, str]:
    return dict(each.reason.facts)


def test_a_hint_never_elects(rejected):
    found = rejected(GATEWAY + DKIM + SPF + "city.be TXT MS=ms12345678\n")
    assert codes(found)["spf-include", "spf.infomaniak.ch"] == "weak"
    token = found["txt-token", "ms"]
    assert (token.reason.code, token.vendor, token.strength) == (
        "weak",
        "microsoft-365",
        Strength.HINT,
    )
    assert token.agrees
    assert not found["spf-include", "spf.infomaniak.ch"].agrees


def test_what_no_rule_knows_claims_nothing(rejected):
    found = rejected(GATEWAY + SPF + "autodiscover.city.be CNAME mail.unheard.example.\n")
    alias = found["autodiscover-target", "mail.unheard.example"]
    assert (alias.reason.code, alias.vendor, alias.rule) == (
        "unrecognised",
        None,
        "core#unrecognised",
    )
    assert codes(found)["spf-include", "spf.unheard.example"] == "unrecognised"


def test_a_voice_against_the_mx_name_is_outvoted(rejected):
    found = rejected("city.be MX 1 smtp.google.com.\n" + AUTODISCOVER)
    voice = found["autodiscover-target", "autodiscover.outlook.com"]
    assert (voice.reason.code, facts_of(voice)) == ("outvoted", {"winner": "google-workspace"})
    assert (voice.vendor, voice.role) == ("microsoft-365", Role.MAILBOX)


def test_an_srv_record_is_left_over_where_a_cname_speaks(rejected):
    srv = "_autodiscover._tcp.city.be SRV 0 0 443 mail.city.be.\n"
    found = rejected(EXCHANGE_ONLINE + AUTODISCOVER + srv)
    left = found["autodiscover-srv", "mail.city.be"]
    assert (left.reason.code, left.rule) == ("leftover", "core#own-name")
    assert facts_of(left) == {"value": "autodiscover.outlook.com"}


def test_an_srv_record_alone_is_not_left_over(rejected):
    srv = "_autodiscover._tcp.city.be SRV 0 0 443 autodiscover.outlook.com.\n"
    found = rejected(EXCHANGE_ONLINE + srv)
    assert codes(found)["autodiscover-srv", "autodiscover.outlook.com"] == "same"


def test_an_alias_that_leads_on_is_not_where_mail_programs_are_sent(rejected):
    chain = "autodiscover.city.be CNAME mail.city.be.\nmail.city.be CNAME"
    found = rejected(EXCHANGE_ONLINE + f"{chain} autodiscover.outlook.com.\n")
    way = found["autodiscover-target", "mail.city.be"]
    assert (way.reason.code, facts_of(way)) == ("leads-on", {"value": "autodiscover.outlook.com"})


def test_what_a_wildcard_answers_is_made_up(rejected):
    found = rejected(
        "city.be MX 10 relay.unheard.example.\n*.city.be CNAME autodiscover.outlook.com.\n"
    )
    assert codes(found)["autodiscover-target", "autodiscover.outlook.com"] == "synthetic"
    assert sum(each.reason.code == "synthetic" for each in found.values()) <= 3


def test_an_own_target_behind_a_filter_shows_no_own_mailbox(rejected):
    found = rejected(GATEWAY + "autodiscover.city.be CNAME mail.city.be.\n")
    assert codes(found)["autodiscover-target", "mail.city.be"] == "front-not-own"


def test_an_own_name_on_a_filters_network_is_not_its_own(rejected, registry):
    found = rejected(f"city.be MX 10 mx1.city.be.\nmx1.city.be A {inside(registry, 30238)}\n")
    name = found["mx-host", "mx1.city.be"]
    assert (name.reason.code, facts_of(name)) == ("not-its-own", {"winner": "cisco-secure-email"})


def test_an_unknown_name_on_a_filters_network_is_placed_by_its_address(rejected, registry):
    host = "mx1.unheard.example"
    found = rejected(f"city.be MX 10 {host}.\n{host} A {inside(registry, 30238)}\n")
    assert codes(found)["mx-host", host] == "by-address"


def test_a_name_says_more_than_the_network_of_another(rejected, registry):
    host = "mx1-eu1.ppe-hosted.com"
    found = rejected(f"{GATEWAY}{host} A {inside(registry, 30238)}\n")
    network = found["mx-address-as", "30238"]
    assert network.reason.code == "outranked"
    assert facts_of(network) == {"winner": "proofpoint", "signal": "mx-host", "value": host}


def test_two_filters_networks_name_nobody(rejected, registry):
    host = "mx1.city.be"
    lines = "".join(f"{host} A {inside(registry, asn)}\n" for asn in (30238, 48328))
    found = rejected(f"city.be MX 10 {host}.\n{lines}")
    assert {codes(found)["mx-address-as", asn] for asn in ("30238", "48328")} == {"ambiguous"}
    claims = found["mx-address-as", "30238"].reason.facts
    assert claims == (("vendor", "cisco-secure-email"), ("vendor", "retarus"))


def test_a_null_mx_beside_others_cannot_receive(rejected):
    found = rejected("city.be MX 0 .\n" + EXCHANGE_ONLINE)
    assert codes(found)["mx-host", "."] == "unusable"


@pytest.mark.parametrize(
    ("records", "code"), [("city.be MX 0 .\n", "no-service"), ("city.be A 192.0.2.1\n", "no-front")]
)
def test_without_a_front_nothing_stands_behind_it(rejected, records, code):
    found = rejected(records + DKIM)
    assert {each.reason.code for each in found.values() if each.signal.kind == "dkim-target"} == {
        code
    }


def test_where_the_question_failed_nothing_is_judged(registry):
    facts = dict(look(World(EXCHANGE_ONLINE + DKIM), CITY, registry))
    asked = Question(DOMAIN, "MX")
    facts[asked] = Observation(asked, Outcome.FAILED, (), (), "SERVFAIL", Fault.ZONE, MADE)
    found = by_signal(told(facts, registry), Service.EMAIL)
    assert set(codes(found).values()) == {"not-judged"}


def test_a_network_of_an_edge_is_no_party_of_the_mail(rejected):
    found = rejected("city.be MX 10 mail.city.be.\nmail.city.be A 192.124.249.9\n")
    edge = found["address", "192.124.249.9"]
    assert (edge.reason.code, edge.role) == ("other-role", Role.EDGE)


def test_what_is_seen_of_an_edge_says_nothing_of_the_origin(rejected, registry):
    records = f"www.city.be CNAME x.azurefd.net.\nx.azurefd.net A {inside(registry, 8075)}\n"
    network = rejected(records, Service.HOSTING)["web-address-as", "8075"]
    assert network.reason.code == "edge-in-front"
    assert facts_of(network)["host"] == "www.city.be"


def test_an_alias_says_more_than_the_address_of_another(rejected, registry):
    records = (
        f"www.city.be CNAME city.azurewebsites.net.\ncity.azurewebsites.net A"
        f" {inside(registry, 16509)}\n"
    )
    network = rejected(records, Service.HOSTING)["web-address-as", "16509"]
    assert (network.reason.code, facts_of(network)["winner"]) == ("outranked", "microsoft-azure")


def test_the_soa_agrees_or_stands_alone(rejected):
    soa = "city.be SOA ns1.belnet.be. noc.belnet.be. 1 7200 3600 1209600 3600\n"
    same = rejected(soa + "city.be NS ns1.belnet.be.\n", Service.DNS)
    alone = rejected(soa + "city.be NS ns3.combell.net.\n", Service.DNS)
    assert codes(same)["soa-mname", "ns1.belnet.be"] == "same"
    assert codes(alone)["soa-mname", "ns1.belnet.be"] == "soa-alone"


WORLDS = {
    "gateway": GATEWAY + DKIM + AUTODISCOVER + SPF,
    "direct": EXCHANGE_ONLINE + AUTODISCOVER + SPF + "city.be NS ada.ns.cloudflare.com.\n",
    "unknown": GATEWAY + SPF + "city.be TXT MS=ms1\n",
    "conflict": "city.be MX 9 relay.unheard.example.\n" + DKIM
    + "autodiscover.city.be CNAME autodiscover.transip.email.\n",
    "edge": "www.city.be CNAME x.azurefd.net.\nx.azurefd.net A 104.16.0.24\n",
    "wildcard": "*.city.be CNAME autodiscover.outlook.com.\ncity.be MX 1 smtp.google.com.\n",
    "nothing": "elsewhere.be A 192.0.2.1\n",
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_each_reading_is_followed_or_rejected_and_never_both(name, registry):
    facts = look(World(WORLDS[name]), CITY, registry)
    attributions = attribute(CITY, facts, registry)
    found = considered(CITY, facts, registry, attributions)
    keys = [(each.service, each.rule, each.signal) for each in found]
    assert len(keys) == len(set(keys))
    followed = {
        (attribution.service, evidence.rule, evidence.signal)
        for attribution in attributions
        for evidence in evidence_of(attribution)
    }
    assert not followed & set(keys)
    every = {
        (each.service, each.rule, each.signal)
        for each in readings(CITY, facts, registry, ())
        if each.hit is not None
    }
    assert every <= followed | set(keys)
    assert {each.reason.code for each in found} <= set(ORDER)


def evidence_of(attribution: Attribution) -> list:
    resting = (
        party
        for party in attribution.parties
        if party.role is not Role.SENDER
        and not (party.role is Role.MAILBOX and party.finding is Finding.UNKNOWN)
    )
    return [*attribution.evidence, *(each for party in resting for each in party.evidence)]


def test_services_and_reasons_come_in_their_order(registry):
    facts = look(World(WORLDS["gateway"]), CITY, registry)
    found = told(facts, registry)
    places = [(list(Service).index(c.service), ORDER.index(c.reason.code)) for c in found]
    assert places == sorted(places)
    assert found == told(facts, registry)


def test_it_depends_on_values_only(registry):
    """A judgement that came to another result by other rules is told as it stands."""
    facts = look(World(EXCHANGE_ONLINE + AUTODISCOVER), CITY, registry)
    email, *rest = attribute(CITY, facts, registry)
    mailbox = next(party for party in email.parties if party.role is Role.MAILBOX)
    bare = replace(mailbox, evidence=mailbox.evidence[:1])
    others = tuple(party for party in email.parties if party is not mailbox)
    told_anew = considered(CITY, facts, registry, (replace(email, parties=(*others, bare)), *rest))
    alias = next(c for c in told_anew if c.signal.kind == "autodiscover-target")
    assert (alias.reason.code, alias.agrees) == ("same", True)


def test_a_reverse_name_tells_less_than_an_address_and_a_header_least():
    assert telling("mx-host") > telling("mx-address-as") > telling("ptr") > telling("http-header")


def test_a_reading_that_no_rule_knows_competes_with_who_runs_the_host():
    unknown = SimpleNamespace(service=Service.EMAIL, role=None)
    named = SimpleNamespace(service=Service.EMAIL, role=Role.INBOUND)
    assert roles_beside(unknown) == roles_beside(named)


def test_a_key_rule_of_another_role_is_no_voice():
    signal = Signal("dkim-target", "k.relay.example", "city.be", Question("k.city.be", "CNAME"))
    reading = SimpleNamespace(signal=signal, role=Role.SENDER)
    assert _by_voice(reading, None) == Reason("other-role", (("role", "sender"),))


@pytest.mark.parametrize(
    ("rival", "code"), [("mx-host", "outranked"), ("mx-address-as", "second"), ("ptr", None)]
)
def test_a_rival_that_tells_less_explains_nothing(rival, code):
    """Beside an address: a name tells more, another address as much, a reverse name less."""
    asked = Question("mx.city.be", "A")
    followed = SimpleNamespace(shown="other", signal=Signal(rival, "x", "mx.city.be", asked))
    held = SimpleNamespace(by_host={}, rival=lambda reading: followed)
    reading = SimpleNamespace(
        signal=Signal("mx-address-as", "1", "mx.city.be", asked),
        is_own=False,
        role=Role.INBOUND,
        service=Service.EMAIL,
        vendor="acme",
        host="mx.city.be",
    )
    found = _by_host(reading, SimpleNamespace(held=held))
    assert (found.code if found else None) == code
