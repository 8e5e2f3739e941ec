"""Name servers that answer, refuse, fail, are lame, lie or say nothing; and what is never said."""

import errno
import socket
import time

import dns.flags
import dns.message
import dns.rcode
import pytest

from sovscan.collect.delegation import DELEGATION
from sovscan.collect.delegation.terms import HOPELESS, MAX_SERVERS, QUIET
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.delegation.servers import (
    ABOVE,
    AT_NOBODY,
    AT_NS1,
    AT_NS2,
    AT_PARENT,
    NS1,
    NS2,
    ONE_ABOVE,
    PARENT,
    TWO,
    ZONE,
    asking,
    authoritative,
    hosts,
    known,
    look,
    look_at,
    of,
    record,
    referring,
    remembering,
    saying,
    serving,
    silent,
    turn,
)
from tests.collect.helpers import q

PARENTS = (f"parent {NS1}", f"parent {NS2}")
QUESTION = q(ZONE, DELEGATION)
GOOD = {AT_NS1: authoritative, AT_NS2: authoritative, AT_PARENT: referring(NS1, NS2)}


def verdict(found: Observation) -> tuple:
    return found.outcome, found.detail, found.fault


def state(found: Observation, host: str = NS2) -> str:
    told = [text.split(" ", 2)[2] for text in found.answers if text.startswith(f"server {host} ")]
    return told[0] if told else ""


def test_a_delegation_in_order_is_seen_from_both_sides():
    found, served = look_at(GOOD)
    assert verdict(found) == (Outcome.SEEN, "", Fault.NONE)
    assert found.question == QUESTION
    assert found.answers == (*PARENTS, f"server {NS1} authoritative", f"server {NS2} authoritative")
    made = found.provenance
    assert (made.resolver, made.transport, made.attempts) == ("name-servers", "udp", 3)
    assert {address: served.count(address) for address in GOOD} == dict.fromkeys(GOOD, 1)


def test_what_the_parent_names_is_told_as_it_names_it():
    found, _ = look_at(GOOD | {AT_PARENT: referring(NS1, "OLD.elsewhere.example")})
    assert found.answers[:2] == (f"parent {NS1}", "parent old.elsewhere.example")


def test_a_parent_that_serves_the_zone_as_well_answers_as_an_authority():
    found, _ = look_at(GOOD | {AT_PARENT: authoritative})
    assert found.answers[:2] == PARENTS


def denied(owner: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR):
    def serve(came):
        response = of(came, authoritative=True, rcode=rcode)
        response.authority = [record(owner, "SOA", "a. b. 1 2 3 4 5")]
        return [response]

    return serve


def upwards(came):
    response = of(came)
    response.authority = [record("", "NS", "a.root.example.")]
    return [response]


def alias(came):
    response = of(came, authoritative=True)
    response.answer = [record(ZONE, "CNAME", "else.example.")]
    return [response]


