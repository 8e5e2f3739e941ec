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
CERTIFICATE_NAME = "certificate-name "
MAIL_DOMAIN = "mail-domain "
"""Questions beside the DNS, and how the facts of a page begin that are read here."""
MOST_MAIL_DOMAINS = 3
"""Domains of published addresses that are asked about."""


def web_names(domain: str) -> tuple[DomainName, ...]:
    """The names under which a body's web site is looked for, the usual front first."""
    return DomainName(f"www.{domain}"), DomainName(domain)


def header_signals(facts: Facts, host: str) -> tuple[Signal, ...]:
    """The response headers of a host's page, as `name: value` in lower case."""
    rtype, lines = _page(facts, host, HEADER)
    if not lines:
        return ()
    question = Question(DomainName(host), rtype)
    return tuple([Signal("http-header", line.lower(), question.name, question) for line in lines])


def certificate_signals(facts: Facts, host: str) -> tuple[Signal, ...]:
    """The names that the certificate of a host's page is for; of a wildcard, what follows it."""
    rtype, names = _page(facts, host, CERTIFICATE_NAME)
    question = Question(DomainName(host), rtype)
    return tuple(
        [Signal("certificate-name", n.removeprefix("*."), question.name, question) for n in names]
    )


def page_facts(facts: Facts, host: str, key: str) -> tuple[str, ...]:
    """The values of one kind of fact of a host's page."""
    return _page(facts, host, key)[1]


def _page(facts: Facts, host: str, key: str) -> tuple[str, tuple[str, ...]]:
    """By HTTPS, where that answered, else by HTTP."""
    for rtype in WEB_TYPES:
        texts = answers(facts, host, rtype)
        if texts:
            return rtype, tuple([t.removeprefix(key) for t in texts if t.startswith(key)])
    return "", ()


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
