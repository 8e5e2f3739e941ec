"""The resolvers in use, told to the user and recorded with the scan."""

from dataclasses import dataclass

from sovscan.collect import Server
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.resolver import ResolverRunner, who_runs


@dataclass(frozen=True, slots=True)
class InUse:
    """A resolver and who runs it."""

    server: Server
    runner: ResolverRunner

    def row(self) -> dict[str, str | None]:
        """What is stored with a scan."""
        return {
            "address": str(self.server),
            "operator": self.runner.operator,
            "country": self.runner.country,
        }

    def text(self) -> str:
        """For a line of talk."""
        if self.runner.operator is None:
            return f"{self.server} (from its address nobody can tell who runs it)"
        country = f", {self.runner.country}" if self.runner.country else ""
        return f"{self.server} (run by {self.runner.operator}{country})"


def in_use(server: Server, knowledge: Knowledge, criteria: Criteria) -> InUse:
    """A server with who runs it."""
    return InUse(server, who_runs(server.address, knowledge, criteria))
