"""Host names as pages and redirects write them: read without trust, and written as in the DNS."""

import re
from urllib.parse import SplitResult, urljoin, urlsplit

import idna

from sovscan.core.model import DomainName

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$)[a-z0-9-]{{2,63}}")
"""Two labels at least, and the last is no number: what is read as an address nowhere (RFC 1123, and
the "ends in a number" rule of the URL standard).
"""

_LONGEST_NAME = 253
_LONGEST_URL = 2000
_WEB = {"http", "https"}
_DEFAULT_PORTS = {None, 80, 443}


def host_name(text: str) -> DomainName | None:
    """The name of a host, lower case and in A-labels; None for an address or what is no name."""
    name = text.strip().lower().rstrip(".")
    if not name.isascii():
        name = _ascii(name)
    if len(name) > _LONGEST_NAME or not _HOST.fullmatch(name):
        return None
    return DomainName(name)


def resolved(base: str, reference: str) -> SplitResult | None:
    """A reference as a URL of the web (RFC 3986 section 5); None for what is none."""
    try:
        parts = urlsplit(urljoin(base, reference[:_LONGEST_URL].strip()))
    except ValueError:
        return None
    return parts if parts.scheme in _WEB and parts.hostname else None


def has_usual_port(parts: SplitResult) -> bool:
    """Is this a URL without a port of its own?"""
    try:
        return parts.port in _DEFAULT_PORTS
    except ValueError:
        return False


def host_referred_to(reference: str) -> DomainName | None:
    """The host of an absolute reference (`https://host/...`, `//host/...`); None for all others."""
    authority = _AUTHORITY.match(reference)
    return host_name(authority[1]) if authority else None


_AUTHORITY = re.compile(r"\s*(?:https?:)?//(?:[^/?#@\s]*@)?([^/?#:@\s]{1,253})", re.IGNORECASE)


def _ascii(name: str) -> str:
    """The A-labels of a name (RFC 5891); empty where it has none."""
    try:
        return idna.encode(name[:_LONGEST_NAME], uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError):
        return ""
