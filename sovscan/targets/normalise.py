"""What people write for a domain, to the domain that is asked about."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from sovscan.core.model import DomainName
from sovscan.core.names import is_address
from sovscan.suffixes import is_public_suffix, registrable

MAX_NAME = 253
MAX_LABEL = 63
"""Octets in a name and in a label (RFC 1035 section 2.3.4)."""

_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_LABEL = re.compile(r"^(?!-)[a-z0-9-]+(?<!-)$")


class BadName(ValueError):
    """The text is no domain name; the message says why."""


@dataclass(frozen=True, slots=True)
class Name:
    """A domain to ask about, and the registrable domain above it (or itself)."""

    domain: DomainName
    zone: DomainName


def normalise(text: str) -> Name:
    """URL, IDN, capitals, trailing dot, port or leading `www` to the domain meant. Raises
    BadName."""
    host = _host(text.strip())
    if is_address(host.strip("[]")):
        raise BadName("is an IP address; give the body's domain")
    domain = _ascii(host.rstrip(".").lower())
    _refuse_bad_labels(domain)
    zone = _registrable(domain)
    while domain != zone and domain.startswith("www."):
        domain = domain.removeprefix("www.")
    return Name(DomainName(domain), DomainName(zone))


def _host(text: str) -> str:
    if not text:
        raise BadName("has no domain")
    if re.search(r"\s", text):
        raise BadName("is no domain name (a space in a label)")
    if is_address(text.strip("[]")):
        return text
    is_url = _URL.match(text) is not None
    if "@" in text.partition("/")[0] and not is_url:
        raise BadName("is an e-mail address; give the part behind the @")
    try:
        return urlsplit(text if is_url else f"//{text}").hostname or ""
    except ValueError as error:
        raise BadName(f"is no domain name or URL ({error})") from error


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise BadName(f"is no internationalised domain name ({error})") from error


def _refuse_bad_labels(domain: str) -> None:
    labels = domain.split(".")
    if len(labels) < 2:
        raise BadName("is no domain name (it has no dot)")
    for label in labels:
        if not label:
            raise BadName("is no domain name (an empty label)")
        if len(label) > MAX_LABEL:
            raise BadName(f"has a label of {len(label)} characters; {MAX_LABEL} is the most")
        if not _LABEL.match(label):
            raise BadName(f"is no domain name (the label {label[:MAX_LABEL]!r})")
    if len(domain) > MAX_NAME:
        raise BadName(f"is longer than {MAX_NAME} characters")
    if labels[-1].isdigit():
        raise BadName("is no domain name (it ends in a number)")


def _registrable(domain: str) -> str:
    """The registrable domain; a name that is itself a public suffix, or under a TLD nobody lists,
    is taken by its end.
    """
    if is_public_suffix(domain):
        return domain
    return registrable(domain) or ".".join(domain.split(".")[-2:])
