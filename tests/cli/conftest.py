"""The command line as a user types it, over a small world on loopback."""

import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sovscan.cli import COMMANDS, main
from sovscan.demo import stage
from sovscan.demo.world import World
from sovscan.knowledge import load
from sovscan.knowledge.networks import MissingTable

WORLD = """
own.example MX 0 own-example.mail.protection.outlook.com.
own-example.mail.protection.outlook.com A 52.101.73.1
selector1._domainkey.own.example CNAME selector1-own-example._domainkey.own.onmicrosoft.com.
own.example NS ns1.belnet.be.
own.example TXT "v=spf1 include:spf.protection.outlook.com -all"
lux.example MX 5 mta-gw.infomaniak.ch.
lux.example NS ns1.belnet.be.
odd.example MX 10 relay.nobody-knows.example.
odd.example NS ns1.nobody-knows.example.
"""

Run = Callable[..., Result]


@pytest.fixture(scope="session", autouse=True)
def registry_read_once():
    """The commands read the registry anew at every start; a hundred starts in one process need not."""
    cached = cache(lambda folder, placed: load(folder) if placed else load(folder, MissingTable()))
    with pytest.MonkeyPatch.context() as patch:
        for module in {
            *(f"sovscan.cli.{module}" for module, _ in COMMANDS.values()),
            "sovscan.cli.identify",
        }:
            if hasattr(importlib.import_module(module), "load"):
                patch.setattr(
                    f"{module}.load", lambda folder, table=None: cached(folder, table is None)
                )
        yield


@pytest.fixture(autouse=True)
def nobody_outside_is_asked(monkeypatch: pytest.MonkeyPatch):
    """The invented worlds name real addresses: no test looks at their web, asks their name servers
    or a registry.
    """
    monkeypatch.setenv("SOVSCAN_WEB", "0")
    monkeypatch.setenv("SOVSCAN_RDAP", "0")
    monkeypatch.setenv("SOVSCAN_DELEGATION", "0")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `sovscan ...` in an empty folder; stdout and stderr are kept apart."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, **settings: object) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], **settings)

    return invoke


@pytest.fixture(scope="session")
def resolver():
    """A resolver on loopback that knows three bodies, one zone that fails, and nothing else."""
    with stage(World(WORLD, ["broken.example"])) as (address, port):
        yield f"{address}:{port}"


@pytest.fixture
def scanned(run: Run, resolver: str) -> Path:
    """A database with one scan of three bodies."""
    result = run(
        "scan", "own.example", "lux.example", "odd.example", "--resolver", resolver, "--quiet"
    )
    assert result.exit_code == 0, result.output
    return Path("sovscan.db")