@pytest.mark.parametrize(
    ("serve", "told"),
    [
        (authoritative, "authoritative"),
        (remembering, "lame"),
        (referring(NS1), "lame"),
        (referring("a.root.example", zone=PARENT), "lame"),
        (upwards, "lame"),
        (lambda came: [of(came)], "lame"),
        (denied(PARENT), "lame"),
        (denied(PARENT, dns.rcode.NXDOMAIN), "lame"),
        (denied(""), "lame"),
        (denied(ZONE), "failed NO-SOA"),
        (alias, "failed NO-SOA"),
        (saying("REFUSED"), "refused"),
        (saying("SERVFAIL"), "failed SERVFAIL"),
        (saying("NOTAUTH"), "failed NOTAUTH"),
        (saying("FORMERR"), "failed FORMERR"),
        (silent, "silent"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_each_server_is_told_by_what_it_says(serve, told):
    found, _ = look_at(GOOD | {AT_NS2: serve})
    assert verdict(found) == (Outcome.SEEN, "", Fault.NONE)
    assert found.answers == (*PARENTS, f"server {NS1} authoritative", f"server {NS2} {told}")


def test_a_closed_port_is_silence():
    found, _ = look_at({AT_NS1: authoritative, AT_PARENT: referring(NS1, NS2)})
    assert state(found) == "silent"


@pytest.mark.parametrize("settings", [{}, {"patience": 3.0, "budget": 0.4}])
def test_where_nobody_answers_nothing_is_said_of_anybody(settings):
    """Port 53 may be closed here: that is no lame delegation."""
    found, _ = look_at({AT_NS1: silent, AT_NS2: silent, AT_PARENT: silent}, **settings)
    assert verdict(found) == (Outcome.FAILED, "TIMEOUT", Fault.NETWORK)
    assert found.answers == ()


def test_where_every_port_is_closed_nothing_is_said_of_anybody():
    with serving({AT_NOBODY: silent}) as served:
        found = look(served.port, known(TWO, ONE_ABOVE))
    assert verdict(found) == (Outcome.FAILED, "TIMEOUT", Fault.NETWORK)


@pytest.mark.parametrize(
    ("number", "detail", "fault"),
    [(errno.ENETUNREACH, "ENETUNREACH", Fault.NETWORK), (errno.EMFILE, "EMFILE", Fault.HERE)],
)
def test_where_nothing_can_be_sent_the_fault_says_so(monkeypatch, number, detail, fault):
    def refuse(*_):
        raise OSError(number, "no way")

    monkeypatch.setattr("socket.socket.connect", refuse)
    found = look(53, known(TWO, ONE_ABOVE))
    assert verdict(found) == (Outcome.FAILED, detail, fault)
    assert found.provenance.attempts == 0


@pytest.mark.parametrize("serve", [remembering, saying("REFUSED"), saying("SERVFAIL")])
def test_who_answers_in_the_stead_of_all_of_them_makes_nobody_lame(serve):
    """A network that leads every question astray, to a resolver of its own."""
    found, _ = look_at(dict.fromkeys(GOOD, serve))
    assert verdict(found) == (Outcome.FAILED, "NOT-DIRECT", Fault.NETWORK)
    assert found.answers == ()


def test_what_a_resolver_in_the_way_remembers_is_not_what_the_parent_names():
    found, _ = look_at(GOOD | {AT_PARENT: remembering})
    assert found.answers == (f"server {NS1} authoritative", f"server {NS2} authoritative")


def test_a_parent_that_answers_makes_servers_that_all_are_lame_known():
    lame = saying("REFUSED")
    found, _ = look_at({AT_NS1: lame, AT_NS2: silent, AT_PARENT: referring(NS1, NS2)})
    assert (state(found, NS1), state(found)) == ("refused", "silent")


def test_without_a_parent_the_servers_are_asked_all_the_same():
    found, served = look_at(GOOD, known(TWO))
    assert found.answers == (f"server {NS1} authoritative", f"server {NS2} authoritative")
    assert served.count(AT_PARENT) == 0


def test_a_server_without_an_address_is_told_and_one_whose_address_was_not_seen_is_not():
    facts = known({NS1: [AT_NS1], NS2: [], "ns3.town.example": None})
    found, _ = look_at(GOOD, facts)
    assert found.answers == (f"server {NS1} authoritative", f"server {NS2} no-address")
    assert verdict(found) == (Outcome.SEEN, "PARTLY", Fault.NONE)


def test_the_queries_ask_for_no_recursion_and_are_hard_to_guess():
    with serving(GOOD) as served, asking(served.port) as asker:
        for number in range(20):
            zone = f"town{number}.example"
            asker.take(q(zone, DELEGATION), known({NS1: [AT_NS1]}, zone=zone))
        turn(asker, 20)
    came = served.came[AT_NS1]
    assert {each.query.flags for each in came} == {0}
    assert {each.query.edns for each in came} == {0}
    assert {each.query.question[0].rdtype.name for each in came} == {"SOA"}
    assert len({each.query.id for each in came}) > 15
    assert len({each.peer[1] for each in came}) > 15


def strangers(came):
    """All that must not be believed, and then the truth."""
    other = authoritative(came)[0].to_wire()
    wrong_id = bytes((other[0] ^ 1,)) + other[1:]
    query = dns.message.make_query("else.example", "SOA", id=came.query.id)
    wrong_question = dns.message.make_response(query).to_wire()
    broken = of(came, rcode=dns.rcode.REFUSED).to_wire() + b"more"
    return [b"x", wrong_id, came.query.to_wire(), wrong_question, broken, *authoritative(came)]


def test_what_is_not_the_answer_to_our_question_is_dropped_and_counted():
    with serving(GOOD | {AT_NS2: strangers}) as served, asking(served.port) as asker:
        asker.take(QUESTION, known(TWO, ONE_ABOVE))
        [found] = turn(asker, 1)
    assert state(found) == "authoritative"
    assert asker.health.dropped == {"id": 3, "question": 1, "malformed": 1}


def test_an_answer_from_another_address_is_not_heard():
    def elsewhere(came):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((AT_NOBODY, 0))
            sock.sendto(authoritative(came)[0].to_wire(), came.peer)
        return []

    found, _ = look_at(GOOD | {AT_NS2: elsewhere})
    assert state(found) == "silent"


def cut(came):
    if came.by_tcp:
        return authoritative(came)
    response = of(came, authoritative=True)
    response.flags |= dns.flags.TC
    return [response]


def test_a_cut_answer_is_asked_again_by_tcp():
    with serving(dict.fromkeys(GOOD, cut)) as served, asking(served.port) as asker:
        asker.take(QUESTION, known(TWO, ONE_ABOVE))
        [found] = turn(asker, 1)
    assert found.answers == (*PARENTS, f"server {NS1} authoritative", f"server {NS2} authoritative")
    assert (found.provenance.transport, found.provenance.attempts) == ("tcp", 6)
    assert (asker.health.streams, asker.health.retries) == (3, 3)


@pytest.mark.parametrize("rest", [lambda came: [], lambda came: [b"no message at all"]])
def test_of_a_server_that_cuts_and_says_nothing_by_tcp_nothing_is_said(rest):
    """Perhaps port 53 is open for UDP only, from here."""
    found, _ = look_at(GOOD | {AT_NS2: lambda came: rest(came) if came.by_tcp else cut(came)})
    assert (state(found), found.detail) == ("", "PARTLY")


def test_who_does_not_know_edns_is_asked_without():
    def old(came):
        return saying("FORMERR")(came) if came.query.edns >= 0 else authoritative(came)

    found, served = look_at(GOOD | {AT_NS2: old})
    assert state(found) == "authoritative"
    assert served.count(AT_NS2) == 2


@pytest.mark.parametrize("first", [silent, saying("SERVFAIL")])
def test_what_was_in_vain_is_tried_once_more(first):
    with (
        serving(
            GOOD | {AT_NS2: lambda came: first(came) if came.count == 1 else authoritative(came)}
        ) as served,
        asking(served.port) as asker,
    ):
        asker.take(QUESTION, known(TWO, ONE_ABOVE))
        [found] = turn(asker, 1)
    assert state(found) == "authoritative"
    assert asker.health.retries == 1


def test_no_more_than_one_retry_is_made_at_an_address():
    _, served = look_at(GOOD | {AT_NS2: silent})
    assert served.count(AT_NS2) == 2


@pytest.mark.parametrize("serve", [saying("REFUSED"), remembering])
def test_who_says_no_is_not_asked_again(serve):
    _, served = look_at(GOOD | {AT_NS2: serve})
    assert served.count(AT_NS2) == 1


@pytest.mark.parametrize("first", [silent, remembering, saying("REFUSED"), saying("SERVFAIL")])
def test_a_server_that_answers_at_its_second_address_answers(first):
    facts = known({NS1: [AT_NS1], NS2: [AT_NS2, "127.0.0.4"]}, ONE_ABOVE)
    found, _ = look_at(GOOD | {AT_NS2: first, "127.0.0.4": authoritative}, facts)
    assert state(found) == "authoritative"


def test_no_more_than_two_addresses_of_a_server_are_asked():
    facts = known({NS1: [AT_NS1], NS2: [AT_NS2, "127.0.0.4", "127.0.0.5"]}, ONE_ABOVE)
    refused = saying("REFUSED")
    servers = GOOD | {AT_NS2: refused, "127.0.0.4": refused, "127.0.0.5": authoritative}
    found, served = look_at(servers, facts)
    assert (state(found), served.count("127.0.0.5")) == ("refused", 0)


def test_no_more_than_sixteen_servers_are_asked():
    many = {f"ns{number:02d}.town.example": [f"127.0.1.{number}"] for number in range(1, 21)}
    servers = dict.fromkeys((f"127.0.1.{number}" for number in range(1, 21)), authoritative)
    found, served = look_at(servers, known(many))
    assert len(found.answers) == MAX_SERVERS
    assert len(served.came) == MAX_SERVERS
    assert found.detail == "PARTLY"


def test_one_server_of_the_parent_is_enough_and_zones_begin_with_different_ones():
    above = {f"ns{number}.example": [f"127.0.2.{number}"] for number in range(1, 5)}
    servers = {address: referring(NS1) for (address,) in above.values()}
    servers["127.0.2.1"] = silent
    servers["127.0.2.2"] = saying("REFUSED")
    seen = set()
    for number in range(12):
        zone = f"town{number}.example"
        facts = known({NS1: [AT_NS1]}, above, zone=zone)

        def refer(came, zone=zone):
            response = of(came)
            response.authority = [hosts(NS1, zone=zone)]
            return [response]

        servers |= {"127.0.2.3": refer, "127.0.2.4": refer, AT_NS1: saying("REFUSED")}
        with serving(servers) as served:
            found = look(served.port, facts, zone, patience=0.1)
        assert found.answers == (f"parent {NS1}", f"server {NS1} refused")
        assert served.count("127.0.2.3") + served.count("127.0.2.4") == 1
        seen.add(tuple(sorted(served.came)))
    assert len(seen) > 2


def test_a_look_ends_within_its_budget_and_what_was_not_waited_for_is_not_called_silent():
    facts = known({NS1: [AT_NS1], NS2: [AT_NS2, "127.0.0.4"]}, ONE_ABOVE)
    servers = GOOD | {AT_NS2: silent, "127.0.0.4": silent}
    found, served = look_at(servers, facts, patience=0.4, budget=0.2)
    assert (state(found, NS1), state(found), found.detail) == ("authoritative", "", "PARTLY")
    assert served.count("127.0.0.4") == 0


def test_no_more_questions_are_open_at_an_address_than_the_crowd_lets():
    waiting = []

    def slow(came):
        waiting.append(came)
        time.sleep(0.01)
        return authoritative(came)

    with serving({AT_NS1: slow}) as served, asking(served.port, crowd=3, budget=9.0) as asker:
        for number in range(30):
            zone = f"town{number}.example"
            asker.take(q(zone, DELEGATION), known({NS1: [AT_NS1]}, zone=zone))
            assert len(asker._flights) <= 3
        found = turn(asker, 30)
    assert {each.outcome for each in found} == {Outcome.SEEN}
    assert len(waiting) == 30
    assert asker.room == 100


def test_an_address_that_is_always_silent_is_not_asked_for_ever():
    facts = [
        (f"town{number}.example", {NS1: [AT_NS1], NS2: [AT_NS2]}) for number in range(3 * QUIET)
    ]

    with serving({AT_NS1: authoritative, AT_NS2: silent}) as served, asking(served.port) as asker:
        for zone, servers in facts:
            asker.take(q(zone, DELEGATION), known(servers, zone=zone))
        found = turn(asker, len(facts))
    assert {state(each) for each in found} == {"silent"}
    assert served.count(AT_NS2) < 3 * QUIET


def test_where_nobody_ever_answers_the_rest_is_not_asked():
    with serving({AT_NS1: silent}) as served, asking(served.port, patience=0.05) as asker:
        for number in range(HOPELESS + 20):
            zone = f"town{number}.example"
            address = f"127.0.3.{number}"
            asker.take(q(zone, DELEGATION), known({NS1: [address, AT_NS1]}, zone=zone))
            [found] = turn(asker, 1)
            assert verdict(found) == (Outcome.FAILED, "TIMEOUT", Fault.NETWORK)
    assert found.provenance.attempts == 0


def test_the_silence_of_ipv6_says_nothing_where_nobody_was_heard_over_it():
    facts = known({NS1: [AT_NS1], NS2: ["::1"]}, ONE_ABOVE)
    found, _ = look_at(GOOD, facts)
    assert (state(found), found.detail) == ("", "PARTLY")


def test_ipv6_is_spoken():
    facts = known({NS1: ["::1"], NS2: [AT_NS2]}, ONE_ABOVE)
    with serving({"::1": authoritative, AT_NS2: silent}) as served:
        found = look(served.port, facts)
    assert state(found, NS1) == "authoritative"


def test_ipv4_comes_first():
    facts = known({NS1: ["::1", AT_NS1]})
    _, served = look_at({"::1": authoritative, AT_NS1: authoritative}, facts)
    assert (served.count("::1"), served.count(AT_NS1)) == (0, 1)


def test_closing_ends_what_is_under_way():
    with serving({AT_NS1: silent}) as served, asking(served.port) as asker:
        asker.take(QUESTION, known({NS1: [AT_NS1]}))
    assert list(asker.finished()) == []


def test_a_zone_that_is_its_own_parents_servers_zone_is_no_riddle():
    facts = known({ABOVE: [AT_PARENT]}, {ABOVE: [AT_PARENT]})
    found, _ = look_at({AT_PARENT: authoritative}, facts)
    assert found.answers == (*PARENTS, f"server {ABOVE} authoritative")
