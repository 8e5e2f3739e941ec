"""Does a resolver answer at all, and by which transport? For the doctor; no fact comes of it."""

import dns.exception
import dns.message
import dns.query

from sovscan.collect.dns.servers import Server

TIMEOUT = 2.0


def answers_by_tcp(server: Server) -> tuple[bool, str, str]:
    """Whether the server takes a question over TCP, which long answers need (RFC 7766)."""
    query = dns.message.make_query(".", "NS")
    try:
        dns.query.tcp(query, server.address, timeout=TIMEOUT, port=server.port)
    except (OSError, EOFError, dns.exception.DNSException) as error:
        return False, "tcp", f"{server} does not answer over TCP: {error or type(error).__name__}"
    return True, "tcp", f"{server} answers"
