"""How fast a resolver is asked: the window and the rate, without a network or a clock."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.collect.dns.pace import LEAST, START, Rate, Window


def a_round(window: Window, lost_share: float = 0.0) -> int:
    """One round of questions, of which at most this share is lost; the size of the window after it."""
    size = window.size
    lost = int(size * lost_share)
    for number in range(size):
        window.ended(lost=number < lost)
    return window.size


def grown(most: int = 1000, size: int = 200) -> Window:
    window = Window(most)
    while window.size < size:
        a_round(window)
    return window


def test_a_window_starts_small_and_doubles_every_round():
    window = Window(1000)
    assert window.size == START
    assert [a_round(window) for _ in range(5)] == [32, 64, 128, 256, 512]


def test_a_window_grows_at_the_end_of_a_round_and_not_within():
    window = Window(1000)
    for _ in range(START - 1):
        window.ended(lost=False)
    assert window.size == START
    window.ended(lost=False)
    assert window.size == 2 * START


def test_a_window_never_grows_over_the_most():
    window = Window(100)
    assert [a_round(window) for _ in range(5)] == [32, 64, 100, 100, 100]


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_who_allows_few_gets_few_from_the_start_and_after_trouble(most):
    window = Window(most)
    assert window.size == most
    sizes = {a_round(window, lost) for lost in (1.0, 1.0, 0.0, 0.0, 1.0, 0.0)}
    assert max(sizes) <= most
    assert min(sizes) >= min(LEAST, most)


@pytest.mark.parametrize("share", [0.11, 0.2, 0.5, 1.0])
def test_a_window_is_halved_where_more_than_a_tenth_is_lost(share):
    window = grown()
    size = window.size
    assert a_round(window, share) == size // 2


@pytest.mark.parametrize("share", [0.04, 0.05, 0.1])
def test_a_window_holds_where_something_is_lost_but_little(share):
    window = grown(size=100)
    size = window.size
    assert [a_round(window, share) for _ in range(5)] == [size] * 5


@pytest.mark.parametrize("share", [0.0, 0.02, 0.03])
def test_a_window_grows_where_next_to_nothing_is_lost(share):
    window = grown(size=200)
    size = window.size
    assert a_round(window, share) == min(1000, 2 * size)


def test_after_trouble_a_window_grows_by_a_tenth_a_round():
    window = grown()
    a_round(window, 0.5)
    sizes = [window.size, *(a_round(window) for _ in range(10))]
    assert all(after == before + before // 10 + 1 for before, after in pairwise(sizes))


def test_a_window_never_shrinks_under_the_least_and_recovers_from_there():
    window = grown()
    for _ in range(20):
        a_round(window, 1.0)
    assert window.size == LEAST
    for _ in range(60):
        a_round(window)
    assert window.size == 1000


def test_room_is_what_the_open_questions_leave():
    window = Window(1000)
    window.open = START - 3
    assert window.room == 3


@given(most=st.integers(1, 500), ends=st.lists(st.booleans(), max_size=2000))
def test_a_window_stays_within_its_bounds_whatever_happens(most, ends):
    window = Window(most)
    for lost in ends:
        window.ended(lost=lost)
        assert min(LEAST, most) <= window.size <= most


def test_without_a_rate_the_windows_decide():
    rate = Rate(None)
    rate.spend(10**6)
    assert rate.allowed(0.0) > 10**6


def sent_at(per_second: float, moments: list[float]) -> list[float]:
    """When a sender that always has something to send would send."""
    rate, sent = Rate(per_second), []
    for now in moments:
        allowed = rate.allowed(now)
        rate.spend(allowed)
        sent.extend([now] * allowed)
    return sent


def most_within_a_second(sent: list[float]) -> int:
    first = most = 0
    for last, now in enumerate(sent):
        while sent[first] <= now - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


@given(
    per_second=st.integers(1, 300),
    waits=st.lists(st.floats(0.0, 3.0, allow_nan=False), max_size=60),
    tick=st.sampled_from([0.001, 0.005, 0.05]),
)
def test_a_rate_is_never_exceeded_over_any_second(per_second, waits, tick):
    moments, now = [], 0.0
    for wait in waits:
        now += wait
        moments += [now + tick * step for step in range(40)]
        now = moments[-1]
    assert most_within_a_second(sent_at(per_second, moments)) <= per_second


@pytest.mark.parametrize("per_second", [1, 5, 20, 100, 1000])
def test_a_rate_is_nearly_used_by_who_has_enough_to_ask(per_second):
    sent = sent_at(per_second, [number * 0.005 for number in range(20 * 200)])
    assert 0.85 * 20 * per_second <= len(sent) <= 20 * per_second + 1


def test_a_rate_of_less_than_one_a_second_asks_now_and_then():
    sent = sent_at(0.5, [number * 0.1 for number in range(201)])
    assert 9 <= len(sent) <= 11
    assert all(after - before >= 1.9 for before, after in pairwise(sent))


def test_after_a_silence_a_rate_allows_no_more_than_a_tenth_of_a_second_at_once():
    rate = Rate(200)
    rate.allowed(0.0)
    assert rate.allowed(60.0) == 20
