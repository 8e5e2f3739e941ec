"""Hostile answers: a few hundred here, ten thousand by `python -m tests.collect.web.hostile`."""

import time

import pytest

from tests.collect.web.hostile import drawn, memory, open_files, run


@pytest.mark.slow
def test_hostile_answers_end_in_time_and_leave_nothing_behind():
    run(range(20))
    files = open_files()
    ended, _ = run(range(1000, 1160))
    assert ended.total() == 160
    assert len(ended) > 3  # many kinds of end, or nothing was tested
    assert comes_down_to(files)


@pytest.mark.slow
def test_thousands_of_hostile_answers_do_not_grow_the_process():
    run(range(400))
    before, files = memory(), open_files()
    ended, _ = run(range(3000))
    assert ended.total() == 3000
    assert memory() - before < 60_000  # KiB
    assert comes_down_to(files)


def comes_down_to(files: int) -> bool:
    """Are no more files open than before, once the servers have let go of theirs?"""
    for _ in range(40):
        if open_files() <= files:
            return True
        time.sleep(0.05)
    return False


def test_the_same_seed_draws_the_same_answer():
    assert list(drawn(7)) == list(drawn(7)) != list(drawn(8))
