"""From facts to parties, one file per service. The rules are told in docs/rules.md."""

from sovscan.core.attribute.cdn import attribute_cdn
from sovscan.core.attribute.dns import attribute_dns
from sovscan.core.attribute.email import attribute_email
from sovscan.core.attribute.hosting import attribute_hosting
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import Attribution, Target

__all__ = ["attribute"]


def attribute(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Attribution, ...]:
    """The parties of each of the four services of a body."""
    return tuple(
        judge(target, facts, knowledge) for judge in (attribute_email, attribute_hosting, attribute_dns, attribute_cdn)
    )
