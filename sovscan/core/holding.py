"""What one body holds that others may hold as well: MX hosts, the set of name servers, the account
behind its DKIM keys, its SPF text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sovscan.core import spf
from sovscan.core.attribute.ground import surroundings
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts, answers, mail_exchangers, name_servers
from sovscan.core.mail_signals import dkim_signals
from sovscan.core.match import Hit
from sovscan.core.model import Role, Target
from sovscan.core.names import is_address, within

KEYS = "._domainkey."
"""A DKIM key lies at selector._domainkey.signer (RFC 6376 section 3.6.2.1)."""

_ADDRESS = re.compile(r"[+\-~?]?ip[46]:", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^a-z0-9]")


class View(StrEnum):
    """By what bodies are put together."""

    MX = "mx"
    NS = "ns"
    TENANT = "tenant"
    SPF = "spf"


_SIGNALS = {
    View.MX: ("mx-host", (Role.MAILBOX, Role.INBOUND)),
    View.NS: ("ns-host", (Role.AUTHORITATIVE,)),
    View.TENANT: ("dkim-target", (Role.MAILBOX,)),
    View.SPF: ("spf-include", (Role.SENDER,)),
}
_RELATIONS = {View.MX: "mx", View.NS: "ns"}
"""Hosts that carry the service themselves: where their name says nothing, their network may."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A value that other bodies may hold: equal keys are the same thing. `names` are the names in
    it; `has_addresses`: it names addresses as well.
    """

    key: str
    names: tuple[str, ...]
    has_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A name, and the rule that knows it: by itself, or only by the network of its addresses."""

    text: str
    hit: Hit | None
    by_network: bool = False

    @property
    def stem(self) -> str:
        """What stands before the suffix of the rule; empty where the rule names this very name."""
        return "" if self.hit is None else before(self.text, self.hit.fingerprint.suffix)


def holdings(view: View, target: Target, facts: Facts, knowledge: Knowledge) -> list[Holding]:
    """What a body holds in this view, each value once."""
    found: dict[str, Holding] = {}
    for each in _READERS[view](target, facts, knowledge):
        found.setdefault(each.key, each)
    return list(found.values())


def known(view: View, name: str, facts: Facts, knowledge: Knowledge) -> Known:
    """What the registry knows of a name in this view; `facts` of a body that holds it."""
    kind, roles = _SIGNALS[view]
    found = knowledge.rules.identify(kind, name)
    hits = [hit for hit in found if hit.fingerprint.role in roles]
    if hits:
        return Known(name, min(hits, key=lambda hit: roles.index(hit.fingerprint.role)))
    if view not in _RELATIONS:
        return Known(name, None)
    around = surroundings(facts, knowledge, name, _RELATIONS[view]).of(*roles)
    if len({hit.vendor.id for _, hit in around}) != 1:
        return Known(name, None)
    return Known(name, around[0][1], by_network=True)


def account(target: str, suffixes: tuple[str, ...], domain: str) -> str | None:
    """The customer's label in a DKIM target: the first one of the signer, where the key's own name
    bears the body's domain. Then the signer is not the body itself but an account that may hold
    several domains; labels between it and the suffix sort accounts, and name none.
    """
    head, _, signer = target.partition(KEYS)
    label = before(signer, suffixes).partition(".")[0]
    return label if label and squeezed(domain) in squeezed(head) else None


def before(name: str, suffixes: tuple[str, ...]) -> str:
    """What stands before the longest of these suffixes; empty for the suffix itself, and where none
    fits.
    """
    ends = [suffix for suffix in suffixes if within(name, suffix)]
    longest = max(ends, key=len, default=name)
    return name.removesuffix(longest).removesuffix(".")


def squeezed(name: str) -> str:
    """A name's letters and digits: providers write a domain into a label with hyphens for dots, and
    without its own.
    """
    return _NO_LETTER.sub("", name.lower())


def plain_spf(record: str) -> str:
    """An SPF record in one spelling: lower case, one space, without the `+` that is the default
    (RFC 7208 section 4.6.2). The order of its terms means something and stays.
    """
    return " ".join(word.removeprefix("+") for word in record.lower().split())


def _mx(target: Target, facts: Facts, knowledge: Knowledge) -> Iterator[Holding]:
    for mx in mail_exchangers(facts, target.domain):
        if mx.host != "." and not is_address(mx.host) and not within(mx.host, "invalid"):
            yield Holding(mx.host, (mx.host,))


def _ns(target: Target, facts: Facts, knowledge: Knowledge) -> Iterator[Holding]:
    _, hosts = name_servers(facts, target.zone, target.domain)
    if hosts:
        yield Holding(" ".join(hosts), hosts)


def _tenant(target: Target, facts: Facts, knowledge: Knowledge) -> Iterator[Holding]:
    for signal in dkim_signals(facts, target.domain, knowledge.probes):
        if signal.kind != "dkim-target":
            continue
        for hit in knowledge.hits(signal, Role.MAILBOX):
            label = account(signal.value, hit.fingerprint.suffix, target.domain)
            if label:
                signer = signal.value.partition(KEYS)[2]
                yield Holding(f"{hit.vendor.id} {label}", (signer,))


def _spf(target: Target, facts: Facts, knowledge: Knowledge) -> Iterator[Holding]:
    """The one SPF record, where it names anything: `a` and `mx` alone mean each body's own, and
    several records are an error (RFC 7208 section 4.5).
    """
    found = spf.records(answers(facts, target.domain, "TXT"))
    if len(found) != 1:
        return
    names = tuple(dict.fromkeys(term.domain for term in spf.terms(found) if term.domain))
    has_addresses = any(_ADDRESS.match(word) for word in found[0].split())
    if names or has_addresses:
        yield Holding(plain_spf(found[0]), names, has_addresses)


_READERS = {View.MX: _mx, View.NS: _ns, View.TENANT: _tenant, View.SPF: _spf}
