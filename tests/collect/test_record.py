"""What is written as a world that can be served again."""

import dns.message

from sovscan.collect.record import Recorder, rows_of
from sovscan.core.model import Fault, Observation, Outcome
from sovscan.demo.world import recorded
from tests.collect.helpers import answer, q

LOOK = Observation(q("town.be", "DELEGATION"), Outcome.SEEN, ("server ns1.town.be lame",))
FAILURES = [
    Observation(q("town.be", rtype), Outcome.FAILED, detail="TIMEOUT", fault=Fault.NETWORK)
    for rtype in ("MX", "DELEGATION", "MTA-STS", "WEB-HTTPS", "RDAP")
]


def test_what_was_looked_at_beside_the_resolver_is_written_as_it_is():
    assert list(rows_of(LOOK)) == [
        {"name": "town.be.", "type": "DELEGATION", "ttl": 300, "data": list(LOOK.answers)}
    ]


def test_a_failure_of_what_no_resolver_is_asked_hinders_no_replay(tmp_path):
    path = tmp_path / "world.jsonl.gz"
    seen = Observation(q("town.be", "TXT"), Outcome.SEEN, ("hello",))
    with Recorder(path) as recorder:
        recorder.write([*FAILURES, LOOK, seen])
    world = recorded(path)
    assert answer(world, q("town.be", "TXT")).answers == ("hello",)
    assert world.respond(dns.message.make_query("town.be", "MX")) is None
