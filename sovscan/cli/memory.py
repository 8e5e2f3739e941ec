"""What the process does with what it has loaded."""

import gc


def keep_what_is_loaded() -> None:
    """The registry stays for as long as the command runs: the collector need not look at it again
    and again (a quarter of a scan's CPU).
    """
    gc.freeze()
