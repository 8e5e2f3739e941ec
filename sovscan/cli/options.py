"""Options that several commands share. Every flag has an environment variable and a key in
sovscan.toml.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from sovscan.knowledge.place import DEFAULT_POLICY, default_datasets

Command = TypeVar("Command", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """A Click option whose environment variable is SOVSCAN_ and its long name."""
    long = next(name for name in names if name.startswith("--")).partition("/")[0]
    variable = "SOVSCAN_" + long.removeprefix("--").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **settings)


class Day(click.ParamType[date]):
    """A date as 2026-11-23."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or a message that says how to write one."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-11-23", param, ctx)


db_option = option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("sovscan.db"),
    show_default=True,
    help="The database.",
)
datasets_option = option(
    "--datasets",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=default_datasets,
    show_default="those that came with this tool",
    help="Folder of vendors, entities, laws, policies, methodologies and networks.",
)
policy_option = option(
    "--policy",
    default=DEFAULT_POLICY,
    show_default=True,
    help="What counts as European: eu27, eea-ch, europe.",
)
methodology_option = option(
    "--methodology", default="2026-1", show_default=True, help="Weights, bands and floors."
)
scan_option = option(
    "--scan", "scan_id", type=int, help="The scan by its number.  [default: the last]"
)
quiet_option = option("--quiet", "-q", is_flag=True, help="Say nothing where all is well.")
