"""The engine against servers on loopback that behave, stumble, lie, drip, or say nothing."""

import gzip
import itertools
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sovscan.collect.web.terms import HTTPS, MAX_BODY, MAX_HOPS, USER_AGENT
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.web.servers import (
    HOST,
    asking,
    certificate,
    listening,
    look,
    look_at,
    ok,
    says,
    turn,
    values,
    web,
)

GENERATOR = b'<meta name="generator" content="Found">'


def verdict(found) -> tuple:
    return found.outcome, found.detail, found.fault


def test_an_answer_is_seen_with_where_and_when():
    found = look_at(ok(GENERATOR, "Server: nginx"))
    assert verdict(found) == (Outcome.SEEN, "", Fault.NONE)
    assert found.answers == ("generator Found", "header server: nginx", "status 200")
    made = found.provenance
    assert (made.transport, made.attempts, made.resolver[:10]) == ("tcp", 1, "127.0.0.1:")


@pytest.mark.parametrize("status", [204, 401, 404, 429, 500, 503, 999])
def test_any_status_is_an_answer(status):
    found = look_at(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())
    assert (found.outcome, found.answers) == (Outcome.SEEN, (f"status {status}",))


def test_the_request_names_the_tool_and_carries_nothing_else():
    heads = []
    look_at(lambda connection, head: heads.append(head) or connection.sendall(ok()))
    first, *lines = heads[0].decode().strip().split("\r\n")
    assert first == "GET / HTTP/1.1"
    assert {line.partition(":")[0] for line in lines} == {
        "Host",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
    }
    assert f"User-Agent: {USER_AGENT}" in lines
    assert "docs/why-we-ask.md" in USER_AGENT
    assert f"Host: {HOST}" in "\n".join(lines)


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    with listening(says(ok(b"", "Server: proxy"))) as proxy:
        for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert values(look_at(ok(b"", "Server: own")), "header") == ["server: own"]


