"""The recorded world: served on loopback by its own server, scanned through the pipeline, and read
once more as plain records, beside the tool and without its code.
"""

import csv
import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.core.model import Outcome, Target
from sovscan.pipeline import Judge
from sovscan.report.formats.rows import shape
from sovscan.targets import read_list

from bench.accuracy_model import Row

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "replay"
NAME = "benelux-dev"
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NAMED = re.compile(r"(?:include:|redirect=|exists:|a:|mx:)([^\s/]+)", re.IGNORECASE)
_FOLLOWED = re.compile(r"(?:include:|redirect=)([^\s/]+)", re.IGNORECASE)
SELECTORS = ("selector1", "selector2", "google")


class Recording:
    """The files of a recorded world."""

    def __init__(self, folder: Path = FOLDER, name: str = NAME) -> None:
        self.folder, self.name = folder, name

    @property
    def files(self) -> tuple[Path, ...]:
        """Records, targets, labels."""
        ends = ("jsonl.gz", "targets.csv", "truth.csv")
        return tuple(self.folder / f"{self.name}.{end}" for end in ends)

    @property
    def is_here(self) -> bool:
        """Are all of them there?"""
        scripts = (self.folder / "serve.py", self.folder / "score.py")
        return all(path.is_file() for path in (*self.files, *scripts))

    @property
    def digests(self) -> tuple[tuple[str, str], ...]:
        """Each file and the start of its SHA-256."""
        digest = hashlib.sha256
        return tuple((p.name, digest(p.read_bytes()).hexdigest()[:16]) for p in self.files)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The bodies, as the tool reads their list."""
        return read_list(self.name, self.files[1].read_bytes()).targets

    @property
    def labels(self) -> tuple[dict[str, str], ...]:
        """The rows of the table of labels."""
        with self.files[2].open(encoding="utf-8", newline="") as lines:
            return tuple(csv.DictReader(lines))

    @cached_property
    def records(self) -> dict[tuple[str, str], list[str]]:
        """Record data by name and type, in lower case but for TXT."""
        with gzip.open(self.files[0], "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return {(row["name"].lower().rstrip("."), row["type"]): row["data"] for row in rows}

    def get(self, name: str, rtype: str) -> list[str]:
        """The data of a name and type; TXT as one text each."""
        found = self.records.get((name.lower(), rtype), [])
        if rtype == "TXT":
            return ["".join(_PIECE.findall(text)) for text in found]
        return [text.lower().rstrip(".") for text in found]

    def exchangers(self, domain: str) -> list[tuple[int, str]]:
        """Preference and host of each MX record."""
        pairs = (text.split() for text in self.get(domain, "MX"))
        return sorted({(int(preference), host) for preference, host in pairs})

    def spf(self, domain: str) -> str:
        """The domain's first SPF record, or nothing."""
        return next((t for t in self.get(domain, "TXT") if t.lower().startswith("v=spf1")), "")

    def path_to(self, domain: str, value: str) -> tuple[str, ...]:
        """The names on the way from a domain's SPF record to the one that names `value`."""
        ways: list[tuple[str, ...]] = [(domain,)]
        met = {domain}
        for way in ways:
            text = self.spf(way[-1])
            if value in {name.lower().rstrip(".") for name in _NAMED.findall(text)}:
                return (*way, value)
            for name in (each.lower().rstrip(".") for each in _FOLLOWED.findall(text)):
                if name not in met:
                    met.add(name)
                    ways.append((*way, name))
        return ()

    def scan(self, judge: Judge) -> list[Row]:
        """What `sovscan export findings` says of every body of this world."""
        with TemporaryDirectory(prefix="sovscan-accuracy-") as temporary, self._served() as server:
            path = Path(temporary) / "accuracy.db"
            scan = pipeline.scan(self.targets, Engine((server,)), [], judge, path)
            with pipeline.reading(path) as reader:
                seen = (fact for each in reader.sightings(scan) for fact in each.facts.values())
                failed = sum(fact.outcome is Outcome.FAILED for fact in seen)
                if failed:
                    sys.exit(f"{failed} questions failed: try again on a quieter machine")
                return list(shape("findings", reader.rows("findings", scan)))

    @contextmanager
    def _served(self) -> Iterator[Server]:
        command = [sys.executable, str(self.folder / "serve.py"), str(self.files[0])]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                address, _, port = server.stdout.readline().split()[1].partition(":")
                yield Server(address, int(port))
            finally:
                server.terminate()
