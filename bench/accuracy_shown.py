"""docs/accuracy-sample.md: the findings drawn, beside the records as they were recorded."""

from collections.abc import Iterable

from sovscan.core.registry import AddressTable

from bench.accuracy_model import Claim
from bench.accuracy_page import evidence, table
from bench.accuracy_recorded import SELECTORS, Recording
from bench.accuracy_sample import Drawn, said

MOST_TERMS = 12
"""Terms of an SPF record that a table shows."""


def facts(claim: Claim, recording: Recording, networks: AddressTable) -> str:
    """What was recorded of the domain that bears on this finding. The network of an address is read
    from the table that comes with the tool; all else from the recording.
    """
    domain = claim.subject
    told = _front(domain, recording, networks)
    if claim.role == "sender":
        for _, _, value in claim.evidence:
            way = recording.path_to(domain, value)
            told.append("SPF: " + (" → ".join(way) if way else f"{value} not found by this reader"))
        return "<br>".join(told)
    if claim.role in {"mailbox", ""}:
        told += _voices(domain, recording)
    return "<br>".join(told)


def sample_table(drawn: Iterable[Drawn], recording: Recording, networks: AddressTable) -> list[str]:
    """The table of the sample."""
    header = ("#>", "domain", "role", "finding", "class", "evidence", "recorded", "verdict", "why")
    rows = [
        (number, *_finding(each), facts(each.claim, recording, networks), *_verdict(each))
        for number, each in enumerate(drawn, 1)
    ]
    return table(header, rows)


def beyond_table(judged: Iterable[Drawn]) -> list[str]:
    """The table of what was judged beyond the sample: without the records, to stay short."""
    header = ("domain", "role", "finding", "class", "evidence", "verdict", "why")
    return table(header, [(*_finding(each), *_verdict(each)) for each in judged])


def _finding(each: Drawn) -> tuple[str, ...]:
    claim = each.claim
    return claim.subject, claim.role or "none", said(claim), claim.kind, evidence(claim)


def _verdict(each: Drawn) -> tuple[str, str]:
    if each.verdict is None:
        return "", "not checked yet"
    if each.is_stale:
        return "", f"changed since it was checked ({each.verdict.said}: {each.verdict.verdict})"
    return each.verdict.verdict, each.verdict.reason


def _front(domain: str, recording: Recording, networks: AddressTable) -> list[str]:
    told = []
    for preference, host in recording.exchangers(domain):
        places = [_place(address, networks) for address in recording.get(host, "A")]
        told.append(f"MX {preference} {host} ({', '.join(places) or 'no address'})")
    return told or ["no MX recorded"]


def _place(address: str, networks: AddressTable) -> str:
    network = networks.lookup(address)
    return f"{address} AS{network.asn}" if network else address


def _voices(domain: str, recording: Recording) -> list[str]:
    told = [f"autodiscover → {each}" for each in recording.get(f"autodiscover.{domain}", "CNAME")]
    told += [f"SRV {each}" for each in recording.get(f"_autodiscover._tcp.{domain}", "SRV")]
    for selector in SELECTORS:
        name = f"{selector}._domainkey.{domain}"
        told += [f"{selector} → {each}" for each in recording.get(name, "CNAME")]
        told += [f"{selector} TXT" for each in recording.get(name, "TXT")[:1]]
    terms = recording.spf(domain).split()[1:]
    named = [term for term in terms if not term.lstrip("+?~-").startswith(("ip4:", "ip6:"))]
    if named:
        more = len(named) - MOST_TERMS
        beside = f" and {more} more" if more > 0 else ""
        told.append("SPF " + " ".join(named[:MOST_TERMS]) + beside)
    keys = sorted({t.partition("=")[0] for t in recording.get(domain, "TXT") if "=" in t[:60]})
    other = [key for key in keys if key.lower() != "v"]
    return [*told, f"TXT {', '.join(other)}"] if other else told
