"""MTA-STS policies (RFC 8461): when they are asked for, how they are read, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.collect.web import policy_questions
from sovscan.collect.web.policy import MAX_PATTERNS, announces, policy_facts
from sovscan.collect.web.terms import MAX_BODY, MTA_STS, POLICY_PATH
from sovscan.core.facts import ADDRESS_TYPES
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.helpers import absent, q
from tests.collect.web.servers import (
    HOST,
    asking,
    certificate,
    listening,
    look,
    ok,
    says,
    turn,
    web,
)
from tests.conftest import target

BODY = target(HOST)
HOLDER = f"mta-sts.{HOST}"
QUESTION = q(HOLDER, MTA_STS)
TXT = q(f"_mta-sts.{HOST}", "TXT")
NEEDED = [q(HOLDER, rtype) for rtype in ADDRESS_TYPES]
POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: MX1.Town.example\r\nmx: *.mail.test\r\nmax_age: 86400\r\n"
SAID = ("max-age 86400", "mode enforce", "mx *.mail.test", "mx mx1.town.example")


def announced(*texts: str) -> dict:
    return {TXT: Observation(TXT, Outcome.SEEN, texts)}


def placed(*answers: str) -> dict:
    first, second = NEEDED
    seen = Observation(first, Outcome.SEEN, answers) if answers else absent(first)
    return {first: seen, second: absent(second)}


def test_a_policy_is_asked_for_where_it_is_announced_and_its_host_has_an_address():
    facts = announced("v=STSv1; id=20261123")
    assert list(policy_questions(BODY, facts)) == NEEDED
    assert list(policy_questions(BODY, facts | placed("192.0.2.1"))) == [*NEEDED, QUESTION]
    assert list(policy_questions(BODY, facts | placed())) == NEEDED
    assert list(policy_questions(BODY, placed("192.0.2.1"))) == []


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["v=STSv1; id=1"], True),
        (["v=STSv1;id=1;"], True),
        (["v=STSv1 ; id=1"], True),
        (["v=STSv1"], True),
        (["other", "v=STSv1; id=1", "v=spf1 -all"], True),
        (["v=STSv1; id=1", "v=STSv1; id=2"], False),
        (["v=STSv12; id=1"], False),
        (["v=stsv1; id=1"], False),
        (["x v=STSv1; id=1"], False),
        (["id=1; v=STSv1"], False),
        ([], False),
    ],
)
def test_one_record_announces_a_policy(texts, said):
    assert announces(tuple(texts)) is said


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (POLICY, SAID),
        (POLICY.replace(b"\r\n", b"\n"), SAID),
        (POLICY.strip(), SAID),
        (POLICY + b"extra: more\nno field at all\n", SAID),
        (POLICY + b"mode: none\n", SAID),
        (POLICY + b"mx: mx1.town.example\n", SAID),
        (POLICY.replace(b": ", b":\t "), SAID),
        (b"mode: none\nversion: STSv1\nmax_age: 0086400", ("max-age 86400", "mode none")),
        (
            b"version: STSv1\nmode: testing\nmx: a.test\nmax_age: 1",
            ("max-age 1", "mode testing", "mx a.test"),
        ),
    ],
)
def test_a_policy_is_read_in_a_canonical_form(body, facts):
    assert policy_facts(body) == facts


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>not found</body></html>",
        POLICY.replace(b"STSv1", b"STSv2"),
        POLICY.replace(b"version: STSv1\r\n", b""),
        POLICY.replace(b"enforce", b"Enforce"),
        POLICY.replace(b"enforce", b"report"),
        POLICY.replace(b"max_age: 86400\r\n", b""),
        POLICY.replace(b"86400", b"86400s"),
        POLICY.replace(b"86400", b"-1"),
        POLICY.replace(b"86400", "٣".encode()),
        POLICY.replace(b"86400", b"12345678901"),
        POLICY.replace(b"mx1.town.example", b".town.example").replace(b"MX1.Town.", b".town."),
        POLICY.replace(b"*.mail.test", b"*"),
        POLICY.replace(b"*.mail.test", b"m*.mail.test"),
        POLICY.replace(b"*.mail.test", b"mail.test."),
        POLICY.replace(b"*.mail.test", b"192.0.2.1"),
        POLICY.replace(b"*.mail.test", "bücher.test".encode()),
        POLICY.replace(b"*.mail.test", b"a b.test"),
        b"version: STSv1\nmode: enforce\nmax_age: 86400",
        b"\xef\xbb\xbf" + POLICY,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_policy_is_malformed(body):
    assert policy_facts(body) == ("malformed",)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_whatever_is_there_is_read(body):
    for facts in (policy_facts(body), policy_facts(POLICY + body)):
        assert facts == ("malformed",) or set(facts) >= {"mode enforce"}
        assert all(each.isprintable() and len(each) <= 500 for each in facts)


def fetched(serve, kind: str = "good", **settings) -> Observation:
    context, roots = certificate(kind)
    with listening(says(serve) if isinstance(serve, bytes) else serve, context) as port:
        return look(port, QUESTION, roots=roots, **settings)


def verdict(found: Observation) -> tuple:
    return found.outcome, found.detail, found.fault


def test_a_policy_is_fetched_from_its_place():
    heads = []
    found = fetched(lambda connection, head: heads.append(head) or connection.sendall(ok(POLICY)))
    assert verdict(found) == (Outcome.SEEN, "", Fault.NONE)
    assert found.answers == SAID
    assert found.provenance.transport == "tls"
    first, *lines = heads[0].decode().split("\r\n")
    assert first == f"GET {POLICY_PATH} HTTP/1.1"
    assert f"Host: {HOLDER}" in lines


def test_a_malformed_policy_is_seen_as_such():
    found = fetched(ok(b"hello"))
    assert (found.outcome, found.answers) == (Outcome.SEEN, ("malformed",))


def test_no_more_patterns_are_kept_than_the_bound():
    patterns = b"".join(b"mx: mx%02d.town.example\n" % number for number in range(80))
    found = fetched(ok(POLICY + patterns))
    assert (found.outcome, found.detail) == (Outcome.SEEN, "CUT")
    assert len(found.answers) == MAX_PATTERNS + 2
    assert {"mode enforce", "max-age 86400"} <= set(found.answers)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("expired", "CERTIFICATE-EXPIRED"),
        ("early", "CERTIFICATE-NOT-YET-VALID"),
        ("self-signed", "CERTIFICATE-SELF-SIGNED"),
        ("untrusted", "CERTIFICATE-UNTRUSTED"),
        ("name", "CERTIFICATE-NAME"),
    ],
)
def test_a_policy_of_somebody_whose_certificate_is_at_fault_is_none(kind, detail):
    heads = []
    found = fetched(
        lambda connection, head: heads.append(head) or connection.sendall(ok(POLICY)), kind
    )
    assert verdict(found) == (Outcome.FAILED, detail, Fault.ZONE)
    assert found.answers == ()
    assert any(heads) == (kind == "name")  # no request is sent to whom nobody vouches for


@pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 403, 404, 500])
@pytest.mark.parametrize("to", [f"https://{HOLDER}/other", "https://else.example/policy"])
def test_only_200_is_a_policy_and_no_redirect_is_followed(status, to):
    heads = []
    answer = f"HTTP/1.1 {status} X\r\nLocation: {to}\r\nContent-Length: {len(POLICY)}\r\n\r\n"

    def serve(connection, head):
        heads.append(head)
        connection.sendall(answer.encode() + POLICY)

    found = fetched(serve)
    assert verdict(found) == (Outcome.FAILED, f"HTTP-{status}", Fault.ZONE)
    assert len(heads) == 1


@pytest.mark.parametrize(
    "wire",
    [
        ok(POLICY + b"#" * MAX_BODY),
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + POLICY,
    ],
)
def test_half_a_policy_is_none(wire):
    assert verdict(fetched(wire)) == (Outcome.FAILED, "CUT", Fault.ZONE)


def test_the_second_address_is_asked_for_the_same_place():
    context, roots = certificate()
    with listening(says(ok(POLICY)), context) as port:
        found = look(port, QUESTION, ("127.0.0.2", "127.0.0.1"), roots=roots)
    assert (found.answers, found.provenance.attempts) == (SAID, 2)


def test_in_the_clear_no_policy_is_asked_for():
    with listening(says(ok(POLICY))) as port:
        assert verdict(look(port, QUESTION)) == (Outcome.FAILED, "TLS", Fault.ZONE)


@pytest.mark.parametrize(
    ("address", "settings", "detail"),
    [
        ("10.0.0.1", {}, "FORBIDDEN-ADDRESS"),
        ("127.0.0.1", {"allow_loopback": False}, "FORBIDDEN-ADDRESS"),
        ("127.0.0.1", {"excluded": frozenset({HOST})}, "EXCLUDED"),
    ],
)
def test_a_policy_is_guarded_like_a_page(address, settings, detail):
    found = look(1, QUESTION, (address,), **settings)
    assert verdict(found) == (Outcome.SKIPPED, detail, Fault.NONE)


def test_the_addresses_come_from_what_is_known_of_the_body():
    with listening(says(ok())) as port, asking(port) as asker:
        asker.take(web(HOLDER), placed("127.0.0.1"))
        [found] = turn(asker, 1)
    assert found.outcome is Outcome.SEEN
