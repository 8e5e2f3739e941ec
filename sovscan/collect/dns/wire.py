"""A lean DNS codec for the types that we ask (RFC 1035, 3596, 2782, 8659, 4034).

Why our own: making and reading messages with dnspython costs twenty times what the network costs
(docs/dns-engine.md). This one reads record sets only when somebody wants them, and only what is
usual. Whatever is not (an escaped label, another type, a broken message) raises `Unusual`, and
dnspython reads it instead; it is also the oracle that this codec is fuzzed against.
"""

import os
import socket
import struct
from collections.abc import Callable, Mapping
from functools import lru_cache

import dns.exception
import dns.name

TYPES: Mapping[str, int] = {
    "A": 1,
    "NS": 2,
    "CNAME": 5,
    "SOA": 6,
    "PTR": 12,
    "MX": 15,
    "TXT": 16,
    "AAAA": 28,
    "SRV": 33,
    "DS": 43,
    "HTTPS": 65,
    "CAA": 257,
}
CNAME = TYPES["CNAME"]
OPT = 41
IN = 1
HEADER = 12
EDNS_PAYLOAD = 1232
"""Octets that fit every path without fragments (DNS flag day 2020)."""

FLAG_AA, FLAG_TC, FLAG_RD, FLAG_RA, FLAG_AD = 0x0400, 0x0200, 0x0100, 0x0080, 0x0020
FLAG_QR = 0x8000
OPCODE = 0x7800
MOST_RECORDS = 4096

_HEAD = struct.Struct("!HHHHHH")
_COUNTS = struct.Struct("!HHHHH")
_RECORD = struct.Struct("!HHIH")
_PAIR = struct.Struct("!HH")
_OPT = b"\0" + struct.pack("!HHIH", OPT, EDNS_PAYLOAD, 0, 0)
_CASE = bytes(0x20 if chr(byte).isalpha() and byte < 128 else 0 for byte in range(256))
_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
_QUOTABLE = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\')


class Unusual(ValueError):
    """Not written the usual way: let dnspython read it, or say that it is broken."""


@lru_cache(maxsize=8192)
def name_to_wire(name: str) -> bytes:
    """A name in presentation form to its labels. Raises Unusual where it is no name."""
    text = name.rstrip(".")
    plain = text.encode("ascii", "replace")
    if not plain.replace(b".", b"").translate(None, _PLAIN):
        labels = plain.split(b".") if plain else []
        if all(0 < len(label) < 64 for label in labels) and len(plain) < 254:
            return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    try:
        return bytes(dns.name.from_text(name).to_wire() or b"")
    except (dns.exception.DNSException, ValueError) as error:
        raise Unusual(f"{name!r} is no name") from error


def make_query(name: str, rtype: str, *, mixed: bool = True) -> bytes:
    """A query with a random id, the case of its letters at random (0x20), recursion desired, and
    EDNS. AD asks the resolver to say whether it validated (RFC 6840 section 5.7).
    """
    wire = name_to_wire(name)
    size = len(wire)
    noise = os.urandom(size + 2)
    if mixed:
        letters = int.from_bytes(wire.translate(_CASE), "big")
        turned = int.from_bytes(wire, "big") ^ (letters & int.from_bytes(noise[2:], "big"))
        wire = turned.to_bytes(size, "big")
    ident = noise[0] << 8 | noise[1]
    head = _HEAD.pack(ident, FLAG_RD | FLAG_AD, 1, 0, 0, 1)
    return head + wire + _PAIR.pack(TYPES[rtype], IN) + _OPT


def question_end(query: bytes) -> int:
    """Where the question of a query of ours ends, and its EDNS record begins."""
    return len(query) - len(_OPT)


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

    def find(self, owner: str, rtype: int) -> tuple[int, list[str]] | None:
        """TTL (s) and the texts of a record set, or None. Raises Unusual for unusual data."""
        records = self._sets.get((owner, rtype))
        if records is None:
            return None
        render = _RENDERERS.get(rtype)
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
        at = _skip_name(data, HEADER) + _PAIR.size
        first = _name(data, HEADER)[0] if answers else ""
        for _ in range(answers):
            if data[at] == 0xC0 and data[at + 1] == HEADER:
                owner, at = first, at + 2
            else:
                owner, at = _name(data, at)
            rtype, rclass, ttl, length = _RECORD.unpack_from(data, at)
            at += _RECORD.size
            if rclass == IN:
                self._sets.setdefault((owner, rtype), []).append((ttl & 0x7FFFFFFF, at, length))
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
        at = _skip_name(data, at)
        rtype, _, ttl, size = _RECORD.unpack_from(data, at)
        length = int(size)
        at += _RECORD.size
        if rtype == OPT and not in_authority:
            self.rcode |= ttl >> 24 << 4
        elif rtype == TYPES["SOA"] and in_authority and length >= 4:
            minimum = int.from_bytes(data[at + length - 4 : at + length], "big")
            self.negative_ttl = min(ttl, minimum)
        if at + length > len(data):
            raise Unusual("ends too early")
        return at + length


