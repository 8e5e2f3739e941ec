"""The address book: lists of bodies, in any usual form, to targets."""

from sovscan.targets.lists import Listing, from_arguments, read_list, select
from sovscan.targets.normalise import BadName, normalise

__all__ = ["BadName", "Listing", "from_arguments", "normalise", "read_list", "select"]
