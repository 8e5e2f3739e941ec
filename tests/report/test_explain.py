"""One claim as an argument: fact, rule, vendor, owners, law, points, each with its source; and what
was considered and not followed."""

from dataclasses import replace

import pytest

from sovscan.core.model import Attribution, Finding, Service
from sovscan.report.argument import Case, argue
from sovscan.report.explain import MOST_CONSIDERED, explain_text
from sovscan.report.say import voice
from tests.conftest import MADE, service
from tests.report.hostile import hostile
from tests.report.test_text import MICROSOFT, OWN

MX = "city-be.mail.protection.outlook.com"


def one_line(text: str) -> str:
    return " ".join(text.split())


def told(case: Case, wanted: Service = Service.EMAIL) -> str:
    return one_line(explain_text(argue(case, (wanted,)), voice()))


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


def test_a_hostile_value_is_cleaned(case):
    text = explain_text(argue(hostile(case(MICROSOFT))), voice())
    assert not {"\x1b", "\u202e"} & set(text)


def test_every_service_of_every_kind_of_body_can_be_explained(case):
    for records, failing in ((MICROSOFT, ""), (OWN, ""), ("{0} A 10.0.0.1\n", "x.be"), ("", "")):
        made = case(records or "elsewhere.be A 192.0.2.1\n", "x.be", failing)
        for attribution in made.assessment.attributions:
            text = explain_text(argue(made, (attribution.service,)), voice())
            assert attribution.finding in text
            assert "points" in text
            assert "?" not in text.partition("Sources")[0], "a sentence lacks one of its facts"


def test_the_facts_tell_when_and_through_whom_they_were_seen(case):
    made = case(MICROSOFT)
    count = len(argue(made, (Service.EMAIL,)).claims[0].sights[0].questions)
    assert f"{count} facts first seen at 2026-11-23T02:10:00Z through 127.0.0.1" in told(made)
    later = replace(MADE, observed_at="2026-11-25T00:00:00Z", resolver="192.0.2.53")
    facts = dict(made.facts)
    for question, fact in facts.items():
        if question.type == "MX":
            facts[question] = replace(fact, provenance=later)
    text = told(replace(made, facts=facts))
    assert "big.be MX first seen at 2026-11-25T00:00:00Z through 192.0.2.53" in text
    assert f"{count - 1} facts first seen at 2026-11-23T02:10:00Z through 127.0.0.1" in text


def considered_in(text: str) -> str:
    """The section of what was not followed; empty where there is none."""
    return text.partition("considered, not followed")[2].partition(" points ")[0]


def test_what_was_not_followed_is_told_with_the_reason(case):
    leftover = "_autodiscover._tcp.{0} SRV 0 0 443 mail.{0}\n{0} TXT MS=ms1\n"
    text = told(case(MICROSOFT + leftover))
    section = considered_in(text)
    assert "autodiscover SRV to mail.big.be: an SRV record is often left over" in section
    assert "TXT token ms · microsoft-365#token: a hint" in section
    assert "(it agrees)" in section
    assert MX not in section


def test_what_the_text_tells_elsewhere_is_not_told_twice(case):
    against = "{0} MX 1 smtp.google.com.\nautodiscover.{0} CNAME autodiscover.outlook.com.\n"
    text = told(case(against + '{0} TXT "v=spf1 include:_spf.google.com -all"\n'))
    assert "autodiscover.outlook.com says Microsoft 365, not Google Workspace" in text
    assert "_spf.google.com" in text
    assert considered_in(text) == ""


def test_the_hints_of_an_unknown_mailbox_are_not_told_as_seen(case):
    text = told(case("{0} MX 1 mx1-eu1.ppe-hosted.com.\n{0} TXT MS=ms1\n"))
    assert text.count("microsoft-365#token") == 1 + text.count("microsoft-365#token: http")
    assert text.index("considered, not followed") < text.index("microsoft-365#token")


def test_a_long_list_of_the_rejected_ends_with_their_number(case):
    names = " ".join(f"include:s{number}.unheard.be" for number in range(9))
    made = case(MICROSOFT + f'{{0}} TXT "v=spf1 {names} -all"\n')
    listed = argue(made, (Service.EMAIL,)).claims[0].considered
    assert len(listed) > MOST_CONSIDERED
    assert f"and {len(listed) - MOST_CONSIDERED} more (--format json lists all)" in told(made)


def test_a_registry_that_has_changed_since_is_told(case):
    made = case(MICROSOFT)
    assert "sovscan assess judges anew" in told(made)
    basis = replace(made.assessment.basis, datasets=made.knowledge.digest)
    same = replace(made, assessment=replace(made.assessment, basis=basis))
    assert "judges anew" not in told(same)


def test_only_the_wanted_services_are_argued(case):
    argument = argue(case(MICROSOFT), (Service.DNS, Service.CDN))
    assert [claim.attribution.service for claim in argument.claims] == [Service.DNS, Service.CDN]
    assert argue(case(OWN)).claims[0].attribution.finding is Finding.NO_SERVICE
