"""How a resolver is named, and what is refused."""

import pytest

from sovscan.collect import Server, parse_server
from sovscan.errors import UsageError


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("127.0.0.1", Server("127.0.0.1", 53)),
        (" 127.0.0.1 ", Server("127.0.0.1", 53)),
        ("127.0.0.1:5300", Server("127.0.0.1", 5300)),
        ("127.0.0.1:65535", Server("127.0.0.1", 65535)),
        ("::1", Server("::1", 53)),
        ("[::1]", Server("::1", 53)),
        ("[::1]:5300", Server("::1", 5300)),
        ("fe80::1%eth0", Server("fe80::1%eth0", 53)),
    ],
)
def test_a_resolver_is_an_address_and_maybe_a_port(text, server):
    assert parse_server(text) == server


@pytest.mark.parametrize(
    "text",
    [
        "",
        "resolver.example",
        "dns.example:53",
        "1.2.3",
        "1.2.3.4.5",
        "::1]:53:",
        "http://127.0.0.1",
        ":53",
    ],
)
def test_what_is_no_address_is_refused_and_named(text):
    with pytest.raises(UsageError, match="no IP address") as error:
        parse_server(text)
    assert repr(text) in error.value.message
    assert "127.0.0.1:5300" in error.value.hint


@pytest.mark.parametrize(
    "port", ["0", "65536", "-1", "dns", "5 3", "\u00b2", "\u0665\u0663", "9" * 5000]
)
def test_what_is_no_port_is_refused(port):
    with pytest.raises(UsageError, match="no port"):
        parse_server(f"127.0.0.1:{port}")


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:5300", "::1", "[::1]:5300"])
def test_a_server_is_read_as_it_is_written(text):
    server = parse_server(text)
    assert parse_server(str(server)) == server
