"""Which HTTP client fits a scan? One HTTPS page per host, each over a new connection, from an nginx
on loopback; every client verifies the certificate and reads the page.

    .venv/bin/python -m bench.web_clients       (needs nginx and openssl; httpx, aiohttp, pycurl)

Each client runs in a process of its own; printed are medians of five rounds. Read the ratios.
"""

import argparse
import asyncio
import json
import re
import resource
import selectors
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PAGE = b"<!doctype html><title>town</title>" + b"<p>Welcome to our town.</p>\n" * 1000
OPEN = 100
"""Connections open at a time."""

AGENT = "bench"
ROOT = Path(__file__).resolve().parent.parent
NGINX = """
worker_processes 2; pid {folder}/pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 2048; }}
http {{ access_log off; gzip on; keepalive_timeout 5; types {{ text/html html; }}
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ {listen} root {folder}/www;
    ssl_certificate {folder}/chain.pem; ssl_certificate_key {folder}/leaf.key;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off; }} }}
"""
OPENSSL = """
openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 9 -subj /CN=Root
openssl req -newkey rsa:2048 -nodes -keyout mid.key -out mid.csr -subj /C=BE/O=Bench/CN=Mid
printf basicConstraints=critical,CA:TRUE > mid.ext
openssl x509 -req -in mid.csr -CA root.pem -CAkey root.key -CAcreateserial -out mid.pem -days 9 \
  -extfile mid.ext
openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=town.test
printf subjectAltName=DNS:town.test,DNS:*.town.test > leaf.ext
openssl x509 -req -in leaf.csr -CA mid.pem -CAkey mid.key -CAcreateserial -out leaf.pem -days 9 \
  -extfile leaf.ext
cat leaf.pem mid.pem > chain.pem
"""


