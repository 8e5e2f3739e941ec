"""Hostile answers by the thousand, drawn from a seed: what is sent, and the run that looks at them.

    .venv/bin/python -m tests.collect.web.hostile --count 10000 [--seed N]

Prints outcomes, seconds, octets sent, and the growth of memory and open files over the run.
"""

import argparse
import gzip
import random
import resource
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from sovscan.collect.web import WebAsker
from sovscan.collect.web.terms import HTTP, HTTPS, MAX_ANSWERS, MAX_TEXT
from sovscan.core.model import Observation, Outcome, Question
from tests.collect import helpers
from tests.collect.web.servers import asking, certificate, listening, web

AT_ONCE = 40
TIMEOUT = 0.3
BUDGET = 0.6
BOMB = gzip.compress(b"<img src=//a.example>" * 2_000_000)
ENDLESS = 200
"""Pieces of 64 KiB that stand for "for ever": far more than may be read."""

KINDS = ("good", "expired", "early", "self-signed", "untrusted", "name")
STATUS = (
    b"HTTP/1.1 200 OK",
    b"HTTP/1.1 302 Go",
    b"HTTP/1.0 404",
    b"HTTP/2 200",
    b"HTTP/9.9 200 OK",
    b"HTTP/1.1 99999",
    b"ICY 200",
)
FIELDS = (
    b"Content-Length: 5",
    b"Content-Length: 99999999999999999999",
    b"Content-Length: -1",
    b"Content-Length: 5, 6",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: x",
    b"Content-Encoding: gzip",
    b"Content-Encoding: br, gzip",
    b"Location: /",
    b"Location: //",
    b"Location: http://[",
    b"Location: http://127.0.0.1/",
    b"Location: ?" + b"x" * 9000,
    b"Location: \xff\xfe",
    b"Server: \x1b[2J\x00\xff",
    b": nameless",
    b"no colon",
    b" folded",
    b"Connection: upgrade",
    b"Upgrade: h2c",
    b"Set-Cookie: a=b",
    b"Server: " + b"y" * 5000,
    b'Alt-Svc: h3=":443"',
    b"Strict-Transport-Security: max-age=1",
    b"WWW-Authenticate: Negotiate",
    b"Refresh: 0; url=/",
)
BODIES = (
    b"",
    b"hello",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"-1\r\n\r\n",
    b"5;" + b"x" * 4000,
    BOMB[:40000],
    BOMB,
    b"\x1f\x8b" + b"\xff" * 500,
    b"<img src='" * 6000,
    b"<!--" * 20000,
    b"&#" * 30000,
    b"a@" * 30000,
    b"\x00" * 70000,
    b"\xff" * 70000,
    b"<meta name=generator content='\xe2\x80\xae\x1b]0;x\x07'>",
)


def drawn(seed: int) -> Iterator[bytes | float | None]:
    """The pieces of an answer: octets to send, seconds to wait, or None to reset the connection."""
    lots = random.Random(seed)
    if lots.random() < 0.05:
        yield lots.randbytes(lots.randrange(3000))
        return
    yield from (b"HTTP/1.1 103 Early\r\n\r\n",) * lots.choice([0, 0, 0, 1, 50])
    yield lots.choice([*[STATUS[0]] * 12, *STATUS]) + b"\r\n"
    for _ in range(lots.choice([0, 1, 1, 2, 2, 3, 200])):
        yield lots.choice(FIELDS) + lots.choice([*[b"\r\n"] * 20, b"\n", b"\r"])
        if lots.random() < 0.01:
            yield lots.choice([None, 0.5, b"X: " + b"z" * 300_000])
    yield b"\r\n"
    yield from (b"x" * 65536,) * lots.choice([0] * 30 + [ENDLESS])
    body = lots.choice(BODIES)
    yield body[: lots.randrange(len(body) + 1)] if lots.random() < 0.3 else body
    if lots.random() < 0.2:
        yield lots.choice([None, 0.4])


class Stage:
    """Serves the answer that the first label of the asked host draws; counts what it sent."""

    def __init__(self) -> None:
        self.sent = 0
        self.most = 0

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        seed = int(head.partition(b"Host: s")[2].partition(b".")[0] or 0)
        sent = 0
        try:
            for piece in drawn(seed):
                if piece is None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                if isinstance(piece, float):
                    time.sleep(piece)
                else:
                    connection.sendall(piece)
                    sent += len(piece)
        finally:
            self.sent += sent
            self.most = max(self.most, sent)


def check(found: Observation) -> None:
    """What must hold for every look, whatever was sent."""
    assert found.outcome in {Outcome.SEEN, Outcome.FAILED}, found
    assert (found.outcome is Outcome.FAILED) == (not found.answers), found
    assert len(found.answers) <= MAX_ANSWERS
    assert found.answers == tuple(sorted(set(found.answers)))
    assert all(each.isprintable() and len(each) <= MAX_TEXT for each in found.answers), found


def run(seeds: range) -> tuple[Counter[str], Stage]:
    """Look at an answer for each seed, one in five over TLS; how they ended."""
    stage, ended = Stage(), Counter()
    with ExitStack() as opened:
        askers: list[WebAsker] = []
        for kind in (None, *KINDS):
            context, roots = certificate(kind) if kind else (None, None)
            port = opened.enter_context(listening(stage, context))
            settings = {"timeout": TIMEOUT, "budget": BUDGET, "crowd": AT_ONCE}
            askers.append(opened.enter_context(asking(port, roots=roots, **settings)))
        for start in range(seeds.start, seeds.stop, AT_ONCE):
            batch = range(start, min(start + AT_ONCE, seeds.stop))
            turn = start // AT_ONCE
            asker = askers[0] if turn % 5 else askers[1 + turn // 5 % len(KINDS)]
            for seed in batch:
                asker.ask(question(seed, asker is askers[0]), ("127.0.0.1",))
            began = time.monotonic()
            for found in helpers.turn(asker, len(batch)):
                check(found)
                ended[f"{found.outcome} {found.detail}"] += 1
            assert time.monotonic() - began < BUDGET + 10, "a look hung"
    return ended, stage


def question(seed: int, is_plain: bool) -> Question:
    return web(f"s{seed}.town.example", HTTP if is_plain else HTTPS)


def memory() -> int:
    """KiB of this process that are resident now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    run(range(given.seed, given.seed + 400))
    before, files, began = memory(), open_files(), time.monotonic()
    ended, stage = run(range(given.seed, given.seed + given.count))
    lines = [f"{count:7}  {how}" for how, count in ended.most_common()]
    lines.append(
        f"{time.monotonic() - began:.0f} s; most octets taken of an answer: {stage.most:,}"
    )
    lines.append(f"memory {before:,} -> {memory():,} KiB; open files {files} -> {open_files()}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
