"""What no other test held still of the score, and of the values: each kills a mutation that survived a sample."""

from dataclasses import is_dataclass
from importlib import import_module
from pkgutil import iter_modules

import pytest

from sovscan.core import attribute as package
from sovscan.core.model import Attribution, Finding, Role, Service
from tests.core.test_score import AMERICAN, GIANT, HOME, email, hosting, judge, party, single


def test_every_value_is_frozen_and_has_slots():
    names = [module.name for module in iter_modules(package.__path__)]
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    values = {v for m in modules for v in vars(m).values() if isinstance(v, type)}
    for value in filter(is_dataclass, values):
        assert value.__dataclass_params__.frozen, value
        assert "__slots__" in vars(value), value


def test_exposure_is_weighed_by_service():
    found = judge(email(HOME, HOME), hosting(GIANT))
    assert found.exposure == pytest.approx(100 * 30 / 65, abs=1e-3)


def test_numbers_keep_six_decimals_and_percentages_four():
    third = tuple(party(Role.AUTHORITATIVE, v, 1 / 3) for v in (GIANT, HOME, AMERICAN))
    found = judge(Attribution(Service.DNS, Finding.ATTRIBUTED, third))
    assert (found.value, found.low, found.high) == (33.3333, 33.3333, 33.3333)
    assert found.services[0].dependency == 0.333333


def test_a_service_of_which_too_little_is_known_has_no_dependency():
    (only,) = judge(email(None, GIANT)).services
    assert (only.dependency, only.low, only.coverage) == (None, 0.3, 0.3)


def test_who_holds_no_part_of_a_service_makes_it_no_less_critical():
    edges = (party(Role.EDGE, GIANT), party(Role.EDGE, AMERICAN, 0.0))
    assert judge(Attribution(Service.CDN, Finding.ATTRIBUTED, edges)).services[0].critical
    assert judge(single(Service.CDN, Role.EDGE, GIANT)).services[0].critical
