"""A certificate authority of the tests' own, and what it certified."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.processes import LOOPBACK, program

CERTIFIED_NAME = "resolver.test"


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority, a certificate for `CERTIFIED_NAME` and loopback, and its key."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Fresh ones, good for a day. Skips the test where there is no openssl to make them."""
    openssl = program("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed: apt-get install openssl (or tests/real/install.sh)")
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    made = Certificates(authority, folder / "resolver.pem", folder / "resolver.key")
    usual = [openssl, "req", "-x509", "-nodes", "-days", "1", "-newkey", "ec"]
    usual += ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
    signing = ["-subj", "/CN=sovscan tests", "-addext", "keyUsage=keyCertSign"]
    signed = ["-subj", f"/CN={CERTIFIED_NAME}", "-CA", str(authority), "-CAkey", str(authority_key)]
    signed += ["-addext", "basicConstraints=critical,CA:FALSE"]
    signed += ["-addext", f"subjectAltName=DNS:{CERTIFIED_NAME},IP:{LOOPBACK}"]
    commands = [
        [*usual, *signing, "-keyout", str(authority_key), "-out", str(authority)],
        [*usual, *signed, "-keyout", str(made.key), "-out", str(made.certificate)],
    ]
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return made
