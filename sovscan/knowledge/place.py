"""Where the datasets are: inside the installed package, or beside it in a checkout; and which of
their policies holds where none is named.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent

DEFAULT_POLICY = "eea-ch"


def default_datasets() -> Path:
    """The datasets that came with this tool."""
    installed = PACKAGE / "datasets"
    return installed if installed.is_dir() else PACKAGE.parent / "datasets"
