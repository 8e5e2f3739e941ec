"""The measure of accuracy: the plain reading, the sample, the pages, and two runs that must agree."""

import csv
import gzip
import json
from dataclasses import replace

import pytest

from bench import accuracy_page as page
from bench.accuracy_model import CLASSES, EUROPEAN, OWN, UNKNOWN, Claim, score
from bench.accuracy_plain import differences, our_reading, plain_reading, shown
from bench.accuracy_recorded import Recording
from bench.accuracy_run import BY_HAND, registry_day
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
from bench.accuracy_sources import Known
from sovscan import pipeline
from sovscan.pipeline import Judge
from tests.accuracy import claim, label

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
        ("b.be", "a vendor → another vendor"),
        ("a.be", "own → a vendor"),
    ]
    assert shown(found[0].ours) == "other"
    assert "own → a vendor: 1" in "\n".join(page.differing(found, {"a.be": "acme"}))


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
def test_two_scans_of_the_recorded_world_say_the_same(registry):
    known = Known(registry, pipeline.usual_criteria(registry, registry_day(registry)))
    judge = Judge(known.knowledge, known.criteria)
    one, two = (tuple(map(known.claim, Recording().scan(judge))) for _ in range(2))
    assert one == two
    assert draw(one) == draw(two)
