"""A world that answers questions: records a line (owner, type, data), wildcards (RFC 4592), and
zones that fail.
"""

from collections.abc import Iterable

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

MAX_ALIASES = 8
TTL = 3600
SOA = "invalid. hostmaster.invalid. 1 3600 600 86400 300"
WILDCARD = b"*"


class World:
    """Answers as a recursive resolver would that knows this world and nothing else."""

    def __init__(self, records: str, failing: Iterable[str] = ()) -> None:
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
        self._names = {parent for name, _ in self._sets for parent in _and_parents(name)}
        self._failing = {dns.name.from_text(name) for name in failing}

    def respond(self, query: dns.message.Message) -> dns.message.Message:
        """The response to a query with one question."""
        question = query.question[0]
        response = dns.message.make_response(query, recursion_available=True)
        name = question.name
        for _ in range(MAX_ALIASES):
            if any(name.is_subdomain(failing) for failing in self._failing):
                response.set_rcode(dns.rcode.SERVFAIL)
                return response
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


def _and_parents(name: dns.name.Name) -> Iterable[dns.name.Name]:
    """The name and those above it, short of the root: an empty name between two others exists, too
    (RFC 8020).
    """
    while name != dns.name.root:
        yield name
        name = name.parent()
