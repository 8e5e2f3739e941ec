"""A lean DNS codec for the types that we ask (RFC 1035, 3596, 2782, 8659, 4034).

Why our own: making and reading messages with dnspython costs twenty times what the network costs
(docs/dns-engine.md). This one reads record sets only when somebody wants them, and only what is
usual. Whatever is not (an escaped label, another type, a broken message) raises `Unusual`, and
dnspython reads it instead; it is also the oracle that this codec is fuzzed against.
"""

import os
import struct
from functools import lru_cache
from typing import NamedTuple

import dns.exception
import dns.name

from sovscan.collect.dns.rdata import PLAIN, RENDERERS, TYPES, Unusual, read_name, skip_name

CNAME = TYPES["CNAME"]
OPT = 41
CLAIMS = {0, 3}
"""NOERROR and NXDOMAIN: the codes that say something of a name."""
IN = 1
HEADER = 12
POINTER = 0xC0
EDNS_PAYLOAD = 1232
"""Octets that fit every path without fragments (DNS flag day 2020)."""

FLAG_AA, FLAG_TC, FLAG_RD, FLAG_RA, FLAG_AD = 0x0400, 0x0200, 0x0100, 0x0080, 0x0020
FLAG_QR = 0x8000
OPCODE = 0x7800
MOST_RECORDS = 4096
LONGEST_NAME = 255
"""Octets of a name on the wire (RFC 1035 section 3.1)."""

_HEAD = struct.Struct("!HHHHHH")
_COUNTS = struct.Struct("!HHHHH")
_RECORD = struct.Struct("!HHIH")
_PAIR = struct.Struct("!HH")
_OPT = b"\0" + struct.pack("!HHIH", OPT, EDNS_PAYLOAD, 0, 0)
_CASE = bytes(0x20 if chr(byte).isalpha() and byte < 128 else 0 for byte in range(256))


def name_to_wire(name: str) -> bytes:
    """A name in presentation form to its labels. Raises Unusual where it is no name."""
    wire = _plain_to_wire(name.rstrip("."))
    if wire is not None and len(wire) <= LONGEST_NAME:
        return wire
    try:
        return bytes(dns.name.from_text(name).to_wire() or b"")
    except (dns.exception.DNSException, ValueError) as error:
        raise Unusual(f"{name!r} is no name") from error


def _plain_to_wire(text: str) -> bytes | None:
    """A name whose labels need no escape. Of many names below one parent, that is made once."""
    label, _, parent = text.partition(".")
    above = _parent_to_wire(parent) if parent else b"\0"
    plain = label.encode("ascii", "replace")
    if above is None or not 0 < len(plain) < 64 or plain.translate(None, PLAIN):
        return None if text else b"\0"
    return bytes((len(plain),)) + plain + above


_parent_to_wire = lru_cache(maxsize=8192)(_plain_to_wire)


def make_query(
    name: str, rtype: str, *, mixed: bool = True, edns: bool = True, recursive: bool = True
) -> bytes:
    """A query with a random id, the case of its letters at random (0x20), recursion desired, and
    EDNS. AD asks the resolver to say whether it validated (RFC 6840 section 5.7). Who is asked
    directly for what he is authoritative for is asked without either.
    """
    wire = name_to_wire(name)
    size = len(wire)
    noise = os.urandom(size + 2)
    if mixed:
        letters = int.from_bytes(wire.translate(_CASE), "big")
        turned = int.from_bytes(wire, "big") ^ (letters & int.from_bytes(noise[2:], "big"))
        wire = turned.to_bytes(size, "big")
    ident = noise[0] << 8 | noise[1]
    head = _HEAD.pack(ident, FLAG_RD | FLAG_AD if recursive else 0, 1, 0, 0, edns)
    return head + wire + _PAIR.pack(TYPES[rtype], IN) + (_OPT if edns else b"")


def question_end(query: bytes) -> int:
    """Where the question of a query of ours ends, and its EDNS record begins, if it has one."""
    return len(query) - (len(_OPT) if query[HEADER - 1] else 0)


class Repeated(NamedTuple):
    """How a response repeats the question of a query: exactly, but for the case of the name's
    letters, or not.
    """

    exactly: bool
    but_for_case: bool


