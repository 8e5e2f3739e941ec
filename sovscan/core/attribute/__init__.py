"""From facts to parties, one file per service. The rules are told in docs/rules.md."""

from sovscan.core.attribute.cdn import attribute_cdn
from sovscan.core.attribute.dns import attribute_dns
from sovscan.core.attribute.email import attribute_email
from sovscan.core.attribute.hosting import attribute_hosting
from sovscan.core.attribute.plain import nonexistent
from sovscan.core.attribute.web import sites
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import Attribution, Finding, Service, Target

__all__ = ["attribute"]


def attribute(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Attribution, ...]:
    """The parties of each of the four services of a body."""
    if (gone := nonexistent(target, facts)) is not None:
        return tuple(
            Attribution(service, Finding.UNKNOWN, reasons=gone.reasons, evidence=gone.evidence)
            for service in Service
        )
    found = sites(target, facts, knowledge)
    return (
        attribute_email(target, facts, knowledge),
        attribute_hosting(target, facts, knowledge, found),
        attribute_dns(target, facts, knowledge),
        attribute_cdn(target, facts, found),
    )
