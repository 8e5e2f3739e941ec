"""What a page or a screen shows, as values: the same for the terminal and for HTML. No layout, no
sentences.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sovscan.core.attribute.plain import NO_SUCH_DOMAIN
from sovscan.core.group import NONE, OWN, UNKNOWN, Group, deciding, summarise
from sovscan.core.model import Assessment, Attribution, Finding, Party, Role, Score, Service
from sovscan.core.registry import Methodology

MAX_SHOWN_VENDORS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One service of one body: who serves it, and who else receives its mail: in front of it, or
    beside it where mail also comes straight in. Names, or the words `own` and `unknown`.
    """

    service: Service
    served: tuple[str, ...]
    others: tuple[str, ...]
    beside: bool
    finding: Finding


@dataclass(frozen=True, slots=True)
class BodyLine:
    """One body in a table: a cell for each service, and its score."""

    name: str
    domain: str
    country: str
    cells: tuple[Cell, ...]
    score: Score


@dataclass(frozen=True, slots=True)
class LookFirst:
    """What deserves a human's eye: contradictions, mailboxes that nothing shows, bodies that could
    not be seen.
    """

    contradictions: int
    unknown_mailboxes: int
    unobserved: int
    nonexistent: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page: the group, the bodies, what to look at, and with what it was concluded."""

    scan: int
    observed_at: str
    group: Group
    bodies: tuple[BodyLine, ...]
    look_first: LookFirst
    policy: str
    methodology: str
    datasets: str
    networks: str
    on: str
    resolvers: tuple[str, ...]


def overview(
    scan: int,
    started_at: str,
    resolvers: str,
    assessments: Iterable[Assessment],
    methodology: Methodology,
) -> Overview:
    """The overview of a scan's judgements."""
    listed = tuple(assessments)
    basis = listed[0].basis if listed else None
    return Overview(
        scan=scan,
        observed_at=started_at,
        group=summarise(listed, methodology),
        bodies=tuple(_line(assessment) for assessment in listed),
        look_first=_look_first(listed),
        policy=basis.policy if basis else "",
        methodology=basis.methodology if basis else methodology.id,
        datasets=basis.datasets if basis else "",
        networks=basis.networks if basis else "",
        on=basis.on if basis else "",
        resolvers=tuple(_resolver(each) for each in json.loads(resolvers)),
    )


def tally_text(group: Group, service: Service) -> list[tuple[str, int, str]]:
    """Who serves how many bodies: (name or word key, bodies, kind); the smaller ones together under
    `others`.
    """
    tallies = next(each for each in group.services if each.service is service).tallies
    named = [
        (tally.name, tally.bodies, _kind(tally.vendor, big_tech=tally.big_tech))
        for tally in tallies
        if tally.vendor not in {OWN, UNKNOWN, NONE}
    ]
    rest = sum(bodies for _, bodies, _ in named[MAX_SHOWN_VENDORS:])
    special = [
        (tally.vendor, tally.bodies, tally.vendor)
        for tally in tallies
        if tally.vendor in {OWN, UNKNOWN, NONE}
    ]
    return [*named[:MAX_SHOWN_VENDORS], *([("others", rest, "other")] if rest else []), *special]


def _kind(vendor: str, *, big_tech: bool) -> str:
    return "big-tech" if big_tech else vendor if vendor in {OWN, UNKNOWN, NONE} else "vendor"


def _line(assessment: Assessment) -> BodyLine:
    return BodyLine(
        name=assessment.target.name,
        domain=assessment.target.domain,
        country=assessment.target.country or "",
        cells=tuple(_cell(assessment, each) for each in assessment.attributions),
        score=assessment.headline,
    )


def _cell(assessment: Assessment, attribution: Attribution) -> Cell:
    served = tuple(dict.fromkeys(_names(assessment, party) for party in deciding(attribution)))
    inbound = (
        party for party in attribution.parties if party.role is Role.INBOUND and party.vendor
    )
    fronts = tuple(dict.fromkeys(_name(assessment, party) for party in inbound))
    known = {_name(assessment, party) for party in deciding(attribution)}
    others = tuple(front for front in fronts if front not in known)
    return Cell(attribution.service, served, others, bool(known & set(fronts)), attribution.finding)


def _name(assessment: Assessment, party: Party) -> str:
    reach = assessment.reach(party.vendor)
    return reach.name if reach else OWN if party.finding is Finding.OWN else UNKNOWN


def _names(assessment: Assessment, party: Party) -> str:
    """The party, with the platform under it where somebody else controls that."""
    reach, platform = assessment.reach(party.vendor), assessment.reach(party.platform)
    if platform is None or (reach is not None and reach.controller == platform.controller):
        return _name(assessment, party)
    return f"{_name(assessment, party)} / {platform.name}"


def _look_first(assessments: tuple[Assessment, ...]) -> LookFirst:
    mail = [each.attributions[0] for each in assessments]
    gone = [attribution for attribution in mail if _is_gone(attribution)]
    unclear = {Finding.UNKNOWN, Finding.CONFLICTING}

    def bodies(holds: Callable[[Attribution], bool]) -> int:
        return sum(1 for each in assessments if any(map(holds, each.attributions)))

    return LookFirst(
        contradictions=bodies(lambda attribution: bool(attribution.conflicts)),
        unknown_mailboxes=sum(1 for each in mail if each.finding in unclear) - len(gone),
        unobserved=bodies(lambda attribution: attribution.finding is Finding.UNOBSERVED),
        nonexistent=len(gone),
    )


def _is_gone(attribution: Attribution) -> bool:
    return any(evidence.rule == NO_SUCH_DOMAIN for evidence in attribution.evidence)


def _resolver(each: dict[str, str | None]) -> str:
    runner = each.get("operator")
    return f"{each['address']} ({runner})" if runner else str(each["address"])
