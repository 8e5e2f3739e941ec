"""Readings of observations: what a host name, an address, a DKIM selector or an SPF record lets us
see.

A signal carries the relation it was seen in: the AS of an MX host's address is another kind than
that of a web address, since routing is no mailbox. Nothing here judges.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from sovscan.core import spf
from sovscan.core.facts import (
    Facts,
    addresses,
    alias_chain,
    answers,
    control_label,
    is_synthetic,
    name_servers,
    observation,
    outcome,
    reverse_name,
)
from sovscan.core.model import DomainName, Outcome, Question, Signal, Target
from sovscan.core.names import canonical, within
from sovscan.core.registry import AddressTable, Network, Probe

AUTODISCOVER = "autodiscover"
RDAP = "RDAP"
WEB_TYPES = ("WEB-HTTPS", "WEB-HTTP")
HEADER = "header "
LOCATION = "location "
PARKED = "parked "
MAIL_DOMAIN = "mail-domain "
"""Questions beside the DNS, and how the facts of a page begin that are read here."""
MOST_ALIASES = 4
MOST_MAIL_DOMAINS = 3
"""Domains of published addresses that are asked about."""
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


def registered_network(facts: Facts, address: str) -> Network | None:
    """The network that a registry named for an address, where it named one and no more."""
    found = registered_networks(facts, address)
    return found[0] if len(found) == 1 else None


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


def header_signals(facts: Facts, host: str) -> tuple[Signal, ...]:
    """The response headers of a host's page, as `name: value` in lower case; HTTPS before HTTP."""
    for rtype in WEB_TYPES:
        lines = _page_facts(facts, host, rtype, HEADER)
        if lines:
            question = Question(DomainName(host), rtype)
            return tuple(
                [Signal("http-header", line.lower(), question.name, question) for line in lines]
            )
    return ()


def page_facts(facts: Facts, host: str, key: str) -> tuple[str, ...]:
    """The values of one kind of fact of a host's page; that of HTTPS, where it answered."""
    rtype = next((each for each in WEB_TYPES if answers(facts, host, each)), WEB_TYPES[0])
    return _page_facts(facts, host, rtype, key)


def _page_facts(facts: Facts, host: str, rtype: str, key: str) -> tuple[str, ...]:
    texts = answers(facts, host, rtype)
    return tuple([text.removeprefix(key) for text in texts if text.startswith(key)])


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
        if probe.is_vendors:
            continue
        name = probe.at(domain)
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


def tenant_signals(facts: Facts, domain: str, probes: Iterable[Probe]) -> tuple[Signal, ...]:
    """The names that a vendor keeps for this very domain, as far as they have an address, and a
    name that nobody has is seen to have none.
    """
    found = []
    for probe in probes:
        if probe.is_vendors and answers(facts, probe.at(domain), probe.type):
            control = probe.beside(control_label(probe, domain), domain)
            if outcome(facts, control, probe.type) is Outcome.ABSENT:
                question = Question(probe.at(domain), probe.type)
                found.append(Signal("tenant-host", question.name, DomainName(domain), question))
    return tuple(found)


def autodiscover_signals(facts: Facts, domain: str) -> tuple[Signal, ...]:
    """Where mail programs are sent for their settings: the CNAME at autodiscover, and the SRV
    record.
    """
    alias, service = client_questions(domain)
    readings = (
        ("autodiscover-target", alias, canonical),
        ("autodiscover-srv", service, _srv_target),
    )
    return tuple(
        Signal(kind, end, DomainName(domain), shown)
        for kind, question, read in readings
        if not is_synthetic(facts, question, domain)
        for value in _values(facts, question, read)
        for end, shown in followed(facts, value, question)
    )


def client_questions(domain: str) -> tuple[Question, Question]:
    """The two ways in which mail programs are told where to go."""
    return (
        Question(DomainName(f"{AUTODISCOVER}.{domain}"), "CNAME"),
        Question(DomainName(f"{AUTODISCOVER_SRV}.{domain}"), "SRV"),
    )


def followed(
    facts: Facts, name: DomainName, question: Question
) -> tuple[tuple[DomainName, Question], ...]:
    """The name and those to which it is itself an alias, with the question that showed each."""
    met = [(name, question)]
    while len(met) <= MOST_ALIASES:
        further = Question(met[-1][0], "CNAME")
        above = next(iter(answers(facts, *further)), None)
        if above is None or canonical(above) in {seen for seen, _ in met}:
            break
        met.append((canonical(above), further))
    return tuple(met)


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


def mail_domains(facts: Facts, target: Target) -> tuple[DomainName, ...]:
    """Other domains at which a body may receive mail: the one that its list names, then those of
    the addresses that its pages publish.
    """
    published = (
        DomainName(name)
        for host in web_names(target.domain)
        for name in page_facts(facts, host, MAIL_DOMAIN)
    )
    found = dict.fromkeys((*filter(None, (target.mail_domain,)), *published))
    others = [name for name in found if not within(name, target.zone)]
    return tuple(others[:MOST_MAIL_DOMAINS])


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
    yield from tenant_signals(facts, domain, probes)
    yield from autodiscover_signals(facts, domain)
    yield from sender_signals(domain, spf.walk(facts, domain))


def _is_key(text: str) -> bool:
    """Is this a DKIM key? An empty one is revoked (RFC 6376 section 3.6.1)."""
    tags = (tag.partition("=") for tag in text.split(";"))
    return any(name.strip().lower() == "p" and value.strip() for name, _, value in tags)


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
