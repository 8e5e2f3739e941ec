"""Who asked to be left out: a file of domains, a name a line; all below a name is left out too."""

from collections.abc import Iterable

from sovscan.core.model import DomainName
from sovscan.core.names import canonical, suffixes


def read_exclusions(lines: Iterable[str]) -> frozenset[DomainName]:
    """The names of a list; what follows `#` is a comment."""
    names = (line.partition("#")[0].strip().removeprefix("*.") for line in lines)
    return frozenset(canonical(name) for name in names if name)


def is_excluded(name: str, excluded: frozenset[DomainName]) -> bool:
    """Is this name, or one above it, on the list?"""
    return any(each in excluded for each in suffixes(name))
