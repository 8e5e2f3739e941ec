"""The web: which pages are asked for, which addresses may be contacted, and what an answer says.

HTTPS and HTTP of a body's names, one page each, and the MTA-STS policy where a domain announces
one; as facts of the same kind as those of the DNS.
"""

from sovscan.collect.web.asking import WebAsker
from sovscan.collect.web.excluding import is_excluded, read_exclusions
from sovscan.collect.web.fields import kept_headers
from sovscan.collect.web.plan import addresses_for, is_web, web_questions
from sovscan.collect.web.policy import policy_questions

__all__ = [
    "WebAsker",
    "addresses_for",
    "is_excluded",
    "is_web",
    "kept_headers",
    "policy_questions",
    "read_exclusions",
    "web_questions",
]
