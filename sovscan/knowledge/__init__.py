"""The library: reads `datasets/` into core values, reports every fault at once, and places
addresses.
"""

from sovscan.knowledge.load import Shelf, load, read_shelf
from sovscan.knowledge.place import default_datasets

__all__ = ["Shelf", "default_datasets", "load", "read_shelf"]
