"""Talk on stderr: progress on a terminal, silence elsewhere; colour only where it can be seen and
is wanted.
"""

import os
import sys
import time

import click

from sovscan.progress import Observer, Silent


def paint(text: str, colour: str) -> str:
    """Colour for stdout, unless it is a file or NO_COLOR is set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)


def say(text: str, *, quiet: bool = False) -> None:
    """A line of talk."""
    if not quiet:
        click.echo(text, err=True)


def observer(*, quiet: bool) -> Observer:
    """A bar on a terminal, nothing elsewhere."""
    return Silent() if quiet or not sys.stderr.isatty() else Bar()


class Bar:
    """Progress by bodies, on stderr."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("  "), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.description}"),
            console=Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR"))), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None)
        self._begun = time.monotonic()
        self._done = self._failed = 0

    def started(self, bodies: int) -> None:
        """Show the bar."""
        self._progress.update(self._task, total=bodies)
        self._progress.start()

    def finished(self, domain: str, failed: int = 0) -> None:
        """One body further."""
        self._done += 1
        self._failed += failed
        rate = self._done / max(time.monotonic() - self._begun, 0.001)
        lost = f", {self._failed:,} questions failed" if self._failed else ""
        told = f"{rate:,.0f} a second{lost}  {domain}"
        self._progress.update(self._task, advance=1, description=told)

    def ended(self) -> None:
        """Take the bar away."""
        self._progress.stop()
