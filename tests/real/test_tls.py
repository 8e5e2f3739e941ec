"""DNS over TLS (RFC 7858) at a real resolver: with its proof of identity, or not at all."""

from dataclasses import replace

import pytest

from sovscan.collect import Engine, Server
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.helpers import q
from tests.real.zones import ADDRESSES, BOGUS, PLAIN, SIGNED

QUESTIONS = [q(PLAIN, "MX"), q(SIGNED, "MX"), q(f"many.{PLAIN}", "A"), q(f"gone.{PLAIN}", "A")]


def ask(server: Server, **how) -> tuple[Engine, dict[str, Observation]]:
    engine = Engine((server,), **how)
    found = engine.ask(QUESTIONS)
    assert len(found) == len(QUESTIONS)
    return engine, {each.question.name: each for each in found}


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("name", ["resolver.test", ""], ids=["by-name", "by-address"])
def test_a_resolver_that_proves_who_it_is_is_asked_over_tls(resolver, name):
    engine, found = ask(replace(resolver.tls, name=name))
    assert found[PLAIN].answers == (f"10 mx.{PLAIN}",)
    assert found[SIGNED].provenance.validated
    assert set(found[f"many.{PLAIN}"].answers) == set(ADDRESSES)
    assert found[f"gone.{PLAIN}"].outcome is Outcome.ABSENT
    assert {each.provenance.transport for each in found.values()} == {"tls"}
    assert engine.health.streams == len(QUESTIONS)


@pytest.mark.usefixtures("trusted")
def test_a_failure_over_tls_is_a_failure(resolver):
    (found,) = Engine((resolver.tls,)).ask([q(BOGUS, "A")])
    assert (found.outcome, found.detail, found.fault) == (
        Outcome.FAILED,
        "SERVFAIL",
        Fault.ZONE,
    )


@pytest.mark.usefixtures("trusted")
def test_a_wrong_name_is_not_asked(resolver):
    check_that_nothing_was_claimed(replace(resolver.tls, name="other.test"))


def test_an_unknown_authority_is_not_believed(resolver):
    check_that_nothing_was_claimed(resolver.tls)


@pytest.mark.usefixtures("trusted")
def test_a_resolver_that_does_not_speak_tls_is_not_asked_in_the_clear(resolver):
    check_that_nothing_was_claimed(replace(resolver.plain, tls=True, name="resolver.test"))


def check_that_nothing_was_claimed(server: Server) -> None:
    _, found = ask(server, attempts=2, patience=(0.25,))
    for each in found.values():
        assert (each.outcome, each.answers) == (Outcome.FAILED, ())
        assert each.fault is Fault.NETWORK
        assert each.provenance.transport == "tls"
