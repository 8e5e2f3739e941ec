"""Is one vendor of mailboxes easier to find than another? Every vendor of the registry with a rule
in role `mailbox`, in a world made of the examples of its own rules: its own MX in front, and three
filters. Asked by the real plan and judged by the real rules, without a network.

`python -m bench.symmetry` writes docs/symmetry.md; the same registry gives the same page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import tomli
from sovscan.core.assess import assess
from sovscan.core.context import Criteria
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Assessment,
    Attribution,
    Party,
    Question,
    Role,
    Service,
    Strength,
    VendorId,
)
from sovscan.core.registry import Fingerprint, Vendor
from sovscan.demo.world import World
from tests.conftest import BASIS, ROOT, TODAY, look, service, target, the_registry

DOMAIN = "city.example"
UNKNOWN_HOST = "mx.nobody-knows.example"
KEY = '"v=DKIM1; k=rsa; p=MIIB"'
PAGE = ROOT / "docs" / "symmetry.md"
ONLY_BY_MX = ROOT / "tests" / "core" / "only-by-mx.toml"
DKIM = ("dkim-target", "dkim-selector")
CLIENTS = ("autodiscover-target", "autodiscover-srv")
INDEPENDENT = (*DKIM, *CLIENTS)
"""Signals that name a mailbox whatever the MX says; the others are the MX, or may only second."""
FILTERS = 3


INTRODUCTION = """\
# Is one vendor easier to find than another?

Written by `python -m bench.symmetry`; a test holds it to the registry. Each vendor of mailboxes
that the registry knows is looked for in made worlds, built from the examples of its own rules: with
its own MX in front, and behind the three filters of which the registry knows most rules. The real
plan asks, the real rules judge; there is no network.

It shows what the tool *can* find, not how often it does: a customer need not publish a sign that
the vendor has. The table is uneven, and that matters to whoever compares vendors: a body behind a
filter is named as a customer only of those vendors that can be seen there, and is `unknown` with
all others. Shares of vendors are therefore fair among bodies whose MX is the mailbox's own, and the
unknowns must be shown beside them everywhere else.

`confirmed`, `likely` and `possible` are earned as [rules.md](rules.md) says. A sign in brackets is
a hint and never names a mailbox. A vendor without `MX` in the last column has no MX name that would
show a mailbox, only a filter or nothing known.
"""
ONLY = """
## Seen by their MX only

No record beside the MX is known that may name these mailboxes behind a filter. A page of the vendor
that tells its DKIM target, a DKIM selector that nobody else uses, or the host to which it sends
mail programs would mend that: see datasets/README.md.
"""


@dataclass(frozen=True, slots=True)
class Sign:
    """A record below a domain that shows a vendor without its MX, and the rule that knows it."""

    rule: Fingerprint
    name: str
    type: str
    data: str

    @property
    def elects(self) -> bool:
        """May it name the mailbox by itself? A hint never does."""
        return self.rule.strength is not Strength.HINT

    @property
    def question(self) -> Question:
        """What must be asked to see it."""
        return Question(f"{self.name}.{DOMAIN}", self.type)

    @property
    def line(self) -> str:
        """The record as a line of a world."""
        return f"{self.name}.{DOMAIN} {self.type} {self.data}\n"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was asked about a made body, and what was concluded."""

    facts: Facts
    assessment: Assessment

    @property
    def email(self) -> Attribution:
        """What is said of the mail."""
        return service(self.assessment, Service.EMAIL)

    @property
    def mailboxes(self) -> tuple[Party, ...]:
        """Who holds the mailbox."""
        return tuple(party for party in self.email.parties if party.role is Role.MAILBOX)


@cache
def mailbox_vendors() -> tuple[Vendor, ...]:
    """The vendors of whom some rule says that they hold mailboxes, by id."""
    return tuple(v for v in the_registry().vendors.values() if mailbox_rules(v))


def mailbox_rules(vendor: Vendor) -> tuple[Fingerprint, ...]:
    """The rules that show this vendor as the holder of a mailbox."""
    return tuple(rule for rule in vendor.fingerprints if rule.role is Role.MAILBOX)


@cache
def filters() -> tuple[Vendor, ...]:
    """The three filters of which the registry knows most: inbound by most rules, and no mailbox."""
    found = [
        (-sum(rule.role is Role.INBOUND for rule in vendor.fingerprints), vendor.id, vendor)
        for vendor in the_registry().vendors.values()
        if exchangers(vendor, Role.INBOUND) and not mailbox_rules(vendor)
    ]
    return tuple(vendor for _, _, vendor in sorted(found, key=lambda each: each[:2])[:FILTERS])


def exchangers(vendor: Vendor, role: Role) -> tuple[str, ...]:
    """MX hosts of a vendor in this role: the examples of its rules."""
    return tuple(
        host
        for rule in vendor.fingerprints
        if rule.role is role and rule.signal == "mx-host"
        for host in rule.examples
    )


def front(vendor: Vendor) -> str:
    """The MX host of a customer without a filter: by name the mailbox, else the vendor's inbound
    host, else one that no rule knows.
    """
    hosts = (*exchangers(vendor, Role.MAILBOX), *exchangers(vendor, Role.INBOUND), UNKNOWN_HOST)
    return hosts[0]


def signs(vendor: Vendor) -> tuple[Sign, ...]:
    """What a domain of this vendor's customer may show beside the MX, the strongest first."""
    found = [
        sign
        for rule in mailbox_rules(vendor)
        for value in rule.examples
        for sign in _signs(rule, value, vendor)
    ]
    return tuple(sorted(found, key=lambda sign: not sign.elects))


