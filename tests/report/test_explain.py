"""One claim as an argument: fact, rule, vendor, owners, law, points, each with its source."""

import json
from dataclasses import replace

import pytest

from sovscan.core.assess import assess
from sovscan.core.model import Assessment, Attribution, Service
from sovscan.demo.world import World
from sovscan.report.explain import Case, explain_document, explain_text
from sovscan.report.say import voice
from tests.conftest import BASIS, look, service, target
from tests.report.test_text import MICROSOFT, OWN

MX = "city-be.mail.protection.outlook.com"


@pytest.fixture
def case(registry, criteria):
    def made(records: str, domain: str = "big.be", failing: str = "") -> Case:
        body = target(domain)
        facts = look(World(records.format(f"{domain}."), failing.split()), body, registry)
        judgement = assess(body, facts, registry, criteria, BASIS)
        return Case(judgement, facts, 7, "2026-11-23T02:10:00Z", registry, criteria)

    return made


def one_line(text: str) -> str:
    return " ".join(text.split())


def told(case: Case, wanted: Service = Service.EMAIL) -> str:
    return one_line(explain_text(case, service(case.assessment, wanted), voice()))


def read(case: Case, wanted: Service = Service.EMAIL) -> dict:
    return json.loads(json.dumps(explain_document(case, service(case.assessment, wanted), voice())))


def evidence(attribution: Attribution) -> list:
    return [*attribution.evidence, *(e for party in attribution.parties for e in party.evidence)]


def test_the_argument_goes_from_the_fact_to_the_points(case):
    made = case(MICROSOFT)
    text = told(made)
    for wanted in (
        f"MX {MX} [big.be MX]",
        "rule microsoft-365#",
        "Microsoft Corporation (US)",
        "big tech",
        "CLOUD Act",
        "= 1.00 of 1",
        "ATTRIBUTED",
        "confirmed",
    ):
        assert wanted in text
    steps = (MX, " rule ", " owner ", " law ", " points ", "= 1.00 of 1", "Sources")
    place = 0
    for step in steps:
        assert step in text[place:]
        place = text.index(step, place)


@pytest.mark.parametrize("wanted", Service)
def test_every_fact_and_rule_that_was_used_is_named(case, wanted):
    made = case(MICROSOFT)
    text = told(made, wanted)
    used = evidence(service(made.assessment, wanted))
    assert used
    for each in used:
        assert each.rule in text
        assert f"[{each.signal.question.name} {each.signal.question.type}]" in text


def test_every_step_names_its_source(case, registry):
    made = case(MICROSOFT)
    text = told(made)
    rules = {
        vendor.rule(rule): rule
        for vendor in registry.vendors.values()
        for rule in vendor.fingerprints
    }
    for each in evidence(service(made.assessment, Service.EMAIL)):
        assert (
            f"{each.rule}: {rules[each.rule].source} (checked {rules[each.rule].checked})" in text
        )
    reach = made.assessment.reach("microsoft-365")
    assert len(reach.chain) > 1
    for link in reach.chain:
        assert f"{link.entity}: {link.source}" in text
        assert link.held_source in text
    for law in registry.laws:
        if law.id in reach.laws and law.country != "EU":
            assert f"{law.id}: {law.source}" in text


def test_who_owns_whom_has_a_source_of_its_own(case):
    made = case("{0} NS ns3.combell.net.\n")
    text = told(made, Service.DNS)
    links = made.assessment.reach("combell").chain
    held = [link for link in links if link.held_source not in {"", link.source}]
    assert held
    for link in held:
        assert f"owner of {link.entity}: {link.held_source}" in text


def test_what_it_was_concluded_with_and_another_way_to_judge_are_named(case):
    text = told(case(MICROSOFT))
    for wanted in ("scan 7", "policy eea-ch", "methodology 2026-1", "owners as of 2026-11-23"):
        assert wanted in text
    assert "sovscan assess --scan 7 --policy" in text
    assert "--policy eea-ch" not in text


@pytest.mark.parametrize("wanted", Service)
def test_the_points_are_those_of_the_score(case, wanted):
    made = case(MICROSOFT)
    scores = {each.service: each for each in made.assessment.headline.services}
    low, high = scores[wanted].low, scores[wanted].high
    span = f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f}"
    assert f"= {span} of 1" in told(made, wanted)


