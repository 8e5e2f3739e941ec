"""Who runs a recursive resolver, as far as its address tells: it learns whom a scan looks at."""

import ipaddress
from dataclasses import dataclass

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.jurisdiction import reach


@dataclass(frozen=True, slots=True)
class ResolverRunner:
    """The operator and its country, where they can be told; a local address tells nothing."""

    operator: str | None = None
    country: str | None = None
    big_tech: bool = False


def who_runs(address: str, knowledge: Knowledge, criteria: Criteria) -> ResolverRunner:
    """By the published addresses of public resolvers, else by the network that announces it."""
    if not ipaddress.ip_address(address).is_global:
        return ResolverRunner()
    network = knowledge.networks.lookup(address)
    hits = knowledge.rules.identify("resolver-address", address)
    if not hits and network is not None:
        hits = knowledge.rules.identify("address-as", str(network.asn))
    if hits:
        found = reach(hits[0].vendor.id, None, knowledge, criteria)
        return ResolverRunner(hits[0].vendor.name, found.country, found.big_tech)
    if network is None:
        return ResolverRunner()
    return ResolverRunner(f"AS{network.asn} {network.organisation}", network.country)
