"""The built wheel in a clean environment: what a stranger gets from `pip install`."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


def clean() -> dict[str, str]:
    """The environment without this checkout and without our own settings."""
    return {
        k: v for k, v in os.environ.items() if not k.startswith(("SOVSCAN_", "PYTHONPATH", "COV_"))
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT],
        check=True,
        env=clean(),
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bin_folder(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-q", wheel], check=True, env=clean())
    return folder / "bin"


def test_the_wheel_carries_the_datasets_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "vendors/microsoft-365.toml",
        "networks/table.xz",
        "networks/about.toml",
        "policies/eea-ch.toml",
        "methodology/2026-1.toml",
        "LICENSE",
    ):
        assert f"sovscan/datasets/{part}" in names
    assert len([name for name in names if "/datasets/vendors/" in name]) == len(
        list((ROOT / "datasets" / "vendors").glob("*.toml"))
    )
    assert not [name for name in names if name.startswith("tests")]


def test_the_demo_runs_from_the_wheel(bin_folder, tmp_path):
    done = subprocess.run(
        [bin_folder / "sovscan", "demo"],
        cwd=tmp_path,
        env=clean(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Reliance on non-European big tech" in done.stdout
    assert "Fictional" in done.stderr
    assert (tmp_path / "sovscan-demo" / "index.html").is_file()
    told = [
        bin_folder / "sovscan",
        "explain",
        "kasteelbeek.example",
        "email",
        "--db",
        "sovscan-demo/demo.db",
    ]
    explained = subprocess.run(
        told, cwd=tmp_path, env=clean(), capture_output=True, text=True, check=True
    )
    assert "side by side" in explained.stdout


def test_the_registry_of_the_wheel_is_sound(bin_folder, tmp_path):
    subprocess.run(
        [bin_folder / "sovscan", "vendors", "check"], cwd=tmp_path, env=clean(), check=True
    )
