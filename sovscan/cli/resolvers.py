"""Who runs the resolver in use: said before a scan, recorded with it, and a warning where that is
big tech.
"""

import ipaddress
from dataclasses import dataclass

from sovscan.collect import Server
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.jurisdiction import reach
from sovscan.core.model import VendorId


@dataclass(frozen=True, slots=True)
class Runner:
    """A resolver and who runs it, as far as its address tells; None where it does not."""

    server: Server
    operator: str | None
    country: str | None
    big_tech: bool

    def row(self) -> dict[str, str | None]:
        """What is stored with a scan."""
        return {"address": str(self.server), "operator": self.operator, "country": self.country}

    def text(self) -> str:
        """For a line of talk."""
        if self.operator is None:
            return f"{self.server} (a local address: who answers behind it cannot be told)"
        country = f", {self.country}" if self.country else ""
        return f"{self.server} (run by {self.operator}{country})"


def identify(server: Server, knowledge: Knowledge, criteria: Criteria) -> Runner:
    """By the published addresses of public resolvers, else by the network that announces the
    address.
    """
    address = ipaddress.ip_address(server.address)
    if address.is_loopback or address.is_private or address.is_link_local:
        return Runner(server, None, None, big_tech=False)
    network = knowledge.networks.lookup(server.address)
    hits = knowledge.rules.identify("resolver-address", server.address)
    if not hits and network is not None:
        hits = knowledge.rules.identify("address-as", str(network.asn))
    if hits:
        found = reach(VendorId(hits[0].vendor.id), None, knowledge, criteria)
        return Runner(server, hits[0].vendor.name, found.country, found.big_tech)
    if network is not None:
        return Runner(
            server, f"AS{network.asn} {network.organisation}", network.country, big_tech=False
        )
    return Runner(server, None, None, big_tech=False)
