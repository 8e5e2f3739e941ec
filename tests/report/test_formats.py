"""Files for machines: columns in their order, CSV that no spreadsheet runs, JSON that stays JSON."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.report.formats import COLUMNS, FORMATS, shape

NESTED = {"reasons", "conflicts", "evidence", "services", "service_reasons", "answers", "aliases"}
HOSTILE = ['=HYPERLINK("x")', '"', ",", "\r\n", "\n", "\u2028", "\x1b[2J", "</script>", "'", "\0"]

# The contract of the export: names and order of design.md section 5; more may follow, none may go.
CONTRACT = {
    "findings": "domain country service role finding vendor vendor_name operator platform controller"
    " control_country tier european big_tech share confidence preference reasons conflicts evidence",
    "scores": "domain country value low high coverage exposure grade services policy methodology scan"
    " observed_at",
}


def row(kind: str, **changes: object) -> dict:
    """A row as the database gives it."""
    empty = {column: "[]" if column in NESTED else None for column in COLUMNS[kind]}
    return {**empty, **changes}


def written(form: str, rows: list[dict], kind: str = "findings") -> str:
    out = io.StringIO(newline="")
    FORMATS[form](shape(kind, rows), out, COLUMNS[kind])
    return out.getvalue()


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(("kind", "columns"), CONTRACT.items(), ids=CONTRACT)
def test_the_columns_of_the_contract_come_first_in_their_order(kind, columns):
    wanted = columns.split()
    assert list(COLUMNS[kind][: len(wanted)]) == wanted


@pytest.mark.parametrize("kind", COLUMNS)
def test_every_format_writes_the_columns_in_their_order(kind):
    rows = [dict(reversed(row(kind).items()), internal="x")]
    assert list(json.loads(written("json", rows, kind))[0]) == list(COLUMNS[kind])
    assert list(json.loads(written("ndjson", rows, kind))) == list(COLUMNS[kind])
    assert written("csv", rows, kind).splitlines()[0] == ",".join(COLUMNS[kind])


def test_without_rows_a_file_is_still_whole():
    assert json.loads(written("json", [])) == []
    assert written("ndjson", []) == ""
    assert written("csv", []) == ",".join(COLUMNS["findings"]) + "\r\n"


def test_values_keep_their_types():
    made = row(
        "findings", european=1, big_tech=0, share=0.5, preference=10, evidence='[{"rule": "a#b"}]'
    )
    (read,) = json.loads(written("json", [made]))
    assert (read["european"], read["big_tech"], read["platform_big_tech"]) == (True, False, None)
    assert (read["share"], read["preference"], read["vendor"]) == (0.5, 10, None)
    assert (read["evidence"], read["reasons"]) == ([{"rule": "a#b"}], [])


def test_csv_writes_flags_numbers_and_nothing_in_words_that_every_reader_knows():
    made = row("findings", european=1, big_tech=0, share=0.25, evidence='[{"rule": "a#b"}]')
    (read,) = parsed(written("csv", [made]))
    assert (read["european"], read["big_tech"], read["vendor"]) == ("true", "false", "")
    assert float(read["share"]) == 0.25
    assert json.loads(read["evidence"]) == [{"rule": "a#b"}]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"], ids=repr)
def test_csv_cells_are_no_formulas(start):
    (read,) = parsed(written("csv", [row("findings", name=f"{start}cmd|' /C calc'!A0")]))
    assert read["name"] == f"'{start}cmd|' /C calc'!A0"


def test_a_negative_number_is_no_formula():
    (read,) = parsed(written("csv", [row("findings", share=-0.5)]))
    assert read["share"] == "-0.5"


FOREIGN = st.sampled_from(HOSTILE) | st.text(max_size=20)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(FOREIGN, FOREIGN), max_size=4))
def test_foreign_text_comes_back_as_it_was_in_every_format(pairs):
    rows = [
        row("findings", name=name, evidence=json.dumps([{"value": value}])) for name, value in pairs
    ]
    lines = written("ndjson", rows).split("\n")[:-1]
    for read in (json.loads(written("json", rows)), [json.loads(line) for line in lines]):
        assert [(each["name"], each["evidence"][0]["value"]) for each in read] == pairs
    cells = parsed(written("csv", rows))
    assert [json.loads(each["evidence"])[0]["value"] for each in cells] == [v for _, v in pairs]
    for each, (name, _) in zip(cells, pairs, strict=True):
        assert each["name"] in {name, f"'{name}"}
        assert not each["name"].startswith(("=", "+", "-", "@", "\t", "\r"))
