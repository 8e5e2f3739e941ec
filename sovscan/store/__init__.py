"""The cellar: one SQLite file that keeps facts for ever, and the conclusions drawn from them with
their basis.
"""

from sovscan.store.database import open_store
from sovscan.store.read import Reader
from sovscan.store.write import Writer

__all__ = ["Reader", "Writer", "open_store"]
