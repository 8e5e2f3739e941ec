"""Server software on free ports of loopback, started for these tests and stopped for sure."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

LOOPBACK = "127.0.0.1"
PATIENCE = 10.0
"""Seconds within which a server must answer."""
TRIES = 3
"""A port that was free may be taken a moment later."""
ELSEWHERE = "/usr/sbin:/usr/local/sbin:/sbin"
"""Where Debian keeps servers; not every user's path has it."""

Place = TypeVar("Place")
Process = subprocess.Popen[bytes]


class DidNotStartError(RuntimeError):
    """A server ended, or never answered; with what it said."""


def program(name: str) -> str | None:
    """Where this program is, if it is installed."""
    return shutil.which(name) or shutil.which(name, path=ELSEWHERE)


def free_port() -> int:
    """A port that is free for UDP and for TCP, at this moment."""
    while True:
        with ExitStack() as stack:
            stream = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            stream.bind((LOOPBACK, 0))
            datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                datagrams.bind(stream.getsockname())
            except OSError:
                continue
            return int(stream.getsockname()[1])


@contextmanager
def running(
    prepare: Callable[[], tuple[Place, list[str]]], is_up: Callable[[Place], bool], log: Path
) -> Iterator[Place]:
    """A program in the foreground, from when it answers to the end of the block. `prepare` chooses
    ports, and gives where it will answer and the command that starts it.
    """
    place, process = _started(prepare, is_up, log, TRIES)
    try:
        yield place
    finally:
        _stop(process)


def _started(
    prepare: Callable[[], tuple[Place, list[str]]],
    is_up: Callable[[Place], bool],
    log: Path,
    tries: int,
) -> tuple[Place, Process]:
    place, command = prepare()
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*_dies_with_us(), *command], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        _wait(process, lambda: is_up(place), log)
    except BaseException as error:
        _stop(process)
        if tries > 1 and isinstance(error, DidNotStartError):
            return _started(prepare, is_up, log, tries - 1)
        raise
    return place, process


def _dies_with_us() -> list[str]:
    """Linux: the kernel ends the server where the tests themselves are killed."""
    setpriv = program("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _wait(process: Process, is_up: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not is_up():
        if process.poll() is not None or time.monotonic() > end:
            raise DidNotStartError(f"{process.args!r} said: {log.read_text(errors='replace')}")
        time.sleep(0.05)


def _stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
