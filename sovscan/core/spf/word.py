"""The words of an SPF record (RFC 7208 sections 4.6.1, 5, 6 and 12)."""

import ipaddress
import re
from typing import NamedTuple

from sovscan.core.model import DomainName
from sovscan.core.spf.macro import FLAGS, Spec, expanded, is_macro_string

FOLLOWED = ("include", "redirect")
ON_HOSTS = ("a", "mx", "ptr")
"""Terms whose domain's own record counts; those that mean their own domain where none is named."""

_LENGTH = "/(0|[1-9][0-9]{0,2})"
_DIRECTIVE = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?=[:/]|\Z)"
    rf"(?::([^/]*|.*?))?(?:{_LENGTH})?(?:/{_LENGTH})?",
    FLAGS,
)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", FLAGS)
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")


class Term(NamedTuple):
    """A word of a record. `kind`: the mechanism, `redirect`, `exp`, `modifier` (one that nobody
    knows, and that counts for nothing) or `error` (no term). `qualifier`: of a mechanism, "+" where
    none is written. `domain`: what it names, with macros expanded; where `static` is False a macro
    needs a sender, and it is the fixed end. `network`: of ip4 and ip6. `lengths`: the prefixes of a
    and mx, IPv4 and IPv6, in bits. `fault`: is it an error to write this? A tuple, since tuples are
    made four times as fast.
    """

    word: str
    kind: str
    qualifier: str = ""
    domain: DomainName = DomainName("")
    static: bool = True
    network: str = ""
    lengths: tuple[int, int] = (32, 128)
    fault: bool = False

    @property
    def is_followed(self) -> bool:
        """Does the record of the domain it names belong to the tree?"""
        return self.static and self.kind in FOLLOWED


def term_of(word: str, domain: str, origin: str) -> Term:
    """A word in the record of `domain`, read for mail from `origin`."""
    found = _DIRECTIVE.fullmatch(word)
    if found is None:
        return _modifier(word, domain, origin)
    kind, qualifier = found[2].lower(), found[1] or "+"
    written, four, six = found.group(3, 4, 5)
    if kind in {"ip4", "ip6"}:
        return _wrong(word) if six else _on_network(word, kind, qualifier, written or "", four)
    lengths = (32 if four is None else int(four), 128 if six is None else int(six))
    fits = lengths[0] <= 32 and lengths[1] <= 128
    bare = written is None and kind in ON_HOSTS
    if not fits or (kind not in {"a", "mx"} and (four or six)):
        return _wrong(word)
    if not bare and (written is None) != (kind == "all"):
        return _wrong(word)
    if written is not None:
        return _naming(word, kind, qualifier, lengths, expanded(written, domain, origin))
    return Term(word, kind, qualifier, DomainName(domain if bare else ""), lengths=lengths)


def _on_network(word: str, kind: str, qualifier: str, address: str, length: str | None) -> Term:
    """An address and its prefix."""
    most = 32 if kind == "ip4" else 128
    bits = most if length is None else int(length)
    known = _IPV4.fullmatch(address) if kind == "ip4" else _is_ipv6(address)
    if bits > most or not known:
        return _wrong(word)
    return Term(word, kind, qualifier, network=f"{address}/{bits}")


def _is_ipv6(text: str) -> bool:
    """An address with a zone index is none here."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


def _modifier(word: str, domain: str, origin: str) -> Term:
    found = _MODIFIER.fullmatch(word)
    if found is None:
        return _wrong(word)
    kind = found[1].lower()
    if kind in {"redirect", "exp"}:
        return _naming(word, kind, "", (32, 128), expanded(found[2], domain, origin))
    return Term(word, "modifier") if is_macro_string(found[2]) else _wrong(word)


def _naming(
    word: str, kind: str, qualifier: str, lengths: tuple[int, int], spec: Spec | None
) -> Term:
    """A term and what it names. To look for a record where no name can be is an error (sections
    4.3, 5.2, 6.1).
    """
    if spec is None or (not spec.domain and spec.static and kind in FOLLOWED):
        return _wrong(word)
    return Term(
        word, kind, qualifier, spec.domain, spec.static, lengths=lengths, fault=spec.misplaced
    )


def _wrong(word: str) -> Term:
    return Term(word, "error", fault=True)
