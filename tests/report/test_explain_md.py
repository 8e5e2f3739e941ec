"""The letter: headings, quoted facts, sources as links; nothing that the network said can write
Markdown or HTML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from sovscan.core.model import Reason, Service
from sovscan.report.argument import argue
from sovscan.report.explain_md import explain_letter
from sovscan.report.markdown import link, prose, quoted, sentence
from sovscan.report.say import clean, voice
from tests.report.hostile import hostile
from tests.report.test_text import MICROSOFT, OWN

RENDER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
HARMLESS = {
    "inline", "text", "code_inline", "softbreak", "paragraph_open", "paragraph_close",
}  # fmt: skip
ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.test)",
    "![x](https://evil.test/x.png)",
    "`` ` ``` code",
    "`</code><b>x",
    "\n\n# heading\n",
    "\r\n- item",
    "| a | b |",
    "**bold** _it_ ~~gone~~",
    "<https://evil.test>",
    "https://evil.test www.evil.test x@evil.test",
    "[ref]: https://evil.test",
    "&lt;b&gt; &#x3c;b&#x3e;",
    "\\`*\\",
    "1. one",
    "===",
    "    code",
    "\ue0000\ue001",
    "{0} {x}",
    "\u202ertl\x1b[2J",
)


def types(text: str) -> set[str]:
    """Every kind of token that a renderer finds."""
    found = set()
    for token in RENDER.parse(text):
        found.add(token.type)
        found |= {child.type for child in token.children or ()}
    return found


def links(text: str) -> set[str]:
    return {
        child.attrs["href"]
        for token in RENDER.parse(text)
        for child in token.children or ()
        if child.type == "link_open"
    }


def shown(text: str) -> str:
    """What a reader sees."""
    return "".join(child.content for token in RENDER.parse(text) for child in token.children or ())


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("attack", ATTACKS)
def test_prose_and_quotations_say_and_do_nothing(attack):
    for made in (prose(attack), quoted(attack)):
        assert "\n" not in made
        assert types(made) <= HARMLESS
        assert one_line(shown(made)) == one_line(clean(attack))


@given(st.text(max_size=60))
def test_no_text_at_all_writes_markdown(text):
    assert types(prose(text)) <= HARMLESS
    assert types(quoted(text)) <= HARMLESS
    assert types(f"- {quoted(text)}: {prose(text)}") <= HARMLESS | {
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close",
    }  # fmt: skip


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_stands_beside_a_quotation_cannot_open_it(first, second):
    told = f"x {quoted(first)} {prose(second)} {quoted(first)} x"
    assert types(told) <= HARMLESS
    assert one_line(clean(second, 100)) in one_line(shown(told))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_sentence_holds_its_facts_as_quotations(attack):
    made = sentence(Reason("unrecognised-host", (("host", attack),)), {}, voice())
    assert types(made) <= HARMLESS
    assert shown(made).startswith("no rule knows ")
    assert one_line(clean(attack)) in one_line(shown(made))


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.test", "ftp://x.test", "a book", ""],
)
def test_what_is_no_web_address_is_no_link(address):
    assert links(link("source", address)) == set()


@pytest.mark.parametrize(
    "address",
    ["https://a.test/x_(y)", 'https://a.test/"><b>', "https://a.test/a b\\c", "https://a.test/)x("],
)
def test_a_web_address_stays_within_its_link(address):
    made = link("[label]", address)
    assert types(made) <= HARMLESS | {"link_open", "link_close"}
    assert len(links(made)) == 1
    assert shown(made) == "[label]"


def test_the_letter_goes_from_the_fact_to_the_points(case):
    text = explain_letter(argue(case(MICROSOFT), (Service.EMAIL,)), voice())
    place = 0
    for step in (
        "# On whom `big.be` depends",
        "## E-mail: provider recognised (ATTRIBUTED)",
        "first seen at 2026-11-23T02:10:00Z through `127.0.0.1`",
        "### Microsoft 365: stores the mail (100%, ATTRIBUTED, confirmed)",
        "> `big.be MX`: `0 city-be.mail.protection.outlook.com`",
        "[microsoft-365#mx](https://",
        "**Who controls Microsoft 365**",
        "held by Microsoft Corporation (US)",
        "CLOUD Act",
        "### Considered, and not followed",
        "### What it weighs",
        "= 1.00` of 1",
        "## Judge it yourself",
        "`sovscan assess --scan 7 --policy",
    ):
        assert step in text[place:], step
        place = text.index(step, place)


def test_every_source_is_a_link(case):
    made = case(MICROSOFT)
    argument = argue(made, (Service.EMAIL,))
    text = explain_letter(argument, voice())
    cited = {source.where for source in argument.claims[0].sources}
    assert cited
    assert {address for address in cited if address not in links(text)} == set()


def test_a_body_without_the_service_is_told(case):
    text = explain_letter(argue(case(OWN), (Service.EMAIL,)), voice())
    assert "takes no mail" in text
    assert "left out of the sum" in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_body_writes_no_letter_of_its_own(case, attack):
    made = case(MICROSOFT)
    kind, heading = explain_letter(argue(made), voice()), re.compile(r"^#+ .*$", re.MULTILINE)
    text = explain_letter(argue(hostile(made, attack)), voice())
    assert types(text) <= types(kind) | {"code_inline"}
    assert not {"html_block", "html_inline", "image", "fence", "code_block"} & types(text)
    assert all("evil.test" not in address for address in links(text))
    assert len(heading.findall(text)) == len(heading.findall(kind))
