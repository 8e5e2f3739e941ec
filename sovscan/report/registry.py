"""A vendor of the registry on a terminal: rules, operator and owners, each with its source."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.jurisdiction import reach
from sovscan.core.model import Reach
from sovscan.core.recognise import Recognition, Verdict
from sovscan.core.registry import Fingerprint, Vendor

MOST_VALUES = 6
REMEMBERED = 10_000
"""Verdicts whose text is kept at hand."""
UNREAD = "page not opened"
"""Said of a source that is named from general knowledge."""
READ_AS = {
    "exact": "exactly",
    "suffix": "and below:",
    "pattern": "like",
    "prefix": "beginning",
    "cidr": "in",
    "number": "AS",
}
"""The matchers of a rule, as a reader says them."""
RULE_COLUMNS = (
    "rule", "vendor", "vendor_name", "role", "signal", "matcher", "value", "strength",
    "operator", "operator_name", "operator_country", "controller", "control_country", "tier",
    "big_tech", "source", "checked", "opened",
)  # fmt: skip
"""The columns of the registry as a table; docs/exports.md says what each means."""

_quoted = encode_basestring


def vendor_text(vendor: Vendor, held: Reach) -> Iterator[str]:
    """The lines that tell a vendor."""
    yield f"{vendor.name} ({vendor.id})   tier {held.tier}" + (
        " · big tech" if held.big_tech else ""
    )
    for link in held.chain:
        since = f" since {link.since}" if link.since else ""
        above = f"   < {link.held}{since}: {link.held_source}" if link.held else ""
        yield f"  {link.name} ({link.country})   {link.source}{above}"
    yield f"  laws: {', '.join(held.laws) or 'none on record'}"
    for rule in vendor.fingerprints:
        yield f"{vendor.rule(rule)}   {rule.role.value} · {rule.signal} · {rule.strength.value}"
        yield f"    {_values(rule)}"
        unread = "" if rule.opened else f"; {UNREAD}"
        yield f"    {rule.source} (checked {rule.checked}{unread})"
    if vendor.probes:
        yield "asks of every body: " + ", ".join(f"{p.name} {p.type}" for p in vendor.probes)


def vendor_rows(knowledge: Knowledge, criteria: Criteria, text: str) -> Iterator[dict[str, str]]:
    """A row for each vendor in whose own, operator's or controller's name the text stands."""
    for vendor in knowledge.vendors.values():
        operator = knowledge.entities[vendor.operator]
        held = reach(vendor.id, None, knowledge, criteria)
        named = (vendor.id, vendor.name, operator.name, held.controller or "")
        if any(text.lower() in each.lower() for each in named):
            yield {
                "vendor": vendor.id,
                "name": vendor.name,
                "operator": f"{operator.name} ({operator.country})",
                "controller": f"{held.controller or 'unknown'} ({held.country or '?'})",
                "tier": held.tier,
                "roles": ", ".join(dict.fromkeys(r.role.value for r in vendor.fingerprints)),
            }


def recognition_row(found: Recognition) -> dict[str, Any]:
    """A recognised value as a row; where nobody knows it, everything but the value is None."""
    return {"signal": found.signal, "value": found.value, **_verdict_row(found.verdict)}


def recognition_lines(found: Iterable[Recognition]) -> Iterator[str]:
    """The rows as NDJSON. What a verdict says is written once."""
    for each in found:
        said = _verdict_text(each.verdict)
        yield f'{{"signal": {_quoted(each.signal)}, "value": {_quoted(each.value)}, {said}\n'


@lru_cache(maxsize=REMEMBERED)
def _verdict_text(verdict: Verdict) -> str:
    return json.dumps(_verdict_row(verdict), ensure_ascii=False)[1:]


def rule_rows(knowledge: Knowledge, criteria: Criteria) -> Iterator[dict[str, Any]]:
    """Each value of each rule as a row, with who operates and who controls the vendor on the day of
    the criteria.
    """
    for vendor in knowledge.vendors.values():
        held = reach(vendor.id, None, knowledge, criteria)
        operator = knowledge.entities[vendor.operator]
        for rule in vendor.fingerprints:
            matcher, values = _matched(rule)
            for value in values:
                yield {
                    "rule": vendor.rule(rule),
                    "vendor": vendor.id,
                    "vendor_name": vendor.name,
                    "role": rule.role.value,
                    "signal": rule.signal,
                    "matcher": matcher,
                    "value": value,
                    "strength": rule.strength.value,
                    "operator": operator.id,
                    "operator_name": operator.name,
                    "operator_country": operator.country,
                    "controller": held.controller,
                    "control_country": held.country,
                    "tier": held.tier,
                    "big_tech": held.big_tech,
                    "source": rule.source,
                    "checked": rule.checked.isoformat(),
                    "opened": rule.opened,
                }


def _verdict_row(verdict: Verdict) -> dict[str, Any]:
    hit = verdict.hits[0] if verdict.hits else None
    held = verdict.reach
    return {
        "vendor": hit.vendor.id if hit else None,
        "vendor_name": hit.vendor.name if hit else None,
        "roles": [role.value for role in verdict.roles],
        "operator": hit.vendor.operator if hit else None,
        "controller": held.controller if held else None,
        "control_country": held.country if held else None,
        "tier": held.tier if held else None,
        "european": held.european if held else None,
        "big_tech": held.big_tech if held else None,
        "rule": hit.vendor.rule(hit.fingerprint) if hit else None,
        "strength": hit.fingerprint.strength.value if hit else None,
        "source": hit.fingerprint.source if hit else None,
    }


def _matched(rule: Fingerprint) -> tuple[str, tuple[str | int, ...]]:
    """The matcher of a rule, and its values as they stand in the file."""
    return next((name, getattr(rule, name)) for name in READ_AS if getattr(rule, name))


def _values(rule: Fingerprint) -> str:
    matcher, values = _matched(rule)
    shown = ", ".join(str(value) for value in values[:MOST_VALUES])
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return f"{READ_AS[matcher]} {shown}{more}"
