"""Contradictions with both sides: who says what, what was found instead, and who carried."""

import pytest

from sovscan.core.model import (
    Assessment,
    Attribution,
    Basis,
    Evidence,
    Finding,
    Party,
    Question,
    Reason,
    Role,
    Service,
    Signal,
    Strength,
)
from sovscan.report.contradictions import (
    COLUMNS,
    contradiction_row,
    contradictions,
    contradictions_text,
)
from sovscan.report.say import voice
from tests.conftest import BASIS, judged, target

NAMES = {"acme-mail": "Acme Mail", "other-mail": "Other Mail", "third-mail": "Third Mail"}
SAID = (("says", "acme-mail"), ("signal", "dkim-target"), ("value", "k.acme.example"))
KEPT = Reason("contradiction", (*SAID, ("found", "other-mail")))


def evidence(kind: str, value: str) -> Evidence:
    signal = Signal(kind, value, "a.be", Question("a.be", "MX"))
    return Evidence("other-mail#mx", signal, Strength.CONCLUSIVE)


def party(
    vendor: str | None, *seen: Evidence, finding: Finding = Finding.ATTRIBUTED, role=Role.MAILBOX
) -> Party:
    return Party(role, finding, 1.0, vendor=vendor, evidence=seen)


OTHER = party(
    "other-mail", evidence("mx-host", "mx.other.example"), evidence("mx-host", "mx2.other.example")
)


def body(
    domain: str, *conflicts: Reason, parties=(OTHER,), service=Service.EMAIL, basis: Basis = BASIS
) -> Assessment:
    made = Attribution(service, Finding.ATTRIBUTED, tuple(parties), conflicts=conflicts)
    return Assessment(target(domain), (made,), (), (), basis)


def text(*bodies: Assessment, most: int | None = None) -> str:
    return contradictions_text(list(contradictions(bodies)), NAMES, voice(), most)


def test_both_sides_with_what_they_rest_on():
    (found,) = contradictions([body("a.be", KEPT)])
    row = contradiction_row(found, 3, NAMES)
    assert tuple(row) == COLUMNS
    assert (row["says"], row["says_name"], row["value"]) == (
        "acme-mail",
        "Acme Mail",
        "k.acme.example",
    )
    assert row["against"] == [
        {
            "says": "other-mail",
            "says_name": "Other Mail",
            "signals": [{"signal": "mx-host", "value": "mx.other.example"}],
        }
    ]
    assert (row["carried"], row["scan"], row["facts"][-1]) == (
        "against",
        3,
        ["found", "other-mail"],
    )


def test_the_text_names_them_and_who_carried():
    told = text(body("a.be", KEPT))
    assert "contradiction: 1 body" in told
    assert "e-mail: DKIM CNAME to … says Acme Mail; Other Mail carried the finding" in told
    assert "DKIM CNAME to k.acme.example  |  MX mx.other.example" in told


def test_the_body_itself_may_be_what_was_found():
    own = party(None, evidence("autodiscover-target", "mail.a.be"), finding=Finding.OWN)
    told = text(body("a.be", Reason("contradiction", (*SAID, ("found", "own"))), parties=(own,)))
    assert "says Acme Mail; the body itself carried the finding" in told
    assert "autodiscover CNAME to mail.a.be" in told


def test_where_nobody_was_found_neither_carried():
    nobody = party(None, evidence("spf-include", "hint.example"), finding=Finding.UNKNOWN)
    reason = Reason("sender-without-sign", (*SAID, ("found", "unknown")))
    (found,) = contradictions([body("a.be", reason, parties=(nobody,))])
    assert (found.carried, found.against[0].signals) == ("neither", ())
    assert "says Acme Mail; found: unknown" in text(body("a.be", reason, parties=(nobody,)))


def test_a_sender_carries_nothing():
    sender = party("other-mail", evidence("spf-include", "x.example"), role=Role.SENDER)
    (found,) = contradictions([body("a.be", KEPT, parties=(sender,))])
    assert found.carried == "neither"


def test_the_first_side_may_carry():
    (found,) = contradictions(
        [
            body(
                "a.be",
                Reason("x-y", (*SAID, ("found", "third-mail"))),
                parties=(party("acme-mail"),),
            )
        ]
    )
    assert found.carried == "says"


