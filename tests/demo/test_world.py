"""A world answers as a recursive resolver would (RFC 1034, 4592, 8020)."""

import dns.flags
import dns.message
import dns.rcode
import pytest
from dns.rcode import NOERROR, NXDOMAIN, SERVFAIL

from sovscan.demo.world import World

RECORDS = """
; a comment, and an empty line above
body.example.           MX    10 mx.body.example.
body.example.           MX    20 mx.other.example.
deep.under.body.example. A    192.0.2.1
*.wild.example.         A     192.0.2.7
real.wild.example.      TXT   "here"
a.below.wild.example.   TXT   "here"
alias.example.          CNAME body.example.
dangling.example.       CNAME gone.example.
outside.example.        CNAME sub.fails.example.
loop.example.           CNAME pool.example.
pool.example.           CNAME loop.example.
fails.example.          A     192.0.2.9
"""
WORLD = World(RECORDS, ["fails.example"])


def ask(name: str, rtype: str) -> dns.message.Message:
    return WORLD.respond(dns.message.make_query(name, rtype))


def texts(name: str, rtype: str) -> list[str]:
    return sorted(data.to_text() for rrset in ask(name, rtype).answer for data in rrset)


def test_all_records_of_a_name_and_type_are_answered():
    assert texts("body.example", "MX") == ["10 mx.body.example.", "20 mx.other.example."]


def test_names_match_in_any_case():
    assert texts("BODY.Example", "MX") == texts("body.example", "MX")


@pytest.mark.parametrize(
    ("name", "rtype", "rcode"),
    [
        ("body.example", "A", NOERROR),
        ("under.body.example", "A", NOERROR),
        ("gone.body.example", "A", NXDOMAIN),
        ("x.deep.under.body.example", "A", NXDOMAIN),
        ("gone.example", "MX", NXDOMAIN),
        ("stranger.test", "MX", NXDOMAIN),
    ],
    ids=[
        "no-such-type",
        "empty-non-terminal",
        "no-such-name",
        "below-a-leaf",
        "no-domain",
        "no-tld",
    ],
)
def test_what_is_not_there_is_denied_as_it_should_be(name, rtype, rcode):
    response = ask(name, rtype)
    assert (response.rcode(), response.answer) == (rcode, [])
    assert response.authority[0].to_text().split()[3] == "SOA"


@pytest.mark.parametrize(
    ("name", "rtype", "answers", "rcode"),
    [
        ("any.wild.example", "A", ["192.0.2.7"], NOERROR),
        ("very.deep.wild.example", "A", ["192.0.2.7"], NOERROR),
        ("any.wild.example", "MX", [], NOERROR),
        ("real.wild.example", "A", [], NOERROR),
        ("below.wild.example", "A", [], NOERROR),
        ("other.below.wild.example", "A", [], NXDOMAIN),
        ("x.real.wild.example", "A", [], NXDOMAIN),
        ("wild.example", "A", [], NOERROR),
    ],
    ids=["any", "deep", "type", "exists", "empty", "beside-existing", "below-existing", "apex"],
)
def test_a_wildcard_stands_for_names_that_do_not_exist_and_no_others(name, rtype, answers, rcode):
    assert texts(name, rtype) == answers
    assert ask(name, rtype).rcode() == rcode


def test_a_synthesised_record_carries_the_name_that_was_asked():
    [rrset] = ask("any.wild.example", "A").answer
    assert rrset.name.to_text() == "any.wild.example."


def test_an_alias_is_followed_and_shown():
    assert texts("alias.example", "MX")[-1] == "body.example."
    assert len(ask("alias.example", "MX").answer) == 2
    assert texts("alias.example", "CNAME") == ["body.example."]


def test_an_alias_to_nowhere_is_shown_with_the_denial():
    response = ask("dangling.example", "A")
    assert response.rcode() == NXDOMAIN
    assert texts("dangling.example", "A") == ["gone.example."]


def test_a_loop_of_aliases_ends():
    assert set(texts("loop.example", "A")) == {"loop.example.", "pool.example."}


@pytest.mark.parametrize("name", ["fails.example", "x.fails.example", "outside.example"])
def test_a_failing_zone_fails_for_every_name_in_it_and_who_points_there(name):
    assert ask(name, "A").rcode() == SERVFAIL


def test_a_neighbour_of_a_failing_zone_does_not_fail():
    assert ask("notfails.example", "A").rcode() == NXDOMAIN


@pytest.mark.parametrize("name", ["body.example", "gone.example", "fails.example"])
def test_every_response_answers_the_query_as_a_recursive_resolver(name):
    query = dns.message.make_query(name, "A", use_edns=0)
    response = WORLD.respond(query)
    assert query.is_response(response)
    assert response.flags & dns.flags.RA
    assert not response.flags & dns.flags.AA
