"""DNS over TCP and over TLS to one resolver: questions pipelined on one connection (RFC 7766, RFC
7858), without ever blocking.
"""

import errno
import selectors
import socket
import ssl
from contextlib import suppress
from functools import cache

from sovscan.collect.dns.servers import Server

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 65536


class Stream:
    """A connection that opens by itself. `failed` says why where it could not be used, or was
    closed; then it is of no more use. `answered` counts the answers that came by it. `owner` is
    what the selector names when it is ready; itself where there is none.
    """

    def __init__(
        self, server: Server, selector: selectors.BaseSelector, owner: object = None
    ) -> None:
        family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        self._selector = selector
        self._owner = owner
        self._out = bytearray()
        self._in = bytearray()
        self._connected = self._greeted = False
        self.failed = ""
        self.answered = 0
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.setblocking(False)  # noqa: FBT003 - the name of the method says it
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket: socket.socket = plain
        self._name = server.name or server.address if server.tls else ""
        code = plain.connect_ex((server.address, server.port))
        if code not in {0, errno.EINPROGRESS}:
            self._fail(errno.errorcode.get(code, "OSERROR"))
            return
        selector.register(self._socket, READ | WRITE, self._data)

    @property
    def _data(self) -> object:
        return self if self._owner is None else self._owner

    def fileno(self) -> int:
        """Its descriptor; -1 once it has failed."""
        return self._socket.fileno()

    def send(self, message: bytes) -> None:
        """Put a message on its way."""
        self._out += len(message).to_bytes(2, "big") + message
        if not self.failed:
            self._selector.modify(self._socket, READ | WRITE, self._data)

    def ready(self) -> list[bytes]:
        """The messages that have come whole. Called when the selector says so."""
        try:
            return self._talk()
        except ssl.SSLWantReadError:
            self._selector.modify(self._socket, READ, self._data)
        except (ssl.SSLWantWriteError, BlockingIOError):
            self._selector.modify(self._socket, READ | WRITE, self._data)
        except ssl.SSLError as error:
            self._fail(f"TLS-{error.reason or 'ERROR'}")
        except OSError as error:
            self._fail(errno.errorcode.get(error.errno or 0, "OSERROR"))
        return []

    def _talk(self) -> list[bytes]:
        if not self._connected:
            self._finish_connecting()
        if not self._greeted:
            self._greet()
        broken = self._write_what_goes()
        found = self._read()
        if broken:
            self._fail(broken)
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._fail(self.failed or "CLOSED")

    def _finish_connecting(self) -> None:
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, "connect")
        self._connected = True
        if self._name:
            self._selector.unregister(self._socket)
            self._socket = _tls_context().wrap_socket(
                self._socket, server_hostname=self._name, do_handshake_on_connect=False
            )
            self._selector.register(self._socket, READ | WRITE, self._data)

    def _greet(self) -> None:
        if isinstance(self._socket, ssl.SSLSocket):
            self._socket.do_handshake()
        self._greeted = True

    def _write_what_goes(self) -> str:
        """Why nothing more can be written, if so. What has come by then is read all the same."""
        try:
            while self._out:
                sent = self._socket.send(self._out[:CHUNK])
                del self._out[:sent]
            self._selector.modify(self._socket, READ, self._data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return ""
        except OSError as error:
            return errno.errorcode.get(error.errno or 0, "OSERROR")
        return ""

    def _read(self) -> list[bytes]:
        """Whole messages; a connection that the other side closed has failed, after those."""
        while True:
            try:
                chunk = self._socket.recv(CHUNK)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                return self._whole()
            except OSError as error:  # a reset: what came before it has come
                self._fail(errno.errorcode.get(error.errno or 0, "OSERROR"))
                return self._whole()
            if not chunk:
                self._fail("CLOSED")
                return self._whole()
            self._in += chunk
            if len(self._in) > 4 * CHUNK:
                return self._whole()

    def _whole(self) -> list[bytes]:
        found = []
        while len(self._in) >= 2:
            end = 2 + int.from_bytes(self._in[:2], "big")
            if len(self._in) < end:
                break
            found.append(bytes(self._in[2:end]))
            del self._in[:end]
        return found

    def _fail(self, why: str) -> None:
        if not self.failed:
            self.failed = why
        if self._socket.fileno() >= 0:
            with suppress(KeyError):
                self._selector.unregister(self._socket)
            self._socket.close()


@cache
def _tls_context() -> ssl.SSLContext:
    """Certificates are verified: a resolver that cannot show who it is is not asked (RFC 8310)."""
    return ssl.create_default_context()
