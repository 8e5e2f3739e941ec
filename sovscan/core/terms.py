"""The closed lists of words, and the kinds of names, spelt as exports and tables show them.

Strength and confidence are ordinal: their order means something, their distance does not.
"""

from enum import StrEnum
from functools import cached_property
from typing import NewType

DomainName = NewType("DomainName", str)
VendorId = NewType("VendorId", str)
EntityId = NewType("EntityId", str)
RuleId = NewType("RuleId", str)


class Ordinal(StrEnum):
    """A StrEnum whose members are listed from least to most."""

    @cached_property
    def rank(self) -> int:
        """Position in the order, from 0."""
        return list(type(self)).index(self)


class Outcome(StrEnum):
    """What became of a question. `FAILED` is never the same as `ABSENT`."""

    SEEN = "SEEN"
    ABSENT = "ABSENT"
    FAILED = "FAILED"
    SKIPPED = "SKIPPED"


class Fault(StrEnum):
    """Whose fault a failure was: nobody's, the zone's servers, the resolver, the way, or ours."""

    NONE = "none"
    ZONE = "zone"
    RESOLVER = "resolver"
    REGISTRY = "registry"
    NETWORK = "network"
    HERE = "here"


class Service(StrEnum):
    """The four services that the tool looks at, in the order in which it shows them."""

    EMAIL = "email"
    HOSTING = "hosting"
    DNS = "dns"
    CDN = "cdn"


class Role(StrEnum):
    """What a party does for a body within a service."""

    INBOUND = "inbound"
    MAILBOX = "mailbox"
    BACKUP = "backup"
    SENDER = "sender"
    AUTHORITATIVE = "authoritative"
    PLATFORM = "platform"
    OPERATOR = "operator"
    EDGE = "edge"
    CONNECTIVITY = "connectivity"
    RESOLVER = "resolver"
    REGISTRY = "registry"


class Finding(StrEnum):
    """What may be said of a service, or of one party in it."""

    ATTRIBUTED = "ATTRIBUTED"
    OWN = "OWN"
    NO_SERVICE = "NO_SERVICE"
    CONFLICTING = "CONFLICTING"
    UNKNOWN = "UNKNOWN"
    UNOBSERVED = "UNOBSERVED"


class Strength(Ordinal):
    """How much one rule shows by itself: `hint` never elects a vendor."""

    HINT = "hint"
    STRONG = "strong"
    CONCLUSIVE = "conclusive"


class Confidence(Ordinal):
    """How sure a claim is; see docs/rules.md for what earns which."""

    POSSIBLE = "possible"
    LIKELY = "likely"
    CONFIRMED = "confirmed"


class Lens(StrEnum):
    """What is weighed: non-European big tech (the headline), or the tier of the controller."""

    BIG_TECH = "big-tech"
    JURISDICTION = "jurisdiction"
