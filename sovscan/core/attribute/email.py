"""E-mail: who receives (inbound), who stores (mailbox), who stands by (backup), who sends in the
body's name.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sovscan.core import spf
from sovscan.core.attribute.host import identify
from sovscan.core.attribute.mailbox import Mailbox, find_mailbox
from sovscan.core.attribute.plain import unobserved
from sovscan.core.attribute.standing import UNRECOGNISED, Standing, spread
from sovscan.core.context import Knowledge
from sovscan.core.facts import (
    UNANSWERED,
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
from sovscan.core.names import is_address, may_take_mail, within
from sovscan.core.pages import mail_domains
from sovscan.core.signals import sender_signals

NULL_MX = RuleId("core#null-mx")
NO_MAIL_DECLARED = RuleId("core#no-mail-declared")
NO_MX = RuleId("core#no-mx")


def attribute_email(target: Target, facts: Facts, knowledge: Knowledge) -> Attribution:
    """The parties of a body's mail, by preference and by what shows behind the front."""
    if outcome(facts, target.domain, "MX") in UNANSWERED:
        return unobserved(Service.EMAIL, facts, target.domain, "MX")
    exchangers = mail_exchangers(facts, target.domain)
    tree = spf.read(facts, target.domain)
    named = sender_signals(target.domain, tree.names)
    usable = tuple(mx for mx in exchangers if may_take_mail(mx.host))
    if not usable:
        senders = _senders(named, knowledge)
        return _without_front(target, facts, knowledge, exchangers, senders)
    odd = _oddities(exchangers) if len(usable) < len(exchangers) else ()
    limits = [Reason(f"spf-{state}") for state in tree.states]
    if tree.passes_all:
        limits.append(Reason("spf-passes-all"))
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
    senders = _senders(named, knowledge)
    unsigned = tuple(_without_sign((*inbound, *backups), mailbox, senders, knowledge))
    fronts = [_seconded(party, senders) for party in inbound]
    parties = (*fronts, *(_doubted(party, unsigned) for party in mailbox.parties), *backups)
    named_by_hosts = (each for held in standings.values() for s in held for each in s.conflicts)
    return Attribution(
        service=Service.EMAIL,
        finding=_overall(mailbox.parties),
        parties=(*parties, *senders),
        reasons=(*reasons, *_bypass(receiving), *_tenants(mailbox, knowledge)),
        conflicts=(
            *mailbox.conflicts,
            *dict.fromkeys(named_by_hosts),
            *unsigned,
        ),
    )


def _doubted(party: Party, unsigned: tuple[Reason, ...]) -> Party:
    """An own mailbox, where SPF lets a mailbox vendor send: some may be there, which nobody can
    see.
    """
    if party.finding is Finding.OWN and unsigned:
        return replace(party, confidence=Confidence.POSSIBLE)
    return party


def _seconded(party: Party, senders: tuple[Party, ...]) -> Party:
    """A front whose vendor SPF names too: that corroborates, and changes nothing."""
    told = [e for each in senders if each.vendor == party.vendor for e in each.evidence]
    return replace(party, evidence=(*party.evidence, *told)) if told and party.vendor else party


def _tenants(mailbox: Mailbox, knowledge: Knowledge) -> Iterable[Reason]:
    """Vendors at which the body has verified its domain, and keeps no mailbox as far as is seen."""
    holders = {party.vendor for party in mailbox.parties}
    for signal in mailbox.verified:
        for hit in knowledge.hits(signal, Role.MAILBOX):
            if hit.vendor.id not in holders:
                said = (("vendor", hit.vendor.id), ("signal", signal.kind))
                yield Reason("tenant", (*said, ("value", signal.value)))


def _bypass(front: tuple[Standing, ...]) -> tuple[Reason, ...]:
    """A filter and a mailbox vendor's own host at the same preference: mail may pass the filter
    by.
    """
    roles = {each.hit.fingerprint.role for each in front if each.hit is not None}
    hosts = [
        each.evidence[0].signal.value
        for each in front
        if each.hit is not None and each.hit.fingerprint.role is Role.MAILBOX
    ]
    if roles != {Role.INBOUND, Role.MAILBOX}:
        return ()
    return tuple(Reason("gateway-bypass", (("host", host),)) for host in dict.fromkeys(hosts))


