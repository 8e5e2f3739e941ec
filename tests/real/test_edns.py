"""A resolver, or a box before it, that does not know EDNS (RFC 6891 section 7): it is asked without.
No server in Debian behaves like this any more, so this one is a small one on loopback.
"""

import dns.message
import dns.rcode
import pytest

from sovscan.collect import Engine
from sovscan.core.model import Outcome
from tests.collect.helpers import mx, q, resolve, udp

QUESTIONS = [q(f"body{number}.example", "MX") for number in range(20)]


def bare(query: dns.message.Message, rcode: dns.rcode.Rcode) -> bytes:
    """An error as an old server writes it: a header and the question, or not even that."""
    return query.to_wire()[:2] + bytes((0x81, 0x80 | rcode)) + b"\0" * 8


def with_question(query: dns.message.Message, rcode: dns.rcode.Rcode) -> bytes:
    plain = dns.message.make_query(query.question[0].name, "MX", id=query.id).to_wire()
    return plain[:2] + bytes((0x81, 0x80 | rcode)) + plain[4:]


@pytest.mark.parametrize("error", [bare, with_question])
@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.NOTIMP], ids=lambda each: each.name)
def test_who_refuses_edns_is_asked_without(error, rcode):
    def reply(query, count):
        return [mx(query) if query.edns < 0 else error(query, rcode)]

    with udp(reply) as server:
        engine = Engine((server,))
        found = engine.ask(QUESTIONS)
    assert {each.outcome for each in found} == {Outcome.SEEN}
    assert {each.answers for each in found} == {("10 mx.example",)}


def test_who_refuses_everything_is_not_believed():
    with udp(lambda query, count: [bare(query, dns.rcode.FORMERR)]) as server:
        found = resolve(server, attempts=4)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "FORMERR")


def test_who_does_not_know_this_version_of_edns_has_not_denied_the_name():
    """BADVERS is 16: its low four bits alone would read as "no error", and so as "no data"."""

    def reply(query, count):
        response = dns.message.make_response(query, recursion_available=True)
        response.use_edns(0)
        response.set_rcode(dns.rcode.BADVERS)
        return [response.to_wire()]

    with udp(reply) as server:
        found = resolve(server)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "BADVERS")
