"""What a TLS handshake showed: version, protocol, and the chain of certificates that was sent.

Read from the texts in which libcurl describes certificates (CERTINFO with OpenSSL). Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sovscan.collect.web.hosts import host_name
from sovscan.collect.web.text import fact
from sovscan.core.names import canonical

MAX_NAMES = 100
MAX_CHAIN = 6
"""Names kept of a certificate, and issuers kept of a chain."""

_MOST_TEXT = 20_000

_FAULTS: Mapping[int, str] = MappingProxyType(
    {
        9: "NOT-YET-VALID",
        10: "EXPIRED",
        18: "SELF-SIGNED",
        19: "UNTRUSTED",
        20: "UNTRUSTED",
        21: "UNTRUSTED",
        23: "REVOKED",
    }
)
"""Results of OpenSSL's verification (X509_V_ERR_...); any other is `INVALID-` and its number."""

_PART = re.compile(r"""([A-Za-z0-9.]{1,40}) = ("(?:[^"\\]|\\.){0,200}+"|[^,+"]{0,200}+)""")
_MOMENT = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) [0-9:]{5,8} (\d{4}) GMT", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ALTERNATIVE = re.compile(r"DNS:([^,\s]{1,253})")


@dataclass(frozen=True, slots=True)
class Handshake:
    """How the connection was secured. `verified` is OpenSSL's result (0: a trusted root vouches for
    the leaf; says nothing of its name), `chain` a table of texts for each certificate as sent, the
    leaf first.
    """

    version: str = ""
    alpn: str = ""
    verified: int = 0
    chain: tuple[Mapping[str, str], ...] = ()


def handshake_facts(handshake: Handshake, host: str) -> Iterator[str]:
    """The facts of a handshake with this host."""
    if handshake.version:
        yield fact("tls", handshake.version)
    if handshake.alpn:
        yield fact("alpn", handshake.alpn)
    if not handshake.chain:
        return
    leaf = handshake.chain[0]
    names = alternative_names(leaf)
    yield fact("certificate-issuer", distinguished(leaf.get("Issuer", "")))
    for above in handshake.chain[1:MAX_CHAIN]:
        yield fact("certificate-chain", distinguished(above.get("Issuer", "")))
    for name in names[:MAX_NAMES]:
        yield fact("certificate-name", name)
    ends = _day(leaf.get("Expire date", ""))
    if ends:
        yield fact("certificate-ends", ends)
    for fault in certificate_faults(handshake, host):
        yield fact("certificate-fault", fault)


def certificate_faults(handshake: Handshake, host: str) -> Iterator[str]:
    """What is wrong with the certificate of this host: whom it is from, or whom it is for."""
    if handshake.verified:
        yield fault_name(handshake.verified)
    leaf = handshake.chain[0] if handshake.chain else {}
    if not any(covers(name, host) for name in alternative_names(leaf)):
        yield "NAME"


def fault_name(verified: int) -> str:
    """The name of a result of OpenSSL's verification that is not 0."""
    return _FAULTS.get(verified, f"INVALID-{verified}")


def alternative_names(certificate: Mapping[str, str]) -> tuple[str, ...]:
    """The DNS names that a certificate is for (RFC 6125: the common name is none), sorted."""
    text = certificate.get("X509v3 Subject Alternative Name", "")[:_MOST_TEXT]
    names = {canonical(found[1]) for found in _ALTERNATIVE.finditer(text)}
    return tuple(sorted(name for name in names if host_name(name.removeprefix("*."))))


def covers(name: str, host: str) -> bool:
    """Is this name of a certificate for this host? A `*` stands for exactly one whole label (RFC
    9525 section 6.3).
    """
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


def distinguished(text: str) -> str:
    """A name as OpenSSL writes it in one line, in the form of RFC 4514: the most specific first."""
    parts = [f"{found[1]}={found[2].strip()}" for found in _PART.finditer(text[:_MOST_TEXT])]
    return ",".join(reversed(parts[:20]))


def _day(text: str) -> str:
    """The day (UTC) of a moment in a certificate; empty where it cannot be read."""
    found = _MOMENT.fullmatch(text)
    if found is None or found[1] not in _MONTHS:
        return ""
    return f"{found[3]}-{_MONTHS.index(found[1]) + 1:02d}-{int(found[2]):02d}"
