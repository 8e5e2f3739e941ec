"""Writes what was answered as a world that can be served again: a JSON object a line, gzip.

`{"name", "type", "ttl", "data"}` is a record set in presentation form, as `sovscan replay` and any
server of such worlds read it. A name that exists without such a record has a row of type NODATA; a
question to the DNS that failed has its kind of failure as `fault`. What does not exist has no row.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sovscan.collect.dns.rdata import TYPES
from sovscan.core.model import Observation, Outcome, Question

STRING = 255
"""Octets of one string of a TXT record (RFC 1035 section 3.3)."""
DEFAULT_TTL = 300
SOA_TIMERS = "1 7200 3600 1209600 300"
"""Serial and timers are no facts; something must stand there."""
NAMED_LAST = {"MX", "NS", "CNAME", "PTR", "SRV"}

Row = dict[str, Any]


class Recorder:
    """A file that grows by what each body's facts say, each question once."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.open(path, "wt", encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self._written: set[Question] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, observations: Iterable[Observation]) -> None:
        """Add what these say, and nothing twice."""
        for observation in observations:
            for row in rows_of(observation):
                key = Question(row["name"], row["type"])
                if key not in self._written:
                    self._written.add(key)
                    self._file.write(json.dumps(row, ensure_ascii=False) + "\n")


def rows_of(observation: Observation) -> Iterator[Row]:
    """The rows that would make a server give this answer again."""
    question = observation.question
    made = observation.provenance
    ttl = made.ttl if made and made.ttl else DEFAULT_TTL
    owner = question.name
    for alias in observation.aliases:
        if question.type != "CNAME":
            yield {"name": _dotted(owner), "type": "CNAME", "ttl": ttl, "data": [_dotted(alias)]}
        owner = alias
    row = {"name": _dotted(owner), "type": question.type, "ttl": ttl, "data": []}
    if observation.outcome is Outcome.SEEN:
        yield row | {"data": [_zone_form(question.type, text) for text in observation.answers]}
    elif observation.outcome is Outcome.FAILED and question.type in TYPES:
        yield row | {"fault": observation.detail}
    elif observation.outcome is Outcome.ABSENT and observation.detail == "NODATA":
        yield row | {"type": "NODATA"}


def _zone_form(rtype: str, text: str) -> str:
    if rtype == "TXT":
        return " ".join(f'"{part}"' for part in _strings(text))
    if rtype == "SOA":
        primary, _, mailbox = text.partition(" ")
        return f"{_dotted(primary)} {_dotted(mailbox)} {SOA_TIMERS}"
    if rtype in NAMED_LAST:
        numbers, space, host = text.rpartition(" ")
        return f"{numbers}{space}{_dotted(host)}"
    return text


def _strings(text: str) -> Iterator[str]:
    """The text in strings of at most 255 octets, quotes escaped; \\DDD stays together."""
    units, place = [], 0
    while place < len(text):
        size = 4 if text[place] == "\\" else 1
        unit = text[place : place + size]
        units.append('\\"' if unit == '"' else unit)
        place += size
    for start in range(0, max(len(units), 1), STRING):
        yield "".join(units[start : start + STRING])


def _dotted(name: str) -> str:
    return name if name == "." else f"{name}."
