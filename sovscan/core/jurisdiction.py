"""Who can reach a vendor: from its operator through majority owners to the controller, on a given
day.

An EU subsidiary of a foreign group is under that group's control, wherever its machines stand
(DICTU test,
CLOUD Act: possession, custody or control). Where a machine stands is shown and never lowers a risk.
"""

from functools import lru_cache

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.model import EntityId, Link, Reach, Reason, VendorId
from sovscan.core.registry import Binding, Entity, EntityKind, Holding, Law, Owner, Policy

NOTABLE_MINORITY = 24.0
"""Percent: above this, ANSSI SecNumCloud 3.2 par. 19.6 no longer accepts one holder from outside
the EU."""

HALF = 50.0

OPEN_TIER = "TU"
"""Somebody stands above the last entity on record, and nobody knows who: control is unknown."""

REMEMBERED = 4096
"""Vendors whose chain is climbed only once: as seen from home, and from everywhere else."""

MEMBER_STATE_LAW = "EU"
MEMBER_STATES = "T1"


def reach(vendor: VendorId, home: str | None, knowledge: Knowledge, criteria: Criteria) -> Reach:
    """The chain above a vendor on the day of the criteria, and what follows from it for a body in
    country `home`.
    """
    abroad = _reach(vendor, None, knowledge, criteria)
    return abroad if abroad.country != home else _reach(vendor, home, knowledge, criteria)


@lru_cache(maxsize=REMEMBERED)
def _reach(vendor: VendorId, home: str | None, knowledge: Knowledge, criteria: Criteria) -> Reach:
    entities, edges = _climb(knowledge.vendors[vendor].operator, knowledge, criteria)
    top = entities[-1]
    policy = criteria.policy
    is_open = top.open_ownership
    return Reach(
        vendor=vendor,
        name=knowledge.vendors[vendor].name,
        chain=tuple(
            _link(entity, edge) for entity, edge in zip(entities, (*edges, None), strict=True)
        ),
        controller=top.id,
        country=top.country,
        tier=OPEN_TIER if is_open else policy.tier(top.country, home),
        european=not is_open and policy.counts(top.country, home),
        big_tech=any(entity.big_tech is not None for entity in entities)
        and not policy.counts(top.country, home),
        laws=tuple(law.id for law in knowledge.laws if _binds(law, entities, criteria)),
        notes=_notes(entities, edges, criteria),
    )


def controlling(entity: Entity, criteria: Criteria) -> Owner | None:
    """The majority owner on that day. Half is no majority: a joint venture of equals is its own
    controller.
    """
    owners = (
        edge for edge in entity.owners if edge.kind is Holding.OWNS and edge.holds_on(criteria.on)
    )
    return next((edge for edge in owners if edge.share is None or edge.share > HALF), None)


def _climb(
    start: EntityId, knowledge: Knowledge, criteria: Criteria
) -> tuple[list[Entity], list[Owner]]:
    """Entities from the operator up, and the edges between them. The registry has no loops; a loop
    would end here.
    """
    entities, edges = [knowledge.entities[start]], []
    while (edge := controlling(entities[-1], criteria)) is not None:
        above = knowledge.entities[edge.owner]
        if above in entities or _is_home_state(above, entities[-1]):
            break
        entities.append(above)
        edges.append(edge)
    return entities, edges


@lru_cache(maxsize=REMEMBERED)
def group_of(operator: EntityId, knowledge: Knowledge) -> EntityId:
    """The top of the group that an operator belongs to as the registry knows it today, for telling
    one's own network from another's. Who controls whom on a day is for `reach`.
    """
    met = [operator]
    while True:
        owners = knowledge.entities[met[-1]].owners
        above = next(
            (o.owner for o in owners if o.kind is Holding.OWNS and o.until is None), operator
        )
        if above in met:
            return met[-1]
        met.append(above)


def _is_home_state(owner: Entity, owned: Entity) -> bool:
    """A state that owns a company of its own country: the group is known by its own name, and the
    state's holding is a note. A foreign state is climbed to, as any other owner.
    """
    return owner.kind is EntityKind.PUBLIC and owner.country == owned.country


def _link(entity: Entity, edge: Owner | None) -> Link:
    return Link(
        entity=entity.id,
        name=entity.name,
        country=entity.country,
        source=entity.source,
        held=edge.kind.value if edge else "",
        since=edge.since.isoformat() if edge and edge.since else "",
        held_source=edge.source if edge else "",
        opened=entity.opened,
        held_opened=edge.opened if edge else True,
    )


def _binds(law: Law, entities: list[Entity], criteria: Criteria) -> bool:
    if law.since is not None and law.since > criteria.on:
        return False
    bound = {
        Binding.CHAIN: entities,
        Binding.CONTROLLER: entities[-1:],
        Binding.OPERATOR: entities[:1],
    }[law.binds]
    return any(_subject(entity.country, law, criteria.policy) for entity in bound)


def _subject(country: str, law: Law, policy: Policy) -> bool:
    if law.country == MEMBER_STATE_LAW:
        return country in policy.tiers.get(MEMBER_STATES, ())
    return country == law.country


def _notes(entities: list[Entity], edges: list[Owner], criteria: Criteria) -> tuple[Reason, ...]:
    """Holdings that are no control: large minorities, licensed technology, rented
    infrastructure."""
    return tuple(
        Reason(
            "holding",
            (
                ("entity", entity.id),
                ("owner", edge.owner),
                ("kind", edge.kind.value),
                ("share", _percent(edge)),
            ),
        )
        for entity in entities
        for edge in entity.owners
        if edge.holds_on(criteria.on) and edge not in edges and _is_notable(edge)
    )


def _is_notable(edge: Owner) -> bool:
    return (
        edge.kind not in {Holding.MINORITY, Holding.OWNS}
        or edge.share is None
        or edge.share > NOTABLE_MINORITY
    )


def _percent(edge: Owner) -> str:
    return "" if edge.share is None else f"{edge.share:g}"
