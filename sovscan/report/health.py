"""What became of a scan's questions, in a line or two."""

from collections.abc import Iterator, Mapping
from typing import Protocol


class Counted(Protocol):
    """The counts of an engine."""

    @property
    def questions(self) -> int:
        """How many were asked."""

    @property
    def retries(self) -> int:
        """Tries beyond the first."""

    @property
    def streams(self) -> int:
        """Tries by TCP or TLS."""

    @property
    def failures(self) -> Mapping[str, int]:
        """Questions without an answer, by kind."""

    @property
    def faults(self) -> Mapping[str, int]:
        """The same by whose fault it was."""

    @property
    def dropped(self) -> Mapping[str, int]:
        """What came and was not believed, by reason."""


def health_text(health: Counted) -> Iterator[str]:
    """One line for the questions; one more each for failures and for what was not believed."""
    yield (
        f"{health.questions:,} questions · {health.retries:,} tried again"
        f" · {health.streams:,} by TCP or TLS · {sum(health.failures.values()):,} failed"
    )
    if health.failures:
        kinds = _listed(health.failures)
        yield f"  failed: {kinds}; whose fault: {_listed(health.faults)}"
    if health.dropped:
        yield f"  not believed: {_listed(health.dropped)}"


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {kind}" for kind, count in ordered)
