"""From an answer to facts: headers, redirects, certificates, and how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.collect.web.certificates import Handshake, covers, distinguished
from sovscan.collect.web.fields import kept_headers
from sovscan.collect.web.headers import header_field, onward, path_within, status_line
from sovscan.collect.web.hosts import host_name, host_referred_to, resolved
from sovscan.collect.web.reading import Answer, observe
from sovscan.collect.web.terms import HTTPS, MAX_ANSWERS, MAX_TEXT
from sovscan.collect.web.text import steady
from sovscan.core.model import Outcome
from tests.collect.web.servers import HOST, values, web
from tests.conftest import MADE

URL = f"https://{HOST}/"
LEAF = {
    "Issuer": 'C = BE, O = "Town, and \\"Sons\\"", CN = R11',
    "X509v3 Subject Alternative Name": f"DNS:{HOST}, DNS:*.{HOST}, IP Address:1.2.3.4, DNS:evil\x1b.be",
    "Expire date": "Dec  2 23:36:45 2026 GMT",
}


def facts(answer: Answer) -> tuple[str, ...]:
    found = observe(web(kind=HTTPS), answer, MADE)
    assert found.outcome is Outcome.SEEN
    return found.answers


def with_headers(*headers: tuple[str, str], status: int = 200) -> tuple[str, ...]:
    return facts(Answer(URL, status, headers))


def test_a_header_is_kept_with_its_value_by_its_name_or_not_at_all():
    headers = (
        ("server", "nginx/1.22.1"),
        ("x-edge-id", "8a1b2c3d4e5f-AMS"),
        ("x-cdn", "Edge"),
        ("x-node", "A1B2C3D4-9f8e7d6c5b"),
        ("date", "Mon, 23 Nov 2026"),
        ("set-cookie", "session=geheim; path=/"),
        ("set-cookie", "lb_1234567=geheim"),
        ("server-timing", 'edge; desc="1732_geheim"'),
    )
    kept = kept_headers(
        ["x-edge-id:", "x-cdn: edge", "x-cdn:", "set-cookie: session=", "x-node: a1b2c3d4"]
    )
    found = observe(web(), Answer(URL, 200, headers), MADE, kept)
    assert values(found, "header") == [
        "server-timing: edge",
        "server: nginx/1.22.1",
        "set-cookie: lb_*=",
        "set-cookie: session=",
        "x-cdn: Edge",
        "x-edge-id:",
        "x-node: A1B2C3D4-*",
    ]
    assert values(observe(web(), Answer(URL, 200, headers[1:5]), MADE), "header") == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (
            "Apache/2.4.52 (Ubuntu) OpenSSL/1.1.1k PHP/8.1.27",
            "Apache/2.4.52 (Ubuntu) OpenSSL/1.1.1k PHP/8.1.27",
        ),
        ("1.1 3f9a8b7c6d5e4f3a.edge.example (Edge)", "1.1 *.edge.example (Edge)"),
        ("EDGE-DE1-1047", "EDGE-DE1-*"),
        ("fly/1a2b3c4d (2026-11-01)", "fly/* (*-11-01)"),
        ("Microsoft-IIS/10.0", "Microsoft-IIS/10.0"),
        ("ObjectStore3", "ObjectStore3"),
        ("cache-bru12345-BRU", "cache-bru*-BRU"),
        ("x QnVpbGRpbmdzQXJlRnVu7", "x *"),
    ],
)
def test_what_looks_drawn_for_one_answer_is_left_out_of_a_value(value, kept):
    assert steady(value) == kept


def test_an_example_of_every_header_rule_would_be_kept(registry):
    rules = [
        rule
        for vendor in registry.vendors.values()
        for rule in vendor.fingerprints
        if rule.signal == "http-header"
    ]
    kept = kept_headers(line for rule in rules for line in (*rule.prefix, *rule.exact))
    for rule in rules:
        beginnings = (*rule.prefix, *rule.exact)
        for example in rule.examples:
            name, _, value = example.partition(": ")
            answer = Answer(URL, 200, ((name, value),))
            [line] = values(observe(web(), answer, MADE, kept), "header")
            assert line.startswith(beginnings), f"{rule}: {example} is kept as {line}"


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("/nl/", "/nl/"),
        ("home?x=1#y", "/home?x=1"),
        (URL, "/"),
        (f"https://{HOST.upper()}:443/a", "/a"),
        (f"http://{HOST}/", None),
        (f"https://{HOST}:8443/", None),
        ("https://www.else.example/", None),
        ('/é "<', "/%C3%A9%20%22%3C"),
        ("/a%20b?c=[d]", "/a%20b?c=[d]"),
        ("/a\r\nX: y", "/aX:%20y"),
        ("//127.0.0.1/", None),
        ("https://[::1/", None),
        ("https://a:b@[x]:99999/", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
    ],
)
def test_a_redirect_stays_with_the_host_or_leaves_it(reference, path):
    assert path_within(URL, reference) == path


@pytest.mark.parametrize(
    ("reference", "location", "next_one"),
    [
        ("https://www.City.be/a?session=1#x", ["https://www.city.be/"], ("https", "www.city.be")),
        ("http://www.city.be", ["http://www.city.be/"], ("http", "www.city.be")),
        ("https://www.city.be:8443/", ["https://www.city.be:8443/"], None),
        ("http://169.254.169.254/latest", ["http://169.254.169.254/"], None),
        ("http://2130706433/", ["http://2130706433/"], None),
        ("http://0x7f.1/", ["http://0x7f.1/"], None),
        ("http://localhost/", ["http://localhost/"], None),
        ("ftp://city.be/", [], None),
    ],
)
def test_where_a_redirect_leaves_to_is_kept_and_followed_only_where_it_may(
    reference, location, next_one
):
    found = observe(web(kind=HTTPS), Answer(URL, 302, (("location", reference),)), MADE)
    assert values(found, "location") == location
    assert onward(found.answers) == next_one


def test_the_page_of_a_redirect_is_not_read():
    answer = Answer(
        URL, 301, (("location", "https://www.city.be/"),), b"<title>Welcome to nginx!</title>"
    )
    assert facts(answer) == ("location https://www.city.be/", "status 301")


def test_a_handshake_and_its_chain_are_read():
    above = {"Issuer": "C = BE, CN = Root"}
    assert facts(Answer(URL, 200, (), b"", Handshake("TLSv1.3", "h2", 0, (LEAF, above)))) == (
        "alpn h2",
        "certificate-chain CN=Root,C=BE",
        "certificate-ends 2026-12-02",
        'certificate-issuer CN=R11,O="Town, and \\092"Sons\\092"",C=BE',
        f"certificate-name *.{HOST}",
        f"certificate-name {HOST}",
        "status 200",
        "tls TLSv1.3",
    )


@pytest.mark.parametrize(
    ("code", "fault"), [(10, "EXPIRED"), (18, "SELF-SIGNED"), (20, "UNTRUSTED"), (77, "INVALID-77")]
)
def test_a_certificate_at_fault_is_a_fact(code, fault):
    found = observe(
        web(kind=HTTPS), Answer(URL, 200, (), b"", Handshake("", "", code, (LEAF,))), MADE
    )
    assert values(found, "certificate-fault") == [fault]


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        ("a.be", "a.be", True),
        ("*.a.be", "www.a.be", True),
        ("*.a.be", "a.be", False),
        ("*.a.be", "x.www.a.be", False),
        ("a.be", "www.a.be", False),
    ],
)
def test_a_star_in_a_certificate_is_one_label(name, host, covered):
    assert covers(name, host) is covered


def test_no_more_is_kept_than_the_bounds():
    names = ", ".join(f"DNS:n{n}.be" for n in range(5000))
    chain = (LEAF | {"X509v3 Subject Alternative Name": names, "Issuer": "CN = " + "x" * 100_000},)
    page = b"".join(b"<img src=//h%d.example>" % n for n in range(2000))
    found = facts(
        Answer(
            URL,
            200,
            tuple(("server", f"s{n}a") for n in range(500)),
            page,
            Handshake("", "", 0, chain),
        )
    )
    assert len(found) == MAX_ANSWERS
    assert max(map(len, found)) <= MAX_TEXT
    assert (
        observe(
            web(), Answer(URL, 200, tuple(("server", f"s{n}a") for n in range(500))), MADE
        ).detail
        == "CUT"
    )


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1]",
        "::1",
        "localhost",
        "a",
        "a..be",
        "-",
        "a b.be",
        "a.be\x00",
        "a/b.be",
        "a@b.be",
        "x" * 64 + ".be",
        "a." * 130 + "be",
        "ⓛocalhost",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
        "a.0",
        "%31.be",
    ],
)
def test_what_is_no_name_of_a_host_is_none(name):
    assert host_name(name) is None


TEXT = st.text(alphabet=st.characters(), max_size=80)


@given(TEXT, TEXT)
def test_no_reference_raises(reference, more):
    for text in (
        reference,
        "//" + reference,
        "https://" + reference + more,
        reference + "://" + more,
    ):
        resolved(URL, text)
        path_within(URL, text)
        host_referred_to(text)
        found = observe(web(), Answer(URL, 301, (("location", text), ("server", more))), MADE)
        onward(found.answers)
        assert all(each.isprintable() for each in found.answers)


@given(TEXT)
def test_no_line_and_no_name_raises(text):
    status_line(text)
    status_line("HTTP/1.1 " + text)
    header_field(text)
    distinguished(text)
    leaf = dict.fromkeys(LEAF, text)
    facts(Answer(URL, 200, (), b"", Handshake(text, text, 1, (leaf, leaf))))
