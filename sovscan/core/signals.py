"""Readings of observations: what a host name, an address, a DKIM selector or an SPF record lets us
see.

A signal carries the relation it was seen in: the AS of an MX host's address is another kind than
that of a web address, since routing is no mailbox. Nothing here judges.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sovscan.core import spf
from sovscan.core.facts import (
    Facts,
    addresses,
    alias_chain,
    answers,
    name_servers,
    reverse_name,
)
from sovscan.core.mail_signals import (
    autodiscover_signals,
    dkim_signals,
    mta_sts_signals,
    tenant_signals,
)
from sovscan.core.model import DomainName, Question, Signal
from sovscan.core.names import canonical
from sovscan.core.pages import header_signals, web_names
from sovscan.core.registry import AddressTable, Network, Probe

RDAP = "RDAP"
"""The type of a question to a registry."""


def address_signals(
    facts: Facts, networks: AddressTable, host: str, relation: str
) -> tuple[Signal, ...]:
    """Of each address of a host: its origin AS as `relation`-address-as, the address, and its
    reverse names.
    """
    found: list[Signal] = []
    for address, question in addresses(facts, host):
        found += of_address(networks.lookup(address), relation, address, question)
        found += pointer_signals(facts, host, (address,))
    return tuple(found)


def pointer_signals(facts: Facts, host: str, listed: Iterable[str]) -> tuple[Signal, ...]:
    """The reverse names of these addresses of a host."""
    pointers = [Question(reverse_name(address), "PTR") for address in listed]
    return tuple(
        [
            Signal("ptr", canonical(name), DomainName(host), pointer)
            for pointer in pointers
            for name in answers(facts, pointer.name, "PTR")
        ]
    )


def of_address(
    network: Network | None,
    relation: str,
    address: str,
    question: Question,
    told_by: Question | None = None,
) -> tuple[Signal, ...]:
    """The network that originates an address of the host asked about, where one does, and the
    address itself. `told_by`: the question to a registry that named the network, if the table did
    not.
    """
    itself = Signal("address", address, question.name, question)
    if network is None:
        return (itself,)
    shown = told_by or question
    origin = Signal(f"{relation}-address-as", str(network.asn), question.name, shown)
    return (origin, itself)


def registered_networks(facts: Facts, address: str) -> tuple[Network, ...]:
    """The networks that a registry named for an address: each origin, with holder and country."""
    told: dict[str, list[str]] = defaultdict(list)
    for text in answers(facts, address, RDAP):
        key, _, value = text.partition(" ")
        told[key].append(value)
    holder, *_ = (*told["organisation"], *told["holder"], "")
    country, *_ = (*told["country"], "")
    numbers = sorted(int(number) for number in told["asn"] if number.isdigit())
    return tuple(Network(number, holder, country) for number in numbers)


def alias_signals(facts: Facts, host: str, kind: str) -> tuple[Signal, ...]:
    """The CNAME targets on the way to a host's addresses."""
    return tuple(
        Signal(kind, target, DomainName(host), question)
        for target, question in alias_chain(facts, host)
    )


def sender_signals(domain: str, named: Iterable[spf.Mention]) -> tuple[Signal, ...]:
    """The domains that the SPF tree names, each once."""
    return tuple(
        [Signal("spf-include", term.domain, DomainName(domain), asked) for term, asked in named]
    )


def zone_signals(facts: Facts, zone: str) -> tuple[Signal, ...]:
    """The primary server and the responsible mailbox of the SOA record, as names (RFC 1035 section
    3.3.13).
    """
    question = Question(DomainName(zone), "SOA")
    fields = next(iter(answers(facts, zone, "SOA")), "").split()
    if len(fields) < 2:
        return ()
    kinds = ("soa-mname", "soa-rname")
    return tuple(
        Signal(kind, canonical(value), DomainName(zone), question)
        for kind, value in zip(kinds, fields, strict=False)
    )


def every_signal(
    facts: Facts, networks: AddressTable, domain: str, zone: str, probes: Iterable[Probe]
) -> Iterator[Signal]:
    """All that can be read about a target; what no rule knows is the next contributor's list of
    work.
    """
    mail = Question(DomainName(domain), "MX")
    for answer in answers(facts, domain, "MX"):
        host = canonical(answer.partition(" ")[2])
        yield Signal("mx-host", host, DomainName(domain), mail)
        yield from address_signals(facts, networks, host, "mx")
    apex, servers = name_servers(facts, zone, domain)
    for host in servers:
        yield Signal("ns-host", host, DomainName(domain), Question(apex, "NS"))
        yield from address_signals(facts, networks, host, "ns")
    for name in web_names(domain):
        yield from alias_signals(facts, name, "cname-target")
        yield from header_signals(facts, name)
        yield from address_signals(facts, networks, name, "web")
    yield from dkim_signals(facts, domain, probes)
    yield from tenant_signals(facts, domain, probes)
    yield from mta_sts_signals(facts, domain)
    yield from autodiscover_signals(facts, domain)
    yield from sender_signals(domain, spf.read(facts, domain).names)
