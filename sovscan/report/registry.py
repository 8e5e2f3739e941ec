"""A vendor of the registry on a terminal: rules, operator and owners, each with its source."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sovscan.core.model import Reach
from sovscan.core.recognise import Recognition, Verdict
from sovscan.core.registry import Fingerprint, Vendor

MOST_VALUES = 6

_quoted = json.JSONEncoder(ensure_ascii=False).encode


def vendor_text(vendor: Vendor, reach: Reach) -> Iterator[str]:
    """The lines that tell a vendor."""
    yield f"{vendor.name} ({vendor.id})   tier {reach.tier}" + (
        " · big tech" if reach.big_tech else ""
    )
    for link in reach.chain:
        since = f" since {link.since}" if link.since else ""
        held = f"   < {link.held}{since}: {link.held_source}" if link.held else ""
        yield f"  {link.name} ({link.country})   {link.source}{held}"
    yield f"  laws: {', '.join(reach.laws) or 'none on record'}"
    for rule in vendor.fingerprints:
        yield f"{vendor.rule(rule)}   {rule.role.value} · {rule.signal} · {rule.strength.value}"
        yield f"    {_values(rule)}"
        yield f"    {rule.source} (checked {rule.checked})"
    if vendor.probes:
        yield "asks of every body: " + ", ".join(f"{p.name} {p.type}" for p in vendor.probes)


def recognition_row(found: Recognition) -> dict[str, Any]:
    """A recognised value as a row; where nobody knows it, everything but the value is None."""
    return {"signal": found.signal, "value": found.value, **_verdict_row(found.verdict)}


def recognition_lines(found: Iterable[Recognition]) -> Iterator[str]:
    """The rows as NDJSON. What a verdict says is written once."""
    texts: dict[Verdict, str] = {}
    for each in found:
        said = texts.get(each.verdict)
        if said is None:
            row = _verdict_row(each.verdict)
            said = texts[each.verdict] = json.dumps(row, ensure_ascii=False)[1:]
        yield f'{{"signal": {_quoted(each.signal)}, "value": {_quoted(each.value)}, {said}\n'


def _verdict_row(verdict: Verdict) -> dict[str, Any]:
    hit = verdict.hits[0] if verdict.hits else None
    reach = verdict.reach
    return {
        "vendor": hit.vendor.id if hit else None,
        "vendor_name": hit.vendor.name if hit else None,
        "roles": [role.value for role in verdict.roles],
        "operator": hit.vendor.operator if hit else None,
        "controller": reach.controller if reach else None,
        "control_country": reach.country if reach else None,
        "tier": reach.tier if reach else None,
        "european": reach.european if reach else None,
        "big_tech": reach.big_tech if reach else None,
        "rule": hit.vendor.rule(hit.fingerprint) if hit else None,
        "strength": hit.fingerprint.strength.value if hit else None,
        "source": hit.fingerprint.source if hit else None,
    }


def _values(rule: Fingerprint) -> str:
    kinds = (
        ("exactly", rule.exact),
        ("", rule.suffix),
        ("like", rule.pattern),
        ("beginning", rule.prefix),
        ("in", rule.cidr),
        ("AS", rule.number),
    )
    label, values = next((label, values) for label, values in kinds if values)
    shown = ", ".join(str(value) for value in values[:MOST_VALUES])
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    below = "" if label else "and below: "
    return f"{label} {below}{shown}{more}".strip()
