"""The registry as one file, for those who use it without this tool; and the schema of its files."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from cattrs.gen import make_dict_unstructure_fn, override

from sovscan.core.context import Knowledge
from sovscan.core.registry import Entity, Fingerprint, Law, Methodology, Policy, Vendor
from sovscan.knowledge.read import converter
from sovscan.knowledge.rules import MATCHERS, SIGNALS

FORMAT = "sovscan-registry-1"
LICENCE = "CC-BY-4.0"
ATTRIBUTION = "sovscan registry, sovscan contributors; see datasets/LICENSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Vendors, entities, laws, policies and methodologies in the order of their ids; `digest` is
    the SHA-256 of the files that they were read from, `checked` the newest day of a fact.
    """

    format: str
    digest: str
    checked: date
    licence: str
    attribution: str
    vendors: tuple[Vendor, ...]
    entities: tuple[Entity, ...]
    laws: tuple[Law, ...]
    policies: tuple[Policy, ...]
    methodologies: tuple[Methodology, ...]


KINDS: dict[str, type] = {
    "vendor": Vendor,
    "entity": Entity,
    "law": Law,
    "policy": Policy,
    "methodology": Methodology,
    "snapshot": Snapshot,
}
"""The kinds of files, each with the type that reads or writes it."""


def snapshot(knowledge: Knowledge) -> Snapshot:
    """All of the registry but the table of networks. The same files give the same snapshot."""
    rules = [rule for vendor in knowledge.vendors.values() for rule in vendor.fingerprints]
    return Snapshot(
        format=FORMAT,
        digest=knowledge.digest,
        checked=max(
            [*(rule.checked for rule in rules), *(e.checked for e in knowledge.entities.values())]
        ),
        licence=LICENCE,
        attribution=ATTRIBUTION,
        vendors=tuple(knowledge.vendors.values()),
        entities=tuple(knowledge.entities.values()),
        laws=knowledge.laws,
        policies=tuple(knowledge.policies.values()),
        methodologies=tuple(knowledge.methodologies.values()),
    )


def as_json(found: Snapshot) -> str:
    """The snapshot as JSON, with the keys of the TOML files; what stands at its default is left
    out.
    """
    writer = converter()
    writer.omit_if_default = True
    writer.register_unstructure_hook(date, date.isoformat)
    writer.register_unstructure_hook(
        Fingerprint,
        make_dict_unstructure_fn(
            Fingerprint,
            writer,
            _cattrs_omit_if_default=True,
            counter_examples=override(rename="not"),
        ),
    )
    return json.dumps(writer.unstructure(found), ensure_ascii=False, indent=1) + "\n"


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a kind of file, made from the type that reads it."""
    made = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(KINDS[kind])))
    for shape in made["$defs"].values():
        if "description" in shape:
            shape["description"] = " ".join(shape["description"].split())
        if shape.get("type") == "object":
            shape["additionalProperties"] = False
    _fit_fingerprint(made["$defs"].get("Fingerprint"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"sovscan {kind}",
        **made,
    }


def _fit_fingerprint(shape: dict[str, Any] | None) -> None:
    """What a type does not say: `not` is the key, AS numbers may stand as examples, one matcher."""
    if shape is None:
        return
    keys = shape["properties"]
    keys["not"] = keys.pop("counter_examples")
    for key in ("examples", "not"):
        keys[key]["items"] = {"type": ["string", "integer"]}
    keys["signal"] = {"enum": sorted(SIGNALS)}
    keys["source"] = {"type": "string", "format": "uri"}
    shape["oneOf"] = [{"required": [matcher]} for matcher in MATCHERS]
