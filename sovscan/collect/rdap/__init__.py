"""RDAP: to whom a registry assigned an address or an AS number (RFC 9082, RFC 9083).

Asked only about what the table of networks cannot place, slowly, and kept: the registries are
there for questions, not for copies of their books.

Why httpx's own transport (httpcore) and not ipwhois. ipwhois can be kept from asking a third
party's DNS (by giving it `asn_data`), but not from the rest: it obeys proxies of the environment,
follows redirects to anything, reads answers of any size without a limit in time, asks for each
contact of an entity (persons, whom we do not want to know), sleeps through a rate limit for two
minutes, reads the system's resolver file for each address, and has no AS numbers at all. What is
left of it, the choice of a registry, is a list that IANA publishes (RFC 9224); what an answer says
takes a page of code (`reading`). At httpcore's level every connection and every read passes
through our hands (`client`): the address really connected to is judged, and one deadline holds
for the whole request.
"""

from sovscan.collect.rdap.asking import RdapAsker
from sovscan.collect.rdap.plan import rdap_questions
from sovscan.collect.rdap.subjects import RDAP

__all__ = ["RDAP", "RdapAsker", "rdap_questions"]
