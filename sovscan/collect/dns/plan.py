"""Which questions a target needs, as a pure function of what is known so far.

Called again whenever the questions of the last wave are answered; when it wants nothing new, the
target is done.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from sovscan.core import spf
from sovscan.core.facts import (
    ADDRESS_TYPES,
    Facts,
    addresses,
    control_label,
    mail_exchangers,
    name_servers,
    outcome,
    random_label,
    reverse_name,
)
from sovscan.core.mail_signals import AUTODISCOVER_SRV, client_questions, client_targets
from sovscan.core.model import DomainName, Outcome, Question, Target
from sovscan.core.names import parents, within
from sovscan.core.pages import mail_domains, web_names
from sovscan.core.registry import Probe
from sovscan.suffixes import registrable

MAX_HOSTS = 16
"""MX or NS hosts looked at per domain; more than any honest zone has."""

MAX_ADDRESSES = 8
"""Addresses per host whose reverse names are asked for."""

APEX_TYPES = ("MX", "NS", "SOA", "TXT", *ADDRESS_TYPES, "CAA", "DS", "HTTPS")
POLICY_NAMES = ("_dmarc", "_mta-sts", "_smtp._tls")


def plan(target: Target, facts: Facts, probes: Iterable[Probe]) -> tuple[Question, ...]:
    """Every question now known to be needed, whether answered or not, each once."""
    apex = first(target)
    if not is_worth_more(apex, facts):
        return apex
    return tuple(dict.fromkeys((*apex, *below(target, probes), *grown(target, facts))))


def first(target: Target) -> tuple[Question, ...]:
    """What is asked of every body: the records of its domain itself."""
    return tuple(Question(target.domain, rtype) for rtype in APEX_TYPES)


def grown(target: Target, facts: Facts) -> Iterator[Question]:
    """What the answers make one ask; more after each wave."""
    yield from _zone(target, facts)
    yield from _hosts(target, facts)
    yield from _holders(target, facts)
    yield from _clients(target, facts)
    yield from _mail_elsewhere(target, facts)
    yield from spf.read(facts, target.domain).wanted


def is_worth_more(apex: tuple[Question, ...], facts: Facts) -> bool:
    """Is the first wave answered, and does the name exist? Below a name that does not exist nothing
    does (RFC 8020); but some servers deny a name for the types that they do not know (RFC 4074).
    """
    found = [facts[question] for question in apex if question in facts]
    if len(found) < len(apex):
        return False
    if any(each.outcome is Outcome.SEEN for each in found):
        return True
    absent = [each for each in found if each.outcome is Outcome.ABSENT]
    return bool(absent) and all(each.detail != "NXDOMAIN" or each.aliases for each in absent)


def below(target: Target, probes: Iterable[Probe]) -> Iterator[Question]:
    """The fixed names below the domain: web, policies, autodiscover, the vendors' probes, and the
    random labels.
    """
    domain = target.domain
    for name in web_names(domain):
        yield from (Question(name, rtype) for rtype in ADDRESS_TYPES)
    yield from (Question(DomainName(f"{name}.{domain}"), "TXT") for name in POLICY_NAMES)
    yield from client_questions(domain)
    yield from (Question(probe.at(domain), probe.type) for probe in probes)
    yield from _wildcards(domain, probes)


def _wildcards(domain: str, probes: Iterable[Probe]) -> Iterator[Question]:
    """A label nobody has, beside each kind of probe, with the probe's type: what answers there is
    synthetic.
    """
    label = random_label(domain)
    yield Question(DomainName(f"{label}.{domain}"), "CNAME")
    yield Question(DomainName(f"{label}.{AUTODISCOVER_SRV.partition('.')[2]}.{domain}"), "SRV")
    for probe in probes:
        yield Question(probe.beside(control_label(probe, domain), domain), probe.type)


def _zone(target: Target, facts: Facts) -> Iterator[Question]:
    """Where the domain is no zone of its own: NS and SOA upwards to the registrable domain, until
    there are some.
    """
    zone, servers = name_servers(facts, target.zone, target.domain)
    if servers and zone == target.domain:
        return
    for parent in parents(target.domain, target.zone):
        yield Question(parent, "NS")
        if servers and parent == zone:
            yield Question(zone, "SOA")
        if parent == zone or Question(parent, "NS") not in facts:
            return


def _holders(target: Target, facts: Facts) -> Iterator[Question]:
    """Where a host that is pointed at does not exist: does its registrable domain? If not, anybody
    may take it.
    """
    exchangers = (mx.host for mx in mail_exchangers(facts, target.domain))
    servers = name_servers(facts, target.zone, target.domain)[1]
    hosts = (*islice(exchangers, MAX_HOSTS), *servers[:MAX_HOSTS], *web_names(target.domain))
    for host in hosts:
        found = facts.get(Question(host, "A"))
        if found is None or found.detail != "NXDOMAIN":
            continue
        name = (host, *found.aliases)[-1]
        if not within(name, target.zone) and registrable(name):
            yield Question(DomainName(registrable(name)), "NS")


def _clients(target: Target, facts: Facts) -> Iterator[Question]:
    """Whether the name to which mail programs are sent is itself an alias: a reseller's, of the
    vendor's.
    """
    for name, _ in client_targets(facts, target.domain):
        yield Question(name, "CNAME")


def _mail_elsewhere(target: Target, facts: Facts) -> Iterator[Question]:
    """Where a domain receives no mail: who receives it at the domains of published addresses, and
    at the one that the list names.
    """
    if outcome(facts, target.domain, "MX") is Outcome.ABSENT:
        yield from (Question(name, "MX") for name in mail_domains(facts, target))


def _hosts(target: Target, facts: Facts) -> Iterator[Question]:
    """Addresses of the MX and NS hosts, and the reverse names of those addresses."""
    exchangers = tuple(mx.host for mx in mail_exchangers(facts, target.domain) if mx.host != ".")
    servers = name_servers(facts, target.zone, target.domain)[1]
    for host in (*exchangers[:MAX_HOSTS], *servers[:MAX_HOSTS]):
        yield from (Question(host, rtype) for rtype in ADDRESS_TYPES)
        for address, _ in addresses(facts, host)[:MAX_ADDRESSES]:
            yield Question(reverse_name(address), "PTR")
