"""Groups as rows and on a terminal: named, counted, cut to a width, and clean."""

import pytest

from sovscan.core.nature import Nature
from sovscan.core.sharing import Cluster, Sharing, View
from sovscan.report.groups import COLUMNS, WHY, WHY_OF_TEXT, cluster_rows, groups_text

BODIES = tuple(f"b{n}.be" for n in range(5))


def cluster(**changes: object) -> Cluster:
    usual = {
        "view": View.MX, "nature": Nature.PROVIDER, "because": "provider-names-it",
        "values": ("mx1.x.nl", "mx2.x.nl"), "members": BODIES, "population": None, "populated": 0,
        "countries": (("BE", 5),), "vendors": (("ovhcloud", 9),), "domains": (("x.nl", 9),),
    }  # fmt: skip
    return Cluster(**{**usual, **changes})


def sharing(*clusters: Cluster) -> Sharing:
    return Sharing(clusters, 20, dict.fromkeys(View, 15))


@pytest.fixture
def text(registry, criteria):
    return lambda *clusters, most=None: groups_text(sharing(*clusters), registry, criteria, most)


def test_a_row_has_the_columns_in_their_order(registry, criteria):
    (row,) = cluster_rows(sharing(cluster(public_body="belnet")), 7, registry, criteria)
    assert tuple(row) == COLUMNS
    assert (row["bodies"], row["seen"], row["scan"], row["kind"]) == (5, 15, 7, "provider")
    assert (row["public_body"], row["public_body_name"]) == (
        "belnet",
        registry.entities["belnet"].name,
    )
    (vendor,) = row["vendors"]
    assert (vendor["name"], vendor["controller"], vendor["bodies"]) == ("OVHcloud", "ovhcloud", 9)


def test_the_table_says_whose_it_is_and_how_many_are_not_named(text):
    told = text(cluster())
    assert "MX host: 1 group; 15 of 20 bodies show one" in told
    assert "mx1.x.nl +1" in told
    assert "OVHcloud (ovhcloud, FR)" in told
    assert "a provider's host; 9 bodies at x.nl" in told
    assert "b0.be, b1.be, b2.be +2" in told
    assert "people" not in told


def test_people_are_shown_where_they_are_known_and_marked_where_not_of_all(text):
    told = text(
        cluster(population=12345, populated=3), cluster(population=7, populated=5), cluster()
    )
    assert [line.split()[1] for line in told.splitlines()[3:]] == ["12,345+", "7", "?"]


def test_nobody_is_called_unknown(text):
    assert " unknown " in text(cluster(vendors=(), because="no-rule", nature=Nature.UNKNOWN))


def test_each_view_has_its_table_and_what_is_not_shown_is_counted(text):
    told = text(*(cluster() for _ in range(3)), cluster(view=View.NS, domains=()), most=2)
    assert "\nand 1 more" in told
    assert told.index("MX host") < told.index("set of name servers")
    assert "SPF text" not in told


def test_an_spf_text_is_shown_without_its_version_and_said_of_a_text(text):
    told = text(
        cluster(view=View.SPF, values=("v=spf1 include:x.nl -all",), because="no-rule", domains=())
    )
    assert " include:x.nl -all " in told
    assert WHY_OF_TEXT["no-rule"] in told


def test_foreign_text_is_cleaned_and_cut(text):
    told = text(cluster(values=("\x1b[2J" + "x" * 500,), members=("b\u202e.be", *BODIES)))
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert max(map(len, told.splitlines())) < 190


@pytest.mark.parametrize("because", WHY)
def test_every_reason_has_words(text, because):
    shown = text(cluster(because=because, owner="b0.be", public_body="belnet", domains=()))
    assert "{" not in shown


def test_the_words_are_those_of_the_core():
    import ast

    from tests.conftest import ROOT

    codes = set()
    for name in ("nature.py", "sharing.py"):
        for node in ast.walk(ast.parse((ROOT / "sovscan" / "core" / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Verdict":
                codes |= {
                    each.value
                    for each in ast.walk(node.args[1])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    assert codes == set(WHY)
    assert set(WHY_OF_TEXT) < set(WHY)
