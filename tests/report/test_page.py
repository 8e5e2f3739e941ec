"""The page: it asks nobody for anything, escapes what is foreign, and shows a number with its interval."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from sovscan.report.html import overview_page
from tests.report.test_text import MICROSOFT, OWN, body, named, seen_by, three, unseen

__all__ = ["three"]

VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = "<script>alert(1)</script><img src=x onerror='y'>\"'&amp;{{ 7 * 7 }}"


class Page(HTMLParser):
    """A page as a browser would see it: elements, attributes, and the text of each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.texts[tag][-1] += data.replace("\N{NO-BREAK SPACE}", " ")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(view, **more: str) -> Page:
    return Page(overview_page(view, attribution=more.pop("attribution", "Thanks."), **more))


@pytest.fixture
def hostile(registry, criteria) -> Page:
    bad = named(body(MICROSOFT, "big.be", registry, criteria), HOSTILE)
    return page(seen_by(criteria, bad), attribution=HOSTILE, note=HOSTILE)


def test_hostile_text_is_shown_as_text_and_is_no_element(hostile):
    assert not {"script", "img"} & {tag for tag, _ in hostile.elements}
    assert HOSTILE in hostile.texts["table"][0]
    assert hostile.texts["body"][0].count(HOSTILE) == 3


def test_no_element_has_a_handler_or_a_style_that_the_policy_would_refuse(hostile):
    attributes = {name for _, found in hostile.elements for name in found}
    assert not [name for name in attributes if name.startswith("on")]
    assert "style" not in attributes


def test_a_name_that_deceives_is_cleaned(registry, criteria):
    bad = named(body(OWN, "small.be", registry, criteria), "a\u202eb\x1bc")
    text = page(seen_by(criteria, bad)).texts["body"][0]
    assert "a\ufffdb\ufffdc" in text


def test_the_security_policy_allows_this_style_and_nothing_else(three):
    shown = page(three)
    (policy,) = [
        each["content"]
        for each in shown.all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = shown.texts["style"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_refers_to_nothing_outside_but_the_sources_it_thanks(three):
    shown = page(three)
    addresses = [
        value
        for _, attributes in shown.elements
        for name, value in attributes.items()
        if name in {"href", "src", "srcset", "action", "data", "poster", "xlink:href"}
    ]
    outside = [address for address in addresses if not address.startswith("#")]
    assert outside == ["https://db-ip.com"]
    style = shown.texts["style"][0]
    assert re.findall(r"url\((?!#)|@import|@font-face", style) == []
    assert not {"script", "link", "iframe", "object", "embed", "base"} & {
        tag for tag, _ in shown.elements
    }
    assert {each["fill"] for each in shown.all("rect") if "url" in each.get("fill", "")} <= {
        "url(#open)"
    }


def test_every_internal_reference_has_its_target_and_no_id_is_used_twice(three):
    shown = page(three)
    ids = [attributes["id"] for _, attributes in shown.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {each["href"][1:] for each in shown.all("a") if each["href"].startswith("#")}
    wanted |= {a["aria-labelledby"] for _, a in shown.elements if "aria-labelledby" in a}
    assert wanted <= set(ids)


def test_the_score_stands_with_low_high_and_coverage(three):
    pool = three.group.pool
    head = page(three).texts["header"][0]
    assert f"{pool.value:.0f} of 100" in head
    assert f"between {pool.low:.0f} and {pool.high:.0f}" in head
    assert f"{pool.coverage:.0%} of the weight was seen" in head


def test_every_body_has_its_interval_beside_its_score(three):
    shown = page(three)
    rows = [row.split("\n") for row in shown.texts["tr"][1:]]
    assert len(rows) == 3
    for line, cells in zip(three.bodies, rows, strict=True):
        told = "".join(cells)
        assert line.domain in told
        assert f"{line.score.low:.0f}\N{EN DASH}{line.score.high:.0f}" in told
        assert ("unknown" if line.score.value is None else f"{line.score.value:.0f}") in told


def test_every_bar_is_told_in_words_and_lies_within_its_width(three):
    shown = page(three)
    bars = [each for each in shown.all("svg") if each.get("class") == "bar"]
    assert len(bars) == 4 + len(three.group.countries)
    assert all("between" in each["aria-label"] for each in bars)
    unknown = [each for each in shown.all("rect") if each.get("fill") == "url(#open)"]
    assert len(unknown) == len(bars)
    for each in unknown:
        assert 0 <= float(each["x"]) <= float(each["x"]) + float(each["width"]) <= 100.01


def test_countries_are_compared_only_where_there_are_several(registry, criteria, three):
    assert "Country by country" in page(three).texts["body"][0]
    one = seen_by(criteria, body(OWN, "small.be", registry, criteria))
    assert "Country by country" not in page(one).texts["body"][0]


@pytest.mark.parametrize("bodies", [0, 1], ids=["no body", "one unseen body of no country"])
def test_without_a_value_only_the_interval_is_shown(registry, criteria, bodies):
    dark = body("{0} A 192.0.2.1\n", "dark.be", registry, criteria, country=None, failing="dark.be")
    shown = page(seen_by(criteria, *[dark][:bodies]))
    assert "lies between 0 and 100" in shown.texts["h1"][0]
    assert "unknown" in shown.texts["title"][0]
    assert "None" not in shown.texts["body"][0]


def test_a_body_that_could_not_be_seen_is_not_called_free(registry, criteria):
    (row,) = page(seen_by(criteria, unseen(registry, criteria))).texts["tr"][1:]
    assert row.count("not seen") == 4
    assert "0\N{EN DASH}100" in row


def test_a_note_stands_on_the_page_only_where_there_is_one(three):
    assert "A fictional country" in page(three, note="A fictional country").texts["body"][0]
    assert not [each for each in page(three).all("p") if each.get("class") == "note"]


def test_the_page_says_with_what_it_was_concluded_and_whom_to_thank(three):
    foot = page(three, attribution="Contains data of X.").texts["footer"][0]
    for said in ("Scan 7", "2026-11-23T02:10:00Z", "192.0.2.53", "8.8.8.8 (Google)", "eea-ch"):
        assert said in foot
    assert "methodology 2026-1" in foot
    assert "Contains data of X." in foot


def test_the_page_is_one_document_in_a_named_language(three):
    text = overview_page(three, attribution="")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert page(three).all("html") == [{"lang": "en"}]
    assert page(three).open == []
