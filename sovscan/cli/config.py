"""sovscan.toml: defaults for flags, below the environment and above the built-in ones."""

import tomllib
from pathlib import Path
from typing import Any

from sovscan.errors import UsageError

FILE = Path("sovscan.toml")


def defaults(commands: dict[str, set[str]]) -> dict[str, dict[str, Any]]:
    """The default map of each command: keys at the top hold for every command that knows them,
    tables for one.

    `commands` gives the parameters of each command; an unknown key is an error that names the file.
    """
    if not FILE.is_file():
        return {}
    try:
        table = tomllib.loads(FILE.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{FILE}  is no TOML file: {error}", "Mend it, or move it away."
        ) from error
    general = {_key(key): value for key, value in table.items() if not isinstance(value, dict)}
    _refuse_unknown(general, set().union(*commands.values()), "")
    found: dict[str, dict[str, Any]] = {}
    for command, known in commands.items():
        own = {_key(key): value for key, value in table.get(command, {}).items()}
        _refuse_unknown(own, known, f"[{command}] ")
        found[command] = {key: value for key, value in {**general, **own}.items() if key in known}
    return found


def _refuse_unknown(keys: dict[str, Any], known: set[str], where: str) -> None:
    for key in keys:
        if key not in known:
            raise UsageError(
                f"{FILE}  {where}{key!r} is no option",
                "Use the long names of the flags, as in `resolver`.",
            )


def _key(key: str) -> str:
    return key.replace("-", "_")
