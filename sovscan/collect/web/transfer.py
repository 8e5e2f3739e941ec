"""One request on a handle of libcurl, with a bound on all that it reads, and a guard on the address
that it connects to.

Nothing of the environment is used (proxies, netrc, cookies), nothing is resolved, no redirect is
followed, and no certificate is trusted with anything: nothing secret is sent.
"""

import errno
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pycurl

from sovscan.collect.web.certificates import Handshake
from sovscan.collect.web.headers import header_field, status_line
from sovscan.collect.web.reading import Answer
from sovscan.collect.web.terms import CUT, MAX_BODY, MAX_HEAD, MAX_WIRE, USER_AGENT

OpenSocket = Callable[[int, int, int, str, int], socket.socket]
"""Makes the socket for a connection: family, type, protocol, address, port. Raises OSError, of
which PermissionError says that this address may not be contacted."""

MAX_FIELDS = 200
"""Header fields kept of an answer."""

_CERTIFICATE_TEXTS = {b"Issuer", b"X509v3 Subject Alternative Name", b"Expire date"}
_SECURED = b"SSL connection using "
_AGREED = b"ALPN: server accepted "
_ABORT = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask: a URL, the address and port to connect to in its host's stead, whether to verify
    the certificate, and for how many seconds at most.
    """

    url: str
    address: str
    port: int
    verify: bool
    seconds: float
    connect_seconds: float


class Transfer:
    """A handle that is used for one request after the other, each over a connection of its own."""

    def __init__(self, roots: Path, open_socket: OpenSocket) -> None:
        self.curl = pycurl.Curl()
        self._open_socket = open_socket
        self._socket: socket.socket | None = None
        self.forbidden = False
        self.local_error = 0
        self._forget()
        for option, value in self._settings(roots):
            self.curl.setopt(option, value)

    def prepare(self, request: Request) -> None:
        """Forget the last request, and be ready for this one."""
        self._forget()
        self._url = request.url
        curl = self.curl
        address = f"[{request.address}]" if ":" in request.address else request.address
        curl.setopt(pycurl.URL, request.url)
        curl.setopt(pycurl.CONNECT_TO, [f"::{address}:{request.port}"])
        curl.setopt(pycurl.SSL_VERIFYPEER, int(request.verify))
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(request.connect_seconds * 1000)))
        curl.setopt(pycurl.TIMEOUT_MS, max(1, int(request.seconds * 1000)))

    @property
    def verified(self) -> int:
        """OpenSSL's result of the verification (0: good)."""
        return int(self.curl.getinfo(pycurl.SSL_VERIFYRESULT))

    @property
    def os_error(self) -> int:
        """The error of the operating system that ended the request, or 0."""
        return self.local_error or int(self.curl.getinfo(pycurl.OS_ERRNO))

    @property
    def is_head_too_large(self) -> bool:
        """Was the request ended because of its header lines?"""
        return self._head_octets > MAX_HEAD

    def answer(self, *, whole: bool) -> Answer | None:
        """What was read, if the head of an answer was read whole."""
        if not self._head_ended:
            return None
        fields = tuple(self._fields)
        cut = "" if whole else CUT
        return Answer(self._url, self._status, fields, bytes(self._page), self._handshake(), cut)

    def hang_up(self) -> None:
        """End the connection now: libcurl would read on for two seconds, to part politely."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None

    def _settings(self, roots: Path) -> tuple[tuple[int, Any], ...]:
        """What holds for every request."""
        return (
            (pycurl.NOSIGNAL, 1),
            (pycurl.PROXY, ""),
            (pycurl.NOPROXY, "*"),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.FRESH_CONNECT, 1),
            (pycurl.FORBID_REUSE, 1),
            (pycurl.SSL_SESSIONID_CACHE, 0),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),
            (pycurl.USERAGENT, USER_AGENT),
            (pycurl.HTTPHEADER, ["Accept: text/html,*/*;q=0.5"]),
            (pycurl.ACCEPT_ENCODING, "gzip"),
            (pycurl.CAINFO, str(roots)),
            (pycurl.SSL_VERIFYHOST, 0),  # a wrong name is a fact: see handshake_facts
            (pycurl.OPT_CERTINFO, 1),
            (pycurl.HEADERFUNCTION, self._on_header),
            (pycurl.WRITEFUNCTION, self._on_body),
            (pycurl.VERBOSE, 1),
            (pycurl.DEBUGFUNCTION, self._on_talk),
            (pycurl.NOPROGRESS, 0),
            (pycurl.XFERINFOFUNCTION, self._on_progress),
            (pycurl.OPENSOCKETFUNCTION, self._on_socket),
        )

    def _forget(self) -> None:
        self._url = ""
        self._status = 0
        self._fields: list[tuple[str, str]] = []
        self._page = bytearray()
        self._head_octets = 0
        self._wire_octets = 0
        self._head_ended = False
        self._version = ""
        self._alpn = ""
        self.forbidden = False
        self.local_error = 0

    def _on_socket(self, purpose: int, wanted: Any) -> socket.socket | int:
        """The last guard: libcurl opens no connection but through here."""
        family, kind, protocol, address = wanted
        try:
            self._socket = self._open_socket(
                family, kind, protocol, str(address[0]), int(address[1])
            )
        except PermissionError:
            self.forbidden = True
        except OSError as error:
            self.local_error = error.errno or errno.EIO
        else:
            return self._socket  # the binding copies the descriptor
        return int(pycurl.SOCKET_BAD)

    def _on_header(self, line: bytes) -> int | None:
        """A header line, of interim answers and trailers too; returning 0 ends the request."""
        self._head_octets += len(line)
        if self._head_octets > MAX_HEAD:
            return 0
        if self._head_ended:
            return None
        text = line.decode("latin-1").rstrip("\r\n")
        status = status_line(text)
        if status is not None:
            self._status, self._fields = status, []
        elif not text:
            self._head_ended = self._status >= 200  # RFC 9110 section 15.2: 1xx are interim
        elif (field := header_field(text)) and len(self._fields) < MAX_FIELDS:
            self._fields.append(field)
        return None

    def _on_body(self, octets: bytes) -> int | None:
        """Decoded octets of the page; a short count ends the request."""
        self._page += octets[: MAX_BODY - len(self._page)]
        return 0 if len(self._page) >= MAX_BODY else None

    def _on_progress(self, *_: int) -> int:
        return _ABORT if self._wire_octets > MAX_WIRE else 0

    def _on_talk(self, kind: int, text: bytes) -> None:
        """What libcurl tells of its work: here alone it shows the octets of a page as they came
        (before chunks and compression are undone), TLS version and protocol.
        """
        if kind == pycurl.INFOTYPE_DATA_IN:
            self._wire_octets += len(text)
        elif kind != pycurl.INFOTYPE_TEXT:
            return
        elif text.startswith(_SECURED):
            self._version = text[len(_SECURED) :].split(b" ", 1)[0].decode("ascii", "replace")
        elif text.startswith(_AGREED):
            self._alpn = text[len(_AGREED) :].strip().decode("ascii", "replace")

    def _handshake(self) -> Handshake | None:
        if not self._url.startswith("https:"):
            return None
        chain = tuple(map(_texts, self.curl.getinfo_raw(pycurl.INFO_CERTINFO)))
        return Handshake(self._version, self._alpn, self.verified, chain)


def plain_socket(family: int, kind: int, protocol: int, address: str, port: int) -> socket.socket:
    """A socket for a connection, from the operating system."""
    return socket.socket(family, kind, protocol)


def os_error_name(number: int) -> str:
    """ECONNREFUSED, and so on."""
    return errno.errorcode.get(number, os.strerror(number))


def _texts(certificate: Any) -> Mapping[str, str]:
    return {
        key.decode("ascii", "replace"): value.decode("utf-8", "replace")
        for key, value in certificate
        if key in _CERTIFICATE_TEXTS
    }
