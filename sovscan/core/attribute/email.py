"""E-mail: who receives (inbound), who stores (mailbox), who stands by (backup), who sends in the
body's name.
"""

from collections import defaultdict

from sovscan.core import spf
from sovscan.core.attribute.host import UNRECOGNISED, Standing, identify, spread
from sovscan.core.attribute.mailbox import find_mailbox
from sovscan.core.attribute.plain import unobserved
from sovscan.core.context import Knowledge
from sovscan.core.facts import (
    Facts,
    MailExchanger,
    addresses,
    answers,
    mail_exchangers,
    outcome,
)
from sovscan.core.match import Hit
from sovscan.core.model import (
    Attribution,
    Confidence,
    Evidence,
    Finding,
    Outcome,
    Party,
    Question,
    Reason,
    Role,
    RuleId,
    Service,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import is_address, within
from sovscan.core.signals import sender_signals

NULL_MX = RuleId("core#null-mx")
NO_MAIL_DECLARED = RuleId("core#no-mail-declared")
NO_MX = RuleId("core#no-mx")


def attribute_email(target: Target, facts: Facts, knowledge: Knowledge) -> Attribution:
    """The parties of a body's mail, by preference and by what shows behind the front."""
    if outcome(facts, target.domain, "MX") in {Outcome.FAILED, Outcome.SKIPPED}:
        return unobserved(Service.EMAIL, facts, target.domain, "MX")
    exchangers = mail_exchangers(facts, target.domain)
    met = spf.walk(facts, target.domain)
    named = sender_signals(target.domain, met)
    usable = tuple(mx for mx in exchangers if _is_usable(mx))
    if not usable:
        return _without_front(target, facts, exchangers, _senders(named, knowledge))
    odd = _oddities(exchangers) if len(usable) < len(exchangers) else ()
    limits = [Reason(f"spf-{state}") for state in spf.states(facts, target.domain, met)]
    return _with_front(target, facts, knowledge, usable, named, (*odd, *limits))


def _with_front(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    usable: tuple[MailExchanger, ...],
    named: tuple[Signal, ...],
    reasons: tuple[Reason, ...],
) -> Attribution:
    first = usable[0].preference
    standings = {mx: _standings(mx, target, facts, knowledge) for mx in usable}
    front = tuple(mx for mx in usable if mx.preference == first)
    inbound = spread(
        s.party(Role.INBOUND, 1 / len(front), first) for mx in front for s in standings[mx]
    )
    backups = spread(
        s.party(Role.BACKUP, 0.0, mx.preference)
        for mx in usable
        if mx.preference != first
        for s in standings[mx]
    )
    receiving = tuple([standing for mx in front for standing in standings[mx]])
    mailbox = find_mailbox(target, facts, knowledge, receiving, named)
    return Attribution(
        service=Service.EMAIL,
        finding=_overall(mailbox.parties),
        parties=(*inbound, *mailbox.parties, *backups, *_senders(named, knowledge)),
        reasons=reasons,
        conflicts=mailbox.conflicts,
    )


def _standings(
    mx: MailExchanger, target: Target, facts: Facts, knowledge: Knowledge
) -> tuple[Standing, ...]:
    named = Signal("mx-host", mx.host, target.domain, Question(target.domain, "MX"))
    return identify(named, "mx", (Role.MAILBOX, Role.INBOUND), target, facts, knowledge)


def _overall(mailboxes: tuple[Party, ...]) -> Finding:
    """The service is called by its mailbox: that is where the mail is."""
    findings = {party.finding for party in mailboxes}
    return findings.pop() if len(findings) == 1 else Finding.CONFLICTING


def _without_front(
    target: Target, facts: Facts, exchangers: tuple[MailExchanger, ...], senders: tuple[Party, ...]
) -> Attribution:
    """No MX that can receive: no mail by declaration, an implicit MX (RFC 5321 section 5.1), or
    simply unknown.
    """
    domain = target.domain
    question = Question(domain, "MX")
    if exchangers and all(mx.host == "." for mx in exchangers):
        return _no_mail(NULL_MX, Signal("mx-host", ".", domain, question), senders)
    if not exchangers and any(
        spf.denies_all(text) for text in spf.records(answers(facts, domain, "TXT"))
    ):
        return _no_mail(
            NO_MAIL_DECLARED, Signal("spf", "-all", domain, Question(domain, "TXT")), senders
        )
    seen = tuple(
        Evidence(UNRECOGNISED, Signal("mx-host", mx.host, domain, question), Strength.HINT)
        for mx in exchangers
    )
    absent = Evidence(NO_MX, Signal("mx-host", "", domain, question), Strength.HINT)
    implicit = not exchangers and bool(addresses(facts, domain))
    code = "unusable-mx" if exchangers else "implicit-mx" if implicit else "no-mx"
    return Attribution(
        service=Service.EMAIL,
        finding=Finding.UNKNOWN,
        parties=senders,
        reasons=(Reason(code), *_oddities(exchangers)),
        evidence=seen or (absent,),
    )


def _no_mail(rule: RuleId, signal: Signal, senders: tuple[Party, ...]) -> Attribution:
    return Attribution(
        service=Service.EMAIL,
        finding=Finding.NO_SERVICE,
        parties=senders,
        reasons=(Reason(rule.partition("#")[2]),),
        evidence=(Evidence(rule, signal, Strength.CONCLUSIVE),),
    )


def _is_usable(mx: MailExchanger) -> bool:
    """Not a null MX, not an address where a name belongs (RFC 5321), not a name that can never
    exist (RFC 6761).
    """
    return mx.host != "." and not is_address(mx.host) and not within(mx.host, "invalid")


def _oddities(exchangers: tuple[MailExchanger, ...]) -> tuple[Reason, ...]:
    hosts = [mx.host for mx in exchangers]
    odd = (
        ("null-mx-beside-others", [h for h in hosts if h == "." and len(hosts) > 1]),
        ("mx-is-address", [h for h in hosts if is_address(h)]),
        ("mx-is-invalid-name", [h for h in hosts if within(h, "invalid")]),
    )
    return tuple(Reason(code, (("host", host),)) for code, found in odd for host in found)


def _senders(named: tuple[Signal, ...], knowledge: Knowledge) -> tuple[Party, ...]:
    """Who may send in the domain's name. Listed, never scored: a sender shows no mailbox."""
    found: dict[VendorId, list[tuple[Signal, Hit]]] = defaultdict(list)
    for signal in named:
        for hit in knowledge.hits(signal, Role.SENDER):
            found[hit.vendor.id].append((signal, hit))
    return tuple(
        Party(
            role=Role.SENDER,
            finding=Finding.ATTRIBUTED,
            share=0.0,
            vendor=vendor,
            operator=hits[0][1].vendor.operator,
            confidence=Confidence.POSSIBLE,
            evidence=tuple(hit.evidence(signal) for signal, hit in hits),
        )
        for vendor, hits in sorted(found.items())
    )
