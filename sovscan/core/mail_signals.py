"""Readings that speak of a mailbox: DKIM selectors, autodiscover, names that a vendor keeps for a
domain, a published MTA-STS policy, verification tokens. Nothing here judges.
"""

from collections.abc import Iterable, Iterator

from sovscan.core.facts import Facts, answers, control_label, is_synthetic, outcome
from sovscan.core.model import DomainName, Outcome, Question, Signal
from sovscan.core.names import canonical, within
from sovscan.core.registry import Probe

AUTODISCOVER = "autodiscover"
AUTODISCOVER_SRV = "_autodiscover._tcp"
CLIENT_KINDS = ("autodiscover-target", "autodiscover-srv")
MOST_ALIASES = 4
"""Aliases that are followed from an autodiscover name."""
MTA_STS = "MTA-STS"
"""The type of a look at a published policy (RFC 8461)."""


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
    kinds = zip(CLIENT_KINDS, client_questions(domain), strict=True)
    return tuple(
        Signal(kind, end, DomainName(domain), shown)
        for kind, question in kinds
        if not is_synthetic(facts, question, domain)
        for end, shown in _targets(facts, question, domain)
    )


def client_targets(facts: Facts, domain: str) -> Iterator[tuple[DomainName, Question]]:
    """The same names, each with the question that showed it, whether a wildcard made them up or
    not.
    """
    for question in client_questions(domain):
        yield from _targets(facts, question, domain)


def _targets(
    facts: Facts, question: Question, domain: str
) -> Iterator[tuple[DomainName, Question]]:
    """The names that a CNAME or SRV record leads to; "." is none."""
    seen = answers(facts, *question)
    for name in dict.fromkeys(canonical(answer.rpartition(" ")[2]) for answer in seen):
        if name != ".":
            yield from followed(facts, name, question, domain)


def client_questions(domain: str) -> tuple[Question, Question]:
    """The two ways in which mail programs are told where to go."""
    return (
        Question(DomainName(f"{AUTODISCOVER}.{domain}"), "CNAME"),
        Question(DomainName(f"{AUTODISCOVER_SRV}.{domain}"), "SRV"),
    )


def followed(
    facts: Facts, name: DomainName, question: Question, domain: str
) -> tuple[tuple[DomainName, Question], ...]:
    """The name and those to which it is itself an alias, with the question that showed each; not
    what a wildcard of the domain makes up.
    """
    met = [(name, question)]
    while len(met) <= MOST_ALIASES:
        further = Question(met[-1][0], "CNAME")
        above = next(iter(answers(facts, *further)), None)
        if above is None or canonical(above) in {seen for seen, _ in met}:
            break
        if within(further.name, domain) and is_synthetic(facts, further, domain):
            break
        met.append((canonical(above), further))
    return tuple(met)


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


def mta_sts_signals(facts: Facts, domain: str) -> tuple[Signal, ...]:
    """The hosts that a published policy lets receive mail (RFC 8461 section 3.2); of a pattern,
    what follows its first label. A policy of mode `none` says nothing.
    """
    question = Question(DomainName(f"mta-sts.{domain}"), MTA_STS)
    said = answers(facts, *question)
    if "mode none" in said:
        return ()
    hosts = (text.removeprefix("mx ").removeprefix("*.") for text in said if text.startswith("mx "))
    return tuple([Signal("mta-sts-mx", host, DomainName(domain), question) for host in hosts])


def _is_key(text: str) -> bool:
    """Is this a DKIM key? An empty one is revoked (RFC 6376 section 3.6.1)."""
    tags = (tag.partition("=") for tag in text.split(";"))
    return any(name.strip().lower() == "p" and value.strip() for name, _, value in tags)
