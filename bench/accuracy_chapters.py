"""The chapters of docs/accuracy.md and docs/accuracy-sample.md, from one run."""

from collections.abc import Sequence

from sovscan import __version__

from bench import accuracy_page as page
from bench.accuracy_model import Scored, score
from bench.accuracy_plain import WORDS
from bench.accuracy_run import Run
from bench.accuracy_sample import SEED, SIZE, Drawn, said
from bench.accuracy_shown import beyond_table, sample_table
from bench.accuracy_sources import Measured
from bench.accuracy_text import ATTRIBUTION, TEXTS


def written(run: Run) -> str:
    """docs/accuracy.md."""
    scored = score(run.recorded.labels, run.recorded.claims)
    made = tuple((each, score(each.labels, each.claims)) for each in run.constructed)
    lines = [*_opening(run), *_recorded(run, scored), *_plain(run)]
    lines += [*_by_hand(run), *_constructed(made), TEXTS["limits"], "", ATTRIBUTION]
    return "\n".join(lines).rstrip() + "\n"


def sample_page(run: Run) -> str:
    """docs/accuracy-sample.md."""
    networks = run.known.knowledge.networks
    lines = [TEXTS["sample"].format(size=SIZE, seed=SEED), ""]
    lines += sample_table(run.sample, run.recording, networks)
    if run.beyond:
        lines += [TEXTS["beyond"].format(count=len(run.beyond)), ""]
        lines += beyond_table(run.beyond)
    return "\n".join([*lines, ATTRIBUTION]).rstrip() + "\n"


def _opening(run: Run) -> list[str]:
    registry, about = run.known.knowledge, run.known.criteria
    rules = sum(len(vendor.fingerprints) for vendor in registry.vendors.values())
    size = f"{len(registry.vendors)} vendors, {rules} rules, {len(registry.entities)} entities"
    rows = [
        ("command", "`python -m bench.accuracy`"),
        ("tool", f"sovscan {__version__}, policy {about.policy.id}"),
        ("registry", f"of {about.on}: {size}; SHA-256 {registry.digest[:16]}…"),
        ("table of networks", f"SHA-256 {registry.networks.name[:16]}…"),
        *((name, f"SHA-256 {digest}…") for name, digest in run.recording.digests),
    ]
    for each in (run.recorded, *run.constructed):
        told = f"{each.subjects} domains, {len(each.labels)} labels, {len(each.claims)} findings"
        rows.append((each.name, told))
    return [TEXTS["opening"], "", *page.table(("what", "which"), rows)]


def _recorded(run: Run, scored: Scored) -> list[str]:
    return [
        TEXTS["recorded"], "",
        *page.sources([(run.recorded, scored)]),
        "### What the words of confidence turned out to mean", "",
        *page.by_confidence(scored.claims),
        "### By service, role, class and confidence", "",
        *page.by_class(scored.claims),
        "### Found of what the labels name", "",
        *page.recall(scored.named),
        "### Labels that say `unknown`", "", page.nobody(scored), "",
        "### Wrong or missed", "",
        *page.confusion(scored),
        TEXTS["second"], "", f"`{_opinion(run.second_opinion)}`", "",
        TEXTS["unlabelled"], "",
        *page.unlabelled(run.recorded.claims, run.recorded.labels),
    ]  # fmt: skip


def _opinion(told: dict[str, object]) -> str:
    counts = (f"{key} {value}" for key, value in told.items() if key != "wrong")
    wrong = told["wrong"]
    assert isinstance(wrong, list)
    return ", ".join((*counts, f"wrong {len(wrong)}"))


def _plain(run: Run) -> list[str]:
    boxes = [label for label in run.recorded.labels if label.role == "mailbox"]
    named = {label.subject: label for label in boxes if not label.is_nobody}
    wanted = {domain: "/".join(sorted(label.names)) for domain, label in named.items()}
    above = {vendor for reading in run.plain.values() for vendor in reading - WORDS}
    chains = {vendor: run.known.names(vendor, None) for vendor in above}
    found = sum(
        any(label.names & chains.get(vendor, frozenset()) for vendor in run.plain[domain])
        for domain, label in named.items()
    )
    said = {label.subject: "unknown" for label in boxes if label.is_nobody} | wanted
    told = TEXTS["plain"].format(
        found=found, labels=len(named), bodies=len(run.plain), differing=len(run.differences)
    )
    return [told, "", *page.differing(run.differences, said)]


def _by_hand(run: Run) -> list[str]:
    fresh = [each for each in run.sample if each.verdict and not each.is_stale]
    stale = sum(each.is_stale for each in run.sample)
    left = len(run.sample) - len(fresh) - stale
    counts = f"changed since they were checked: {stale}; not checked yet: {left}."
    return [
        TEXTS["by hand"].format(size=len(run.sample)), "",
        f"Drawn: {len(run.sample)}; with a verdict: {len(fresh)}; {counts}", "",
        *page.verdicts(run.sample),
        *_census(run),
        "### Found doubtful or wrong by hand", "",
        *_odd(run),
    ]  # fmt: skip


def _census(run: Run) -> list[str]:
    """The verdicts on every mailbox of which no label speaks."""
    judged = sum(each.verdict is not None and not each.is_stale for each in run.census)
    told = f"Such findings: {len(run.census)}; with a verdict that still holds: {judged}."
    return [TEXTS["census"], "", told, "", *page.verdicts(run.census)]


def _odd(run: Run) -> list[str]:
    odd = [each for each in (*run.sample, *run.beyond) if _is_odd(each)]
    if not odd:
        return ["None.", ""]
    rows = sorted(
        (
            e.claim.subject,
            e.claim.role or "none",
            said(e.claim),
            e.verdict.verdict,
            e.verdict.reason,
        )
        for e in odd
        if e.verdict is not None
    )
    return page.table(("domain", "role", "finding", "verdict", "why"), rows)


def _is_odd(each: Drawn) -> bool:
    return each.verdict is not None and not each.is_stale and each.verdict.verdict != "right"


def _constructed(made: Sequence[tuple[Measured, Scored]]) -> list[str]:
    lines = [TEXTS["constructed"], "", *page.sources(made)]
    for each, scored in made:
        lines += [
            f"### {each.name}: by service, role, class and confidence", "",
            *page.by_class(scored.claims),
            f"### {each.name}: found of what is expected", "",
            *page.recall(scored.named),
            page.nobody(scored), "",
            f"Statements that are forbidden: {each.never}; made all the same: {len(each.broken)}.",
            "",
            f"### {each.name}: wrong or missed", "",
            *page.confusion(scored, each.broken),
        ]  # fmt: skip
    return lines if len(made) > 1 else [*lines, TEXTS["symmetry"], ""]
