"""What can go wrong that a user can mend. Each error says what happened, where, and what to do."""

from collections.abc import Iterable


class SovscanError(Exception):
    """Base of all errors shown to a user: a message, and a hint that says what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SovscanError):
    """Wrong use: an option, an argument or a combination that cannot work (exit 2)."""


class DataError(SovscanError):
    """Bad data in a file of the user or of the registry, every fault at once (exit 2)."""

    def __init__(self, faults: Iterable[str], hint: str = "") -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults), hint)


class StoreError(SovscanError):
    """The database cannot be opened, read or written (exit 1)."""


class LockedError(SovscanError):
    """Another scan holds the lock of this database (exit 5)."""
