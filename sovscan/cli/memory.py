"""What the process does with what it has loaded."""

import gc

SELDOM = (50_000, 20, 100)


def keep_what_is_loaded() -> None:
    """The registry stays for as long as the command runs: the collector need not look at it again
    and again (a quarter of a scan's CPU). What comes after is frozen values that hold no loops, so
    that it may look seldom.
    """
    gc.freeze()
    gc.set_threshold(*SELDOM)
