"""The head of an answer: its lines, and where a redirect leads. Pure."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from sovscan.collect.web.fields import Headers
from sovscan.collect.web.hosts import has_usual_port, host_name, resolved
from sovscan.collect.web.text import fact
from sovscan.core.model import DomainName

_REDIRECTS = {301, 302, 303, 307, 308}
"""The statuses whose `location` a browser follows (RFC 9110 section 15.4)."""

_SAFE = "/%:@!$&'()*+,;=~?[]"
"""What stands in a path and a query as it is (RFC 3986); all else goes in percents, so that nothing
but a path can be sent.
"""


def status_line(line: str) -> int | None:
    """The status of an answer, if this is its first line (RFC 9112 section 4)."""
    version, _, rest = line.partition(" ")
    status = rest[:3]
    return int(status) if version.startswith("HTTP/") and _is_status(status) else None


def header_field(line: str) -> tuple[str, str] | None:
    """Name and value of a header line; None for what is none."""
    name, colon, value = line.partition(":")
    return (name.strip().lower(), value.strip()) if colon and name.strip() else None


def redirect(status: int, headers: Headers) -> str | None:
    """The reference that an answer sends on to, as it stands there."""
    if status not in _REDIRECTS:
        return None
    return next((value for name, value in headers if name == "location" and value), None)


def path_within(url: str, reference: str) -> str | None:
    """Path and query of a redirect that stays with the scheme, host and port of `url`."""
    here, there = resolved(url, url), resolved(url, reference)
    if here is None or there is None or there.scheme != here.scheme:
        return None
    if there.hostname != here.hostname or not has_usual_port(there):
        return None
    target = (there.path or "/") + (f"?{there.query}" if there.query else "")
    return quote(target, safe=_SAFE, errors="replace")


def location_facts(url: str, reference: str) -> Iterator[str]:
    """Where a redirect leaves to: scheme, host, and port where that is not the usual one. Path and
    query are left out: they may hold what was drawn for this answer.
    """
    there = resolved(url, reference)
    if there is None:
        return
    host = host_name(there.hostname or "") or there.hostname or ""
    port = "" if has_usual_port(there) else f":{_port(there.netloc)}"
    yield fact("location", f"{there.scheme}://{host}{port}/")


def onward(answers: Iterable[str]) -> tuple[str, DomainName] | None:
    """The scheme and the host of a recorded location, if it is one that may be followed."""
    for answer in answers:
        key, _, url = answer.partition(" ")
        there = resolved(url, url) if key == "location" else None
        if there is not None and has_usual_port(there):
            host = host_name(there.hostname or "")
            return (there.scheme, host) if host else None
    return None


def _port(netloc: str) -> str:
    return netloc.rpartition(":")[2]


def _is_status(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isdigit() and text >= "100"
