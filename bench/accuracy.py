"""How often the classification is right, on labelled data. Writes docs/accuracy.md and
docs/accuracy-sample.md; the same data give the same bytes.

`python -m bench.accuracy`, from the root of the project; half a minute, no network. Without the
recorded world (`../shared/replay`) nothing is written. What somebody found by hand stands in
bench/checked-by-hand.csv; `--template` prints the rows that still want a verdict.
"""

import argparse
import csv
import sys
from collections.abc import Iterable

from bench.accuracy_chapters import sample_page, written
from bench.accuracy_recorded import Recording
from bench.accuracy_run import ROOT, measure
from bench.accuracy_sample import COLUMNS, Drawn, name_of, said
from bench.common import progress

PAGE, SAMPLE = ROOT / "docs" / "accuracy.md", ROOT / "docs" / "accuracy-sample.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--template", action="store_true")
    asked = parser.parse_args()
    recording = Recording()
    if not recording.is_here:
        sys.exit(
            f"SKIPPED: no recorded world at ../shared/{recording.folder.name}: nothing written"
        )
    run = measure(recording)
    if asked.template:
        _template((*run.sample, *run.census))
        return
    PAGE.write_text(written(run), encoding="utf-8")
    SAMPLE.write_text(sample_page(run), encoding="utf-8")
    progress(f"wrote {PAGE.relative_to(ROOT)} and {SAMPLE.relative_to(ROOT)}")


def _template(wanted: Iterable[Drawn]) -> None:
    left = (each.claim for each in wanted if each.verdict is None or each.is_stale)
    rows = sorted({(*name_of(claim), said(claim), "", "") for claim in left})
    csv.writer(sys.stdout, lineterminator="\n").writerows((COLUMNS, *rows))


if __name__ == "__main__":
    main()
