"""A world that answers questions: records a line (owner, type, data), wildcards (RFC 4592), and
zones that fail. A recorded world is read from the rows that `sovscan scan --record` writes.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from sovscan.errors import DataError

MAX_ALIASES = 8
TTL = 3600
SOA = "invalid. hostmaster.invalid. 1 3600 600 86400 300"
WILDCARD = b"*"
FAILING = {"SERVFAIL", "REFUSED", "TIMEOUT"}
"""Rows of these types make their name, and all below it, fail."""


class World:
    """Answers as a recursive resolver would that knows this world and nothing else."""

    def __init__(
        self,
        records: str,
        failing: Iterable[str] = (),
        empty: Iterable[str] = (),
        faults: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        """`empty` are names that exist without a record; `faults` the questions (name, type) that
        fail, and how: a response code, or anything else for silence.
        """
        self._sets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], dns.rrset.RRset] = {}
        for line in records.splitlines():
            if line and not line.startswith(";"):
                owner, rtype, data = line.split(None, 2)
                name = dns.name.from_text(owner)
                record = dns.rrset.from_text_list(
                    name, TTL, "IN", rtype, [data], origin=dns.name.root, relativize=False
                )
                found = self._sets.setdefault((record.name, record.rdtype), record)
                for rdata in record:
                    found.add(rdata)
        owners = [*(name for name, _ in self._sets), *map(dns.name.from_text, empty)]
        self._names = {parent for name in owners for parent in _and_parents(name)}
        self._faults = {
            (dns.name.from_text(name), dns.rdatatype.from_text(rtype)): fault
            for (name, rtype), fault in (faults or {}).items()
        }
        self._failing = {dns.name.from_text(name) for name in failing}

    def respond(self, query: dns.message.Message) -> dns.message.Message | None:
        """The response to a query with one question; None for silence."""
        question = query.question[0]
        response = dns.message.make_response(query, recursion_available=True)
        name = question.name
        for _ in range(MAX_ALIASES):
            if any(name.is_subdomain(failing) for failing in self._failing):
                response.set_rcode(dns.rcode.SERVFAIL)
                return response
            fault = self._faults.get((name, question.rdtype))
            if fault is not None:
                return _failing(response, fault)
            found = self._find(name, question.rdtype)
            if found is not None:
                response.answer.append(found)
                return response
            alias = self._find(name, dns.rdatatype.CNAME)
            if alias is None:
                break
            response.answer.append(alias)
            name = alias[0].target
        if self._encloser(name) is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        response.authority.append(dns.rrset.from_text(dns.name.root, 300, "IN", "SOA", SOA))
        return response

    def _find(self, name: dns.name.Name, rtype: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        owner = self._encloser(name)
        found = None if owner is None else self._sets.get((owner, rtype))
        if found is None or owner == name:
            return found
        return dns.rrset.from_rdata_list(name, found.ttl, list(found))

    def _encloser(self, name: dns.name.Name) -> dns.name.Name | None:
        """The name itself where it exists, else the wildcard that stands for it, else None."""
        if name in self._names:
            return name
        while name != dns.name.root:
            name = name.parent()
            if name in self._names:
                wildcard = dns.name.Name((WILDCARD, *name.labels))
                return wildcard if wildcard in self._names else None
        return None


def recorded(path: Path) -> World:
    """The world that a file of recorded rows holds. Raises DataError with its line where one is
    none.
    """
    number, rows = 0, []
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):  # noqa: B007 - told in the fault
                rows.append(json.loads(line))
        return of_rows(rows)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise DataError([f"{path}:{number}  is no recorded world ({error})"]) from error


def of_rows(rows: Iterable[Mapping[str, Any]]) -> World:
    """The world of recorded rows: name, type and data, or how the question fails. Raises KeyError
    or TypeError for what is no row.
    """
    records, failing, empty, faults = [], [], [], {}
    for row in rows:
        name, rtype = row["name"], row["type"]
        if row.get("fault"):
            if dns.rdatatype.RdataType.__members__.get(rtype) is not None:  # else no DNS question
                faults[name, rtype] = row["fault"]
        elif rtype in FAILING:
            failing.append(name)
        elif rtype == "NODATA":
            empty.append(name)
        else:
            records += [f"{name} {rtype} {data}" for data in row["data"] if data]
    return World("\n".join(filter(_is_record, records)), failing, empty, faults)


def _is_record(line: str) -> bool:
    """Some names of the real world are no legal names: such a row was broken when recorded, too."""
    owner, rtype, data = line.split(None, 2)
    try:
        dns.rrset.from_text(owner, TTL, "IN", rtype, data)
    except (dns.exception.DNSException, ValueError):
        return False
    return True


def _failing(response: dns.message.Message, fault: str) -> dns.message.Message | None:
    try:
        response.set_rcode(dns.rcode.from_text(fault))
    except dns.rcode.UnknownRcode:
        return None
    return response


def _and_parents(name: dns.name.Name) -> Iterable[dns.name.Name]:
    """The name and those above it, short of the root: an empty name between two others exists, too
    (RFC 8020).
    """
    while name != dns.name.root:
        yield name
        name = name.parent()