def _signs(written: Fingerprint, value: str, vendor: Vendor) -> Iterator[Sign]:
    """The records that show this value, and the rule that meets it: a narrower one comes first."""
    met = the_registry().rules.identify(written.signal, value)
    rule = next((h.fingerprint for h in met if h.fingerprint.role is Role.MAILBOX), written)
    if rule.signal == "autodiscover-target":
        yield Sign(rule, "autodiscover", "CNAME", f"{value}.")
    elif rule.signal == "autodiscover-srv":
        yield Sign(rule, "_autodiscover._tcp", "SRV", f"0 0 443 {value}.")
    elif rule.signal == "dkim-target":
        for name in dkim_probes(vendor, "CNAME"):
            yield Sign(rule, name, "CNAME", f"{value}.")
    elif rule.signal == "dkim-selector":
        for name in dkim_probes(vendor, "TXT"):
            if name == f"{value}._domainkey":
                yield Sign(rule, name, "TXT", KEY)


def dkim_probes(vendor: Vendor, rtype: str) -> tuple[str, ...]:
    """The DKIM names that this vendor itself wants asked about."""
    return tuple(
        probe.name
        for probe in vendor.probes
        if probe.type == rtype and probe.name.endswith("._domainkey")
    )


def is_only_by_mx(vendor: Vendor) -> bool:
    """Is there no independent sign of it that may name a mailbox?"""
    return not any(sign.elects for sign in signs(vendor))


def together(vendor: Vendor) -> str:
    """All that a customer shows beside the MX, one record a name, and its SPF include, if known."""
    shown: dict[tuple[str, str], Sign] = {}
    for sign in signs(vendor):
        shown.setdefault((sign.name, sign.type), sign)
    sending = next(
        (
            f'{DOMAIN} TXT "v=spf1 include:{rule.examples[0]} -all"\n'
            for rule in vendor.fingerprints
            if rule.signal == "spf-include"
        ),
        "",
    )
    return "".join(sign.line for sign in shown.values()) + sending


@cache
def seen(host: str, records: str) -> Looked:
    """A look at a body whose mail comes in at `host`."""
    registry = the_registry()
    criteria = Criteria(registry.policies["eea-ch"], registry.methodologies["2026-1"], TODAY)
    text = f"{DOMAIN} MX 10 {host}.\n{records}"
    there = {DOMAIN, *(line.partition(" ")[0] for line in text.splitlines())}
    absent = {question: each for question, each in empty().items() if question.name not in there}
    facts = look(World(text), target(DOMAIN), registry, beside=absent)
    return Looked(facts, assess(target(DOMAIN), facts, registry, criteria, BASIS))


@cache
def empty() -> Facts:
    """What the plan is told of a domain below which there is nothing: no need to ask it anew."""
    return look(World(f"{DOMAIN} MX 10 {UNKNOWN_HOST}."), target(DOMAIN), the_registry())


def direct(vendor: Vendor) -> Looked:
    """A customer whose MX is the vendor's."""
    return seen(front(vendor), together(vendor))


def behind(vendor: Vendor, gateway: Vendor) -> Looked:
    """The same customer behind a filter."""
    return seen(exchangers(gateway, Role.INBOUND)[0], together(vendor))


@cache
def reasons() -> dict[VendorId, str]:
    """Why the vendors that can only be seen by their MX can only be seen so."""
    listed = tomli.loads(ONLY_BY_MX.read_text(encoding="utf-8"))["vendors"]
    found = {VendorId(each["id"]): each["reason"] for each in listed}
    assert len(found) == len(listed), "a vendor is listed twice"
    return found


def page() -> str:
    """The recall of every vendor as a page: direct, and behind each filter."""
    gateways = filters()
    rows, counted = [], [0] * (1 + len(gateways))
    for vendor in mailbox_vendors():
        looks = (direct(vendor), *(behind(vendor, gateway) for gateway in gateways))
        cells = [_cell(vendor, each) for each in looks]
        counted = [n + (cell != "unknown") for n, cell in zip(counted, cells, strict=True)]
        rows.append(f"| {' | '.join((vendor.name, *cells, _known_by(vendor)))} |")
    total = len(mailbox_vendors())
    shares = [f"{number} of {total} ({number / total:.0%})" for number in counted]
    head = ("mailbox vendor", "direct", *(f"behind {g.name}" for g in gateways), "known by")
    lines = [
        INTRODUCTION,
        f"| {' | '.join(head)} |",
        "|" + "---|" * len(head),
        f"| {' | '.join(('**found**', *shares, ''))} |",
        *rows,
        ONLY,
        *(
            f"- **{vendor.name}**: {reasons()[vendor.id]}"
            for vendor in mailbox_vendors()
            if is_only_by_mx(vendor)
        ),
    ]
    return "\n".join(lines) + "\n"


def _cell(vendor: Vendor, looked: Looked) -> str:
    return next(
        (str(p.confidence) for p in looked.mailboxes if p.vendor == vendor.id),
        "unknown",
    )


def _known_by(vendor: Vendor) -> str:
    """The kinds of records that show it, hints in brackets."""
    kinds = {"MX": True} if exchangers(vendor, Role.MAILBOX) else {}
    for sign in signs(vendor):
        kind = "DKIM" if sign.rule.signal in DKIM else f"autodiscover {sign.type}"
        kinds.setdefault(kind, sign.elects)
    return ", ".join(kind if elects else f"({kind})" for kind, elects in kinds.items())


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
