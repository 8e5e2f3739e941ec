"""One GET to a registry's server: one deadline, bounded, and only to public addresses over HTTPS.

The limits hold where bytes pass: a connection is opened to an address that was judged after its
name was resolved, and every read gets what is left of the whole request's time, so that no server
holds us by sending an octet now and then. The name itself is resolved by the system, which has its
own limit in time.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore

from sovscan import __version__
from sovscan.collect.rdap.subjects import is_public
from sovscan.core.model import Fault

MOST_BYTES = 1024 * 1024
MOST_ADDRESSES = 2
"""Addresses of a server that are tried."""
PATIENCE = 20.0
CONNECTING = 6.0
"""Seconds for the whole request, and for reaching one address."""
AGENT = f"sovscan/{__version__} (docs/why-we-ask.md of sovscan)"
HEADERS: Sequence[tuple[bytes | str, bytes | str]] = (
    ("Accept", "application/rdap+json, application/json"),  # RFC 7480 section 4.2
    ("Accept-Encoding", "identity"),
    ("User-Agent", AGENT),
    ("Connection", "close"),
)


class NoAnswerError(Exception):
    """A request without an answer: the kind of failure, and whose fault that was."""

    def __init__(self, detail: str, fault: Fault = Fault.NETWORK) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Answered:
    """A status, the two headers that matter (empty where missing), and the whole body."""

    status: int
    location: str
    retry_after: str
    body: bytes


def system_addresses(host: str, port: int) -> Sequence[str]:
    """The addresses of a registry's server, as the system resolves its name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswerError("NO-ADDRESS") from error
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a request may do. Tests open loopback with another scheme, resolver and judge.

    `ports`: those that a URL may name (None among them: the scheme's own); None for any.
    `patience`: seconds for a whole request. `tls`: how servers show who they are; None for the
    certificate authorities that come with httpx.
    """

    scheme: str = "https"
    ports: frozenset[int | None] | None = frozenset({None, 443})
    resolve: Callable[[str, int], Sequence[str]] = system_addresses
    may_contact: Callable[[str], bool] = is_public
    patience: float = PATIENCE
    tls: ssl.SSLContext | None = None


def checked(url: str, access: Access) -> SplitResult:
    """The parts of a URL that may be asked. Raises NoAnswerError for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NoAnswerError("BAD-URL", Fault.RESOLVER) from error
    if not (parts.hostname and url.isascii() and url.isprintable()) or " " in url or "@" in url:
        raise NoAnswerError("BAD-URL", Fault.RESOLVER)
    if parts.scheme != access.scheme:
        raise NoAnswerError("NOT-HTTPS", Fault.RESOLVER)
    if access.ports is not None and port not in access.ports:
        raise NoAnswerError("BAD-PORT", Fault.RESOLVER)
    return parts


def get(url: str, access: Access) -> Answered:
    """What the URL holds; no redirect is followed. Raises NoAnswerError."""
    checked(url, access)
    backend = _Backend(access, time.monotonic() + access.patience)
    try:
        with (
            httpcore.ConnectionPool(access.tls or _authorities(), network_backend=backend) as pool,
            pool.stream("GET", url, headers=HEADERS) as response,
        ):
            return _read(response)
    except httpcore.TimeoutException as error:
        raise NoAnswerError("TIMEOUT") from error
    except (httpcore.NetworkError, OSError) as error:
        raise _network_failure(error) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
        raise NoAnswerError("MALFORMED", Fault.RESOLVER) from error


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: it costs more than a request."""
    return httpcore.default_ssl_context()


def _read(response: httpcore.Response) -> Answered:
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
    if headers.get(b"content-encoding", "identity") != "identity":
        raise NoAnswerError("MALFORMED", Fault.RESOLVER)  # we said that we read none
    body = bytearray()
    for chunk in response.iter_stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise NoAnswerError("TOO-LARGE", Fault.RESOLVER)
    location, retry_after = headers.get(b"location", ""), headers.get(b"retry-after", "")
    return Answered(response.status, location, retry_after, bytes(body))


def _network_failure(error: Exception) -> NoAnswerError:
    """The failure by what the system said: httpcore takes the cause off its errors, and leaves
    the context.
    """
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, ssl.SSLError):
        return NoAnswerError("TLS", Fault.RESOLVER)
    if isinstance(cause, ConnectionRefusedError):
        return NoAnswerError("REFUSED")
    if isinstance(cause, ConnectionError):
        return NoAnswerError("RESET")
    return NoAnswerError("UNREACHABLE")


class _Backend(httpcore.NetworkBackend):
    """Opens connections to judged addresses only. `until`: the deadline (monotonic, s)."""

    def __init__(self, access: Access, until: float) -> None:
        self._access = access
        self._until = until
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that may be contacted and can be reached."""
        allowed = [
            address
            for address in self._access.resolve(host, port)
            if self._access.may_contact(address)
        ]
        failed: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in allowed[:MOST_ADDRESSES]:
            wait = min(CONNECTING, _left(self._until))
            try:
                stream = self._system.connect_tcp(
                    address, port, wait, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self._until)
        raise failed or NoAnswerError("FORBIDDEN-ADDRESS", Fault.RESOLVER)


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to so many octets, within what is left of the time."""
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the octets, within what is left of the time."""
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        """Let go of the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted."""
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        return _Stream(secured, self._until)

    def get_extra_info(self, info: str) -> Any:
        """What the connection says of itself."""
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    """Seconds left. Raises httpcore's own error where there are none, since httpcore cleans up."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline of the request has passed")
    return left
