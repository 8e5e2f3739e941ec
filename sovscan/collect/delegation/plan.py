"""What is needed to look at the delegation of a target's zone, as a pure function of what is known
so far: first the parent's servers and all addresses, from the recursive resolver; then the look.
"""

from collections.abc import Iterator

from sovscan.collect.delegation.terms import DELEGATION, MAX_PARENTS, MAX_SERVERS
from sovscan.core.facts import ADDRESS_TYPES, Facts, name_servers
from sovscan.core.model import DomainName, Question, Target


def delegation_questions(target: Target, facts: Facts) -> Iterator[Question]:
    """The look at the zone that holds the target's domain, where that has name servers, and the
    questions that it waits for. The parent's are the same for all bodies below it.
    """
    zone, hosts = name_servers(facts, target.zone, target.domain)
    if not hosts:
        return
    needed = tuple(_needed(zone, facts))
    yield from needed
    if all(each in facts for each in needed):
        yield Question(zone, DELEGATION)


def parent_of(zone: str) -> DomainName | None:
    """The name above a zone; None for the root, which is not asked."""
    return DomainName(zone.partition(".")[2]) or None


def servers_of(facts: Facts, zone: str) -> tuple[DomainName, ...]:
    """The servers that a zone names itself, as the recursive resolver gave them."""
    return name_servers(facts, zone, zone)[1]


def parents_of(facts: Facts, zone: str) -> tuple[DomainName, ...]:
    """The servers of the parent that are asked; none where the name above is no zone."""
    parent = parent_of(zone)
    return servers_of(facts, parent)[:MAX_PARENTS] if parent else ()


def _needed(zone: str, facts: Facts) -> Iterator[Question]:
    parent = parent_of(zone)
    if parent:
        yield Question(parent, "NS")
    for host in (*servers_of(facts, zone)[:MAX_SERVERS], *parents_of(facts, zone)):
        yield from (Question(host, rtype) for rtype in ADDRESS_TYPES)
