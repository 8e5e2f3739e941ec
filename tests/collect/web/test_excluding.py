"""Who asked to be left out is left out, with all that is below."""

import pytest

from sovscan.collect.web import is_excluded, read_exclusions

LIST = ["# asked on 2026-11-23", "", "Town.be.", " *.city.be  # and all below", "\n"]


@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("town.be", True),
        ("www.town.be", True),
        ("city.be", True),
        ("a.b.city.be", True),
        ("mytown.be", False),
        ("be", False),
        ("", False),
    ],
)
def test_a_name_is_left_out_with_all_below_it_and_nothing_beside_it(name, excluded):
    assert is_excluded(name, read_exclusions(LIST)) is excluded


def test_a_list_of_nobody_leaves_out_nobody():
    assert read_exclusions(["# nobody", ""]) == frozenset()
