"""A fixed corpus of nasty packets: each is read for what it is, or is no message."""

import struct
import time

import pytest

from sovscan.collect.dns import reading
from sovscan.collect.dns.oracle import OracleReply
from sovscan.collect.dns.wire import TYPES, Reply
from sovscan.core.model import Outcome
from tests.collect.helpers import q
from tests.collect.test_wire import check_alike, read_by
from tests.conftest import MADE

NAME = b"\x04body\x07example\0"
ASKED = NAME + b"\0\1\0\1"
POINTER = b"\xc0\x0c"
ADDRESS = b"\xc0\0\2\1"


def message(*records: bytes, flags: int = 0x8180, counts: tuple[int, ...] | None = None) -> bytes:
    """An answer section as it stands, to the question body.example A."""
    head = struct.pack("!HHHHHH", 1, flags, *(counts or (1, len(records), 0, 0)))
    return head + ASKED + b"".join(records)


def record(owner: bytes = POINTER, data: bytes = ADDRESS, *, rtype: int = 1, size: int | None = None, ttl: int = 300) -> bytes:  # fmt: skip
    head = struct.pack("!HHIH", rtype, 1, ttl, len(data) if size is None else size)
    return owner + head + data


END = 12 + len(ASKED)
"""Where the first record of a message begins."""
WHOLE = message(record())
TOO_LONG = b"".join(bytes((63,)) + b"x" * 63 for _ in range(4)) + b"\0"
JUST_FITS = b"".join(bytes((n,)) + b"x" * n for n in (63, 63, 63, 61)) + b"\0"

BROKEN = {
    "nothing": b"",
    "one octet": b"\0",
    "half a header": WHOLE[:6],
    "header only, counts say more": WHOLE[:12],
    "question cut": WHOLE[:20],
    "pointer to itself": message(record(struct.pack("!H", 0xC000 | END))),
    "two pointers in a ring": message(
        record(data=struct.pack("!HH", 0xC000 | END + 14, 0xC000 | END + 12), rtype=5)
    ),
    "pointer ahead": message(record(struct.pack("!H", 0xC000 | END + 20))),
    "pointer beyond the end": message(record(b"\xff\xff")),
    "pointer cut in half": WHOLE[:END] + b"\xc0",
    "label of 64": message(record(b"\x40" + b"x" * 64 + b"\0")),
    "label type 10": message(record(b"\x80" + b"x" * 10 + b"\0")),
    "name over 255": message(record(TOO_LONG)),
    "name over 255 by pointer": message(record(JUST_FITS[:-1] + POINTER)),
    "name without end": message(record(b"\x04body")),
    "more answers promised": message(record(), counts=(1, 2, 0, 0)),
    "fewer answers promised": message(record(), record(), counts=(1, 1, 0, 0)),
    "65535 of everything": message(record(), counts=(1, 65535, 65535, 65535)),
    "authority promised": message(record(), counts=(1, 1, 1, 0)),
    "additional promised": message(record(), counts=(1, 1, 0, 1)),
    "junk behind": WHOLE + b"\0",
    "much junk behind": WHOLE + b"\xff" * 400,
    "data cut": WHOLE[:-2],
    "size beyond the end": message(record(size=5)),
    "size far beyond the end": message(record(size=65535)),
}
"""Broken where every reader must see it."""

BROKEN_DATA = {
    "address of 3 octets": ("A", b"\1\2\3"),
    "address of 5 octets": ("A", b"\1\2\3\4\5"),
    "no address": ("A", b""),
    "IPv6 address of 4 octets": ("AAAA", ADDRESS),
    "empty MX": ("MX", b""),
    "half a preference": ("MX", b"\0"),
    "MX without host": ("MX", b"\0\1"),
    "MX that ends before its size": ("MX", b"\0\1\0\0"),
    "MX whose host leaves the record": ("MX", b"\0\1\5ab"),
    "SOA without numbers": ("SOA", b"\0\0"),
    "SOA with 19 octets of numbers": ("SOA", b"\0\0" + b"\1" * 19),
    "empty SRV": ("SRV", b""),
    "SRV without host": ("SRV", b"\0" * 6),
    "string beyond its record": ("TXT", b"\x20abc"),
    "alias that does not fill its record": ("CNAME", NAME + b"\0"),
    "empty alias": ("CNAME", b""),
    "alias to a pointer ahead": ("CNAME", b"\xff\xff"),
    "server named by half a pointer": ("NS", b"\xc0"),
    "empty CAA": ("CAA", b""),
    "CAA without tag": ("CAA", b"\0\0value"),
    "CAA tag beyond its record": ("CAA", b"\0\x20issue"),
    "DS without digest": ("DS", b"\0\1\x0d\2"),
    "DS with a digest of another kind's length": ("DS", b"\0\1\x0d\2" + b"x" * 20),
    "empty HTTPS": ("HTTPS", b""),
    "HTTPS with half a parameter": ("HTTPS", b"\0\1\0\0\1\0"),
}
"""Broken in the data of the record that was asked for."""


