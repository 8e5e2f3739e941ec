"""The measure of accuracy: intervals, labels, the plain reading, the sample; the run itself is slow."""

import gzip
import json
from dataclasses import replace

import pytest

from bench import accuracy_page as page
from bench.accuracy_chapters import sample_page, written
from bench.accuracy_model import (
    BIG_TECH,
    CLASSES,
    EUROPEAN,
    FOREIGN,
    OPEN,
    OWN,
    UNKNOWN,
    Claim,
    Label,
    score,
)
from bench.accuracy_plain import differences, our_reading, plain_reading, shown
from bench.accuracy_recorded import Recording
from bench.accuracy_run import BY_HAND, measure, registry_day
from bench.accuracy_sample import (
    COLUMNS,
    allot,
    draw,
    kind_of,
    name_of,
    read_verdicts,
    said,
    with_verdicts,
)
from bench.accuracy_sources import Known, expected, hooked, truth_labels
from bench.intervals import wilson


def claim(subject="city.be", role="mailbox", vendor="acme", confidence="likely", **more) -> Claim:
    finding = more.pop("finding", "ATTRIBUTED")
    row = {"finding": finding, "vendor": vendor or None, **more.pop("row", {})}
    names = frozenset({vendor, *more.pop("above", ())}) if vendor else frozenset({finding.lower()})
    kind = more.pop("kind", FOREIGN)
    return Claim(
        subject,
        more.pop("service", "email"),
        role,
        finding,
        vendor,
        names,
        kind,
        confidence,
        row=row,
        **more,
    )


def label(*names, subject="city.be", role="mailbox", **more) -> Label:
    return Label(subject, "email", role, more.pop("kind", FOREIGN), frozenset(names), **more)


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
    from sovscan import pipeline

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


VENDORS = {"mx.acme.example": "acme", "mx.other.example": "other"}.get


@pytest.mark.parametrize(
    ("exchangers", "reading"),
    [
        ([(10, "mx.acme.example")], {"acme"}),
        ([(10, "mx.acme.example"), (20, "mx.other.example")], {"acme"}),
        ([(10, "mx.acme.example"), (10, "mx.other.example")], {"acme", "other"}),
        ([(10, "mx.acme.example"), (10, "mail.city.be")], {"acme"}),
        ([(10, "mail.city.be"), (20, "mx.acme.example")], {OWN}),
        ([(10, "mail.notcity.be")], {UNKNOWN}),
        ([(10, "mx.filter.example")], {UNKNOWN}),
        ([], {UNKNOWN}),
    ],
)
def test_the_plain_reading_sees_mx_names_and_nothing_else(exchangers, reading):
    assert plain_reading("city.be", exchangers, VENDORS) == reading


def test_our_reading_in_the_words_of_the_plain_one():
    silent = claim(vendor="", finding="UNKNOWN", confidence="")
    assert our_reading([claim(vendor="acme"), claim(role="inbound", vendor="f")]) == {"acme"}
    assert our_reading([silent]) == {UNKNOWN}
    assert our_reading([replace(silent, finding="CONFLICTING")]) == {"conflicting"}
    assert our_reading([replace(silent, finding="OWN"), claim(vendor="acme")]) == {OWN, "acme"}
    assert our_reading([replace(silent, role="", finding="NO_SERVICE")]) == {"no mail"}
    assert our_reading([replace(silent, role="")]) == {UNKNOWN}


def test_differences_say_from_what_to_what():
    plain = {d: frozenset({r}) for d, r in (("a.be", OWN), ("b.be", "acme"), ("c.be", "acme"))}
    ours = {
        "a.be": (claim("a.be", vendor="acme"),),
        "b.be": (claim("b.be", vendor="other"),),
        "c.be": (claim("c.be", vendor="acme"),),
    }
    found = differences(plain, ours)
    assert [(each.domain, each.kind) for each in found] == [
        ("b.be", "a vendor, another vendor"),
        ("a.be", "own, a vendor"),
    ]
    assert shown(found[0].ours) == "other"
    assert "own, a vendor: 1" in "\n".join(page.differing(found, {"a.be": "acme"}))


def many() -> list[Claim]:
    common = [claim(f"c{number}.be") for number in range(80)]
    rare = [claim("r.be", confidence="possible"), claim("s.be", kind=EUROPEAN)]
    return [*common, *rare]


def test_the_sample_has_every_kind_and_does_not_depend_on_the_order():
    drawn = draw(many(), 12)
    assert len(drawn) == 12
    assert {kind_of(each) for each in drawn} == {kind_of(each) for each in many()}
    assert draw(reversed(many()), 12) == drawn
    assert draw(many(), 12, seed="another") != drawn
    assert len(draw(many()[:3], 12)) == 3


