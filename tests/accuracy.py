"""Claims and labels in a few words, for the tests of bench.accuracy."""

from bench.accuracy_model import FOREIGN, Claim, Label


def claim(subject="city.be", role="mailbox", vendor="acme", confidence="likely", **more) -> Claim:
    finding, above = more.pop("finding", "ATTRIBUTED"), more.pop("above", ())
    return Claim(
        subject=subject,
        service=more.pop("service", "email"),
        role=role,
        finding=finding,
        vendor=vendor,
        names=frozenset({vendor, *above} if vendor else {finding.lower()}),
        kind=more.pop("kind", FOREIGN),
        confidence=confidence,
        row={"finding": finding, "vendor": vendor or None},
        **more,
    )


def label(*names, subject="city.be", role="mailbox", **more) -> Label:
    return Label(subject, "email", role, more.pop("kind", FOREIGN), frozenset(names), **more)