def _without_sign(
    parties: tuple[Party, ...], mailbox: Mailbox, senders: tuple[Party, ...], knowledge: Knowledge
) -> Iterable[Reason]:
    """SPF lets a mailbox vendor send, and nothing else shows that vendor."""
    shown = {party.vendor for party in (*parties, *mailbox.parties)} | mailbox.named
    found = tuple(str(party.vendor or party.finding.value.lower()) for party in mailbox.parties)
    for sender in senders:
        if sender.vendor in knowledge.rules.mailbox_vendors and sender.vendor not in shown:
            signal = sender.evidence[0].signal
            said = (("says", str(sender.vendor)), ("signal", signal.kind), ("value", signal.value))
            yield Reason("sender-without-sign", (*said, *(("found", each) for each in found)))


def _standings(
    mx: MailExchanger, target: Target, facts: Facts, knowledge: Knowledge
) -> tuple[Standing, ...]:
    named = Signal("mx-host", mx.host, target.domain, Question(target.domain, "MX"))
    return identify(named, "mx", (Role.MAILBOX, Role.INBOUND), target, facts, knowledge)


def _overall(mailboxes: tuple[Party, ...]) -> Finding:
    """The service is called by its mailbox: that is where the mail is. Own servers beside a
    vendor's are no contradiction.
    """
    findings = {party.finding for party in mailboxes}
    if findings == {Finding.ATTRIBUTED, Finding.OWN}:
        return Finding.ATTRIBUTED
    return findings.pop() if len(findings) == 1 else Finding.CONFLICTING


def _without_front(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    exchangers: tuple[MailExchanger, ...],
    senders: tuple[Party, ...],
) -> Attribution:
    """No MX that can receive: no mail by declaration, an implicit MX (RFC 5321 section 5.1), or
    simply unknown.
    """
    domain = target.domain
    question = Question(domain, "MX")
    elsewhere = _elsewhere(target, facts, knowledge)
    if exchangers and all(mx.host == "." for mx in exchangers):
        return _no_mail(NULL_MX, Signal("mx-host", ".", domain, question), senders, elsewhere)
    policies = spf.records(answers(facts, domain, "TXT"))
    if not exchangers and len(policies) == 1 and spf.denies_all(policies[0]):
        return _no_mail(
            NO_MAIL_DECLARED,
            Signal("spf", "-all", domain, Question(domain, "TXT")),
            senders,
            elsewhere,
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
        reasons=(Reason(code), *_oddities(exchangers), *elsewhere),
        evidence=seen or (absent,),
    )


def _elsewhere(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Reason, ...]:
    """Other domains at which the body may receive mail, and who receives it there: a hint. Nothing
    is assumed of the body from it.
    """
    found = []
    for name in mail_domains(facts, target):
        question = Question(name, "MX")
        signals = [
            Signal("mx-host", mx.host, name, question) for mx in mail_exchangers(facts, name)
        ]
        hits = (hit for s in signals for hit in knowledge.hits(s, Role.MAILBOX, Role.INBOUND))
        vendors = list(dict.fromkeys(hit.vendor.id for hit in hits)) or [VendorId("?")]
        said = (("domain", name), *(("vendor", vendor) for vendor in vendors))
        found.append(Reason("mail-elsewhere", said))
    return tuple(found)


def _no_mail(
    rule: RuleId, signal: Signal, senders: tuple[Party, ...], elsewhere: tuple[Reason, ...]
) -> Attribution:
    return Attribution(
        service=Service.EMAIL,
        finding=Finding.NO_SERVICE,
        parties=senders,
        reasons=(Reason(rule.partition("#")[2]), *elsewhere),
        evidence=(Evidence(rule, signal, Strength.CONCLUSIVE),),
    )


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
