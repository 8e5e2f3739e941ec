"""The public suffix list that came with the package: never fetched, and without private suffixes,
since bodies are known by list.
"""

from functools import cache

import tldextract


@cache
def _list() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=False
    )


def registrable(name: str) -> str:
    """The registrable domain of a name; empty where it has none (a public suffix, an unlisted
    TLD).
    """
    found = _list()(name)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else ""


def is_public_suffix(name: str) -> bool:
    """Is this name itself a suffix under which anybody may register?"""
    found = _list()(name)
    return bool(found.suffix) and not found.domain
