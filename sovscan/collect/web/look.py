"""A question in work: where it stands between addresses, redirects and certificates. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sovscan.collect.web.fields import Headers
from sovscan.collect.web.headers import path_within, redirect
from sovscan.collect.web.reading import Answer
from sovscan.collect.web.terms import MAX_HOPS, MTA_STS, POLICY_PATH, REDIRECTS
from sovscan.core.model import Question

MAX_ADDRESSES = 2
"""Addresses of a host that are tried, one after the other."""


@dataclass(frozen=True, slots=True)
class Look:
    """The next request for a question: to the first of `addresses`, for `path`.

    `attempts` counts addresses and `hops` redirects. `verify` is False once a certificate was found
    at fault; `verified` then tells why. `headers` are those of the answers that led here.
    """

    question: Question
    addresses: tuple[str, ...]
    path: str = "/"
    hops: int = 0
    attempts: int = 1
    verify: bool = True
    verified: int = 0
    headers: Headers = ()

    @property
    def is_of_policy(self) -> bool:
        """Is this for a policy, which counts only where it stands, from who can show a good
        certificate (RFC 8461 section 3.3)?
        """
        return self.question.type == MTA_STS

    @property
    def address(self) -> str:
        """The address that is asked now."""
        return self.addresses[0]


def first_look(question: Question, addresses: Sequence[str]) -> Look:
    """Where to begin."""
    path = POLICY_PATH if question.type == MTA_STS else "/"
    return Look(question, chosen_of(addresses), path)


def chosen_of(addresses: Sequence[str]) -> tuple[str, ...]:
    """The addresses of a host that are tried: the first of each family, IPv4 first; or the first
    two of the only family.
    """
    families = [[a for a in addresses if ":" not in a], [a for a in addresses if ":" in a]]
    firsts = tuple(family[0] for family in families if family)
    return firsts if len(firsts) > 1 else tuple(addresses[:MAX_ADDRESSES])


def after_answer(look: Look, answer: Answer) -> Look | None:
    """The look at the page to which a redirect leads on the same host, if there is one and not too
    many led there.
    """
    path = _path_on(answer)
    if path is None or look.hops >= MAX_HOPS or look.is_of_policy:
        return None
    return replace(look, path=path, hops=look.hops + 1, headers=look.headers + answer.headers)


def after_distrust(look: Look, verified: int) -> Look | None:
    """The same look without verification: a certificate at fault is a fact, and no end."""
    if look.is_of_policy or not look.verify:
        return None
    return replace(look, verify=False, verified=verified)


def after_failure(look: Look) -> Look | None:
    """The look at the next address, if there is one, from the start."""
    if len(look.addresses) < 2:
        return None
    return replace(first_look(look.question, look.addresses[1:]), attempts=look.attempts + 1)


def summed_up(look: Look, answer: Answer) -> Answer:
    """The last answer of a look, with the header fields of those before it, what the verification
    found, and whether there were too many redirects.
    """
    handshake = answer.handshake
    if handshake is not None and look.verified:
        handshake = replace(handshake, verified=look.verified)
    before = tuple(each for each in look.headers if each[0] != "location")
    return replace(
        answer,
        headers=before + answer.headers,
        handshake=handshake,
        detail=answer.detail if _path_on(answer) is None else REDIRECTS,
    )


def _path_on(answer: Answer) -> str | None:
    reference = redirect(answer.status, answer.headers)
    return path_within(answer.url, reference) if reference else None
