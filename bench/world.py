"""An invented world for the benchmarks: public bodies with mail, name servers, web sites, policies.

Hosts and SPF names are the examples that the registry gives for its own rules, so that the rules
have real work; a small part of the bodies runs its own mail server. The same size gives the same
world.
"""

import ipaddress
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sovscan.core.context import Knowledge
from sovscan.core.model import DomainName, Target

GROUPS = 40
"""Name-server providers; a body's domain says which is its own, as in b00042.g07.test."""
SHARED = 60
"""Providers of each other kind."""
TTL = 3600
V4 = (1 << 24, 223 << 24)
V6 = (0x2A00 << 112, 0x2A10 << 112)


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the zone file."""

    name: str
    type: str
    data: str

    def __str__(self) -> str:
        return f"{self.name}. {TTL} {self.type} {self.data}\n"


class World:
    """`size` bodies, and the shared hosts that they use. `sites`: the addresses of all web names,
    where somebody answers there.
    """

    def __init__(self, size: int, knowledge: Knowledge, sites: Sequence[str] = ()) -> None:
        self.size = size
        self._sites = sites
        self._knowledge = knowledge
        self._chosen = random.Random(7)
        self._exchangers = self._examples("mx-host")
        self._fronts = self._examples("cname-target")
        self._included = self._examples("spf-include")
        self._autodiscover = self._examples("autodiscover-target")
        self._services = self._examples("autodiscover-srv")
        self._keys = self._examples("dkim-target")
        self._servers = self._examples("ns-host")

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The bodies, as a list of targets would give them."""
        tiers = next(iter(self._knowledge.policies.values())).tiers
        countries = sorted({country for held in tiers.values() for country in held})
        return tuple(
            Target(
                f"body-{number}",
                f"Body {number}",
                domain(number),
                domain(number),
                domain(number),
                countries[number % len(countries)],
                "municipality",
                population=1000 + number,
            )
            for number in range(self.size)
        )

    def servers(self, group: int) -> tuple[str, ...]:
        """The NS hosts of a group of bodies."""
        return self._servers[group % len(self._servers)]

    def records(self) -> Iterator[Record]:
        """Everything but NS and SOA of the bodies: in one root zone those would delegate."""
        for number in range(self.size):
            yield from self._body(number)
        yield from self._shared()

    def _examples(self, kind: str) -> list[tuple[str, ...]]:
        """Up to two examples of a kind of signal for each vendor that has some, and at most SHARED
        vendors.
        """
        found = [
            tuple(text.rpartition(" ")[2] for text in rule.examples[:2])
            for vendor in self._knowledge.vendors.values()
            for rule in vendor.fingerprints
            if rule.signal == kind and rule.examples
        ]
        return random.Random(kind).sample(found, min(SHARED, len(found)))

    def _pick(self, providers: list[tuple[str, ...]]) -> tuple[str, ...]:
        """A provider: the first are much liked, as in life."""
        return providers[int(len(providers) * self._chosen.random() ** 2.5)]

    def _body(self, number: int) -> Iterator[Record]:
        name, luck = domain(number), self._chosen.random
        yield from self._mail(name, luck())
        yield Record(name, "TXT", f'"verification-token={number:032x}"')
        yield from self._site(name)
        if luck() < 0.6:
            yield Record(f"www.{name}", "CNAME", f"{self._pick(self._fronts)[0]}.")
        else:
            yield from self._site(f"www.{name}")
        if luck() < 0.8:
            yield Record(f"_dmarc.{name}", "TXT", f'"v=DMARC1; p=none; rua=mailto:d@{name}"')
        if luck() < 0.1:
            yield Record(f"_mta-sts.{name}", "TXT", '"v=STSv1; id=1"')
            yield Record(f"_smtp._tls.{name}", "TXT", f'"v=TLSRPTv1; rua=mailto:t@{name}"')
        if luck() < 0.1:
            yield Record(name, "CAA", '0 issue "ca.test"')
        yield from self._clients(name)

    def _mail(self, name: str, luck: float) -> Iterator[Record]:
        """MX and SPF: a host of its own, a host that the provider made for it, or shared hosts."""
        provider = self._pick(self._exchangers)
        hosts: tuple[str, ...] = provider
        if luck < 0.2:
            hosts = (f"mail.{name}",)
        elif luck < 0.5:
            hosts = (f"{name.replace('.', '-')}.{provider[0]}",)
        if luck < 0.5:
            yield from self._addresses(hosts[0], pointer=luck < 0.2)
        for place, host in enumerate(hosts):
            yield Record(name, "MX", f"{10 * place} {host}.")
        includes = {self._pick(self._included)[0] for _ in range(3)}
        terms = " ".join(f"include:{each}" for each in sorted(includes))
        yield Record(name, "TXT", f'"v=spf1 mx {terms} -all"')

    def _clients(self, name: str) -> Iterator[Record]:
        """Autodiscover and DKIM, where the body has them."""
        luck = self._chosen.random
        if luck() < 0.5:
            yield Record(f"autodiscover.{name}", "CNAME", f"{self._pick(self._autodiscover)[0]}.")
        if luck() < 0.15:
            host = self._pick(self._services)[0]
            yield Record(f"_autodiscover._tcp.{name}", "SRV", f"0 0 443 {host}.")
        if luck() < 0.5:
            probes = self._knowledge.probes
            first = self._chosen.randrange(len(probes) - 1)
            for probe in probes[first : first + 2]:
                if probe.type == "CNAME":
                    yield Record(f"{probe.name}.{name}", "CNAME", f"{self._pick(self._keys)[0]}.")

    def _shared(self) -> Iterator[Record]:
        """Addresses of shared hosts, and the SPF records of senders, two levels deep."""
        hosts = {
            host
            for kind in (
                self._exchangers,
                self._fronts,
                self._autodiscover,
                self._services,
                self._servers,
            )
            for provider in kind
            for host in provider
        }
        fronts = {host for provider in self._fronts for host in provider}
        for host in sorted(hosts - fronts):
            yield from self._addresses(host, pointer=True)
        for host in sorted(fronts):
            yield from self._site(host)
        for name in sorted({name for provider in self._included for name in provider}):
            yield Record(name, "TXT", f'"v=spf1 include:_a.{name} include:_b.{name} ~all"')
            for part in ("_a", "_b"):
                yield Record(f"{part}.{name}", "TXT", '"v=spf1 ip4:192.0.2.0/24 ~all"')
        for name in sorted({name for provider in self._keys for name in provider}):
            yield Record(name, "TXT", '"v=DKIM1; p=MIIB"')

    def _site(self, name: str) -> Iterator[Record]:
        """The addresses of a web name."""
        if self._sites:
            yield Record(name, "A", self._chosen.choice(self._sites))
        else:
            yield from self._addresses(name)

    def _addresses(self, host: str, *, pointer: bool = False) -> Iterator[Record]:
        """An IPv4 address, and for every other host an IPv6 address too, which somebody routes."""
        kinds = (("A", V4), ("AAAA", V6))[: 1 + (self._chosen.random() < 0.5)]
        for rtype, (low, high) in kinds:
            address = self._routed(low, high)
            yield Record(host, rtype, str(address))
            if pointer:
                yield Record(address.reverse_pointer, "PTR", f"{host}.")

    def _routed(self, low: int, high: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        for _ in range(20):
            address = ipaddress.ip_address(self._chosen.randrange(low, high))
            if self._knowledge.networks.lookup(str(address)) is not None:
                break
        return address


def domain(number: int) -> DomainName:
    """The domain of a body."""
    return DomainName(f"b{number:06}.g{number % GROUPS:02}.test")
