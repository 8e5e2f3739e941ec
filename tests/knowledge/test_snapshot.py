"""The registry as one file, and the schema of its files: what others read without this tool."""

import json
import tomllib
from datetime import date

import jsonschema
import pytest

from sovscan.knowledge.place import default_datasets
from sovscan.knowledge.snapshot import KINDS, as_json, schema, snapshot

FOLDERS = {
    "vendor": "vendors",
    "entity": "entities",
    "law": "laws",
    "policy": "policies",
    "methodology": "methodology",
}
GOOD = {
    "id": "acme",
    "name": "Acme",
    "operator": "acme-bv",
    "fingerprints": [
        {
            "id": "mx",
            "role": "mailbox",
            "signal": "mx-host",
            "suffix": ["mail.acme.example"],
            "strength": "conclusive",
            "source": "https://acme.example/dns",
            "checked": "2026-11-23",
            "examples": ["mx.mail.acme.example"],
            "not": ["mail.acme.example.test"],
        }
    ],
}


def holds(kind, value):
    """None where the value fits the schema of its kind, else what is wrong."""
    found = jsonschema.Draft202012Validator(schema(kind)).iter_errors(value)
    return next((error.message for error in found), None)


@pytest.fixture(scope="module")
def published(registry):
    return json.loads(as_json(snapshot(registry)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_in_the_datasets_is_the_one_that_the_types_give(kind):
    written = json.loads((default_datasets() / "schema" / f"{kind}.json").read_text("utf-8"))
    assert written == schema(kind), (
        f"run: sovscan vendors schema {kind} > datasets/schema/{kind}.json"
    )
    jsonschema.Draft202012Validator.check_schema(written)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "folder"), FOLDERS.items())
def test_every_file_of_registry_fits_its_schema(kind, folder):
    validator = jsonschema.Draft202012Validator(schema(kind))
    for path in (default_datasets() / folder).glob("*.toml"):
        table = json.loads(
            json.dumps(tomllib.loads(path.read_text("utf-8")), default=date.isoformat)
        )
        assert [error.message for error in validator.iter_errors(table)] == [], path.name


def changed(**keys):
    """The good vendor with a fingerprint that differs in these keys; None takes one away."""
    rule = {**GOOD["fingerprints"][0], **keys}
    return {**GOOD, "fingerprints": [{k: v for k, v in rule.items() if v is not None}]}


def test_a_good_vendor_fits():
    assert holds("vendor", GOOD) is None
    assert holds("vendor", changed(suffix=None, number=[64500], examples=[64500])) is None


@pytest.mark.parametrize(
    "bad",
    {
        "an unknown key": {**GOOD, "colour": "blue"},
        "no operator": {key: GOOD[key] for key in ("id", "name")},
        "an unknown role": changed(role="friend"),
        "an unknown signal": changed(signal="mx"),
        "two matchers": changed(exact=["mx.acme.example"]),
        "no matcher": changed(suffix=None),
        "a number for a suffix": changed(suffix=[1]),
        "no source": changed(source=None),
        "the name of the field instead of the key": changed(counter_examples=["x"]),
    }.values(),
    ids=lambda bad: "",
)
def test_a_bad_vendor_does_not_fit(bad):
    assert holds("vendor", bad) is not None


def test_the_snapshot_fits_its_schema(published):
    assert holds("snapshot", published) is None


def test_the_snapshot_says_what_the_files_say(published, registry):
    assert published["digest"] == registry.digest
    assert [each["id"] for each in published["vendors"]] == sorted(registry.vendors)
    assert [each["id"] for each in published["entities"]] == sorted(registry.entities)
    path = default_datasets() / "vendors" / "cloudflare.toml"
    table = json.loads(json.dumps(tomllib.loads(path.read_text("utf-8")), default=date.isoformat))
    told = next(each for each in published["vendors"] if each["id"] == "cloudflare")
    for rule in table["fingerprints"]:
        rule["examples"] = [str(value) for value in rule["examples"]]
    assert told == table


def test_the_snapshot_is_the_same_each_time(registry):
    assert as_json(snapshot(registry)) == as_json(snapshot(registry))
