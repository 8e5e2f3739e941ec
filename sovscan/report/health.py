"""What became of a scan's questions, in a line or two."""

from collections.abc import Iterator, Mapping
from typing import Any


def health_text(health: Mapping[str, Any]) -> Iterator[str]:
    """One line for the questions; one more each for failures and for what was not believed.
    `health` is the row of counts that a scan keeps.
    """
    failures = health["failures"]
    yield (
        f"{health['questions']:,} questions · {health['retries']:,} tried again"
        f" · {health['streams']:,} by TCP or TLS · {sum(failures.values()):,} failed"
    )
    if failures:
        yield f"  failed: {_listed(failures)}; whose fault: {_listed(health['faults'])}"
    if health["dropped"]:
        yield f"  not believed: {_listed(health['dropped'])}"


def _listed(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {kind}" for kind, count in ordered)
