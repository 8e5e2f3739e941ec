"""One run of the measure: scan the recorded world, run the constructed ones, draw the sample."""

import csv
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sovscan import pipeline
from sovscan.core.context import Knowledge
from sovscan.pipeline import Judge

from bench.accuracy_model import Claim, Label, Row
from bench.accuracy_plain import Difference, Reading, differences, plain_reading
from bench.accuracy_recorded import Recording
from bench.accuracy_sample import Drawn, draw, read_verdicts, with_verdicts
from bench.accuracy_sources import Known, Measured, golden, hooked, truth_labels
from bench.common import knowledge, progress

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
BY_HAND = ROOT / "bench" / "checked-by-hand.csv"


@dataclass(frozen=True, slots=True)
class Run:
    """All that the pages are written from. `beyond`: findings outside the sample that carry a
    verdict; `census`: every mailbox of which no label speaks.
    """

    known: Known
    recording: Recording
    recorded: Measured
    constructed: tuple[Measured, ...]
    differences: tuple[Difference, ...]
    plain: dict[str, Reading]
    sample: tuple[Drawn, ...]
    beyond: tuple[Drawn, ...]
    census: tuple[Drawn, ...]
    second_opinion: dict[str, object]


def measure(recording: Recording) -> Run:
    """Scan, read, draw."""
    registry = knowledge()
    day = registry_day(registry)
    known = Known(registry, pipeline.usual_criteria(registry, day))
    progress("scanning the recorded world")
    rows = recording.scan(Judge(registry, known.criteria))
    claims = tuple(known.claim(row) for row in rows)
    labels = truth_labels(recording.labels, known)
    recorded = Measured("recorded world", len(recording.targets), labels, claims)
    progress("running the golden cases")
    constructed = (golden(CASES, known), *hooked(known))
    mail = tuple(claim for claim in claims if claim.service == "email")
    plain: dict[str, Reading] = {
        body.domain: plain_reading(
            body.zone, recording.exchangers(body.domain), known.mailbox_vendor
        )
        for body in recording.targets
    }
    with BY_HAND.open(encoding="utf-8", newline="") as lines:
        verdicts = read_verdicts(csv.DictReader(lines))
    drawn = draw(mail)
    outside = tuple(claim for claim in mail if claim not in set(drawn))
    beyond = tuple(each for each in with_verdicts(outside, verdicts) if each.verdict)
    return Run(
        known,
        recording,
        recorded,
        constructed,
        differences(plain, _by_subject(mail)),
        plain,
        with_verdicts(drawn, verdicts),
        beyond,
        with_verdicts(_without_label(mail, labels), verdicts),
        second_opinion(recording, rows),
    )


def registry_day(registry: Knowledge) -> date:
    """The newest day on which a fact of the registry was checked: its date, and that of the owners
    that are read.
    """
    rules = (rule.checked for vendor in registry.vendors.values() for rule in vendor.fingerprints)
    return max(*rules, *(entity.checked for entity in registry.entities.values()))


def second_opinion(recording: Recording, rows: Iterable[Row]) -> dict[str, object]:
    """What the recording's own score.py says of the same findings."""
    with TemporaryDirectory(prefix="sovscan-accuracy-") as temporary:
        path = Path(temporary) / "findings.ndjson"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        script = recording.folder / "score.py"
        command = [sys.executable, str(script), str(path), str(recording.files[2])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, object] = json.loads(done.stdout)
    return told


def _without_label(mail: Iterable[Claim], labels: Iterable[Label]) -> tuple[Claim, ...]:
    """The mailboxes of which no label speaks."""
    spoken = {label.key for label in labels}
    return tuple(each for each in mail if each.role == "mailbox" and each.key not in spoken)


def _by_subject(claims: Iterable[Claim]) -> dict[str, tuple[Claim, ...]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.subject].append(claim)
    return {subject: tuple(held) for subject, held in found.items()}
