"""The plain reading, `the MX host says it`: what a look at the names of the MX hosts alone gives.

Of the hosts at the lowest preference: the vendors whose rule in the role `mailbox` knows the name
are the mailbox; else, where a host lies within the body's own registrable domain, the mailbox is
its own; else it is unknown. No address, no DKIM, no autodiscover, no SPF.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sovscan.core.names import within

from bench.accuracy_model import OWN, UNKNOWN, Claim

CONFLICTING, NO_MAIL = "conflicting", "no mail"
WORDS = {OWN, UNKNOWN, CONFLICTING, NO_MAIL}
Reading = frozenset[str]
"""Vendors of the mailbox, or one of the words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A body whose mailbox the plain reading and ours do not see alike."""

    domain: str
    plain: Reading
    ours: Reading
    claims: tuple[Claim, ...]

    @property
    def kind(self) -> str:
        """From what to what."""
        if not self.plain & WORDS and not self.ours & WORDS:
            return "a vendor → another vendor"
        return f"{_word(self.plain)} → {_word(self.ours)}"


def plain_reading(
    zone: str, exchangers: Sequence[tuple[int, str]], vendor_of: Callable[[str], str | None]
) -> Reading:
    """The mailbox by MX host names. `exchangers`: preference and host; `vendor_of`: the vendor
    whose mailbox rule knows a host name.
    """
    lowest = min((preference for preference, _ in exchangers), default=0)
    hosts = [host for preference, host in exchangers if preference == lowest]
    vendors = frozenset(vendor for host in hosts if (vendor := vendor_of(host)))
    if vendors:
        return vendors
    return frozenset({OWN if any(within(host, zone) for host in hosts) else UNKNOWN})


def our_reading(claims: Iterable[Claim]) -> Reading:
    """The mailbox as the tool says it, in the words of the plain reading."""
    mail = [claim for claim in claims if claim.service == "email"]
    boxes = [claim for claim in mail if claim.role == "mailbox"]
    if not boxes:
        is_none = any(claim.finding == "NO_SERVICE" for claim in mail)
        return frozenset({NO_MAIL if is_none else UNKNOWN})
    return frozenset(map(_said, boxes))


def differences(
    plain: dict[str, Reading], ours: dict[str, tuple[Claim, ...]]
) -> tuple[Difference, ...]:
    """The bodies on which the two readings differ, by kind and name."""
    found = (
        Difference(domain, reading, our_reading(ours[domain]), ours[domain])
        for domain, reading in plain.items()
    )
    differing = (each for each in found if each.plain != each.ours)
    return tuple(sorted(differing, key=lambda each: (each.kind, each.domain)))


def shown(reading: Reading) -> str:
    """As a table shows it."""
    return " + ".join(sorted(reading))


def _said(claim: Claim) -> str:
    if claim.finding == "CONFLICTING":
        return CONFLICTING
    return claim.vendor or (OWN if claim.finding == "OWN" else UNKNOWN)


def _word(reading: Reading) -> str:
    if len(reading) == 1 and reading & WORDS:
        return next(iter(reading))
    return "several" if len(reading) > 1 else "a vendor"
