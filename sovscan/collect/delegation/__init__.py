"""The delegation of a zone: whom its parent names as its servers, and which of those that it names
itself answer for it.

The recursive resolver hides both: it asks whoever answers, and forgets whom the parent named. So
this room asks the servers themselves, a few questions a zone.
"""

from sovscan.collect.delegation.asking import DelegationAsker
from sovscan.collect.delegation.plan import delegation_questions
from sovscan.collect.delegation.terms import DELEGATION

__all__ = ["DELEGATION", "DelegationAsker", "delegation_questions"]