def test_a_service_that_is_not_there_is_left_out_and_says_why(case):
    text = told(case(OWN, "small.be"))
    assert "NO_SERVICE" in text
    assert "takes no mail" in text
    assert "left out of the sum" in text


def test_what_could_not_be_seen_says_which_question_failed_and_counts_from_0_to_1(case):
    text = told(case("{0} A 192.0.2.1\n", "dark.be", failing="dark.be"))
    assert "UNOBSERVED" in text
    assert "MX dark.be: SERVFAIL" in text
    assert "= 0.00 to 1.00 of 1" in text


def test_signals_that_contradict_each_other_stand_under_against(case):
    records = MICROSOFT.replace(
        "autodiscover.{0} CNAME autodiscover.outlook.com.",
        "autodiscover.{0} CNAME autodiscover.transip.email.",
    )
    made = case(records)
    attribution = service(made.assessment, Service.EMAIL)
    assert attribution.conflicts
    text = told(made)
    assert text.index("against") < text.index("autodiscover.transip.email says TransIP")


def test_a_sender_is_listed_as_not_used(case):
    records = MICROSOFT + '{0} TXT "v=spf1 include:spf.protection.outlook.com -all"\n'
    text = told(case(records))
    assert "spf.protection.outlook.com" in text
    assert "never elects a mailbox" in text


@pytest.mark.parametrize("wanted", Service)
def test_the_argument_for_machines_has_the_same_facts_rules_owners_and_laws(case, wanted):
    made = case(MICROSOFT)
    document, attribution = read(made, wanted), service(made.assessment, wanted)
    assert (document["domain"], document["service"]) == ("big.be", wanted)
    assert document["finding"] == attribution.finding
    assert document["basis"]["policy"] == "eea-ch"
    told = [*document["evidence"], *(e for p in document["parties"] for e in p["evidence"])]
    assert [(e["rule"], e["value"]) for e in told] == [
        (e.rule, e.signal.value) for e in evidence(attribution)
    ]
    assert all(e["answers"] and e["resolver"] and e["first_seen"] for e in told)
    assert all(e["source"] for e in told if not e["rule"].startswith("core#"))
    assert document["points"]


def test_the_argument_for_machines_names_chain_controller_and_laws(case):
    parties = {party["role"]: party for party in read(case(MICROSOFT))["parties"]}
    held = parties["mailbox"]["vendor"]
    assert held["controller"] == held["chain"][-1]["entity"] == "microsoft"
    assert (held["country"], held["big_tech"], held["european"]) == ("US", True, False)
    assert "us-cloud-act" in held["laws"]
    assert all(link["source"].startswith("http") for link in held["chain"])
    assert parties["mailbox"]["confidence"] == "confirmed"


def hostile(made: Case) -> Case:
    """The same judgement, had the MX host borne a name that no zone file should hold."""

    def twist(attribution: Attribution) -> Attribution:
        return replace(attribution, parties=tuple(map(twist_party, attribution.parties)))

    def twist_party(party):
        first, *rest = party.evidence
        signal = replace(first.signal, value='x\x1b[2J\u202e"\n\\')
        return replace(party, evidence=(replace(first, signal=signal), *rest))

    judgement: Assessment = made.assessment
    return replace(
        made,
        assessment=replace(judgement, attributions=tuple(map(twist, judgement.attributions))),
    )


def test_a_hostile_value_is_cleaned_in_text_and_whole_in_json(case):
    made = hostile(case(MICROSOFT))
    text = explain_text(made, service(made.assessment, Service.EMAIL), voice())
    assert not {"\x1b", "\u202e"} & set(text)
    assert read(made)["parties"][0]["evidence"][0]["value"] == 'x\x1b[2J\u202e"\n\\'


def test_every_service_of_every_kind_of_body_can_be_explained(case):
    for records, failing in ((MICROSOFT, ""), (OWN, ""), ("{0} A 10.0.0.1\n", "x.be"), ("", "")):
        made = case(records or "elsewhere.be A 192.0.2.1\n", "x.be", failing)
        for attribution in made.assessment.attributions:
            text = explain_text(made, attribution, voice())
            assert attribution.finding in text
            assert explain_document(made, attribution, voice())["points"]
            assert "?" not in text.partition("Sources")[0], "a sentence lacks one of its facts"
