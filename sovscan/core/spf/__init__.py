"""Sender Policy Framework (RFC 7208) read as facts: who may send, by which names, and what cannot
be seen.

No sender's address is at hand, so nothing is evaluated: the whole tree of includes and redirects is
read, and limits are counted as for a sender whom no term matches.
"""

from sovscan.core.spf.record import (
    Mention,
    Node,
    Record,
    denies_all,
    records,
    terms,
)
from sovscan.core.spf.tree import LOOKUP_LIMIT, STATES, VOID_LIMIT, Tree, read
from sovscan.core.spf.word import Term

__all__ = [
    "LOOKUP_LIMIT",
    "STATES",
    "VOID_LIMIT",
    "Mention",
    "Node",
    "Record",
    "Term",
    "Tree",
    "denies_all",
    "read",
    "records",
    "terms",
]
