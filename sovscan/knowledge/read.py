"""TOML files to core values. Every fault names its file, its line where it can be found, and its
path in the file.
"""

import ipaddress
import re
from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from pathlib import Path
from types import GenericAlias
from typing import Any, TypeVar, get_args, get_origin

import cattrs
import tomli
from cattrs.gen import make_dict_structure_fn, override
from cattrs.v import format_exception

from sovscan.core.registry import Fingerprint

Value = TypeVar("Value")

_TABLE = re.compile(r"^\s*\[+\s*[\w.-]+\s*\]")
_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(\d+)\]")


def converter() -> cattrs.Converter:
    """Reads plain TOML tables into the frozen values of core/registry.py; unknown keys are
    faults."""
    made = cattrs.Converter(forbid_extra_keys=True)
    made.register_structure_hook(date, _as_date)
    made.register_structure_hook(str, _as_text)
    made.register_structure_hook(bool, _as_flag)
    made.register_structure_hook(int, _as_whole)
    made.register_structure_hook(float, _as_number)
    made.register_structure_hook_func(
        _is_tuple,
        lambda value, kind: tuple(made.structure(_as_list(value), _list_like(kind))),
    )
    made.register_structure_hook(
        Fingerprint,
        make_dict_structure_fn(
            Fingerprint,
            made,
            counter_examples=override(rename="not", struct_hook=_as_texts),
            examples=override(struct_hook=_as_texts),
            cidr=override(struct_hook=_as_networks),
            _cattrs_forbid_extra_keys=True,
        ),
    )
    return made


def read_values(folder: Path, kind: type[Value], faults: list[str]) -> dict[Path, Value]:
    """All files of a folder as values of one kind; what cannot be read is told in `faults`."""
    reader = converter()
    found = {}
    for path in sorted(folder.glob("*.toml"), key=attrgetter("name")):
        try:
            table = tomli.loads(path.read_text(encoding="utf-8"))
        except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.append(f"{shown(path)}  is no TOML file: {error}")
            continue
        try:
            found[path] = reader.structure(table, kind)
        except cattrs.BaseValidationError as error:
            faults.extend(_told(path, error))
    return found


def shown(path: Path) -> str:
    """A path as a contributor knows it: from `datasets/` on."""
    parts = path.parts
    return "/".join(parts[parts.index("datasets") :]) if "datasets" in parts else str(path)


def at(path: Path, place: str) -> str:
    """`file:line  place`, the line being where this place begins, as far as it can be found in the
    text.
    """
    line = _line(path.read_text(encoding="utf-8").splitlines(), place)
    return f"{shown(path)}:{line}  {place}" if line else f"{shown(path)}  {place}"


def _told(path: Path, error: cattrs.BaseValidationError) -> Iterable[str]:
    for message in cattrs.transform_error(error, format_exception=_in_words):
        what, _, place = message.rpartition(" @ ")
        yield f"{at(path, place.removeprefix('$').lstrip('.') or path.stem)}  {what}"


def _in_words(error: BaseException, kind: type | None) -> str:
    if isinstance(error, KeyError):
        return f"the key {error.args[0]!r} is missing"
    if (
        isinstance(error, ValueError | TypeError)
        and kind is not None
        and hasattr(kind, "__members__")
    ):
        return f"is none of: {', '.join(str(member.value) for member in kind)}"  # type: ignore[attr-defined]
    if isinstance(error, ValueError | TypeError) and error.args:
        return str(error.args[0])
    return format_exception(error, kind)


def _line(lines: list[str], place: str) -> int:
    """Follow `fingerprints[1].suffix` through table headers and keys; 0 where it is not found."""
    row, header = 0, ""
    steps = [(name, int(index) if index else None) for name, index in _STEP.findall(place)]
    for name, index in steps:
        if name:
            header = name
            row = (
                _find(lines, row, rf"^\s*{re.escape(name)}\s*=", until=_TABLE)
                or _find(lines, row, rf"^\s*\[+\s*{re.escape(name)}\s*\]")
                or row
            )
        elif index:
            for _ in range(index):
                row = _find(lines, row, rf"^\s*\[\[\s*{re.escape(header)}\s*\]\]") or row
    return row


def _find(
    lines: list[str], after: int, pattern: str, *, until: re.Pattern[str] | None = None
) -> int:
    """The number of the first line that matches, below line `after` and above the line `until`."""
    for number, line in enumerate(lines[after:], after + 1):
        if re.search(pattern, line):
            return number
        if until is not None and until.search(line):
            break
    return 0


def _as_date(value: Any, _: type) -> date:
    if type(value) is not date:
        raise ValueError(f"{value!r} is no date; write it as 2026-11-23, without quotes")
    return value


def _as_text(value: Any, kind: type[str]) -> str:
    """Text, or the member of an enum that it names."""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text; write it in quotes")
    return kind(value)


def _as_flag(value: Any, _: type) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false; write it without quotes")
    return value


def _as_whole(value: Any, _: type) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is no whole number")
    return value


def _as_number(value: Any, _: type) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _list_like(kind: Any) -> Any:
    """`list[X]` for `tuple[X, ...]`: what TOML calls an array."""
    return GenericAlias(list, get_args(kind)[:1])


def _as_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is no list; write it in [ ]")
    return value


def _as_networks(value: Any, _: type) -> tuple[str, ...]:
    """Networks as they are written; only what can be read as one gets as far as the rules."""
    for item in _as_list(value):
        try:
            ipaddress.ip_network(item)
        except ValueError as error:
            raise ValueError(f"{item!r} is no network in CIDR form") from error
    return tuple(map(str, value))


def _as_texts(value: Any, _: type) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str | int) for item in value):
        raise ValueError("is no list of examples")
    return tuple(str(item) for item in value)
