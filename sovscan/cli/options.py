"""Options that several commands share."""

from pathlib import Path

import click

from sovscan.knowledge.place import default_datasets

datasets_option = click.option(
    "--datasets",
    envvar="SOVSCAN_DATASETS",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=default_datasets,
    show_default="those that came with this tool",
    help="Folder of vendors, entities, laws, policies, methodologies and networks.",
)
