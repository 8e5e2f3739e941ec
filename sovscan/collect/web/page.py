"""What the beginning of a page says: its generator, who it loads from, whose mail it publishes.

Pure, linear in time whatever the page holds, and never raises: possessive patterns that fail where
they stand, and searches that go forward only. `html.parser` is neither (CVE-2025-6069), and costs
ten times as much.
"""

import html
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from itertools import islice

from sovscan.collect.web.hosts import host_name, host_referred_to
from sovscan.collect.web.terms import MAX_BODY
from sovscan.collect.web.text import fact
from sovscan.core.model import DomainName
from sovscan.core.names import within
from sovscan.suffixes import registrable

MAX_REFERRED = 50
MAX_MAIL_DOMAINS = 20
MAX_GENERATORS = 5
PARKED_WITHIN = 4096
"""Third parties, mail domains and generators kept of a page; characters in which marks of a parked
page are looked for."""

_ENOUGH = 2000
"""Tags, references and addresses of a page that are looked at; more than any honest one has."""

_TAG = re.compile(
    r"<(?=[slifmSLIFM])(script|link|img|iframe|form|meta)(?=[\s/])([^<>]*+)", re.IGNORECASE
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(src|href|action|rel|name|content)\s*+=\s*+"
    r"""(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""",
    re.IGNORECASE,
)
_REFERENCE = {"script": "src", "link": "href", "img": "src", "iframe": "src", "form": "action"}
"""The attribute by which a tag makes the browser load from a host, or send to it."""

_LOADING = frozenset(
    {
        "stylesheet",
        "preload",
        "modulepreload",
        "prefetch",
        "preconnect",
        "dns-prefetch",
        "icon",
        "apple-touch-icon",
        "manifest",
    }
)
"""Relations of a link that make the browser fetch; the others (canonical, alternate) only tell."""

_MAIL = re.compile(r"@((?:[a-zA-Z0-9-]{1,63}+\.){1,8}[a-zA-Z][a-zA-Z0-9-]{1,62})")

_ENDS_OF_LOCAL_PART = frozenset("_.+-'")
"""What may stand before the @ of an address beside letters and digits (of RFC 5322, what people
use)."""


def page_facts(body: bytes, host: str) -> Iterator[str]:
    """The facts of the first octets of a page that was fetched from this host."""
    text = body[:MAX_BODY].decode("utf-8", "replace")
    shown = _without_comments(text)
    tags = list(_tags(shown))
    for value in islice(dict.fromkeys(_generators(tags)), MAX_GENERATORS):
        yield fact("generator", value)
    for third in islice(dict.fromkeys(_third_parties(tags, host)), MAX_REFERRED):
        yield fact("refers-to", third)
    for domain in islice(dict.fromkeys(_mail_domains(shown)), MAX_MAIL_DOMAINS):
        yield fact("mail-domain", domain)
    lowered = shown[:PARKED_WITHIN].lower()
    for mark in dict.fromkeys(mark for mark, words in _parked_marks() if words in lowered):
        yield fact("parked", mark)


def _without_comments(text: str) -> str:
    """The page without its comments; one that does not end swallows the rest."""
    kept, place = [], 0
    while (start := text.find("<!--", place)) >= 0:
        kept.append(text[place:start])
        end = text.find("-->", start + 4)
        if end < 0:
            return "".join(kept)
        place = end + 3
    return "".join((*kept, text[place:])) if kept else text[place:]


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The tags that matter, with the attributes that matter; the first of each name counts."""
    for tag in islice(_TAG.finditer(text), _ENOUGH):
        attributes: dict[str, str] = {}
        for found in islice(_ATTRIBUTE.finditer(tag[2]), len(_REFERENCE) * 4):
            value = found[2] or found[3] or found[4] or ""
            attributes.setdefault(found[1].lower(), html.unescape(value[:_ENOUGH]))
        yield tag[1].lower(), attributes


def _generators(tags: Iterable[tuple[str, dict[str, str]]]) -> Iterator[str]:
    for tag, attributes in tags:
        if tag not in _REFERENCE and attributes.get("name", "").strip().lower() == "generator":
            value = attributes.get("content", "").strip()
            if value:
                yield value


def _third_parties(tags: Iterable[tuple[str, dict[str, str]]], host: str) -> Iterator[DomainName]:
    """The hosts outside the site's own registrable domain from which a browser would load."""
    own = ""
    for tag, attributes in tags:
        reference = attributes.get(_REFERENCE.get(tag, ""), "")
        if not reference or (tag == "link" and not _loads(attributes)):
            continue
        third = host_referred_to(reference)
        if not third or within(third, host):
            continue
        own = own or registrable(host) or host
        if not within(third, own):
            yield third


def _loads(attributes: dict[str, str]) -> bool:
    return not _LOADING.isdisjoint(attributes.get("rel", "").lower().split())


def _mail_domains(text: str) -> Iterator[DomainName]:
    """The domains of published addresses, written plainly or as character references (which some
    sites draw anew for every answer); never what stands before the @.
    """
    if "&#" in text:
        text = html.unescape(text)
    seen: set[str] = set()
    for found in islice(_MAIL.finditer(text), _ENOUGH):
        before = text[found.start() - 1 : found.start()]
        if found[1] not in seen and (before.isalnum() or before in _ENDS_OF_LOCAL_PART):
            seen.add(found[1])
            name = host_name(found[1])
            if name and registrable(name):  # logo@2x.png is no address
                yield name


@cache
def _parked_marks() -> tuple[tuple[str, str], ...]:
    text = resources.files("sovscan.collect.web").joinpath("parked.txt").read_text("utf-8")
    lines = (line.partition(": ") for line in text.splitlines() if not line.startswith("#"))
    return tuple((mark, words) for mark, _, words in lines if words)
