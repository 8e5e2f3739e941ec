"""Names and record data of a DNS message as text; only what is written the usual way."""

import socket
import struct
from collections.abc import Callable, Mapping

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
PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
"""Octets of a label that need no escape."""
_QUOTABLE = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\')


MOST_STEPS = 192
"""Labels and pointers of one name: 127 labels at most, and hardly a pointer for each."""


class Unusual(ValueError):
    """Not written the usual way: let dnspython read it, or say that it is broken."""


def skip_name(data: bytes, at: int) -> int:
    """Where the name at a place ends."""
    while True:
        size = data[at]
        if size == 0:
            return at + 1
        if size >= 0xC0:
            return at + 2
        if size > 63:
            raise Unusual("a label of no known kind")
        at += size + 1


def read_name(data: bytes, at: int) -> tuple[str, int]:
    """The name at a place, in lower case, and where it ends. A pointer must lead back (RFC 1035
    section 4.1.4), so that none can loop.
    """
    labels: list[bytes] = []
    end, limit = 0, at
    for _ in range(MOST_STEPS):
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
    else:
        raise Unusual("a name of more steps than any has")
    joined = b".".join(labels)
    if b"".join(labels).translate(None, PLAIN) or len(joined) > 253:
        raise Unusual("a name that must be escaped")
    return joined.lower().decode("ascii") or ".", end or at + 1


def _whole_name(data: bytes, start: int, length: int) -> str:
    name, end = read_name(data, start)
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
    primary, at = read_name(data, start)
    mailbox, at = read_name(data, at)
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


RENDERERS: dict[int, Callable[[bytes, int, int], str]] = {
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