@contextmanager
def site(addresses: Sequence[str] = ("127.0.0.1",)) -> Iterator[tuple[int, Path]]:
    """An nginx with a page and a chain of certificates at these addresses of loopback; its port,
    and the trusted roots (the usual ones and ours, so that loading them costs what it costs).
    """
    import certifi

    with tempfile.TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "www").mkdir()
        (folder / "www" / "index.html").write_bytes(PAGE)
        subprocess.run(["/bin/sh", "-ec", OPENSSL], cwd=folder, check=True, capture_output=True)
        roots = folder / "roots.pem"
        roots.write_bytes(Path(certifi.where()).read_bytes() + (folder / "root.pem").read_bytes())
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        listen = " ".join(f"listen {each}:{port} ssl http2 backlog=2048;" for each in addresses)
        (folder / "conf").write_text(NGINX.format(folder=folder, listen=listen), encoding="utf-8")
        server = subprocess.Popen(["nginx", "-c", folder / "conf"], stderr=subprocess.DEVNULL)
        try:
            wait_for(addresses[0], port)
            yield port, roots
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str, port: int) -> None:
    """Until somebody listens."""
    for _ in range(100):
        try:
            socket.create_connection((address, port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("nginx does not start")


def hosts(count: int) -> list[str]:
    """Another name for every request, as in a scan."""
    return [f"t{n}.town.test" for n in range(count)]


async def gathered(count: int, get: Callable) -> None:
    """Run `get` for every host, at most OPEN at a time."""
    waiting = iter(hosts(count))

    async def worker() -> None:
        for host in waiting:
            await get(host)

    await asyncio.gather(*(worker() for _ in range(OPEN)))


def with_httpx(count: int, port: int, roots: Path) -> None:
    import httpx

    async def run() -> None:
        limits = httpx.Limits(max_connections=OPEN, max_keepalive_connections=0)
        context = ssl.create_default_context(cafile=str(roots))
        async with httpx.AsyncClient(verify=context, limits=limits) as client:

            async def get(host: str) -> None:
                answer = await client.get(
                    f"https://127.0.0.1:{port}/",
                    headers={"host": host},
                    extensions={"sni_hostname": host},
                )
                assert answer.content == PAGE

            await gathered(count, get)

    asyncio.run(run())


def with_aiohttp(count: int, port: int, roots: Path) -> None:
    import aiohttp

    async def run() -> None:
        context = ssl.create_default_context(cafile=str(roots))
        connector = aiohttp.TCPConnector(limit=OPEN, force_close=True, ssl=context)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def get(host: str) -> None:
                url = f"https://127.0.0.1:{port}/"
                async with session.get(url, headers={"Host": host}, server_hostname=host) as answer:
                    assert await answer.read() == PAGE

            await gathered(count, get)

    asyncio.run(run())


def with_pycurl(count: int, port: int, roots: Path, *, h2: bool = False) -> None:
    import pycurl

    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, OPEN)
    waiting, free = iter(hosts(count)), [pycurl.Curl() for _ in range(OPEN)]
    version = pycurl.CURL_HTTP_VERSION_2TLS if h2 else pycurl.CURL_HTTP_VERSION_1_1
    left = count
    while left:
        while free and (host := next(waiting, None)):
            curl = free.pop()
            curl.page = bytearray()
            curl.setopt(pycurl.URL, f"https://{host}:{port}/")
            curl.setopt(pycurl.CONNECT_TO, [f"::127.0.0.1:{port}"])
            curl.setopt(pycurl.CAINFO, str(roots))
            curl.setopt(pycurl.HTTP_VERSION, version)
            curl.setopt(pycurl.OPT_CERTINFO, 1)
            curl.setopt(pycurl.FORBID_REUSE, 1)
            curl.setopt(pycurl.ACCEPT_ENCODING, "gzip")
            curl.setopt(pycurl.WRITEFUNCTION, curl.page.extend)
            multi.add_handle(curl)
        multi.perform()
        _, good, bad = multi.info_read()
        assert not bad, bad
        for curl in good:
            assert curl.getinfo(pycurl.INFO_CERTINFO)
            assert curl.page == PAGE
            multi.remove_handle(curl)
            free.append(curl)
            left -= 1
        multi.select(0.1)


def with_ssl(count: int, port: int, roots: Path) -> None:
    """The standard library's ssl on one selector: the least that Python can do."""
    import zlib

    context = ssl.create_default_context(cafile=str(roots))
    waiting, selector, left, running = iter(hosts(count)), selectors.DefaultSelector(), count, 0
    while left:
        while running < OPEN and (host := next(waiting, None)):
            plain = socket.socket()
            plain.settimeout(0)
            plain.connect_ex(("127.0.0.1", port))
            sock = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
            selector.register(sock, selectors.EVENT_WRITE, [host, bytearray(), False])
            running += 1
        for key, _ in selector.select(0.1):
            sock, (host, got, shaken) = key.fileobj, key.data
            try:
                if not shaken:
                    sock.do_handshake()
                    sock.send(
                        f"GET / HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n"
                        f"User-Agent: {AGENT}\r\nConnection: close\r\n\r\n".encode()
                    )
                    key.data[2] = True
                while chunk := sock.recv(65536):
                    got += chunk
            except ssl.SSLWantReadError:
                selector.modify(sock, selectors.EVENT_READ, key.data)
                continue
            except ssl.SSLWantWriteError:
                continue
            head, _, body = bytes(got).partition(b"\r\n\r\n")
            assert b"gzip" in head
            text = re.sub(rb"(?m)^[0-9a-f]+\r\n", b"", body) if b"chunked" in head else body
            assert zlib.decompressobj(31).decompress(text)[:20] == PAGE[:20]
            assert sock.getpeercert()
            selector.unregister(sock)
            sock.close()
            running, left = running - 1, left - 1


def with_sovscan(count: int, port: int, roots: Path) -> None:
    """The web collector as it is: the request, the reading of certificate and page, the facts."""
    from sovscan.collect.web import WebAsker
    from sovscan.collect.web.terms import HTTPS
    from sovscan.core.model import DomainName, Outcome, Question

    waiting, left, selector = iter(hosts(count)), count, selectors.DefaultSelector()
    ports = {HTTPS: port}
    asker = WebAsker(
        selector, concurrency=OPEN, crowd=OPEN, allow_loopback=True, ports=ports, roots=roots
    )
    while left:
        while asker.room and (host := next(waiting, None)):
            asker.ask(Question(DomainName(host), HTTPS), ("127.0.0.1",))
        due = asker.due()
        pause = 0.1 if due is None else max(0.0, due - time.monotonic())
        for key, events in selector.select(pause):
            asker.ready(key.fd, events)
        asker.tick()
        for found in asker.finished():
            assert found.outcome is Outcome.SEEN
            assert "certificate-issuer CN=Mid,O=Bench,C=BE" in found.answers
            left -= 1
    asker.close()


CLIENTS: dict[str, Callable[[int, int, Path], None]] = {
    "httpx": with_httpx,
    "aiohttp": with_aiohttp,
    "pycurl": with_pycurl,
    "pycurl, HTTP/2": lambda *a: with_pycurl(*a, h2=True),
    "ssl and a selector": with_ssl,
    "sovscan": with_sovscan,
}


def one_round(client: str, count: int, port: int, roots: Path) -> None:
    """Warm up, then measure: requests a second, and CPU milliseconds of this process a request."""
    CLIENTS[client](OPEN, port, roots)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    CLIENTS[client](count, port, roots)
    after, took = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - began
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps([count / took, 1000 * spent / count]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--client", choices=CLIENTS, action="append")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        one_round(given.client[0], given.count, int(given.inside[0]), Path(given.inside[1]))
        return
    if not shutil.which("nginx"):
        raise SystemExit("nginx is not installed")
    with site() as (port, roots):
        print(f"{'client':24}{'requests/s':>12}{'CPU ms':>10}")
        for client in given.client or CLIENTS:
            command = [
                sys.executable,
                "-m",
                "bench.web_clients",
                "--client",
                client,
                "--count",
                str(given.count),
            ]
            rounds = [
                json.loads(
                    subprocess.run(
                        [*command, "--inside", str(port), str(roots)],
                        check=True,
                        stdout=subprocess.PIPE,
                        cwd=ROOT,
                    ).stdout
                )
                for _ in range(given.rounds)
            ]
            speed, cpu = (statistics.median(column) for column in zip(*rounds, strict=True))
            print(f"{client:24}{speed:12.0f}{cpu:10.2f}")


if __name__ == "__main__":
    main()
