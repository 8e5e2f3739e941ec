"""The words of a look at the web: its two kinds of question, its bounds, and who we say we are."""

from collections.abc import Mapping
from types import MappingProxyType

from sovscan import __version__

HTTPS = "WEB-HTTPS"
HTTP = "WEB-HTTP"
SCHEMES: Mapping[str, str] = MappingProxyType({HTTPS: "https", HTTP: "http"})
"""The type of a web question, and the scheme by which its page is asked for."""

MTA_STS = "MTA-STS"
"""The type of the question for a policy that a domain publishes for who sends mail to it (RFC
8461): a page of one fixed place, by HTTPS only.
"""

POLICY_PATH = "/.well-known/mta-sts.txt"

PORTS: Mapping[str, int] = MappingProxyType({HTTPS: 443, HTTP: 80})
"""The only ports that are ever contacted; tests on loopback bring others."""

OPERATORS_PAGE = "docs/why-we-ask.md"
"""For the operator of a scanned server. sovscan has no public home yet, so there is no URL to
give."""

USER_AGENT = f"sovscan/{__version__} (+{OPERATORS_PAGE} of sovscan)"

MAX_HOPS = 5
"""Redirects followed: within a host in one question, and from host to host in a trail."""

MAX_QUESTIONS = 12
"""Web questions of one body: with the budget of each, the budget of a body."""

MAX_BODY = 64 * 1024
"""Octets of a page that are read, after decoding."""

MAX_HEAD = 64 * 1024
"""Octets of header lines, those of interim answers and trailers included."""

MAX_WIRE = 1024 * 1024
"""Octets of one answer before decoding: what decodes to nothing must end as well."""

MAX_ANSWERS = 300
MAX_TEXT = 500
"""Facts of one look, and characters of one fact."""

CUT = "CUT"
"""The detail of a look that ended before the answer did: at a bound, by time, or by the server."""

REDIRECTS = "REDIRECTS"
"""The detail of a look that met more redirects within its host than are followed or had time."""


def kind_of(rtype: str) -> str:
    """HTTPS or HTTP: how a question of this type is asked, and at which port."""
    return HTTPS if rtype == MTA_STS else rtype
