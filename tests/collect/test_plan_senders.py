"""The SPF tree (RFC 7208): followed as far as a receiver would, and no further."""

import pytest

from sovscan.core.model import Outcome
from sovscan.demo.world import World
from tests.collect.helpers import asked, explore, q
from tests.conftest import target

BODY = target("body.example")
OWN = {"body.example", "_dmarc.body.example", "_mta-sts.body.example", "_smtp._tls.body.example"}


def senders(records: str) -> set[str]:
    _, facts = explore(World(records), BODY)
    return asked(facts, "TXT") - OWN


def test_includes_and_redirects_are_followed():
    assert senders(
        'body.example. TXT "v=spf1 include:a.example redirect=b.example"\n'
        'a.example. TXT "v=spf1 include:c.example -all"\n'
    ) == {"a.example", "b.example", "c.example"}


def test_an_include_in_a_record_of_many_strings_is_followed():
    assert senders('body.example. TXT "v=spf1 inclu" "de:a.example -all"') == {"a.example"}


def test_a_chain_is_followed_for_ten_look_ups():
    chain = 'body.example. TXT "v=spf1 include:s0.example -all"\n' + "".join(
        f's{n}.example. TXT "v=spf1 include:s{n + 1}.example -all"\n' for n in range(20)
    )
    assert senders(chain) == {f"s{n}.example" for n in range(10)}


def test_of_many_includes_the_first_ten_are_followed():
    many = " ".join(f"include:s{n}.example" for n in range(30))
    halves = f'"v=spf1 {many[:200]}" "{many[200:400]}" "{many[400:]} -all"'
    assert senders(f"body.example. TXT {halves}") == {f"s{n}.example" for n in range(10)}


@pytest.mark.parametrize("kind", ["include:", "redirect="])
def test_a_loop_ends(kind):
    loop = f'body.example. TXT "v=spf1 {kind}a.example"\na.example. TXT "v=spf1 {kind}body.example"'
    assert senders(loop) == {"a.example"}


def test_a_record_that_includes_itself_ends():
    itself = 'body.example. TXT "v=spf1 include:body.example include:a.example -all"'
    assert senders(itself) == {"a.example"}  # and it costs no more than itself


@pytest.mark.parametrize(
    "term",
    [
        "exists:%{i}._spf.a.example",
        "include:%{i}.a.example",
        "redirect=%{l}.a.example",
        "a:a.example",
    ],
)
def test_macros_and_terms_about_addresses_are_not_asked_as_text(term):
    assert senders(f'body.example. TXT "v=spf1 {term} -all"') == set()


def test_text_that_is_no_spf_record_is_not_followed():
    assert senders('body.example. TXT "v=spf10 include:a.example"') == set()


def test_an_include_that_does_not_exist_is_kept_as_absent():
    _, facts = explore(World('body.example. TXT "v=spf1 include:gone.example"'), BODY)
    found = facts[q("gone.example", "TXT")]
    assert (found.outcome, found.detail) == (Outcome.ABSENT, "NXDOMAIN")