def test_a_cookie_is_never_sent_back():
    heads = []

    def serve(connection, head):
        heads.append(head)
        connection.sendall(
            b"HTTP/1.1 302 Go\r\nLocation: /x\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        )

    look_at(serve)
    assert not any(b"cookie" in head.lower() for head in heads)


def test_a_redirect_within_the_host_is_followed_and_the_headers_of_both_are_kept():
    def serve(connection, head):
        if head.startswith(b"GET / "):
            connection.sendall(
                b"HTTP/1.1 302 Go\r\nLocation: /nl?a=1\r\nServer: front\r\nContent-Length: 0\r\n\r\n"
            )
        else:
            assert head.startswith(b"GET /nl?a=1 ")
            connection.sendall(ok(GENERATOR, "Server: back"))

    found = look_at(serve)
    assert found.answers == (
        "generator Found",
        "header server: back",
        "header server: front",
        "status 200",
    )


def test_a_redirect_to_another_host_ends_the_look_and_opens_no_connection():
    with listening(says(ok())) as elsewhere:
        wire = f"HTTP/1.1 301 Go\r\nLocation: http://127.0.0.1:{elsewhere}/x\r\nContent-Length: 0\r\n\r\n"
        found = look_at(wire.encode())
    assert values(found, "location") == [f"http://127.0.0.1:{elsewhere}/"]


def test_a_loop_of_redirects_ends():
    counter = itertools.count()

    def serve(connection, head):
        connection.sendall(
            b"HTTP/1.1 302 Go\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % next(counter)
        )

    found = look_at(serve)
    assert verdict(found) == (Outcome.SEEN, "REDIRECTS", Fault.NONE)
    assert next(counter) == MAX_HOPS + 1


def drip(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(1000):
        connection.sendall(b"X")
        time.sleep(0.05)


def endless_headers(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: and more\r\n" * 500)


def endless_interim(connection, head):
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 500)


def one_huge_header(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x" * 65536)


def endless_chunk_line(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;")
    while True:
        connection.sendall(b"x" * 65536)


def endless_trailers(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    while True:
        connection.sendall(b"X-More: and more\r\n" * 500)


def endless_page(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + GENERATOR)
    while True:
        connection.sendall(b"x" * 65536)


def hollow_gzip(connection, head):
    """A gzip stream whose file name never ends: octets that decode to nothing."""
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08\0\0\0\0\0\3"
    )
    while True:
        connection.sendall(b"x" * 65536)


def reset(connection, head):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(connection, head):
    time.sleep(3)


BOMB = gzip.compress(GENERATOR + b" " * 20_000_000)


@pytest.mark.parametrize(
    ("serve", "detail", "fault"),
    [
        (drip, "TIMEOUT", Fault.NETWORK),
        (silence, "TIMEOUT", Fault.NETWORK),
        (reset, "RESET", Fault.NETWORK),
        (b"", "EMPTY", Fault.ZONE),
        (endless_headers, "TOO-LARGE", Fault.ZONE),
        (endless_interim, "TOO-LARGE", Fault.ZONE),
        (one_huge_header, "TOO-LARGE", Fault.ZONE),
        (b"\xff\x00" * 3000, "MALFORMED", Fault.ZONE),
        (b"<html>HTTP/0.9</html>", "MALFORMED", Fault.ZONE),
        (b"HTTP/1.1 abc\r\n\r\n", "MALFORMED", Fault.ZONE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhi", "MALFORMED", Fault.ZONE),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)[:24]),
)
def test_what_cannot_be_read_is_a_failure_in_bounded_time(serve, detail, fault):
    began = time.monotonic()
    found = look_at(serve, timeout=0.5, budget=1.0)
    assert found.outcome is Outcome.FAILED, found
    assert (found.detail, found.fault, found.answers) in {
        (detail, fault, ()),
        # a library may give up on endless lines before our bound does
        ("MALFORMED" if detail == "TOO-LARGE" else detail, fault, ()),
    }
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    "serve",
    [
        endless_page,
        endless_chunk_line,
        endless_trailers,
        hollow_gzip,
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
        + BOMB,
    ],
    ids=lambda each: getattr(each, "__name__", str(each)[2:60]),
)
def test_what_was_read_before_an_answer_went_wrong_counts_and_says_that_it_is_cut(serve):
    began = time.monotonic()
    found = look_at(serve, timeout=0.5, budget=1.0)
    assert verdict(found) == (Outcome.SEEN, "CUT", Fault.NONE)
    assert values(found, "status") == ["200"]
    assert time.monotonic() - began < 1.5


def test_no_more_of_a_page_is_read_than_the_bound():
    page = b" " * (MAX_BODY - 10) + GENERATOR
    assert values(look_at(ok(page)), "generator") == []
    assert values(look_at(ok(gzip.compress(page), "Content-Encoding: gzip")), "generator") == []
    bomb = look_at(ok(BOMB, "Content-Encoding: gzip"))
    assert values(bomb, "generator") == ["Found"]


def test_a_port_where_nobody_listens_refuses():
    with listening(says(b"")) as port:
        pass
    assert verdict(look(port)) == (Outcome.FAILED, "REFUSED", Fault.NETWORK)


def test_the_second_address_is_tried_where_the_first_fails_and_no_third():
    with listening(says(ok())) as port:
        found = look(port, addresses=("127.0.0.2", "127.0.0.1"))
        assert (found.outcome, found.provenance.attempts) == (Outcome.SEEN, 2)
        assert found.provenance.resolver == f"127.0.0.1:{port}"
        found = look(port, addresses=("127.0.0.2", "127.0.0.3", "127.0.0.1"))
        assert verdict(found) == (Outcome.FAILED, "REFUSED", Fault.NETWORK)
        assert look(port, addresses=("::1", "127.0.0.9", "127.0.0.1")).provenance.attempts == 2


@pytest.mark.parametrize(
    ("name", "addresses", "settings", "detail"),
    [
        (HOST, (), {}, "NO-ADDRESS"),
        (HOST, ("10.0.0.1",), {}, "FORBIDDEN-ADDRESS"),
        (HOST, ("127.0.0.1",), {"allow_loopback": False}, "FORBIDDEN-ADDRESS"),
        (HOST, ("127.0.0.1",), {"excluded": frozenset({HOST})}, "EXCLUDED"),
        (HOST, ("127.0.0.1",), {"excluded": frozenset({"example"})}, "EXCLUDED"),
        ("a b.example", ("127.0.0.1",), {}, "NOT-A-NAME"),
        ("a.example:80@b.example", ("127.0.0.1",), {}, "NOT-A-NAME"),
        ("127.0.0.1", ("127.0.0.1",), {}, "NOT-A-NAME"),
        ("town.example/x", ("127.0.0.1",), {}, "NOT-A-NAME"),
    ],
)
def test_what_may_not_be_asked_is_skipped_and_says_why(name, addresses, settings, detail):
    found = look(1, web(name), addresses, **settings)
    assert verdict(found) == (Outcome.SKIPPED, detail, Fault.NONE)
    assert found.provenance.attempts == 0


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        ("good", []),
        ("expired", ["EXPIRED"]),
        ("early", ["NOT-YET-VALID"]),
        ("self-signed", ["SELF-SIGNED"]),
        ("untrusted", ["UNTRUSTED"]),
        ("name", ["NAME"]),
    ],
)
def test_a_certificate_is_read_and_its_fault_is_a_fact(kind, faults):
    context, roots = certificate(kind)
    with listening(says(ok(GENERATOR)), context) as port:
        found = look(port, web(kind=HTTPS), roots=roots)
    assert verdict(found) == (Outcome.SEEN, "", Fault.NONE)
    assert values(found, "certificate-fault") == faults
    assert values(found, "generator") == ["Found"]
    issuer = HOST if kind == "self-signed" else "Root"
    assert values(found, "certificate-issuer") == [f'CN={issuer},O="Town, and Sons",C=BE']
    assert values(found, "certificate-name") == (
        ["else.example"] if kind == "name" else [f"*.{HOST}", HOST]
    )
    assert len(values(found, "certificate-ends")[0]) == len("2026-11-23")
    assert (values(found, "tls"), values(found, "alpn")) == (["TLSv1.3"], ["http/1.1"])
    assert found.provenance.transport == "tls"


def test_a_port_that_speaks_no_tls_fails_by_tls():
    assert verdict(look_at(ok(), web(kind=HTTPS))) == (Outcome.FAILED, "TLS", Fault.ZONE)


def test_many_looks_run_at_a_time_and_all_come_back():
    with listening(says(ok())) as port, asking(port, concurrency=50) as asker:
        for number in range(200):
            asker.ask(web(f"t{number}.example"), (f"127.0.0.{1 + number % 3}",))
        found = turn(asker, 200)
    assert len({each.question for each in found}) == 200
    assert asker.room == 50


def test_no_more_connections_are_open_to_an_address_than_the_crowd():
    open_now, most = set(), []

    def serve(connection, head):
        open_now.add(connection)
        most.append(len(open_now))
        time.sleep(0.02)
        open_now.discard(connection)
        connection.sendall(ok())

    with listening(serve) as port, asking(port, crowd=3) as asker:
        for number in range(15):
            asker.ask(web(f"t{number}.example"), ("127.0.0.1",))
        assert asker.room == 85
        turn(asker, 15)
    assert max(most) <= 3
    assert asker.room == 100


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_closing_ends_what_is_under_way():
    with listening(silence) as port, asking(port) as asker:
        for number in range(10):
            asker.ask(web(f"t{number}.example"), ("127.0.0.1",))
        before = open_files()
        asker.tick()
    assert list(asker.finished()) == []
    assert open_files() <= before


NGINX = """
pid {0}/pid; error_log {0}/log; daemon off; events {{}}
http {{ access_log off; client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0};
  uwsgi_temp_path {0}; scgi_temp_path {0}; default_type text/html; gzip on;
  server {{ listen 127.0.0.1:{1} ssl http2; root {0}/www; ssl_protocols TLSv1.3;
    ssl_certificate {2}/chain.pem; ssl_certificate_key {2}/chain.pem; }} }}
"""


@pytest.mark.skipif(
    not shutil.which("nginx"), reason="nginx IS NOT INSTALLED: HTTP/2 was not tested"
)
def test_a_real_server_is_seen_with_tls_and_http_2():
    with TemporaryDirectory() as folder:
        found, told = look_at_nginx(Path(folder))
    assert found.outcome is Outcome.SEEN, told
    assert values(found, "alpn") == ["h2"]
    assert values(found, "generator") == ["Found"]
    assert values(found, "certificate-fault") == []
    assert values(found, "header")[0].startswith("server: nginx")


def look_at_nginx(folder: Path) -> tuple[Observation, bytes]:
    """What was seen, and what the server said."""
    _, roots = certificate()
    folder.chmod(0o755)
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_bytes(GENERATOR + b" " * 5000)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    conf = folder / "conf"
    conf.write_text(NGINX.format(folder, port, roots.parent), encoding="utf-8")
    server = subprocess.Popen(
        ["nginx", "-c", str(conf), "-e", str(folder / "log")], stderr=subprocess.PIPE
    )
    try:
        for _ in range(50):
            found = look(port, web(kind=HTTPS), roots=roots)
            if found.detail != "REFUSED":
                break
            time.sleep(0.05)
    finally:
        server.terminate()
        told = server.communicate()[1]
    return found, told
