"""Findings that every service can have: what was not asked or failed, and what is not there."""

from sovscan.core.facts import Facts, observation
from sovscan.core.model import (
    Attribution,
    DomainName,
    Evidence,
    Finding,
    Question,
    Reason,
    RuleId,
    Service,
    Signal,
    Strength,
)

FAILED = RuleId("core#failed")
NO_RECORD = RuleId("core#no-record")


def unobserved(service: Service, facts: Facts, name: str, rtype: str) -> Attribution:
    """The question that decides this service failed or was not asked: nothing is claimed."""
    found = observation(facts, name, rtype)
    detail, fault = (found.detail, found.fault.value) if found else ("not-asked", "none")
    question = Question(DomainName(name), rtype)
    reason = Reason(
        "unobserved", (("name", name), ("type", rtype), ("detail", detail), ("fault", fault))
    )
    evidence = (Evidence(FAILED, Signal("failure", detail, question.name, question), Strength.HINT),)
    return Attribution(service, Finding.UNOBSERVED, reasons=(reason,), evidence=evidence)


def without_service(service: Service, code: str, signals: tuple[Signal, ...]) -> Attribution:
    """The body does not have this service; `signals` show that."""
    evidence = tuple(Evidence(NO_RECORD, signal, Strength.CONCLUSIVE) for signal in signals)
    return Attribution(service, Finding.NO_SERVICE, reasons=(Reason(code),), evidence=evidence)
