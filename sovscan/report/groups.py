"""What bodies share, as rows and on a terminal: how many hang on one host, account or text, whose
it is, and whether it is their own or the market's product.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tabulate import tabulate

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.holding import View
from sovscan.core.jurisdiction import reach
from sovscan.core.model import VendorId
from sovscan.core.sharing import Sharing
from sovscan.report.say import clean

COLUMNS = (
    "by", "kind", "because", "bodies", "population", "populated", "seen", "countries", "values",
    "vendors", "domains", "public_body", "public_body_name", "owner", "members", "scan",
)  # fmt: skip
"""The columns of a group; docs/groups.md says what each means."""

WIDEST = {"what": 40, "vendor": 34, "because": 42, "bodies": 46}
SPF = "v=spf1 "
SHOWN = 3
"""Members and vendors that are named on a terminal; the rows name all."""

TITLES = {
    View.MX: "MX host",
    View.NS: "set of name servers",
    View.TENANT: "account behind the DKIM keys",
    View.SPF: "SPF text",
}
WHY = {
    "public-body": "of a public body: {public}",
    "own-of-one": "of {owner}",
    "made-for-one": "made for one customer",
    "named-by-rule": "the product's own name",
    "most-of-the-scan": "most bodies seen use this vendor",
    "provider-names-it": "a provider's host",
    "by-network": "known by its network only",
    "most-of-the-vendor": "most bodies of this vendor share it",
    "no-rule": "no rule knows whose it is",
    "addresses": "names addresses as well",
}
WHY_OF_TEXT = {
    "public-body": "names a public body: {public}",
    "own-of-one": "names hosts of {owner}",
    "named-by-rule": "names products only",
    "provider-names-it": "names a provider's host",
    "no-rule": "names hosts that no rule knows",
}
"""The same of an SPF text, of which one name among several shows it."""


def cluster_rows(
    found: Sharing, scan: int, knowledge: Knowledge, criteria: Criteria
) -> Iterator[dict[str, Any]]:
    """A row for each group, the largest first."""
    for cluster in found.clusters:
        public = knowledge.entities[cluster.public_body] if cluster.public_body else None
        yield {
            "by": cluster.view.value,
            "kind": cluster.nature.value,
            "because": cluster.because,
            "bodies": len(cluster.members),
            "population": cluster.population,
            "populated": cluster.populated,
            "seen": found.seen[cluster.view],
            "countries": dict(cluster.countries),
            "values": list(cluster.values),
            "vendors": [
                _vendor(vendor, bodies, knowledge, criteria) for vendor, bodies in cluster.vendors
            ],
            "domains": dict(cluster.domains),
            "public_body": cluster.public_body,
            "public_body_name": public.name if public else None,
            "owner": cluster.owner,
            "members": list(cluster.members),
            "scan": scan,
        }


def groups_text(
    found: Sharing, knowledge: Knowledge, criteria: Criteria, most: int | None = None
) -> str:
    """A table for each view in which something is shared; at most so many groups in each."""
    rows = list(cluster_rows(found, 0, knowledge, criteria))
    parts = []
    for view, seen in found.seen.items():
        held = [row for row in rows if row["by"] == view.value]
        if held:
            count = "1 group" if len(held) == 1 else f"{len(held)} groups"
            title = f"{TITLES[view]}: {count}; {seen} of {found.bodies} bodies show one"
            parts.append(f"{title}\n{_table(held[:most])}{_rest(held, most)}")
    return "\n\n".join(parts)


def _vendor(
    vendor: VendorId, bodies: int, knowledge: Knowledge, criteria: Criteria
) -> dict[str, Any]:
    held = reach(vendor, None, knowledge, criteria)
    return {
        "vendor": vendor,
        "name": held.name,
        "controller": held.controller,
        "control_country": held.country,
        "tier": held.tier,
        "big_tech": held.big_tech,
        "bodies": bodies,
    }


def _rest(held: list[dict[str, Any]], most: int | None) -> str:
    return f"\nand {len(held) - most} more" if most and len(held) > most else ""


def _table(rows: list[dict[str, Any]]) -> str:
    """Population stands there where it is known of any body."""
    peopled = any(row["population"] is not None for row in rows)
    headers = [
        "bodies", *(["people"] if peopled else []), "kind", "what", "vendor (controller)",
        "because", "which bodies",
    ]  # fmt: skip
    lines = [
        [
            row["bodies"],
            *([_people(row)] if peopled else []),
            row["kind"],
            _few([text.removeprefix(SPF) for text in row["values"]], 1, WIDEST["what"]),
            _few([_told(each) for each in row["vendors"]], SHOWN, WIDEST["vendor"]) or "unknown",
            clean(_because(row), WIDEST["because"]),
            _few(row["members"], SHOWN, WIDEST["bodies"]),
        ]
        for row in rows
    ]
    aligned = ("right",) * (1 + peopled) + ("left",) * 5
    return tabulate(lines, headers=headers, disable_numparse=True, colalign=aligned)


def _people(row: Mapping[str, Any]) -> str:
    """The sum; with a plus where somebody's number is not known."""
    if row["population"] is None:
        return "?"
    return f"{row['population']:,}{'' if row['populated'] == row['bodies'] else '+'}"


def _told(vendor: Mapping[str, Any]) -> str:
    return f"{vendor['name']} ({vendor['controller']}, {vendor['control_country']})"


def _because(row: Mapping[str, Any]) -> str:
    """Why it is of that kind, and how many bodies of the scan use the same domain besides."""
    public = row["public_body_name"] or ""
    words = WHY | WHY_OF_TEXT if row["by"] == View.SPF else WHY
    said = words[row["because"]].format(public=public, owner=row["owner"] or "")
    domain, bodies = next(iter(row["domains"].items()), ("", 0))
    if row["by"] in {View.MX, View.NS} and bodies > row["bodies"]:
        return f"{said}; {bodies} bodies at {domain}"
    return said


def _few(texts: list[str], shown: int, most: int) -> str:
    """The first ones, cut to a length that leaves room for the number of the others."""
    more = f" +{len(texts) - shown}" if len(texts) > shown else ""
    return clean(", ".join(texts[:shown]), most - len(more)) + more
