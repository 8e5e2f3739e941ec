"""The octets of the columns and digests are those of the first release, whoever writes the JSON."""

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.core.model import (
    DomainName,
    EntityId,
    Lens,
    Link,
    Observation,
    Outcome,
    Question,
    Reason,
    Score,
    Service,
    ServiceScore,
)
from sovscan.store import Reader, codec, read
from tests.store.helpers import DAY_1, cases, store, write

WHOLE = st.text() | st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    WHOLE,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


def plainly(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(VALUES)
def test_json_without_fractions_is_what_the_standard_library_writes(value):
    assert codec.text(value) == plainly(value)
    assert codec.digest(value) == hashlib.sha256(plainly([value]).encode()).digest()[:16]


def test_links_and_reasons_are_written_with_the_names_of_their_fields():
    link = Link(EntityId("ëntity"), 'a "name"', "BE", "https://a.example", opened=False)
    assert codec.text((link,)) == plainly([{key: getattr(link, key) for key in Link.__slots__}])
    reason = Reason("code", (("of", "a\\b"), ("at", "\x01\n")))
    assert codec.text((reason,)) == plainly([{"code": reason.code, "facts": reason.facts}])


def test_the_digest_of_an_observation_covers_the_fact_and_not_its_provenance():
    seen = Observation(
        Question(DomainName("a.example"), "MX"), Outcome.SEEN, ("10 b.example",), detail="é"
    )
    fact = ["a.example", "MX", "SEEN", "é", "none", '["10 b.example"]', "[]"]
    assert list(codec.fact_values(seen)) == fact
    assert (
        codec.digest(*codec.fact_values(seen))
        == hashlib.sha256(plainly(fact).encode()).digest()[:16]
        == bytes.fromhex("64c48eda53254f608e81c9bf18285a90")
    )


@pytest.mark.parametrize("fraction", [2.5e-05, 1e-06, 0.0001, 1 / 3, 0.0, 100.0, 1e16])
def test_a_fraction_comes_back_as_it_was(fraction):
    service = ServiceScore(Service.DNS, fraction, fraction, 1.0, 1.0, None, critical=True)
    score = Score(Lens.BIG_TECH, fraction, 0.0, 1.0, 1.0, None, None, (service,))
    row = codec.score_row(score, 0)
    assert json.loads(row["services"])["dns"]["dependency"] == fraction
    assert codec.score_from(row) == score


def test_more_facts_than_are_kept_at_hand_come_back_equal(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_KEPT", 1)
    monkeypatch.setattr(read, "AT_ONCE", 2)
    with store(tmp_path / "x.db") as (database, writer):
        twin = replace(cases()[0][0], id="twin", domain=DomainName("twin.example"))
        written = (*cases(), (twin, *cases()[0][1:]))
        write(writer, *written)
        found = {each.target.domain: each for each in Reader(database).sightings(1)}
    assert len(found) == len(written)
    for body, facts, _ in written:
        assert dict(found[body.domain].facts) == dict(facts)
        assert list(found[body.domain].facts) == sorted(facts)
        assert found[body.domain].observed_at == DAY_1