def repeats(data: bytes, query: bytes) -> Repeated:
    """Compare the question section of a response with that of our query (RFC 5452 section 9.1)."""
    end = question_end(query)
    kind = end - _PAIR.size
    told, asked = data[HEADER:kind], query[HEADER:kind]
    same_kind = data[kind:end] == query[kind:end]
    return Repeated(same_kind and told == asked, same_kind and told.lower() == asked.lower())


def is_mixed(query: bytes) -> bool:
    """Does the name of a query of ours hold a capital letter?"""
    name = query[HEADER : query.index(b"\0", HEADER)]
    return name != name.lower()


def tells_nothing(data: bytes) -> bool:
    """Is this an error without a question? Some servers send those; it claims nothing."""
    return data[4:6] == b"\0\0" and data[3] & 15 not in CLAIMS


class Reply:
    """What a response says: its code, its flags, and the record sets of its answer section."""

    __slots__ = ("_data", "_sets", "flags", "negative_ttl", "rcode")

    flags: int
    rcode: int
    negative_ttl: int | None

    def __init__(self, data: bytes) -> None:
        """Raises Unusual where the message is not written the usual way."""
        self._data = data
        self._sets: dict[tuple[str, int], list[tuple[int, int, int]]] = {}
        self.negative_ttl = None
        try:
            self._read()
        except (IndexError, struct.error) as error:
            raise Unusual("ends too early") from error

    @property
    def is_empty(self) -> bool:
        """Is there nothing in the answer section?"""
        return not self._sets

    def find(self, owner: str, rtype: int) -> tuple[int, list[str]] | None:
        """TTL (s) and the texts of a record set, or None. Raises Unusual for unusual data."""
        records = self._sets.get((owner, rtype))
        if records is None:
            return None
        render = RENDERERS.get(rtype)
        if render is None:
            raise Unusual("a type that dnspython reads")
        try:
            texts = [render(self._data, start, length) for _, start, length in records]
        except (IndexError, struct.error) as error:
            raise Unusual("ends too early") from error
        return min(ttl for ttl, _, _ in records), texts

    def _read(self) -> None:
        data = self._data
        self.flags, questions, answers, authority, additional = _COUNTS.unpack_from(data, 2)
        self.rcode = self.flags & 15
        if questions != 1 or answers + authority + additional > MOST_RECORDS:
            raise Unusual("counts that no resolver sends")
        at = skip_name(data, HEADER) + _PAIR.size
        first = read_name(data, HEADER)[0] if answers else ""
        for _ in range(answers):
            if data[at] == POINTER and data[at + 1] == HEADER:
                owner, at = first, at + 2
            else:
                owner, at = read_name(data, at)
            rtype, rclass, ttl, length = _RECORD.unpack_from(data, at)
            at += _RECORD.size
            if rclass == IN:
                self._sets.setdefault((owner, rtype), []).append((sane_ttl(ttl), at, length))
            at += length
        for place in range(authority + additional):
            at = self._beside(at, in_authority=place < authority)
        if at != len(data):
            raise Unusual("does not end where it should")

    def _beside(self, at: int, *, in_authority: bool) -> int:
        """A record of the other sections: only the SOA (RFC 2308) and the rest of the code (RFC
        6891 section 6.1.3) say something to us.
        """
        data = self._data
        at = at + 2 if data[at] >= POINTER else skip_name(data, at)
        rtype, _, ttl, size = _RECORD.unpack_from(data, at)
        length = int(size)
        at += _RECORD.size
        if rtype == OPT and not in_authority:
            self.rcode |= ttl >> 24 << 4
        elif rtype == TYPES["SOA"] and in_authority and length >= 4:
            minimum = int.from_bytes(data[at + length - 4 : at + length], "big")
            self.negative_ttl = min(sane_ttl(ttl), sane_ttl(minimum))
        if at + length > len(data):
            raise Unusual("ends too early")
        return at + length


def sane_ttl(ttl: int) -> int:
    """A TTL with its highest bit set is none (RFC 2181 section 8)."""
    return ttl if ttl < 1 << 31 else 0
