"""The MTA-STS policy of a domain (RFC 8461): when it is asked for, and what it says. Pure."""

from collections.abc import Iterator

from sovscan.collect.web.certificates import Handshake, certificate_faults, fault_name
from sovscan.collect.web.hosts import host_name
from sovscan.collect.web.plan import addresses_for
from sovscan.collect.web.reading import Answer, failure
from sovscan.collect.web.terms import CUT, MTA_STS
from sovscan.collect.web.text import fact
from sovscan.core.facts import ADDRESS_TYPES, Facts, answers
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question, Target
from sovscan.core.names import canonical

MAX_PATTERNS = 50
"""Patterns of MX hosts kept of a policy."""
MALFORMED = "malformed"
VERSION = "STSv1"
MODES = ("enforce", "testing", "none")
LONGEST_NUMBER = 10
"""Digits of a lifetime (RFC 8461 section 3.2)."""
GOOD = 200


def policy_questions(target: Target, facts: Facts) -> Iterator[Question]:
    """Where the domain says that it has a policy: the addresses of the host that holds it, and then
    the policy.
    """
    record = Question(DomainName(f"_mta-sts.{target.domain}"), "TXT")
    if not announces(answers(facts, *record)):
        return
    host = DomainName(f"mta-sts.{target.domain}")
    needed = [Question(host, rtype) for rtype in ADDRESS_TYPES]
    yield from needed
    if all(each in facts for each in needed) and addresses_for(facts, host):
        yield Question(host, MTA_STS)


def announces(texts: tuple[str, ...]) -> bool:
    """Is there one record of a policy? Where there are several, there is none (RFC 8461 section
    3.1).
    """
    records = [text for text in texts if text.partition(";")[0].rstrip() == f"v={VERSION}"]
    return len(records) == 1


def observe_policy(question: Question, answer: Answer, provenance: Provenance) -> Observation:
    """What an answer says. Only 200 is a policy, a redirect is none, half of one is none, and the
    certificate must be for its host (RFC 8461 section 3.3).
    """
    faults = list(certificate_faults(answer.handshake or Handshake(), question.name))
    if faults:
        return failure(question, f"CERTIFICATE-{faults[0]}", Fault.ZONE, provenance)
    if answer.status != GOOD:
        return failure(question, f"HTTP-{answer.status}", Fault.ZONE, provenance)
    if answer.detail:
        return failure(question, answer.detail, Fault.ZONE, provenance)
    found = policy_facts(answer.body)
    patterns = [each for each in found if each.startswith("mx ")]
    left_out = set(patterns[MAX_PATTERNS:])
    kept = tuple(each for each in found if each not in left_out)
    detail = CUT if left_out else ""
    return Observation(question, Outcome.SEEN, kept, detail=detail, provenance=provenance)


def distrusted(question: Question, verified: int, provenance: Provenance) -> Observation:
    """Nobody vouches for the certificate: then there is no policy."""
    return failure(question, f"CERTIFICATE-{fault_name(verified)}", Fault.ZONE, provenance)


def policy_facts(body: bytes) -> tuple[str, ...]:
    """Mode, lifetime (s) and patterns of MX hosts, sorted, each once; `malformed` for what is no
    policy (RFC 8461 section 3.2). Of a field that is there twice, the first counts.
    """
    fields: dict[str, str] = {}
    patterns: set[str | None] = set()
    for key, value in _fields(body):
        if key == "mx":
            patterns.add(_pattern(value))
        fields.setdefault(key, value)
    mode, lifetime = fields.get("mode", ""), fields.get("max_age", "")
    whole = fields.get("version") == VERSION and mode in MODES and _is_number(lifetime)
    if not whole or None in patterns or not (patterns or mode == "none"):
        return (MALFORMED,)
    found = [fact("mode", mode), fact("max-age", str(int(lifetime)))]
    return tuple(sorted([*found, *(fact("mx", each) for each in patterns if each)]))


def _fields(body: bytes) -> Iterator[tuple[str, str]]:
    """The fields of a policy, in order, those of no known name included."""
    for line in body.decode("utf-8", "replace").split("\n"):
        key, _, value = line.removesuffix("\r").partition(":")
        yield key, value.strip(" \t")


def _pattern(value: str) -> str | None:
    """An MX host, or `*.` and what is above it; None for what is neither."""
    name = host_name(value.removeprefix("*."))
    if name is None or value.removeprefix("*.").lower() != name:
        return None
    return canonical(value)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
