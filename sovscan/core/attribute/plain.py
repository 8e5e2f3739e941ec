"""Findings that every service can have: what was not asked or failed, and what is not there."""

from sovscan.core.facts import Facts, observation, outcome
from sovscan.core.model import (
    Attribution,
    DomainName,
    Evidence,
    Finding,
    Outcome,
    Question,
    Reason,
    RuleId,
    Service,
    Signal,
    Strength,
    Target,
)

FAILED = RuleId("core#failed")
NO_RECORD = RuleId("core#no-record")
NO_SUCH_DOMAIN = RuleId("core#no-such-domain")

APEX_TYPES = ("A", "AAAA", "NS", "SOA", "TXT")
"""Records that a name that is in use has, some or all of them."""


def unobserved(service: Service, facts: Facts, name: str, rtype: str) -> Attribution:
    """The question that decides this service failed or was not asked: nothing is claimed."""
    reason = not_answered(facts, name, rtype)
    detail = dict(reason.facts)["detail"]
    question = Question(DomainName(name), rtype)
    evidence = (
        Evidence(FAILED, Signal("failure", detail, question.name, question), Strength.HINT),
    )
    return Attribution(service, Finding.UNOBSERVED, reasons=(reason,), evidence=evidence)


def not_answered(facts: Facts, name: str, rtype: str) -> Reason:
    """What became of a question that was not answered, and by whose fault."""
    found = observation(facts, name, rtype)
    detail, fault = (found.detail, found.fault.value) if found else ("not-asked", "none")
    return Reason(
        "unobserved", (("name", name), ("type", rtype), ("detail", detail), ("fault", fault))
    )


def without_service(service: Service, code: str, signals: tuple[Signal, ...]) -> Attribution:
    """The body does not have this service; `signals` show that."""
    evidence = tuple(Evidence(NO_RECORD, signal, Strength.CONCLUSIVE) for signal in signals)
    return Attribution(service, Finding.NO_SERVICE, reasons=(Reason(code),), evidence=evidence)


def nonexistent(target: Target, facts: Facts) -> Attribution | None:
    """The domain itself does not exist (NXDOMAIN): a wrong or a lost name, of which nothing can be
    said. An alias whose target is gone does exist itself, and so does a name that has any record:
    some servers deny a name for the types that they do not know (RFC 4074).
    """
    found = observation(facts, target.domain, "MX")
    if found is None or found.detail != "NXDOMAIN" or found.aliases:
        return None
    if any(outcome(facts, target.domain, rtype) is Outcome.SEEN for rtype in APEX_TYPES):
        return None
    signal = Signal("name", target.domain, target.domain, found.question)
    evidence = (Evidence(NO_SUCH_DOMAIN, signal, Strength.CONCLUSIVE),)
    return Attribution(
        Service.EMAIL, Finding.UNKNOWN, reasons=(Reason("no-such-domain"),), evidence=evidence
    )