def test_unsettled_signals_stand_against_each_other_as_one_pair():
    rival = Reason(
        "unsettled", (("says", "own"), ("signal", "autodiscover-target"), ("value", "mail.a.be"))
    )
    both = (
        Reason("unsettled", SAID),
        Reason("unsettled", (*SAID[:2], ("value", "k2.acme.example"))),
        rival,
    )
    conflicting = party(None, finding=Finding.CONFLICTING)
    found = list(contradictions([body("a.be", *both, parties=(conflicting,))]))
    assert [each.carried for each in found] == ["neither"] * 3
    assert [side.says for side in found[0].against] == ["own"]
    assert found[2].against[0].signals == (
        ("dkim-target", "k.acme.example"),
        ("dkim-target", "k2.acme.example"),
    )
    told = text(body("a.be", *both, parties=(conflicting,)))
    assert told.count("neither carried the finding") == 1
    assert "DKIM CNAME to k.acme.example +1  |  autodiscover CNAME to mail.a.be" in told


def test_a_code_that_is_not_known_is_shown_by_its_facts():
    told = text(
        body("a.be", Reason("moon-phase", (("phase", "full"), ("signal", "ptr"), ("tide", "high"))))
    )
    assert "moon-phase: 1 body" in told
    assert "phase full · tide high" in told


def test_a_code_without_sides_is_said_by_its_sentence():
    reason = Reason("dangling", (("host", "mx.a.be"),))
    assert "mx.a.be has no address" in text(body("a.be", reason))
    (found,) = contradictions([body("a.be", reason)])
    row = contradiction_row(found, 1, NAMES)
    assert (row["says"], row["against"], row["carried"]) == (None, [], None)
    assert row["facts"] == [["host", "mx.a.be"]]


def test_kinds_and_pairs_come_by_their_number_of_bodies():
    less = Reason("contradiction", (("says", "third-mail"), *SAID[1:], ("found", "other-mail")))
    lone = Reason("unsettled", SAID)
    told = text(body("a.be", less), body("b.be", KEPT), body("c.be", KEPT), body("d.be", lone))
    assert (
        told.index("contradiction: 3 bodies")
        < told.index("says Acme Mail")
        < told.index("says Third Mail")
    )
    assert told.index("says Third Mail") < told.index("unsettled: 1 body")
    assert told.index(" b.be ") < told.index(" c.be ")


def test_lines_are_dealt_out_so_that_no_pair_goes_without():
    less = Reason("contradiction", (("says", "third-mail"), *SAID[1:], ("found", "other-mail")))
    many = [body(f"m{n}.be", KEPT) for n in range(9)]
    told = text(*many, body("x.be", less), most=4)
    assert sum("|" in line for line in told.splitlines()) == 4
    assert "x.be" in told
    assert "and 6 more" in told
    assert sum("|" in line for line in text(*many).splitlines()) == 9


def test_a_service_may_be_asked_for_alone():
    bodies = [body("a.be", KEPT), body("b.be", KEPT, service=Service.DNS)]
    assert [each.target.domain for each in contradictions(bodies, Service.DNS)] == ["b.be"]


def test_foreign_text_is_cleaned_and_cut():
    evil = Reason(
        "contradiction", (*SAID[:2], ("value", "\x1b[2J" + "x" * 500), ("found", "other-mail"))
    )
    told = text(body("a.be", evil))
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) < 200


FOUND = """
city.be MX 1 aspmx.l.google.com.
autodiscover.city.be CNAME autodiscover.outlook.com.
"""
UNSETTLED = """
city.be MX 1 mx.nobody-knows.nl.
autodiscover.city.be CNAME mail.city.be.
selector1._domainkey.city.be CNAME selector1-city-be._domainkey.city.onmicrosoft.com.
"""


@pytest.mark.parametrize(
    ("records", "carried"),
    [(FOUND, "against"), (UNSETTLED, "neither")],
    ids=["found", "unsettled"],
)
def test_what_the_core_makes_has_both_sides(registry, criteria, records, carried):
    found = [
        each
        for each in contradictions([judged(records, "city.be", registry, criteria)], Service.EMAIL)
        if each.reason.code in {"contradiction", "unsettled"}
    ]
    assert found
    assert {each.carried for each in found} == {carried}
    assert all(each.fact("says") and each.against and each.against[0].signals for each in found)
