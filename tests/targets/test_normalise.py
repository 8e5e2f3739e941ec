"""What people write for a domain becomes the domain meant, or is refused with the reason."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sovscan.targets import BadName, normalise

LONGEST = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 58, "be"])

MEANT = {
    "plain": ("gent.be", "gent.be"),
    "url": ("https://www.gent.be/over-ons?taal=nl#top", "gent.be"),
    "url without its scheme": ("gent.be/over-ons", "gent.be"),
    "url without its scheme, two slashes in the path": ("www.gent.be//over-ons", "gent.be"),
    "url without its scheme, another url in the query": ("gent.be/?to=https://x.nl", "gent.be"),
    "url of a profile": ("gent.be/@stad", "gent.be"),
    "url with a user": ("https://me:secret@gent.be/", "gent.be"),
    "capitals": ("WWW.Gent.BE", "gent.be"),
    "trailing dot": ("gent.be.", "gent.be"),
    "port": ("gent.be:8443", "gent.be"),
    "url with a port": ("http://gent.be:80/", "gent.be"),
    "spaces around": ("  gent.be\t", "gent.be"),
    "www": ("www.gent.be", "gent.be"),
    "deep": ("post.intra.gent.be", "post.intra.gent.be"),
    "www of a deep name": ("www.intra.gent.be", "intra.gent.be"),
    "www of www": ("www.www.gent.be", "gent.be"),
    "brussels": ("www.stad.brussels", "stad.brussels"),
    "vlaanderen": ("www.stad.vlaanderen", "stad.vlaanderen"),
    "lu": ("www.ville.lu", "ville.lu"),
    "a TLD that nobody lists": ("www.stad.example", "stad.example"),
    "www itself under a TLD that nobody lists": ("www.example", "www.example"),
    "a public suffix": ("gov.uk", "gov.uk"),
    "www under a public suffix": ("www.be", "www.be"),
    "an IDN": ("gemëinde-Käerjeng.lu", "xn--geminde-kerjeng-8kb6i.lu"),
    "an IDN as asked": ("xn--geminde-kerjeng-8kb6i.lu", "xn--geminde-kerjeng-8kb6i.lu"),
    "an IDN in a URL": ("https://www.münchen.de/", "xn--mnchen-3ya.de"),
    "digits": ("1700.be", "1700.be"),
    "longest label": (f"{'a' * 63}.be", f"{'a' * 63}.be"),
    "longest name": (LONGEST, LONGEST),
}

REFUSED = {
    "nothing": ("", "no domain"),
    "only spaces": ("   ", "no domain"),
    "one label": ("gent", "no dot"),
    "only a suffix of one label": ("vlaanderen", "no dot"),
    "IPv4": ("192.0.2.1", "IP address"),
    "IPv4 in a URL": ("http://192.0.2.1:8080/", "IP address"),
    "IPv6": ("2001:db8::1", "IP address"),
    "IPv6 in brackets": ("[2001:db8::1]", "IP address"),
    "IPv6 in a URL": ("https://[2001:db8::1]/", "IP address"),
    "half an IPv4": ("192.0.2", "number"),
    "broken brackets": ("http://[gent.be/", "no domain name"),
    "e-mail": ("info@gent.be", "e-mail"),
    "mailto": ("mailto:info@gent.be", "e-mail"),
    "label of 64": (f"{'a' * 64}.be", "64 characters"),
    "label of 300": (f"{'a' * 300}.be", "300 characters"),
    "name of 254": (f"a{LONGEST}", "64 characters"),
    "name of 254, no label too long": (f"{LONGEST[:-4]}.e.be", "253"),
    "empty label": ("stad..be", "empty label"),
    "leading dot": (".gent.be", "empty label"),
    "underscore": ("_dmarc.gent.be", "'_dmarc'"),
    "hyphen first": ("-gent.be", "'-gent'"),
    "hyphen last": ("gent-.be", "'gent-'"),
    "wildcard": ("*.gent.be", "'*'"),
    "a space inside": ("stad gent.be", "space"),
    "a name that IDNA forbids": ("\u2665\u0301.be", "internationalised"),
    "half a surrogate pair": ("\ud800.be", "internationalised"),
    "a scheme alone": ("https://", "no dot"),
}


@pytest.mark.parametrize(("written", "domain"), MEANT.values(), ids=MEANT)
def test_what_is_written_becomes_the_domain_meant(written, domain):
    assert normalise(written).domain == domain


@pytest.mark.parametrize(("written", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_domain_is_refused_with_the_reason(written, why):
    with pytest.raises(BadName, match=why.replace("*", r"\*")):
        normalise(written)


@pytest.mark.parametrize(
    ("domain", "zone"),
    [
        ("post.intra.gent.be", "gent.be"),
        ("a.b.gov.uk", "b.gov.uk"),
        ("gov.uk", "gov.uk"),
        ("a.b.stad.example", "stad.example"),
        ("stad.github.io", "github.io"),
        ("a.www.ck", "www.ck"),
    ],
)
def test_the_zone_is_the_registrable_domain(domain, zone):
    assert normalise(domain).zone == zone


SCHEMES = ["http://", "https:", "//", "mailto:", "@", ":", "/", "?", "#", "[", "]", "::", "%"]
LABELS = ["www.", "be", "stad", ".", "..", "xn--", "-", "_", "co.uk", "ck", "1", "1.2.3.4"]
UNICODE = ["ü", "。", "ß", "İ", "ﬀ", "℀", "\u0301", "\u200d", "\ud800"]
PIECES = st.sampled_from(SCHEMES + LABELS + UNICODE)
ANY = st.characters(exclude_categories=())
TEXTS = st.one_of(
    st.text(ANY, max_size=40), st.lists(st.one_of(PIECES, ANY), max_size=8).map("".join)
)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
@example("xn--a.be")
@example("//")
@example("\x00.be")
def test_any_text_is_a_name_or_refused_and_a_name_stays_what_it_is(text):
    try:
        name = normalise(text)
    except BadName:
        return
    assert normalise(name.domain) == name
    assert name.domain == name.zone or name.domain.endswith(f".{name.zone}")
    assert len(name.domain) <= 253
