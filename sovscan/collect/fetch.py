"""Fetches a published file over HTTP, bounded in size, hops and time. Not for scanned servers."""

from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from sovscan import __version__
from sovscan.errors import SovscanError

MOST_BYTES = 256 * 1024 * 1024
MOST_HOPS = 5
PATIENCE = httpx.Timeout(60, connect=15)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it came, and the day on which its server says it was made, if it says so."""

    path: Path
    made_on: date | None


def fetch(url: str, folder: Path, most: int = MOST_BYTES) -> Fetched:
    """Write what the URL holds to a file of the same name. Raises SovscanError where it cannot."""
    path = folder / (url.rpartition("/")[2] or "feed")
    client = httpx.Client(
        follow_redirects=True,
        max_redirects=MOST_HOPS,
        timeout=PATIENCE,
        headers={"user-agent": f"sovscan/{__version__}"},
    )
    try:
        with client, client.stream("GET", url) as answer, path.open("wb") as out:
            answer.raise_for_status()
            size = 0
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > most:
                    raise SovscanError(f"{url} is larger than {most:,} bytes", hint="Use --file.")
                out.write(chunk)
            return Fetched(path, _day(answer.headers.get("last-modified")))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise SovscanError(
            f"{url} cannot be fetched ({told})", hint="Fetch it another way and use --file."
        ) from error


def _day(header: str | None) -> date | None:
    try:
        return parsedate_to_datetime(header).date() if header else None
    except ValueError:
        return None
