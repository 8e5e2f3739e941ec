"""The one clock, and how a moment is written. Who needs the time is handed a clock; the core never
asks.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def today() -> date:
    """The day, in UTC."""
    return utc_now().date()


def stamp(moment: datetime) -> str:
    """A moment in UTC, ISO 8601, to the second: as in 2026-11-23T02:10:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def days_ago(days: float) -> str:
    """The moment so many days ago, written as `stamp` does."""
    return stamp(utc_now() - timedelta(days=days))