@pytest.mark.parametrize("wire", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("rtype", ["A", "MX", "CNAME", "TXT", "HTTPS"])
def test_a_broken_message_is_malformed(wire, rtype):
    question = q("body.example", rtype)
    assert read_by(Reply, question, wire) is None
    assert reading.read(question, wire, MADE).detail == reading.MALFORMED


@pytest.mark.parametrize(("rtype", "data"), BROKEN_DATA.values(), ids=BROKEN_DATA)
def test_a_broken_record_is_malformed_for_who_asked_for_it(rtype, data):
    wire = message(record(data=data, rtype=TYPES[rtype]))
    question = q("body.example", rtype)
    assert read_by(Reply, question, wire) is None
    assert reading.read(question, wire, MADE).detail == reading.MALFORMED
    assert reading.read(q("body.example", "PTR"), wire, MADE).outcome is not Outcome.SEEN


def test_a_text_without_any_string_is_no_answer_that_says_something():
    """RFC 1035 wants one string or more; dnspython takes none for an empty text."""
    wire = message(record(data=b"", rtype=16))
    found = reading.read(q("body.example", "TXT"), wire, MADE)
    assert found.answers in {(), ("",)}


def test_the_whole_message_that_the_broken_ones_come_of_is_read():
    found = reading.read(q("body.example", "A"), WHOLE, MADE)
    assert (found.outcome, found.answers) == (Outcome.SEEN, ("192.0.2.1",))
    assert read_by(Reply, q("body.example", "A"), WHOLE) == found


def test_a_long_chain_of_pointers_takes_no_longer_than_a_message_may():
    chain = b"".join(
        struct.pack("!H", 0xC000 | (12 if n == 0 else END + 12 + 2 * (n - 1))) for n in range(8000)
    )
    last = struct.pack("!H", 0xC000 | END + 12 + len(chain) - 2)
    wire = message(record(data=chain, rtype=10), *[record(last)] * 3000)
    started = time.perf_counter()
    reading.read(q("body.example", "A"), wire, MADE)
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize("low", [0, 3], ids=["reads-as-noerror", "reads-as-nxdomain"])
def test_the_upper_bits_of_the_code_count(low):
    """RFC 6891 section 6.1.3: 16 is BADVERS, whatever its low bits alone would say."""
    options = b"\0" + struct.pack("!HHIH", 41, 1232, 1 << 24, 0)
    wire = message(options, flags=0x8180 | low, counts=(1, 0, 0, 1))
    for found in (
        read_by(Reply, q("body.example", "A"), wire),
        read_by(OracleReply, q("body.example", "A"), wire),
    ):
        assert found is not None
        assert found.outcome is Outcome.FAILED
        assert found.detail not in {"NOERROR", "NXDOMAIN"}


@pytest.mark.parametrize("place", ["answer", "authority"])
def test_an_option_record_elsewhere_than_it_belongs_changes_no_code(place):
    options = b"\0" + struct.pack("!HHIH", 41, 1232, 1 << 24, 0)
    counts = (1, 2, 0, 0) if place == "answer" else (1, 1, 1, 0)
    wire = message(record(), options, counts=counts)
    own = check_alike(q("body.example", "A"), wire)
    assert own is None or own.outcome is Outcome.SEEN


@pytest.mark.parametrize("name", [b"foo.", b".", b"a.b", b"\\", b"\0", b" x ", b"\xff", b'"'])
def test_an_alias_of_odd_octets_is_no_crash(name):
    """What a zone may hold: any octet may stand in a label (RFC 2181 section 11)."""
    labels = bytes((len(name),)) + name + b"\0"
    for end in (b"\0", b"\x07example\0"):
        target = labels[:-1] + end
        wire = message(record(data=target, rtype=5), record(target))
        found = reading.read(q("body.example", "A"), wire, MADE)
        assert found.outcome in {Outcome.SEEN, Outcome.FAILED}
        check_alike(q("body.example", "A"), wire)
        mail = message(record(data=b"\0\1" + target, rtype=15))
        assert reading.read(q("body.example", "MX"), mail, MADE).outcome is Outcome.SEEN


@pytest.mark.parametrize("ttl", [2**31, 2**32 - 1])
def test_a_ttl_with_its_first_bit_set_is_none(ttl):
    """RFC 2181 section 8: treat it as zero."""
    found = check_alike(q("body.example", "A"), message(record(ttl=ttl)))
    assert found is not None
    assert found.provenance.ttl == 0
