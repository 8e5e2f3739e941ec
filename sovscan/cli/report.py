"""`sovscan report`: the overview page."""

from pathlib import Path

import click

from sovscan.cli import console
from sovscan.cli.options import datasets_option, db_option, scan_option
from sovscan.cli.show import make_view
from sovscan.errors import StoreError
from sovscan.knowledge import load
from sovscan.knowledge.networks import read_about
from sovscan.report.html import overview_page
from sovscan.report.view import Overview


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
)
@click.option("--open", "open_it", is_flag=True, help="Open the page in your browser.")
@scan_option
@db_option
@datasets_option
def report(output: Path, open_it: bool, scan_id: int | None, db: Path, datasets: Path) -> None:
    """Write the overview page of a scan. It opens from disk and loads nothing from anywhere."""
    path = write_page(output, make_view(db, scan_id, load(datasets)), datasets)
    console.say(f"Wrote {path}")
    if open_it:
        click.launch(str(path))


def write_page(folder: Path, view: Overview, datasets: Path, note: str = "") -> Path:
    """Write the overview page, and put it in place at once, whole."""
    about = read_about(datasets / "networks")
    page = overview_page(view, attribution=about.attribution if about else "", note=note)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / "index.html.part"
        fresh.write_text(page, encoding="utf-8")
        return fresh.replace(folder / "index.html")
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}", "Choose another folder with -o.") from error
