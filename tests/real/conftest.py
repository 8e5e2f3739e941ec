"""Real servers for a session of tests; without the packages the tests are skipped, loudly."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sovscan.collect import Server
from sovscan.collect.dns import stream
from tests.real.certificates import Certificates, make_certificates
from tests.real.processes import program
from tests.real.software import Resolver, knot, unbound

PACKAGES = {"unbound": "unbound", "knotd": "knot", "openssl": "openssl"}
"""Programs, and the Debian packages that hold them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting servers and waiting for lost packets takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@contextmanager
def _folder() -> Iterator[Path]:
    """A short path: the name of Knot's control socket has room for 107 octets."""
    with TemporaryDirectory(prefix="sovscan-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def certificates() -> Iterator[Certificates]:
    with _folder() as folder:
        yield make_certificates(folder)


@pytest.fixture(scope="session")
def authoritative() -> Iterator[Server]:
    missing = sorted(package for name, package in PACKAGES.items() if program(name) is None)
    if missing:
        pytest.skip(
            f"real DNS servers are not installed: apt-get install {' '.join(missing)} "
            "(or sh tests/real/install.sh)"
        )
    with _folder() as folder, knot(folder) as server:
        yield server


@pytest.fixture(scope="session")
def resolver(authoritative: Server, certificates: Certificates) -> Iterator[Resolver]:
    with _folder() as folder, unbound(folder, authoritative, certificates) as place:
        yield place


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine trusts the tests' certificate authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    stream._tls_context.cache_clear()
    yield
    stream._tls_context.cache_clear()
