"""Readings of observations: what a host name, an address, a DKIM selector or an SPF record lets us
see.

A signal carries the relation it was seen in: the AS of an MX host's address is another kind than
that of a web address, since routing is no mailbox. Nothing here judges.
"""

from collections.abc import Callable, Iterable, Iterator

from sovscan.core import spf
from sovscan.core.facts import (
    Facts,
    addresses,
    alias_chain,
    answers,
    is_synthetic,
    name_servers,
    observation,
    reverse_name,
)
from sovscan.core.model import DomainName, Outcome, Question, Signal
from sovscan.core.names import canonical
from sovscan.core.registry import AddressTable, Network, Probe

AUTODISCOVER = "autodiscover"
RDAP = "RDAP"
WEB_TYPES = ("WEB-HTTPS", "WEB-HTTP")
HEADER = "header "
"""Questions beside the DNS, and how the fact of a response header begins."""
AUTODISCOVER_SRV = "_autodiscover._tcp"


def address_signals(
    facts: Facts, networks: AddressTable, host: str, relation: str
) -> tuple[Signal, ...]:
    """Of each address of a host: its origin AS as `relation`-address-as, the address, and its
    reverse names.
    """
    found: list[Signal] = []
    for address, question in addresses(facts, host):
        found += of_address(networks.lookup(address), relation, address, question)
        pointer = Question(reverse_name(address), "PTR")
        found += [
            Signal("ptr", canonical(name), DomainName(host), pointer)
            for name in answers(facts, pointer.name, "PTR")
        ]
    return tuple(found)


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


def registered_network(facts: Facts, address: str) -> Network | None:
    """The network that a registry named for an address: its first origin, holder and country."""
    told: dict[str, str] = {}
    for text in answers(facts, address, RDAP):
        key, _, value = text.partition(" ")
        told.setdefault(key, value)
    number = told.get("asn", "")
    if not number.isdigit():
        return None
    holder = told.get("organisation") or told.get("holder", "")
    return Network(int(number), holder, told.get("country", ""))


def header_signals(facts: Facts, host: str) -> tuple[Signal, ...]:
    """The response headers of a host's page, as `name: value` in lower case; HTTPS before HTTP."""
    for rtype in WEB_TYPES:
        lines = [text for text in answers(facts, host, rtype) if text.startswith(HEADER)]
        if lines:
            question = Question(DomainName(host), rtype)
            return tuple(
                Signal("http-header", line.removeprefix(HEADER).lower(), question.name, question)
                for line in lines
            )
    return ()


def alias_signals(facts: Facts, host: str, kind: str) -> tuple[Signal, ...]:
    """The CNAME targets on the way to a host's addresses."""
    return tuple(
        Signal(kind, target, DomainName(host), question)
        for target, question in alias_chain(facts, host)
    )


def dkim_signals(facts: Facts, domain: str, probes: Iterable[Probe]) -> tuple[Signal, ...]:
    """Where the declared DKIM selectors point (CNAME), or which of them hold a key of their own
    (TXT, RFC 6376).
    """
    found = []
    for probe in probes:
        name = DomainName(f"{probe.name}.{domain}")
        seen = answers(facts, name, probe.type)
        if not seen:
            continue
        question = Question(name, probe.type)
        if is_synthetic(facts, question, domain):
            continue
        for answer in seen:
            if probe.type == "CNAME":
                found.append(Signal("dkim-target", canonical(answer), DomainName(domain), question))
            elif _is_key(answer):
                found.append(
                    Signal(
                        "dkim-selector", probe.name.partition(".")[0], DomainName(domain), question
                    )
                )
    return tuple(found)


def autodiscover_signals(facts: Facts, domain: str) -> tuple[Signal, ...]:
    """Where mail programs are sent for their settings: the CNAME at autodiscover, and the SRV
    record.
    """
    alias = Question(DomainName(f"{AUTODISCOVER}.{domain}"), "CNAME")
    service = Question(DomainName(f"{AUTODISCOVER_SRV}.{domain}"), "SRV")
    readings = (
        ("autodiscover-target", alias, canonical),
        ("autodiscover-srv", service, _srv_target),
    )
    return tuple(
        Signal(kind, value, DomainName(domain), question)
        for kind, question, read in readings
        if not is_synthetic(facts, question, domain)
        for value in _values(facts, question, read)
    )


def sender_signals(domain: str, met: Iterable[spf.Mention]) -> tuple[Signal, ...]:
    """The domains that the SPF tree names, each once. `met`: what the walk through it came by."""
    named: dict[DomainName, Question] = {}
    for term, question in met:
        if term.domain:
            named.setdefault(term.domain, question)
    return tuple(
        Signal("spf-include", value, DomainName(domain), question)
        for value, question in named.items()
    )


def token_signals(facts: Facts, domain: str) -> tuple[Signal, ...]:
    """The keys of verification tokens in the domain's TXT records: the part before the first "=",
    lower case.
    """
    question = Question(DomainName(domain), "TXT")
    keys = {
        text.partition("=")[0].strip().lower()
        for text in answers(facts, domain, "TXT")
        if "=" in text
    }
    return tuple(
        Signal("txt-token", key, DomainName(domain), question) for key in sorted(keys - {"v", ""})
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


def web_names(domain: str) -> tuple[DomainName, ...]:
    """The names under which a body's web site is looked for, the usual front first."""
    return DomainName(f"www.{domain}"), DomainName(domain)


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
    yield from autodiscover_signals(facts, domain)
    yield from sender_signals(domain, spf.walk(facts, domain))


def _is_key(text: str) -> bool:
    tags = {tag.partition("=")[0].strip().lower() for tag in text.split(";")}
    return "p" in tags


def _srv_target(answer: str) -> DomainName:
    return canonical(answer.rpartition(" ")[2])


def _values(
    facts: Facts, question: Question, read: Callable[[str], DomainName]
) -> tuple[DomainName, ...]:
    """The targets of a probe; a CNAME counts although its target does not resolve; "." is no
    target.
    """
    found = observation(facts, question.name, question.type)
    if found is None or found.outcome is not Outcome.SEEN:
        return ()
    return tuple(value for value in dict.fromkeys(map(read, found.answers)) if value != ".")
