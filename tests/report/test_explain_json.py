"""The argument for machines: its keys are a contract (docs/exports.md), its values those of the
judgement."""

import json

import jsonschema
import pytest

from sovscan.core.considered import ORDER
from sovscan.core.model import Finding, Outcome, Role, Service, Strength
from sovscan.report.argument import Case, argue
from sovscan.report.explain_json import explain_document
from sovscan.report.say import voice
from tests.conftest import ROOT, service
from tests.report.hostile import HOSTILE, hostile
from tests.report.test_explain import evidence
from tests.report.test_text import MICROSOFT, OWN

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}


def maybe(schema: dict) -> dict:
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(words) -> dict:
    return {"enum": [str(word) for word in words]}


def many(schema: dict) -> dict:
    return {"type": "array", "items": schema}


def keys(**properties: dict) -> dict:
    """An object with exactly these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


PART = {"type": "number", "minimum": 0, "maximum": 1}
REASON = keys(code=TEXT, facts=many({"type": "array", "items": TEXT, "minItems": 2}), text=TEXT)
FACT = keys(
    name=TEXT, type=TEXT, outcome=maybe(one_of(Outcome)), answers=many(TEXT), aliases=many(TEXT),
    detail=maybe(TEXT), observed_at=maybe(TEXT), resolver=maybe(TEXT),
)  # fmt: skip
EVIDENCE = keys(
    rule=TEXT, strength=one_of(Strength), signal=TEXT, value=TEXT, of=TEXT, fact=FACT,
    source=maybe(TEXT), checked=maybe(TEXT), opened=maybe(FLAG),
)  # fmt: skip
LINK = keys(
    entity=TEXT, name=TEXT, country=TEXT, source=TEXT, held=TEXT, since=TEXT, held_source=TEXT,
    opened=FLAG, held_opened=FLAG,
)  # fmt: skip
LAW = keys(id=TEXT, name=TEXT, country=TEXT, binds=TEXT, source=TEXT, checked=TEXT)
REACH = keys(
    vendor=TEXT, name=TEXT, controller=TEXT, country=TEXT, tier=TEXT, european=FLAG, big_tech=FLAG,
    chain={**many(LINK), "minItems": 1}, laws=many(LAW), notes=many(REASON),
)  # fmt: skip
PARTY = keys(
    role=one_of(Role), finding=one_of(Finding), vendor=maybe(TEXT), vendor_name=maybe(TEXT),
    operator=maybe(TEXT), platform=maybe(TEXT), share=PART, preference=maybe({"type": "integer"}),
    confidence=maybe(one_of(["possible", "likely", "confirmed"])), evidence=many(EVIDENCE),
    reach=maybe(REACH), platform_reach=maybe(REACH), reasons=many(REASON),
)  # fmt: skip
CONSIDERED = keys(
    signal=TEXT, value=TEXT, of=TEXT, fact=FACT, rule=TEXT, strength=one_of(Strength),
    vendor=maybe(TEXT), role=maybe(one_of(Role)), agrees=FLAG,
    reason={**REASON, "properties": {**REASON["properties"], "code": one_of(ORDER)}},
    source=maybe(TEXT),
)  # fmt: skip
STAKE = keys(
    role=maybe(one_of(Role)),
    vendor=maybe(TEXT),
    platform=maybe(TEXT),
    weight=PART,
    risk=maybe(PART),
)
SERVICE = keys(
    service=one_of(Service), finding=one_of(Finding), parties=many(PARTY), evidence=many(EVIDENCE),
    reasons=many(REASON), conflicts=many(REASON), considered=many(CONSIDERED),
    points=keys(
        weight=NUMBER, of=NUMBER, stakes=many(STAKE), low=maybe(PART), high=maybe(PART)
    ),
    seen=many(
        keys(resolver=TEXT, first=TEXT, last=TEXT, facts=many(keys(name=TEXT, type=TEXT)))
    ),
    sources=many(keys(what=TEXT, source=TEXT, checked=maybe(TEXT), opened=FLAG)),
)  # fmt: skip
SCORE = keys(
    lens=TEXT, value=maybe(NUMBER), low=NUMBER, high=NUMBER, coverage=PART, exposure=maybe(NUMBER),
    grade=maybe(TEXT), services=many({"type": "object"}),
)  # fmt: skip
TARGET = {"type": "object", "required": ["id", "name", "domain", "zone", "country", "population"]}
BASIS = keys(tool=TEXT, methodology=TEXT, policy=TEXT, datasets=TEXT, networks=TEXT, on=TEXT)
DOCUMENT = keys(
    target=TARGET, scan={"type": "integer"}, observed_at=TEXT, basis=BASIS, same_registry=FLAG,
    services=many(SERVICE), scores=many(SCORE),
)  # fmt: skip

WORLDS = {
    "microsoft": (MICROSOFT + '{0} TXT "v=spf1 include:_spf.google.com -all"\n', ""),
    "no mail": (OWN, ""),
    "unplaced": ("{0} A 10.0.0.1\n", ""),
    "unobserved": ("{0} A 10.0.0.1\n", "big.be"),
    "gone": ("elsewhere.be A 192.0.2.1\n", ""),
    "filter": ("{0} MX 1 mx1-eu1.ppe-hosted.com.\n*.{0} CNAME autodiscover.outlook.com.\n", ""),
}


def read(case: Case, *wanted: Service) -> dict:
    document = explain_document(argue(case, wanted or tuple(Service)), voice())
    return json.loads(json.dumps(document))


@pytest.mark.parametrize("name", WORLDS)
def test_the_keys_are_those_of_the_contract(case, name):
    records, failing = WORLDS[name]
    document = read(case(records, failing=failing))
    jsonschema.Draft202012Validator.check_schema(DOCUMENT)
    jsonschema.validate(document, DOCUMENT)
    assert [each["service"] for each in document["services"]] == list(Service)


def named_keys(schema: dict) -> set[str]:
    """Every key that the contract names, however deep."""
    inner = (
        *schema.get("anyOf", ()),
        schema.get("items", {}),
        *schema.get("properties", {}).values(),
    )
    found = set(schema.get("properties", {}))
    return found.union(*map(named_keys, inner)) if inner != ({},) else found


def test_every_key_is_documented():
    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    section = text.partition("## explain --format json")[2].partition("\n## ")[0]
    assert {key for key in named_keys(DOCUMENT) if f"`{key}`" not in section} == set()
    assert {code for code in ORDER if f"`{code}`" not in section} == set()


@pytest.mark.parametrize("wanted", Service)
def test_it_has_the_facts_rules_and_parties_of_the_judgement(case, wanted):
    made = case(MICROSOFT)
    (told,) = read(made, wanted)["services"]
    attribution = service(made.assessment, wanted)
    assert (told["service"], told["finding"]) == (wanted, attribution.finding)
    assert [(p["role"], p["vendor"], p["share"]) for p in told["parties"]] == [
        (p.role, p.vendor, p.share) for p in attribution.parties
    ]
    listed = [*told["evidence"], *(e for p in told["parties"] for e in p["evidence"])]
    assert [(e["rule"], e["value"]) for e in listed] == [
        (e.rule, e.signal.value) for e in evidence(attribution)
    ]
    for each in listed:
        fact = made.facts[each["fact"]["name"], each["fact"]["type"]]
        assert each["fact"]["answers"] == list(fact.answers)
        assert each["fact"]["observed_at"] == fact.provenance.observed_at
        assert each["fact"]["resolver"] == fact.provenance.resolver
        assert each["rule"].startswith("core#") or (each["source"] and each["checked"])


def test_it_names_chain_controller_and_laws(case):
    (told,) = read(case(MICROSOFT), Service.EMAIL)["services"]
    mailbox = next(party for party in told["parties"] if party["role"] == "mailbox")
    held = mailbox["reach"]
    assert held["controller"] == held["chain"][-1]["entity"] == "microsoft"
    assert (held["country"], held["big_tech"], held["european"]) == ("US", True, False)
    assert "us-cloud-act" in {law["id"] for law in held["laws"]}
    assert all(link["source"].startswith("http") for link in held["chain"])
    assert (mailbox["confidence"], mailbox["vendor"]) == ("confirmed", "microsoft-365")


def test_the_points_are_those_of_the_score(case):
    document = read(case(MICROSOFT))
    headline = {each["service"]: each for each in document["scores"][0]["services"]}
    for told in document["services"]:
        points = told["points"]
        if told["finding"] == Finding.NO_SERVICE:
            assert (points["stakes"], points["low"], points["high"]) == ([], None, None)
            continue
        score = headline[told["service"]]
        assert (points["low"], points["high"]) == (score["low"], score["high"])
        assert sum(stake["weight"] for stake in points["stakes"]) == pytest.approx(1)


def test_what_was_not_followed_has_code_and_facts(case):
    records, _ = WORLDS["filter"]
    (told,) = read(case(records), Service.EMAIL)["services"]
    codes = {each["reason"]["code"] for each in told["considered"]}
    assert "synthetic" in codes
    assert all(each["fact"]["outcome"] == "SEEN" for each in told["considered"])


def test_a_reason_has_code_facts_and_sentence(case):
    (told,) = read(case(OWN), Service.EMAIL)["services"]
    assert told["reasons"] == [
        {"code": "null-mx", "facts": [], "text": "the domain declares that it takes no mail"}
    ]


def test_a_hostile_value_stays_whole(case):
    document = read(hostile(case(MICROSOFT)))
    jsonschema.validate(document, DOCUMENT)
    assert document["services"][0]["parties"][0]["evidence"][0]["value"] == HOSTILE
    assert document["target"]["name"] == HOSTILE
