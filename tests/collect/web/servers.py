"""Web servers on loopback that do as told, certificates made for the moment, and a loop that asks."""

import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sovscan.collect.web import WebAsker
from sovscan.collect.web.terms import HTTP, HTTPS
from sovscan.core.model import DomainName, Observation, Question
from tests.collect.helpers import turn

Serve = Callable[[socket.socket, bytes], None]
"""What a server does with a connection, after it read the head of a request."""

CLIENT_HELLO = 0x16
"""The first octet of somebody who speaks TLS (RFC 8446 section 5.1)."""

HOST = "town.example"
LOOPBACK = ("127.0.0.1",)


def web(name: str = HOST, kind: str = HTTP) -> Question:
    return Question(DomainName(name), kind)


def says(wire: bytes) -> Serve:
    """Send these octets and close."""
    return lambda connection, head: connection.sendall(wire)


def ok(body: bytes = b"hi", *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def listening(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that serves every connection in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as sock:
        sock.settimeout(0.02)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                with suppress(TimeoutError, OSError):
                    connection, _ = sock.accept()
                    threading.Thread(
                        target=_serve, args=(connection, serve, context), daemon=True
                    ).start()

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            over.set()
            thread.join()


def _serve(plain: socket.socket, serve: Serve, context: ssl.SSLContext | None) -> None:
    plain.settimeout(5)
    connection = plain
    try:
        if context:
            connection = context.wrap_socket(plain, server_side=True)
        head = connection.recv(65536)
        while head and b"\r\n\r\n" not in head and head[0] != CLIENT_HELLO:
            head += connection.recv(65536)
        serve(connection, head)
    except (OSError, ValueError):
        pass  # who misbehaves is left alone
    finally:
        connection.close()
        plain.close()


@contextmanager
def asking(port: int = 0, *, roots: Path | None = None, **settings) -> Iterator[WebAsker]:
    """A collector that may contact loopback, both kinds of question at this port."""
    selector = selectors.DefaultSelector()
    asker = WebAsker(
        selector,
        ports={HTTP: port, HTTPS: port},
        roots=roots,
        **{"allow_loopback": True, "timeout": 2.0, "budget": 4.0} | settings,
    )
    try:
        yield asker
    finally:
        asker.close()
        assert not selector.get_map()
        selector.close()


def look(
    port: int, question: Question | None = None, addresses=LOOPBACK, **settings
) -> Observation:
    """One question, asked at a port of loopback."""
    with asking(port, **settings) as asker:
        asker.ask(question or web(), addresses)
        [found] = turn(asker, 1)
    return found


def look_at(serve: Serve | bytes, question: Question | None = None, **settings) -> Observation:
    """One question, asked of a server that does this."""
    with listening(says(serve) if isinstance(serve, bytes) else serve) as port:
        return look(port, question, **settings)


def values(found: Observation, key: str) -> list[str]:
    return [text.partition(" ")[2] for text in found.answers if text.partition(" ")[0] == key]


@cache
def certificate(kind: str = "good") -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for HOST that is at fault as told, and the file of the
    trusted roots.
    """
    folder = Path(mkdtemp(prefix="sovscan-test-"))
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _signed("Root", root_key, "Root", root_key, authority=True)
    names = ["else.example"] if kind == "name" else [HOST, f"*.{HOST}"]
    issuer = (HOST, key) if kind == "self-signed" else ("Root", root_key)
    ends = {"expired": -1}.get(kind, 9)
    leaf = _signed(HOST, key, *issuer, names=names, ends=ends, starts=5 if kind == "early" else -30)
    stranger = ec.generate_private_key(ec.SECP256R1())
    trusted = _signed("Other", stranger, "Other", stranger) if kind == "untrusted" else root
    (folder / "roots.pem").write_bytes(trusted.public_bytes(serialization.Encoding.PEM))
    (folder / "chain.pem").write_bytes(
        leaf.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem")
    context.set_alpn_protocols(["http/1.1"])
    return context, folder / "roots.pem"


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Town, and Sons"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _signed(
    common: str, key, issuer: str, signer, *, names=(), ends=9, starts=-30, authority=False
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=starts))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(n) for n in names or ["x.example"]]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )
