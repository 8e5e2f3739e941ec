"""The front door: Click lives here and nowhere else, and no logic does."""

import errno
import importlib
import sys
from typing import Any

import click

from sovscan import __version__
from sovscan.cli import exits
from sovscan.cli.config import FILE, defaults
from sovscan.errors import DataError, LockedError, SovscanError, UsageError

COMMANDS = {
    "scan": ("scan", "Ask the DNS about bodies, judge and store what came back."),
    "assess": ("assess", "Judge stored facts again, offline."),
    "explain": ("explain", "Follow one claim from fact to rule to owner to law to points."),
    "export": ("export", "Write findings, scores or observations as CSV, NDJSON or JSON."),
    "report": ("report", "Write the overview page of a database."),
    "demo": ("demo", "Scan a small fictional country on this machine, and show the result."),
    "replay": ("replay", "Serve a recorded world on loopback, to be scanned again."),
    "doctor": ("doctor", "Say what works here: resolver, transports, data ages, clock."),
    "vendors": ("vendors", "The registry of vendors: list, show, check, identify, export."),
    "targets": ("targets", "Lists of public bodies that come with the tool: list, check."),
    "unmatched": ("unmatched", "What no rule knew, by the number of bodies."),
    "contradictions": ("contradictions", "What the signals say against each other, both sides."),
    "groups": ("groups", "Bodies that share a mail host, name servers, an account or an SPF text."),
    "networks": ("networks", "The table of networks: status, update."),
}
"""Each command with the module that holds it and its help: modules load only when their command
runs."""


class LazyGroup(click.Group):
    """Loads a command's module when it is called, so that `--help` is quick; turns errors into
    messages and codes.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, loaded now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sovscan.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours becomes its message, its hint and its exit code."""
        try:
            ctx.default_map = defaults(_parameters(self, ctx))
            return super().invoke(ctx)
        except SovscanError as error:
            click.echo(f"sovscan: {error.message}", err=True)
            if error.hint:
                click.echo(error.hint, err=True)
            ctx.exit(exit_code(error))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader of our output has gone; Click ends quietly
            click.echo(f"sovscan: {error.strerror or error}", err=True)
            ctx.exit(exits.FAILED)
        except KeyboardInterrupt:
            click.echo("sovscan: interrupted; a scan goes on with --resume", err=True)
            ctx.exit(exits.INTERRUPTED)


def _parameters(group: click.Group, ctx: click.Context) -> dict[str, set[str]]:
    """The parameters of each command, where there is a configuration file that may name them."""
    if not FILE.is_file():
        return {}
    commands = {name: group.get_command(ctx, name) for name in group.list_commands(ctx)}
    return {
        name: {parameter.name for parameter in command.params if parameter.name}
        for name, command in commands.items()
        if command is not None
    }


def exit_code(error: SovscanError) -> int:
    """What a cron job is told of an error."""
    if isinstance(error, UsageError | DataError):
        return exits.WRONG_USE
    return exits.LOCKED if isinstance(error, LockedError) else exits.FAILED


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="sovscan")
def main() -> None:
    """On whom do public bodies depend for e-mail, hosting, DNS and CDN, and who can reach those?

    \b
      sovscan demo                                 a fictional country, on this machine, in seconds
      sovscan scan gent.be luxembourg.lu           ask about two bodies
      sovscan scan --targets bodies.csv            ask about a list
      sovscan explain gent.be email                follow one claim to its sources

    Every flag has an environment variable (SOVSCAN_ and its name) and a key in sovscan.toml.
    Results go to stdout, talk to stderr. Exit codes: 0 done, 1 the tool failed, 2 wrong use or bad
    data, 3 threshold missed, 4 too little seen, 5 another scan holds the lock, 130 interrupted.
    """


if __name__ == "__main__":
    sys.exit(main())
