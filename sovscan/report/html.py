"""The overview as one HTML page: no script, nothing loaded, everything foreign escaped."""

import base64
import hashlib
from importlib import resources

from jinja2 import Environment, StrictUndefined

from sovscan import __version__
from sovscan.core.group import Pool
from sovscan.core.model import Finding
from sovscan.report.say import cell_text, clean, voice
from sovscan.report.view import Cell, Overview, tally_text


def overview_page(view: Overview, *, attribution: str, note: str = "") -> str:
    """The page. `note` stands on top of it, as for a fictional country; `attribution` thanks the
    table's sources.
    """
    speaker = voice()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(clean=clean, points=_points, percent=_percent)
    style = _resource("overview.css")
    return environment.from_string(_resource("overview.html")).render(
        view=view,
        group=view.group,
        note=note,
        attribution=attribution,
        version=__version__,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        word=speaker.word,
        bar=bar,
        tallies=lambda service: [
            (speaker.word("words", name), n, kind)
            for name, n, kind in tally_text(view.group, service)
        ],
        cell=lambda cell: clean(cell_text(cell, speaker)),
        kind=kind,
    )


def bar(pool: Pool) -> dict[str, float]:
    """A bar's parts in percent of its width: known reliance, and what may be reliance, since it is
    unknown.
    """
    return {
        "low": round(pool.low, 2),
        "open": round(pool.high - pool.low, 2),
        "mark": round(max((pool.value or 0.0) - 0.25, 0.0), 2),
    }


def kind(cell: Cell) -> str:
    """The class of a cell: known, open, or none."""
    if cell.finding is Finding.NO_SERVICE:
        return "none"
    return "known" if cell.finding in {Finding.ATTRIBUTED, Finding.OWN} else "open"


def _points(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f}"


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"


def _resource(name: str) -> str:
    return resources.files("sovscan.report").joinpath("templates", name).read_text(encoding="utf-8")