def test_the_sample_moves_as_little_as_the_findings():
    before = {name_of(each) for each in draw(many(), 12)}
    after = {name_of(each) for each in draw([*many(), claim("new.be")], 12)}
    assert len(before & after) >= 11


def test_places_go_to_kinds_by_the_root_of_their_size():
    parts = allot({("a",) * 5: 100, ("b",) * 5: 25, ("c",) * 5: 1}, 16)
    assert parts == {("a",) * 5: 10, ("b",) * 5: 5, ("c",) * 5: 1}


def test_a_verdict_is_kept_and_a_changed_finding_is_told():
    mine = claim()
    row = dict(zip(COLUMNS, (*name_of(mine), said(mine), "right", "so it is"), strict=True))
    verdicts = read_verdicts([row])
    (same,) = with_verdicts([mine], verdicts)
    (changed,) = with_verdicts([replace(mine, confidence="possible")], verdicts)
    (other,) = with_verdicts([claim("other.be")], verdicts)
    assert (same.verdict.reason, same.is_stale) == ("so it is", False)
    assert changed.is_stale
    assert (other.verdict, other.is_stale) == (None, False)
    assert "| likely | 0 | 0 | 1 | 1 |" in "\n".join(page.verdicts([same, changed, other]))


def test_a_wrong_word_and_a_second_verdict_are_refused():
    row = dict(zip(COLUMNS, ("city.be", "mailbox", "acme", "x", "right", ""), strict=True))
    with pytest.raises(ValueError, match="none of"):
        read_verdicts([{**row, "verdict": "perhaps"}])
    with pytest.raises(ValueError, match="judged twice"):
        read_verdicts([row, row])


def test_the_verdicts_that_are_kept_can_be_read():
    import csv

    with BY_HAND.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(read_verdicts(rows)) >= 50
    assert all(row["reason"] for row in rows)


def test_tables_show_shares_and_keep_their_cells():
    assert page.share(0, 0) == (0, 0, "not measured", "")
    assert page.share(20, 20) == (20, 20, "1.000", "0.839 to 1.000")
    assert page.table(("a", "n>"), [("x|y", 1)]) == ["| a | n |", "|---|--:|", "| x\\|y | 1 |", ""]


def test_confusion_names_what_is_wrong_missed_and_forbidden():
    scored = score([label("group")], [claim(vendor="other")])
    told = "\n".join(page.confusion(scored, [claim(vendor="worse")]))
    assert "| city.be | mailbox | wrong | group | ATTRIBUTED other likely |" in told
    assert "| city.be | mailbox | missed | group |" in told
    assert "| city.be | mailbox | forbidden |  | ATTRIBUTED worse likely |" in told
    assert page.confusion(score([label("acme")], [claim()])) == ["None.", ""]


def test_every_class_has_its_place_in_the_tables():
    checked = score(
        [label("acme", subject=kind) for kind in CLASSES],
        [claim(kind, kind=kind) for kind in CLASSES],
    )
    rows = [line for line in page.by_class(checked.claims) if line.startswith("| email")]
    assert [row.split(" | ")[2] for row in rows] == list(CLASSES)


def test_records_are_read_without_the_tool(tmp_path):
    rows = [
        ("City.be.", "MX", ["10 MX.acme.example.", "5 mail.city.be."]),
        ("city.be.", "TXT", ['"v=spf1 include:_spf.a.exa" "mple redirect=b.example"']),
        ("_spf.a.example.", "TXT", ['"v=spf1 include:c.example -all"']),
    ]
    with gzip.open(tmp_path / "w.jsonl.gz", "wt", encoding="utf-8") as out:
        for name, rtype, data in rows:
            out.write(json.dumps({"name": name, "type": rtype, "data": data}) + "\n")
    recording = Recording(tmp_path, "w")
    assert not recording.is_here
    assert recording.exchangers("city.be") == [(5, "mail.city.be"), (10, "mx.acme.example")]
    assert recording.path_to("city.be", "c.example") == ("city.be", "_spf.a.example", "c.example")
    assert recording.path_to("city.be", "b.example") == ("city.be", "b.example")
    assert recording.path_to("city.be", "d.example") == ()


@pytest.mark.slow
@pytest.mark.skipif(not Recording().is_here, reason="the recorded world is not here: replay")
def test_the_same_data_give_the_same_bytes():
    runs = [measure(Recording()) for _ in range(2)]
    assert written(runs[0]) == written(runs[1])
    assert sample_page(runs[0]) == sample_page(runs[1])
