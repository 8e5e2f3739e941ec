"""The resolvers to ask: the system's, or those a user names. No public resolver is ever a
default."""

import ipaddress
import re
from dataclasses import dataclass

import dns.exception
import dns.resolver

from sovscan.errors import UsageError

DNS_PORT = 53
TLS_PORT = 853
TLS_PREFIX = "tls://"
_NUMBER = re.compile("[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Server:
    """A recursive resolver by address and port; over TLS (RFC 7858) with the `name` that its
    certificate must show, or its address where there is none.
    """

    address: str
    port: int = DNS_PORT
    tls: bool = False
    name: str = ""

    def __str__(self) -> str:
        usual = TLS_PORT if self.tls else DNS_PORT
        host = f"[{self.address}]" if ":" in self.address else self.address
        text = host if self.port == usual else f"{host}:{self.port}"
        return (TLS_PREFIX if self.tls else "") + text + (f"#{self.name}" if self.name else "")


def parse_server(text: str) -> Server:
    """`127.0.0.1`, `127.0.0.1:5300`, `::1`, `[::1]:5300`, or `tls://9.9.9.9#dns.example` to a
    server.
    """
    tls = text.strip().startswith(TLS_PREFIX)
    place, _, name = text.strip().removeprefix(TLS_PREFIX).partition("#")
    host, port = place, ""
    if host.startswith("["):
        host, _, port = host[1:].partition("]")
        port = port.removeprefix(":")
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    try:
        ipaddress.ip_address(host)
    except ValueError as error:
        raise UsageError(
            f"--resolver {text!r} is no IP address",
            "Write it as 127.0.0.1, 127.0.0.1:5300, or tls://192.0.2.1#resolver.example.",
        ) from error
    if port and not (_NUMBER.fullmatch(port) and 0 < int(port) < 65536):
        raise UsageError(
            f"--resolver {text!r}: {port!r} is no port", "A port is a number from 1 to 65535."
        )
    if name and not tls:
        raise UsageError(
            f"--resolver {text!r}: a name is checked over TLS only", f"Write {TLS_PREFIX}{place}#…"
        )
    return Server(host, int(port) if port else TLS_PORT if tls else DNS_PORT, tls, name)


def system_servers() -> tuple[Server, ...]:
    """The resolvers that this system is configured with."""
    try:
        configured = dns.resolver.Resolver(configure=True)
    except (dns.exception.DNSException, OSError) as error:
        raise UsageError(
            f"this system names no resolver ({error})",
            "Name one that you trust: --resolver ADDRESS[:PORT]",
        ) from error
    servers = tuple(Server(str(address), configured.port) for address in configured.nameservers)
    if not servers:
        raise UsageError(
            "this system names no resolver", "Name one that you trust: --resolver ADDRESS[:PORT]"
        )
    return servers
