"""The words of a look at a delegation: its question, its bounds, and what is said of a server."""

from sovscan.collect.dns.servers import DNS_PORT

DELEGATION = "DELEGATION"
"""The type of the question: does the parent name the servers that the zone names, and do those
answer for it?
"""

PORT = DNS_PORT

MAX_SERVERS = 16
MAX_PARENTS = 4
"""Hosts of a zone that are asked, and of its parent; of the parent one answer is enough."""

ROUNDS = 2
"""Tries at an address: one, and one more where that was in vain."""
PATIENCE = 3.0
BUDGET = 10.0
"""Seconds for a try, and for a whole look from its first try on."""

LONGEST = 60.0
"""Seconds after which a look ends even where it still waits for its first turn."""

CROWD = 8
"""Questions open at one address: the servers of a top-level domain are those of many bodies."""
MOST_OPEN = 256
"""Questions open in all, each with a socket of its own."""
LOOKS = 100

QUIET = 2 * CROWD
QUIET_FOR = 30.0
"""An address that was silent so many times in a row (twice all that may be open there at a time)
is not asked for so long (s), and counts as silent.
"""
HOPELESS = 24
"""Looks in which nobody answered, and there was no other: the way to all of them is closed here."""

MAX_NAMED = 64
"""Servers kept of what a parent names."""

AUTHORITATIVE, LAME, REFUSED, FAILED = "authoritative", "lame", "refused", "failed"
SILENT, NO_ADDRESS = "silent", "no-address"

CUT = "CUT"
PARTLY = "PARTLY"
"""The detail of a look in which nothing was learnt of some servers: their addresses were not
observed, may not be contacted, or cannot be reached from here. Nothing is said of those.
"""
TIMEOUT = "TIMEOUT"
NOT_DIRECT = "NOT-DIRECT"
"""The detail where answers came, but none that only a server itself would give: somebody on the way
may have answered in their stead.
"""
EXCLUDED, FORBIDDEN, UNPLACED = "EXCLUDED", "FORBIDDEN-ADDRESS", "NO-ADDRESS"
NOT_A_NAME = "NOT-A-NAME"
