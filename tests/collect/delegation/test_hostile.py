"""Servers that lie, stumble, send noise or say nothing, many at a time: every look ends, nothing is
left behind, and only what is known of a server is said.
"""

import os
import random
import time
from pathlib import Path

import dns.flags
import pytest

from sovscan.collect.delegation import DELEGATION, terms
from sovscan.core.model import Outcome
from tests.collect.delegation.servers import (
    AT_NS1,
    NS1,
    asking,
    authoritative,
    known,
    of,
    referring,
    remembering,
    saying,
    serving,
    silent,
    turn,
)
from tests.collect.helpers import q

STATES = {"authoritative", "lame", "refused", "failed", "silent", "no-address"}
PLACES = [f"127.0.7.{number}" for number in range(1, 25)]


def noise(came):
    return [os.urandom(1 + came.count % 60) for _ in range(3)]


def turned(came):
    wire = bytearray(authoritative(came)[0].to_wire())
    for place in os.urandom(3):
        wire[2 + place % (len(wire) - 2)] ^= 0xFF
    return [bytes(wire)]


def cut(came):
    if came.by_tcp:
        return [authoritative, silent, noise][came.count % 3](came)
    response = of(came)
    response.flags |= dns.flags.TC
    return [response]


def refer(came):
    zone = came.query.question[0].name.to_text(omit_final_dot=True)
    return referring(f"ns1.{zone}", zone=zone)(came)


KINDS = [authoritative, remembering, silent, noise, turned, cut]
KINDS += [saying(code) for code in ("REFUSED", "SERVFAIL", "FORMERR")]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_look_ends_and_nothing_is_left_behind(seed):
    drawn = random.Random(seed)
    servers = {address: drawn.choice(KINDS) for address in PLACES}
    servers |= {"127.0.8.1": refer, "127.0.8.2": silent}
    above = {"a.example": ["127.0.8.1"], "b.example": ["127.0.8.2"]}
    files = open_files()
    with serving(servers) as served, asking(served.port, patience=0.3, budget=1.0) as asker:
        found = []
        for number in range(300):
            zone = f"zone{number}.example"
            own = {
                f"ns{host}.{zone}": drawn.sample([*PLACES, "127.0.9.9", "10.0.0.1", "::1"], places)
                for host, places in enumerate(drawn.choices(range(4), k=4))
            }
            while not asker.room:
                found += turn(asker, 1)
            asker.take(q(zone, DELEGATION), known(own, above, zone=zone))
        found += turn(asker, 300 - len(found))
        assert asker.room == terms.LOOKS
        assert not asker._flights
    assert open_files() <= files
    assert len({each.question for each in found}) == 300
    said = [text.split(" ") for each in found for text in each.answers]
    assert {words[2] for words in said if words[0] == "server"} <= STATES
    assert {words[0] for words in said} == {"parent", "server"}


def test_a_look_that_never_has_its_turn_ends(monkeypatch):
    monkeypatch.setattr(terms, "LONGEST", 0.3)
    settings = {"crowd": 1, "patience": 5.0, "budget": 5.0}
    began = time.monotonic()
    with serving({AT_NS1: silent}) as served, asking(served.port, **settings) as asker:
        for zone in ("a.example", "b.example"):
            asker.take(q(zone, DELEGATION), known({NS1: [AT_NS1]}, zone=zone))
        found = turn(asker, 2)
    assert time.monotonic() - began < 4
    assert {(each.outcome, each.detail) for each in found} == {(Outcome.FAILED, "TIMEOUT")}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
