"""How a long job tells what it does, without knowing who listens."""

from typing import Protocol


class Observer(Protocol):
    """Hears of a scan's progress. Counts only ever grow."""

    def started(self, bodies: int) -> None:
        """The job begins; `bodies` is how many it will look at."""

    def finished(self, domain: str, failed: int = 0) -> None:
        """One body is done; so many questions about it failed."""

    def ended(self) -> None:
        """The job is over, by success, failure or interruption."""


class Silent:
    """The observer of cron jobs and tests."""

    def started(self, bodies: int) -> None:
        """Say nothing."""

    def finished(self, domain: str, failed: int = 0) -> None:
        """Say nothing."""

    def ended(self) -> None:
        """Say nothing."""
