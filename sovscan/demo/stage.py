"""Puts a world on loopback, over UDP and TCP, for as long as a block lasts."""

import asyncio
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import cast

import dns.exception
import dns.flags
import dns.message

from sovscan.demo.world import World

LOOPBACK = "127.0.0.1"
LENGTH = struct.Struct("!H")
PLAIN_PAYLOAD = 512
"""Octets of a UDP answer to who does not speak EDNS (RFC 1035)."""


def _text(name: str) -> str:
    return resources.files("sovscan.demo").joinpath(name).read_text(encoding="utf-8")


def bodies() -> bytes:
    """The list of the invented bodies, as a user's list would be."""
    return _text("bodies.csv").encode()


@contextmanager
def stage(world: World | None = None) -> Iterator[tuple[str, int]]:
    """Serve a world (the demo's where none is given) on loopback; the address and the port."""
    served = world or World(_text("world.txt"), _text("failing.txt").split())
    ready, loop = threading.Event(), asyncio.new_event_loop()
    place: list[int] = []
    thread = threading.Thread(target=_run, args=(loop, served, place, ready), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield LOOPBACK, place[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _run(
    loop: asyncio.AbstractEventLoop, world: World, place: list[int], ready: threading.Event
) -> None:
    asyncio.set_event_loop(loop)
    transport, _ = loop.run_until_complete(
        loop.create_datagram_endpoint(lambda: _Datagrams(world), local_addr=(LOOPBACK, 0))
    )
    port = transport.get_extra_info("sockname")[1]

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _stream(world, reader, writer)

    server = loop.run_until_complete(asyncio.start_server(stream, LOOPBACK, port))
    place.append(port)
    ready.set()
    loop.run_forever()
    server.close()
    transport.close()


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
    except (asyncio.IncompleteReadError, ConnectionError):
        return
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
    if len(query.question) != 1:
        return None
    response = world.respond(query)
    if not by_udp:
        return response.to_wire()
    size = max(PLAIN_PAYLOAD, query.payload) if query.edns >= 0 else PLAIN_PAYLOAD
    try:
        return response.to_wire(max_size=size)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query, recursion_available=True)
        cut.flags |= dns.flags.TC
        return cut.to_wire()
