"""The measure of accuracy: intervals, and claims held against labels."""

import pytest

from bench import accuracy_page as page
from bench.accuracy_model import (
    BIG_TECH,
    EUROPEAN,
    FOREIGN,
    OPEN,
    OWN,
    UNKNOWN,
    Label,
    score,
)
from bench.accuracy_run import registry_day
from bench.accuracy_sources import Known, expected, hooked, truth_labels
from bench.intervals import wilson
from sovscan import pipeline
from tests.accuracy import claim, label


# Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_the_literature(right, n, low, high):
    assert wilson(right, n) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_is_symmetric_and_knows_its_ends():
    assert wilson(20, 20) == pytest.approx((1 - 0.1611, 1.0), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)
    for right, n in ((3, 7), (1, 2), (7, 7), (400, 401)):
        low, high = wilson(right, n)
        assert 0 <= low <= right / n <= high <= 1
        assert wilson(n - right, n) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize(("right", "n"), [(2, 1), (-1, 3)])
def test_what_is_no_share_is_refused(right, n):
    with pytest.raises(ValueError, match="is no share"):
        wilson(right, n)


def test_a_claim_is_right_by_its_vendor_or_anybody_above():
    scored = score([label("group")], [claim(vendor="brand", above=("brand-bv", "group"))])
    assert [each.is_right for each in scored.claims] == [True]
    assert [each.is_met for each in scored.labels] == [True]


def test_a_wrong_claim_costs_precision_and_recall():
    scored = score([label("group")], [claim(vendor="other")])
    assert [each.is_right for each in scored.claims] == [False]
    assert [each.is_met for each in scored.named] == [False]


def test_a_second_party_beside_the_right_one_is_wrong():
    scored = score([label("group")], [claim(vendor="group"), claim(vendor="other")])
    assert [each.is_right for each in scored.claims] == [True, False]
    assert scored.named[0].is_met


def test_unknown_costs_recall_only():
    silent = claim(vendor="", finding="UNKNOWN", confidence="")
    scored = score([label("group")], [silent])
    assert scored.claims == ()
    assert not scored.named[0].is_met


def test_where_nobody_may_be_named_a_claim_is_wrong():
    nobody = label(is_nobody=True, kind=UNKNOWN)
    kept = score([nobody], [claim(vendor="", finding="CONFLICTING", confidence="")])
    broken = score([nobody], [claim(vendor="acme", confidence="possible")])
    assert [each.is_met for each in kept.nobody] == [True]
    assert [each.is_met for each in broken.nobody] == [False]
    assert [each.is_right for each in broken.claims] == [False]
    assert "claimed all the same: 1 (1 as `possible`)" in page.nobody(broken)


def test_where_no_vendor_may_be_named_own_is_neither_right_nor_wrong():
    no_vendor = label(is_nobody=True, columns=(("vendor", ""),))
    own = score([no_vendor], [claim(vendor="", finding="OWN")])
    assert own.claims == ()
    assert own.nobody[0].is_met
    assert not score([no_vendor], [claim(vendor="acme")]).nobody[0].is_met


def test_what_no_label_speaks_of_is_not_counted():
    others = [claim(subject="other.be"), claim(role="inbound"), claim(service="dns")]
    assert score([label("acme")], others).claims == ()


def test_each_expectation_is_met_by_another_claim_and_the_particular_choose_first():
    plain = label(columns=(("finding", "ATTRIBUTED"),))
    named = label(columns=(("finding", "ATTRIBUTED"), ("vendor", "acme")))
    scored = score([plain, named], [claim(vendor="acme"), claim(vendor="other")])
    assert all(each.is_met for each in scored.labels)
    assert not score([plain, named], [claim(vendor="acme")]).labels[0].is_met


def test_a_label_of_a_whole_service_leaves_the_rest_of_it_alone():
    whole = Label(
        "city.be", "email", "", UNKNOWN, columns=(("finding", "UNKNOWN"),), is_nobody=True
    )
    silent = claim(vendor="", finding="UNKNOWN", confidence="")
    assert score([whole], [silent, claim(role="inbound")]).nobody[0].is_met
    assert not score([whole], [claim(role="inbound")]).nobody[0].is_met
    assert score([whole], [claim(role="sender", vendor="acme"), silent]).nobody[0].is_met


@pytest.fixture(scope="module")
def known(registry):
    return Known(registry, pipeline.usual_criteria(registry, registry_day(registry)))


def test_labels_of_the_recording_find_their_class(known):
    rows = [
        {"domain": "a.be", "mailbox": "google", "inbound": "alphabet"},
        {"domain": "b.be", "mailbox": "unknown", "inbound": "barracuda"},
        {"domain": "c.be", "mailbox": "", "inbound": "infomaniak"},
    ]
    found = truth_labels(rows, known)
    assert [(each.subject, each.role, each.kind, each.is_nobody) for each in found] == [
        ("a.be", "mailbox", BIG_TECH, False),
        ("a.be", "inbound", BIG_TECH, False),
        ("b.be", "mailbox", UNKNOWN, True),
        ("b.be", "inbound", FOREIGN, False),
        ("c.be", "inbound", EUROPEAN, False),
    ]
    assert found[0].names == {"alphabet"}


def test_every_label_of_the_recording_names_somebody_whom_the_registry_knows(known):
    for name in ("microsoft", "alphabet", "infomaniak", "barracuda", "mimecast", "ovhcloud",
                 "group-one", "n-able", "sophos", "broadcom"):  # fmt: skip
        assert known.kind_of_name(name) != UNKNOWN
    assert known.kind_of_name("nobody-of-this-name") == UNKNOWN


def test_a_row_of_the_findings_becomes_a_claim(known):
    row = {
        "domain": "city.be", "country": "BE", "service": "email", "role": "mailbox",
        "finding": "ATTRIBUTED", "vendor": "microsoft-365", "platform": None, "big_tech": True,
        "european": False, "tier": "T5", "confidence": "confirmed",
        "evidence": [{"rule": "microsoft-365#mx", "signal": "mx-host", "value": "x.example"}],
    }  # fmt: skip
    made = known.claim(row)
    assert {"microsoft-365", "microsoft"} <= made.names
    assert made.kind == BIG_TECH
    silent = known.claim({**row, "finding": "UNKNOWN", "vendor": None, "confidence": None})
    assert (silent.kind, silent.names, silent.is_named) == (UNKNOWN, {"unknown"}, False)
    own = known.claim({**row, "finding": "OWN", "vendor": None})
    assert (own.kind, own.names, own.is_named) == (OWN, {"own"}, True)
    left_open = known.claim({**row, "big_tech": False, "tier": "TU"})
    assert left_open.kind == OPEN


def test_expectations_of_a_case_become_labels(known):
    def of(**columns):
        return expected("case", {"service": "email", "role": "mailbox", **columns}, known)

    assert of(finding="ATTRIBUTED", vendor="microsoft-365", confidence="likely").kind == BIG_TECH
    assert of(controller="microsoft").kind == BIG_TECH
    assert of(finding="OWN").kind == OWN
    assert of(finding="CONFLICTING").is_nobody
    assert of(vendor="").is_nobody
    assert of(confidence="likely", reasons=["hybrid"]) is None


def test_a_source_that_is_not_there_is_left_out(known):
    assert hooked(known, ("bench.no_such_module",)) == ()
