"""Puts a world on loopback, over UDP and TCP, for as long as a block lasts."""

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import resources
from typing import TypeAlias, cast

import dns.exception
import dns.flags
import dns.message

from sovscan.demo.world import World

LOOPBACK = "127.0.0.1"
LENGTH = struct.Struct("!H")
Opened: TypeAlias = "Future[tuple[int, Callable[[], object]]]"
"""The port where a world is served, and how to stop that."""

LONGEST = 65535
"""Octets of an answer over TCP, whatever UDP payload was offered."""

PLAIN_PAYLOAD = 512
"""Octets of a UDP answer to who does not speak EDNS (RFC 1035)."""


def _text(name: str) -> str:
    return resources.files("sovscan.demo").joinpath(name).read_text(encoding="utf-8")


def bodies() -> bytes:
    """The list of the invented bodies, as a user's list would be."""
    return _text("bodies.csv").encode()


@contextmanager
def stage(world: World | None = None, port: int = 0) -> Iterator[tuple[str, int]]:
    """Serve a world (the demo's where none is given) on loopback, at a free port where none is
    named; the address and the port.
    """
    served = world or World(_text("world.txt"), _text("failing.txt").split())
    opened: Opened = Future()
    thread = threading.Thread(target=asyncio.run, args=(_serve(served, opened, port),), daemon=True)
    thread.start()
    taken, stop = opened.result()
    try:
        yield LOOPBACK, taken
    finally:
        stop()
        thread.join()


async def _serve(world: World, opened: Opened, port: int) -> None:
    """Answer until told to stop."""
    try:
        transport, server = await _open(world, port, tries=3)
    except OSError as error:
        opened.set_exception(error)
        return
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    taken = transport.get_extra_info("sockname")[1]
    opened.set_result((taken, lambda: loop.call_soon_threadsafe(end.set)))
    await end.wait()
    server.close()
    transport.close()


async def _open(
    world: World, port: int, tries: int
) -> tuple[asyncio.DatagramTransport, asyncio.Server]:
    """One port for UDP and TCP; what is free for the one may be taken for the other."""

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _stream(world, reader, writer)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(world), local_addr=(LOOPBACK, port)
    )
    try:
        taken = transport.get_extra_info("sockname")[1]
        return transport, await asyncio.start_server(stream, LOOPBACK, taken)
    except OSError:
        transport.close()
        if tries == 1 or port:
            raise
        return await _open(world, port, tries - 1)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, world: World) -> None:
        self._world = world

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        wire = _respond(self._world, data, by_udp=True)
        if wire is not None:
            self._transport.sendto(wire, peer)


async def _stream(world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            wire = _respond(world, await reader.readexactly(length), by_udp=False)
            if wire is None:
                return
            writer.write(LENGTH.pack(len(wire)) + wire)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        return  # Python 3.11 would call a cancelled handler a fault
    finally:
        writer.close()


def _respond(world: World, data: bytes, *, by_udp: bool) -> bytes | None:
    """The wire answer to a wire query; nothing for what is no query. Too long for UDP means: ask
    again over TCP.
    """
    try:
        query = dns.message.from_wire(data)
    except dns.exception.DNSException:
        return None
    if query.flags & dns.flags.QR or len(query.question) != 1:
        return None
    response = world.respond(query)
    if response is None:
        return None
    if not by_udp:
        return response.to_wire(max_size=LONGEST)
    size = max(PLAIN_PAYLOAD, query.payload) if query.edns >= 0 else PLAIN_PAYLOAD
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query, recursion_available=True)
        cut.flags |= dns.flags.TC
        return cut.to_wire()
