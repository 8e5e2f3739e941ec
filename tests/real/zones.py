"""The zones that the authoritative server of these tests serves, and what is in them."""

ADDRESSES = tuple(f"198.51.{100 + number // 200}.{number % 200 + 1}" for number in range(300))
TEXTS = tuple(f"v=verification-{number:02d}; " + "x" * 120 for number in range(40))
NEGATIVE_TTL = 77
"""Seconds for which an absence may be believed: the last field of the SOA (RFC 2308)."""

_HEAD = f"""$TTL 300
@ 600 IN SOA ns hostmaster 1 3600 600 86400 {NEGATIVE_TTL}
@ NS ns
ns A 127.0.0.1
@ A 192.0.2.1
@ MX 10 mx
mx A 192.0.2.25
@ TXT "v=spf1 mx -all"
@ CAA 0 issue "ca.test"
@ HTTPS 1 . alpn=h2
_autodiscover._tcp SRV 0 5 443 mx
www CNAME web
web A 192.0.2.80
web AAAA 2001:db8::80
"""

_BIG = "".join(
    [*(f"many A {address}\n" for address in ADDRESSES), *(f'texts TXT "{t}"\n' for t in TEXTS)]
)

_LOOPS = """itself CNAME itself
ring-a CNAME ring-b
ring-b CNAME ring-c
ring-c CNAME ring-a
away CNAME back.signed.test.
nowhere CNAME gone
"""

_LAME = """lame NS ns.lame
ns.lame A 127.0.0.1
"""

PLAIN, SIGNED, BOGUS = "plain.test", "signed.test", "bogus.test"
REFUSED, LAME = "refused.test", f"lame.{PLAIN}"
"""Zones that the resolver is sent to this server for: one that it does not serve, and one for which
it only names itself as the server (a lame delegation, RFC 8499).
"""

ZONES = {
    PLAIN: _HEAD + _BIG + _LOOPS + _LAME,
    SIGNED: f"{_HEAD}{_BIG}back CNAME away.{PLAIN}.\n",
    BOGUS: _HEAD,
}
SIGNED_ZONES = (SIGNED, BOGUS)
