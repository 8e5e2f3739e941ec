"""The port between a survey and whatever asks its questions."""

from collections.abc import Iterator
from typing import Protocol

from sovscan.collect.survey import Survey, Surveyed


class Resolver(Protocol):
    """Questions in, observations out.

    An engine takes questions from the survey, asks them in any order and at its own pace, hands
    every observation
    back (a failure is an observation, too), and yields each body as soon as nothing more is wanted
    of it.
    """

    def run(self, survey: Survey) -> Iterator[Surveyed]:
        """Ask until the survey is finished. Never raises for what the network does."""
