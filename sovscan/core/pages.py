"""Readings of the pages of a body's web names (docs/why-we-ask.md: which facts of a page are kept).
Nothing here judges.
"""

from sovscan.core.facts import Facts, answers
from sovscan.core.model import DomainName, Question, Signal, Target
from sovscan.core.names import within

WEB_TYPES = ("WEB-HTTPS", "WEB-HTTP")
HEADER = "header "
LOCATION = "location "
PARKED = "parked "
MAIL_DOMAIN = "mail-domain "
"""Questions beside the DNS, and how the facts of a page begin that are read here."""
MOST_MAIL_DOMAINS = 3
"""Domains of published addresses that are asked about."""


def web_names(domain: str) -> tuple[DomainName, ...]:
    """The names under which a body's web site is looked for, the usual front first."""
    return DomainName(f"www.{domain}"), DomainName(domain)


def header_signals(facts: Facts, host: str) -> tuple[Signal, ...]:
    """The response headers of a host's page, as `name: value` in lower case; HTTPS before HTTP."""
    for rtype in WEB_TYPES:
        lines = _page_facts(facts, host, rtype, HEADER)
        if lines:
            question = Question(DomainName(host), rtype)
            return tuple(
                [Signal("http-header", line.lower(), question.name, question) for line in lines]
            )
    return ()


def page_facts(facts: Facts, host: str, key: str) -> tuple[str, ...]:
    """The values of one kind of fact of a host's page; that of HTTPS, where it answered."""
    rtype = next((each for each in WEB_TYPES if answers(facts, host, each)), WEB_TYPES[0])
    return _page_facts(facts, host, rtype, key)


def _page_facts(facts: Facts, host: str, rtype: str, key: str) -> tuple[str, ...]:
    texts = answers(facts, host, rtype)
    return tuple([text.removeprefix(key) for text in texts if text.startswith(key)])


def mail_domains(facts: Facts, target: Target) -> tuple[DomainName, ...]:
    """Other domains at which a body may receive mail: the one that its list names, then those of
    the addresses that its pages publish.
    """
    published = (
        DomainName(name)
        for host in web_names(target.domain)
        for name in page_facts(facts, host, MAIL_DOMAIN)
    )
    found = dict.fromkeys((*filter(None, (target.mail_domain,)), *published))
    others = [name for name in found if not within(name, target.zone)]
    return tuple(others[:MOST_MAIL_DOMAINS])
