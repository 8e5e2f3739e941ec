"""Which bodies a scan is about: domains, a list, or the lists that come with the tool."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sovscan.cli import console
from sovscan.core.model import Target
from sovscan.errors import DataError, UsageError
from sovscan.targets import Listing, from_arguments, read_list, select
from sovscan.targets.book import choose, read_book


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user named on the command line."""

    domains: tuple[str, ...]
    targets: str | None
    country: str | None
    level: str | None
    skip_invalid: bool


def codes(text: str | None, *, upper: bool = False) -> tuple[str, ...]:
    """The parts of a comma list."""
    parts = (part.strip() for part in (text or "").split(","))
    return tuple(part.upper() if upper else part for part in parts if part)


def chosen(wanted: Wanted, datasets: Path, *, quiet: bool) -> list[Target]:
    """The targets to scan. Raises UsageError or DataError where that is not clear."""
    countries, levels = codes(wanted.country, upper=True), codes(wanted.level)
    if wanted.domains or wanted.targets:
        listing = _told(_gather(wanted), skip_invalid=wanted.skip_invalid, quiet=quiet)
        found = select(listing.targets, countries, levels)
        if not found:
            raise UsageError(
                "no body of the list is of that country and level",
                "The list needs columns country and level.",
            )
        return found
    if not (countries or levels):
        raise UsageError(
            "nothing to scan",
            "Give a domain, --targets FILE, or --country and --level of the lists that come with"
            " the tool (sovscan targets list).",
        )
    bodies = choose(read_book(datasets / "targets"), countries, levels)
    by_domain: dict[str, Target] = {}
    for target in (body.target() for body in bodies):
        by_domain.setdefault(target.domain, target)
    return list(by_domain.values())


def _gather(wanted: Wanted) -> Listing:
    if wanted.domains and wanted.targets:
        raise UsageError("give domains or --targets, not both", "Put the domains into the list.")
    if wanted.targets is None:
        return from_arguments(wanted.domains)
    if wanted.targets == "-":
        return read_list("stdin", sys.stdin.buffer.read())
    try:
        return read_list(wanted.targets, Path(wanted.targets).read_bytes())
    except OSError as error:
        raise UsageError(
            f"{wanted.targets}: {error.strerror}", "Check the path of --targets."
        ) from error


def _told(listing: Listing, *, skip_invalid: bool, quiet: bool) -> Listing:
    """Refuse a list with bad rows, or say what is left out of it."""
    if listing.faults and not (skip_invalid and listing.targets):
        rows = f"the {len(listing.faults)} rows" if len(listing.faults) > 1 else "it"
        hint = f"Nothing was scanned. Mend {rows}" + (
            ", or pass --skip-invalid to leave them out." if listing.targets else "."
        )
        raise DataError(listing.faults, hint)
    for fault in listing.faults:
        console.say(f"left out  {fault}", quiet=quiet)
    if listing.merged:
        console.say(f"{listing.merged} rows named a domain again and were merged", quiet=quiet)
    return listing
