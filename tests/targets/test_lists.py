"""A list in any usual form becomes targets; every bad row is told at once, with its line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.targets import from_arguments, read_list


def domains(text: str | bytes) -> list[str]:
    listing = read_list("list.csv", text.encode() if isinstance(text, str) else text)
    assert listing.faults == ()
    return [target.domain for target in listing.targets]


def faults(text: str | bytes) -> tuple[str, ...]:
    return read_list("list.csv", text.encode() if isinstance(text, str) else text).faults


def only(text: str):
    (target,) = read_list("list.csv", text.encode()).targets
    return target


@pytest.mark.parametrize("mark", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_csv_is_read_with_any_usual_delimiter(mark):
    text = "name,country,domain\nStad,be,www.Gent.be\n".replace(",", mark)
    target = only(text)
    assert (target.name, target.country, target.domain, target.asked) == (
        "Stad",
        "BE",
        "gent.be",
        "www.Gent.be",
    )


def test_all_columns_reach_the_target():
    target = only(
        "id,name,country,level,region,population,domain\n7,Gent,BE,city,OVL,267.709,gent.be\n"
    )
    assert (target.id, target.level, target.region, target.population) == (
        "7",
        "city",
        "OVL",
        267709,
    )


def test_without_other_columns_the_domain_names_the_body():
    target = only("gent.be\n")
    assert (target.id, target.name, target.country, target.population) == (
        "gent.be",
        "gent.be",
        None,
        None,
    )


SAME = {
    "byte order mark": "\ufeffdomain,name\ngent.be,x\n",
    "capitals in the header": "DOMAIN,Name\ngent.be,x\n",
    "spaces in the header": " domain , name\n gent.be , x\n",
    "Dutch column": "domein;naam\ngent.be;x\n",
    "French column": "nom,domaine\nx,gent.be\n",
    "website column": "name,website\nx,https://www.gent.be/\n",
    "one column": "domain\ngent.be\n",
    "one quoted column": '"domain"\n"gent.be"\n',
    "CRLF": "domain,name\r\ngent.be,x\r\n",
    "CR": "domain,name\rgent.be,x\r",
    "comments and empty lines": "# from: x\n\ndomain,name\n# y\n\n,\ngent.be,x\n",
    "a row with more cells": "domain,name\ngent.be,x,y,z\n",
    "a row with fewer cells": "name,domain,country\nx,gent.be\n",
    "plain lines": "# bodies\ngent.be\n\n",
    "plain lines without an end": "gent.be",
    "NDJSON": '# from: x\n{"name": "x", "domain": "gent.be"}\n\n',
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_every_usual_form_of_a_list_is_read(text):
    assert domains(text) == ["gent.be"]


def test_of_several_columns_with_a_domain_the_first_filled_one_counts():
    assert domains("domain,website\ngent.be,https://x.be\n,https://www.brugge.be\n") == [
        "gent.be",
        "brugge.be",
    ]


EMPTY = {
    "no bytes": b"",
    "a byte order mark": b"\xef\xbb\xbf",
    "lines": b"\n\r\n",
    "comments": b"# a\n# b\n",
}


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY)
def test_a_list_without_a_row_is_told_to_be_empty(data):
    assert faults(data) == ("list.csv  is empty; give at least one domain",)


def test_a_missing_domain_column_is_told_with_the_columns_there_are():
    (fault,) = faults("# c\nname;land\nGent;BE\n")
    assert fault == "list.csv:2  has no column named domain (it has: name, land)"


def test_a_binary_file_is_refused_whole():
    assert "binary" in faults(b"\x89PNG\r\n\x1a\n\x00gent.be\n")[0]


def test_a_file_that_is_not_utf_8_is_refused_with_the_line():
    (fault,) = faults("domain,name\ngent.be,Gent\nliege.be,Li\xe8ge\n".encode("latin-1"))
    assert fault.startswith("list.csv:3  is not UTF-8")


def test_all_bad_rows_are_told_at_once_each_with_its_line():
    text = "# c\ndomain,country,population\n\ngent,BE,1\nliege.be,BEL,1\nmons.be,BE,many\nx_y.be,,\nok.be,,\n"
    listing = read_list("list.csv", text.encode())
    assert [fault.partition("  ")[0] for fault in listing.faults] == [
        f"list.csv:{line}" for line in (4, 5, 6, 7)
    ]
    assert [target.domain for target in listing.targets] == ["ok.be"]


def test_a_row_is_told_with_the_line_on_which_it_begins():
    text = 'domain,name\ngent.be,"Stad\nGent"\n"x..be","Stad\nX"\n'
    assert faults(text) == ('list.csv:4  "x..be"  is no domain name (an empty label)',)


def test_a_name_over_two_lines_becomes_one_line():
    assert only('domain,name\ngent.be,"Stad\n Gent"\n').name == "Stad Gent"


def test_a_quote_that_never_closes_swallows_no_row_in_silence():
    (fault,) = faults('domain,name\ngent.be,Gent\nmons.be,"Mons\nliege.be,x\n')
    assert fault.startswith("list.csv:3  is no CSV")


def test_a_cell_beyond_all_measure_is_a_fault_and_no_crash():
    assert faults('domain,name\ngent.be,"' + "x" * 140_000 + '"\n')[0].startswith("list.csv:2")


def test_a_row_without_a_domain_is_told_by_its_name():
    (fault,) = faults("name,domain\nStad Gent,\n")
    assert fault.startswith("list.csv:2")
    assert "Stad Gent" in fault


BAD_JSON = {
    "half a line": '{"domain": "gent.be"',
    "no object": '["gent.be"]',
    "a number": "5",
    "a list for a domain": '{"domain": ["gent.be"]}',
    "half a surrogate pair": '{"domain": "gent.be", "name": "\\ud83d"}',
    "a nest without a bottom": '{"a":' * 100_000,
}


@pytest.mark.parametrize("line", BAD_JSON.values(), ids=BAD_JSON)
def test_a_bad_line_of_ndjson_is_told_and_the_others_are_read(line):
    listing = read_list(
        "l.ndjson", f'{{"domain": "a.be"}}\n{line}\n{{"domain": "b.be"}}\n'.encode()
    )
    assert [fault.partition("  ")[0] for fault in listing.faults] == ["l.ndjson:2"]
    assert [target.domain for target in listing.targets] == ["a.be", "b.be"]


def test_a_line_separator_in_a_name_ends_no_line_of_ndjson():
    rows = [{"domain": "a.be", "name": "x\u2028y\x85z"}, {"domain": "b.be"}]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    assert domains(text) == ["a.be", "b.be"]


def test_duplicates_are_merged_and_counted_and_the_first_row_is_kept():
    text = "domain,name\ngent.be,Gent\nwww.GENT.be.,Ghent\nhttps://gent.be/,Gand\nmons.be,Mons\n"
    listing = read_list("list.csv", text.encode())
    assert [(target.domain, target.name) for target in listing.targets] == [
        ("gent.be", "Gent"),
        ("mons.be", "Mons"),
    ]
    assert (listing.merged, listing.faults) == (2, ())


POPULATIONS = {
    "plain": ("12345", 12345),
    "empty": ("", None),
    "zero": ("0", 0),
    "dots": ("1.234.567", 1234567),
    "spaces": ("1 234 567", 1234567),
    "no-break space": ("12\xa0345", 12345),
    "apostrophe": ("12'345", 12345),
    "as spreadsheets write it": ("12345.0", 12345),
}


@pytest.mark.parametrize(("cell", "people"), POPULATIONS.values(), ids=POPULATIONS)
def test_a_population_is_read_as_people_write_it(cell, people):
    assert only(f"domain;population\ngent.be;{cell}\n").population == people


@pytest.mark.parametrize("cell", ["many", "-5", "1.5", "12.34", "\xb2", "1e6", "9" * 5000])
def test_a_population_that_is_no_whole_number_is_a_fault(cell):
    (fault,) = faults(f"domain;population\ngent.be;{cell}\n")
    assert fault.startswith("list.csv:2")
    assert "is no whole number" in fault


@pytest.mark.parametrize("cell", ["BEL", "B", "1A", "België", "*"])
def test_a_country_that_is_no_code_of_two_letters_is_a_fault(cell):
    (fault,) = faults(f"domain;country\ngent.be;{cell}\n")
    assert "no two-letter code" in fault


def test_arguments_are_told_by_their_place():
    listing = from_arguments(["gent.be", "info@gent.be", "WWW.gent.be", "10.0.0.1"])
    assert [target.domain for target in listing.targets] == ["gent.be"]
    assert [fault.partition("  ")[0] for fault in listing.faults] == ["argument 2", "argument 4"]
    assert listing.merged == 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_whatever_breaks_the_reading(data):
    listing = read_list("x", data)
    assert listing.targets or listing.faults