def _skip_name(data: bytes, at: int) -> int:
    while True:
        size = data[at]
        if size == 0:
            return at + 1
        if size >= 0xC0:
            return at + 2
        if size > 63:
            raise Unusual("a label of no known kind")
        at += size + 1


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at a place, in lower case, and where it ends. A pointer must lead back (RFC 1035
    section 4.1.4), so that none can loop.
    """
    labels: list[bytes] = []
    end, limit = 0, at
    while True:
        size = data[at]
        if size == 0:
            break
        if size >= 0xC0:
            target = (size & 0x3F) << 8 | data[at + 1]
            end = end or at + 2
            if target >= limit:
                raise Unusual("a pointer that leads on")
            limit = at = target
            continue
        label = data[at + 1 : at + 1 + size]
        if size > 63 or len(label) != size:
            raise Unusual("a label of no known kind")
        labels.append(label)
        at += size + 1
    joined = b".".join(labels)
    if b"".join(labels).translate(None, _PLAIN) or len(joined) > 253:
        raise Unusual("a name that must be escaped")
    return joined.lower().decode("ascii") or ".", end or at + 1


def _whole_name(data: bytes, start: int, length: int) -> str:
    name, end = _name(data, start)
    if end != start + length:
        raise Unusual("a name that does not fill its record")
    return name


def _ipv4(data: bytes, start: int, length: int) -> str:
    if length != 4:
        raise Unusual("no IPv4 address")
    return socket.inet_ntoa(data[start : start + 4])


def _ipv6(data: bytes, start: int, length: int) -> str:
    if length != 16:
        raise Unusual("no IPv6 address")
    return socket.inet_ntop(socket.AF_INET6, data[start : start + 16])


def _exchange(data: bytes, start: int, length: int) -> str:
    preference = data[start] << 8 | data[start + 1]
    return f"{preference} {_whole_name(data, start + 2, length - 2)}"


def _service(data: bytes, start: int, length: int) -> str:
    priority, weight, port = struct.unpack_from("!HHH", data, start)
    return f"{priority} {weight} {port} {_whole_name(data, start + 6, length - 6)}"


def _authority(data: bytes, start: int, length: int) -> str:
    """Primary server and responsible mailbox; serial and timers tell nothing of providers, and
    change every day.
    """
    primary, at = _name(data, start)
    mailbox, at = _name(data, at)
    if at + 20 != start + length:
        raise Unusual("no SOA record")
    return f"{primary} {mailbox}"


def _text(data: bytes, start: int, length: int) -> str:
    """The strings joined (RFC 7208 section 3.3); bytes beyond printable ASCII as \\DDD (RFC
    1035).
    """
    at, end = start, start + length
    strings = []
    while at < end:
        size = data[at]
        strings.append(data[at + 1 : at + 1 + size])
        at += size + 1
    if at != end or not strings or end > len(data):
        raise Unusual("no TXT record")
    return printable(b"".join(strings))


def _caa(data: bytes, start: int, length: int) -> str:
    flags, size = data[start], data[start + 1]
    tag = data[start + 2 : start + 2 + size]
    value = data[start + 2 + size : start + length]
    if size == 0 or 2 + size > length or not tag.isalnum() or not tag.isascii():
        raise Unusual("no CAA record")
    if value.translate(None, _QUOTABLE):
        raise Unusual("a value that must be escaped")
    return f'{flags} {tag.decode("ascii")} "{value.decode("ascii")}"'


def _delegation(data: bytes, start: int, length: int) -> str:
    digest = data[start + 4 : start + length]
    if not 20 <= len(digest) <= 48 or len(digest) != length - 4:
        raise Unusual("no digest of a known length")
    tag, algorithm, kind = struct.unpack_from("!HBB", data, start)
    if {1: 20, 2: 32, 4: 48}.get(kind) != len(digest):
        raise Unusual("no digest of a known length")
    return f"{tag} {algorithm} {kind} {digest.hex()}"


def printable(raw: bytes) -> str:
    """Bytes as text that any terminal, page and file stands: beyond printable ASCII as \\DDD."""
    if not raw.translate(None, _QUOTABLE + b'"'):
        return raw.decode("ascii")
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\{byte:03d}" for byte in raw
    )


_RENDERERS: dict[int, Callable[[bytes, int, int], str]] = {
    TYPES["A"]: _ipv4,
    TYPES["AAAA"]: _ipv6,
    TYPES["NS"]: _whole_name,
    TYPES["CNAME"]: _whole_name,
    TYPES["PTR"]: _whole_name,
    TYPES["MX"]: _exchange,
    TYPES["SRV"]: _service,
    TYPES["SOA"]: _authority,
    TYPES["TXT"]: _text,
    TYPES["CAA"]: _caa,
    TYPES["DS"]: _delegation,
}
