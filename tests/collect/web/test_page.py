"""What is read of a page; and that no page, however made, takes long or raises."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.collect.web.page import MAX_MAIL_DOMAINS, MAX_REFERRED, page_facts
from sovscan.collect.web.terms import MAX_BODY, MAX_TEXT


def read(page: str | bytes, host: str = "www.town.be") -> list[str]:
    return sorted(page_facts(page if isinstance(page, bytes) else page.encode(), host))


@pytest.mark.parametrize(
    "tag",
    [
        '<meta name="generator" content="TYPO3 CMS">',
        "<META CONTENT='TYPO3  CMS' NAME='Generator' />",
        "<meta name=generator content=TYPO3&#32;CMS>",
    ],
)
def test_the_generator_is_read_however_it_is_written(tag):
    assert read(f"<html><head>{tag}</head>") == ["generator TYPO3 CMS"]


@pytest.mark.parametrize(
    "tag",
    [
        '<script src="https://cdn.example/a.js"></script>',
        "<script async SRC='//cdn.example/a.js'></script>",
        "<img alt=x src=http://cdn.example:8080/a.png>",
        "<iframe src='https://user@CDN.Example./x'></iframe>",
        '<form method="post" action="https://cdn.example/search">',
        '<link rel="preload stylesheet" href="https://cdn.example/a.css?a=1&amp;b=2">',
        "<link href=//cdn.example rel=dns-prefetch>",
    ],
)
def test_a_third_party_that_the_page_loads_from_is_read(tag):
    assert read(tag) == ["refers-to cdn.example"]


@pytest.mark.parametrize(
    "tag",
    [
        '<a href="https://cdn.example/">',
        '<link rel="canonical" href="https://cdn.example/">',
        '<link href="https://cdn.example/">',
        '<script src="/a.js">',
        '<script data-src="https://cdn.example/a.js">',
        '<script src="https://static.town.be/a.js">',
        '<img src="data:image/png;base64,//cdn.example/">',
        '<script src="https://192.0.2.1/a.js">',
        '<script src="https://[::1]/a.js">',
        '<script src="https://localhost/a.js">',
        '<!-- <script src="https://cdn.example/a.js"> -->',
        '<!-- <script src="https://cdn.example/a.js">',
        '<scripts src="https://cdn.example/a.js">',
    ],
)
def test_what_only_links_or_is_the_own_site_or_no_host_is_not(tag):
    assert read(tag) == []


def test_a_host_in_another_script_is_read_in_a_labels():
    assert read('<img src="https://gemeente.bücher.example/">') == [
        "refers-to gemeente.xn--bcher-kva.example"
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="mailto:info@city.be?subject=x">write</a>',
        "Write to info@City.BE.",
        "info&#64;city.be",
        "&#x69;nfo&#x40;cit&#121;.be",
    ],
)
def test_the_domain_of_a_published_address_is_read_without_the_address(text):
    assert read(text) == ["mail-domain city.be"]


@pytest.mark.parametrize(
    "text", ["logo@2x.png", "jquery@3.5.1/dist", "@city.be", "/@city.be", "x@be", "x@localhost"]
)
def test_what_looks_like_an_address_and_is_none_is_not_read(text):
    assert read(text) == []


def test_marks_of_a_parked_page_are_read_where_they_stand_at_the_beginning():
    assert read("<p>Dit domein is GERESERVEERD voor een klant") == ["parked reserved"]
    assert read("<title>Welcome to nginx!</title>") == ["parked server-default"]
    assert read(" " * 10_000 + "this domain is for sale") == []


def test_everything_is_bounded():
    hosts = "".join(f"<img src=//h{n}.example/>x@h{n}.be " for n in range(900))
    found = read(hosts)
    assert len([each for each in found if each.startswith("refers-to ")]) == MAX_REFERRED
    assert len([each for each in found if each.startswith("mail-domain ")]) == MAX_MAIL_DOMAINS
    [generator] = read(f'<meta name=generator content="{"x" * 9000}">')
    assert len(generator) <= MAX_TEXT
    assert read(b" " * MAX_BODY + b"<img src=//late.example>") == []


def test_what_does_not_print_is_escaped():
    [found] = read('<meta name=generator content="a\x1b[31m\u202eb\\c">')
    assert found == "generator a\\027[31m\\226\\128\\174b\\092c"


TROUBLE = [
    "<",
    "<!--",
    "<img ",
    "<img src=",
    '<img src="',
    "<img src='",
    "<meta name=generator content=",
    "src=",
    "src='\" ",
    "<link rel=x ",
    "&#",
    "&#64;",
    "&",
    "x@",
    "x@a.",
    "x@a.be",
    "@",
    "a.",
    "//",
    "\x00",
    "<a",
    "\u0130",
    "-->",
    "<script/ ",
    "  ",
]


@pytest.mark.parametrize("first", TROUBLE)
def test_no_repetition_takes_long(first):
    began = time.process_time()
    for second in ("", "<", '"', ">", " ", "=", "@"):
        read(((first + second) * MAX_BODY)[:MAX_BODY])
    assert time.process_time() - began < 7 * 0.25


PIECES = st.sampled_from(
    [*TROUBLE, '"', "'", ">", "https://a.example/", "generator", "src", "action"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=60))
def test_no_page_raises_and_every_fact_is_one_printable_line(pieces):
    for found in read("".join(pieces).encode("utf-8", "surrogatepass")):
        assert found.isprintable()
        assert len(found) <= MAX_TEXT
        assert found.partition(" ")[0] in {"generator", "refers-to", "mail-domain", "parked"}


@given(st.binary(max_size=400))
def test_no_octets_raise(octets):
    read(octets)
