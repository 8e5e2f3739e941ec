"""docs/accuracy.md in parts: tables of counts, shares and intervals. Pure: values to text."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from bench.accuracy_model import CLASSES, Checked, Claim, Label, Scored, Sought
from bench.accuracy_plain import Difference, shown
from bench.accuracy_sample import VERDICTS, Drawn
from bench.accuracy_sources import Measured
from bench.intervals import wilson

CONFIDENCES = ("confirmed", "likely", "possible")
ROLES = ("inbound", "mailbox", "backup", "sender", "authoritative", "edge", "platform", "operator")
SHOWN_VALUES = 4
"""Facts of a finding that a table shows; the rest is counted."""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table; a column whose header ends in ">" stands to the right."""
    lines = [
        "| " + " | ".join(name.rstrip(">") for name in header) + " |",
        "|" + "|".join("--:" if name.endswith(">") else "---" for name in header) + "|",
    ]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return [*lines, ""]


def _share_of(cell: Sequence[int]) -> tuple[object, ...]:
    right, n = cell
    return share(right, n)


def share(right: int, n: int) -> tuple[object, ...]:
    """n, right, the share and its interval, as a table shows them."""
    if n == 0:
        return 0, 0, "not measured", ""
    low, high = wilson(right, n)
    return n, right, f"{right / n:.3f}", f"{low:.3f} to {high:.3f}"


SHARE = ("n>", "right>", "precision>", "95 % interval")


def by_confidence(checked: Iterable[Checked]) -> list[str]:
    """What each word of confidence turned out to mean, by role."""
    cells = counted(checked, lambda each: (each.claim.role, each.claim.confidence))
    roles = sorted({role for role, _ in cells}, key=_role)
    rows = [
        (role, confidence, *share(*cells.get((role, confidence), (0, 0))))
        for role in roles
        for confidence in CONFIDENCES
    ]
    return table(("role", "confidence", *SHARE), rows)


def by_class(checked: Iterable[Checked]) -> list[str]:
    """Precision per service, role, class and confidence."""
    cells = counted(
        checked,
        lambda each: (
            each.claim.service,
            each.claim.role,
            each.claim.kind,
            each.claim.confidence,
        ),
    )
    rows = [(*key, *share(*cells[key])) for key in sorted(cells, key=_order)]
    return table(("service", "role", "class", "confidence", *SHARE), rows)


def recall(sought: Iterable[Sought]) -> list[str]:
    """Of what the labels name, how much was found, per class."""
    cells: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in sought:
        label = each.label
        cell = cells[label.service, label.role, label.kind]
        cell[0] += each.is_met
        cell[1] += 1
    ordered = sorted(cells, key=lambda key: _order((*key, "")))
    rows = [(s, role or "(any)", k, *_share_of(cells[s, role, k])) for s, role, k in ordered]
    header = ("service", "role", "class", "labels>", "found>", "recall>", "95 % interval")
    return table(header, rows)


def nobody(scored: Scored) -> str:
    """How many labels say `unknown`, and how many of these were claimed."""
    said = [each for each in scored.nobody if not each.is_met]
    words: dict[str, int] = defaultdict(int)
    for each in said:
        for claim in each.claims:
            if claim.is_named:
                words[claim.confidence] += 1
    told = ", ".join(f"{words[word]} as `{word}`" for word in CONFIDENCES if words[word])
    beside = f" ({told})" if told else ""
    return (
        f"Labels that say that nobody may be named: {len(scored.nobody)}; "
        f"claimed all the same: {len(said)}{beside}."
    )


def confusion(scored: Scored, broken: Iterable[Claim] = ()) -> list[str]:
    """Every claim that a label contradicts or that is forbidden by name, and every label that was
    not found.
    """
    rows = [
        (each.claim.subject, each.claim.role, "wrong", _wanted(each.wanted), *_told([each.claim]))
        for each in scored.claims
        if not each.is_right
    ]
    rows += [
        (each.label.subject, each.label.role, "missed", _wanted((each.label,)), *_told(each.claims))
        for each in scored.named
        if not each.is_met
    ]
    rows += [(claim.subject, claim.role, "forbidden", "", *_told([claim])) for claim in broken]
    if not rows:
        return ["None.", ""]
    return table(("subject", "role", "what", "label", "said", "evidence"), sorted(rows))


def sources(measured: Iterable[tuple[Measured, Scored]]) -> list[str]:
    """A line for each source of labels."""
    rows = []
    for each, scored in measured:
        right = sum(one.is_right for one in scored.claims)
        met = sum(one.is_met for one in scored.named)
        rows.append(
            (
                each.name,
                each.subjects,
                len(each.labels),
                *share(right, len(scored.claims)),
                f"{met} of {len(scored.named)}",
                f"{sum(not one.is_met for one in scored.nobody)} of {len(scored.nobody)}",
            )
        )
    header = ("source", "subjects>", "labels>", *SHARE, "labels found>", "`unknown` claimed>")
    return table(header, rows)


def unlabelled(claims: Iterable[Claim], labels: Iterable[Label]) -> list[str]:
    """What was said where no label speaks, of the roles that have labels: nothing measures it."""
    spoken = {label.key for label in labels}
    roles = {label.role for label in labels}
    cells: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for claim in claims:
        if claim.role in roles and claim.key not in spoken:
            cells[claim.role, claim.finding, claim.kind, claim.confidence] += 1
    rows = [(*key, cells[key]) for key in sorted(cells, key=_order_of_claim)]
    return table(("role", "finding", "class", "confidence", "findings>"), rows)


def differing(found: Sequence[Difference], labels: dict[str, str]) -> list[str]:
    """Where ours is not the plain reading, grouped by kind. `labels`: what the label of a domain's
    mailbox says.
    """
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for each in found:
        kinds[each.kind].append(each)
    lines = table(
        ("plain reading → ours", "bodies>", "of these with a label>"),
        [(k, len(v), sum(e.domain in labels for e in v)) for k, v in kinds.items()],
    )
    header = ("domain", "plain reading", "ours", "confidence", "label", "evidence")
    for kind, held in kinds.items():
        rows = [(e.domain, shown(e.plain), *_ours(e), labels.get(e.domain, "")) for e in held]
        ordered = [(*row[:4], row[5], row[4]) for row in rows]
        lines += [f"### {kind}: {len(held)}", "", *table(header, ordered)]
    return lines


def verdicts(drawn: Sequence[Drawn]) -> list[str]:
    """How many findings were found right, doubtful and wrong by hand, per role and confidence."""
    cells: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(VERDICTS, 0))
    for each in drawn:
        if each.verdict is not None and not each.is_stale:
            said = each.claim.confidence or each.claim.finding
            cells[each.claim.role or "none", said][each.verdict.verdict] += 1
    rows = []
    for (role, word), counts in sorted(cells.items(), key=lambda c: (_role(c[0][0]), c[0][1])):
        n, right = sum(counts.values()), counts["right"]
        rows.append((role, word, counts["doubtful"], counts["wrong"], *share(right, n)))
    judged = ("n>", "right>", "share right>", "95 % interval")
    header = ("role", "confidence or finding", "doubtful>", "wrong>", *judged)
    return table(header, rows)


Key = TypeVar("Key", bound=Hashable)


def counted(
    checked: Iterable[Checked], key: Callable[[Checked], Key]
) -> dict[Key, tuple[int, int]]:
    """Right and all, by key."""
    cells: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for each in checked:
        cell = cells[key(each)]
        cell[0] += each.is_right
        cell[1] += 1
    return {found: (right, n) for found, (right, n) in cells.items()}


def evidence(claim: Claim) -> str:
    """Rules and values of a finding, in short."""
    told = [f"`{rule}` {value}" for rule, _, value in claim.evidence]
    more = len(told) - SHOWN_VALUES
    return "; ".join(told[:SHOWN_VALUES]) + (f"; and {more} more" if more > 0 else "")


def _ours(each: Difference) -> tuple[str, str, str]:
    boxes = [claim for claim in each.claims if claim.role == "mailbox"] or [
        claim for claim in each.claims if claim.service == "email" and not claim.role
    ]
    sure = ", ".join(dict.fromkeys(claim.confidence for claim in boxes if claim.confidence))
    return shown(each.ours), sure, "; ".join(map(evidence, boxes))


def _told(claims: Iterable[Claim]) -> tuple[str, str]:
    listed = list(claims)
    said = [" ".join(filter(None, (c.finding, c.vendor, c.confidence))) for c in listed]
    return "; ".join(said) or "nothing", "; ".join(map(evidence, listed))


def _wanted(labels: Iterable[Label]) -> str:
    return " or ".join(
        "nobody"
        if label.is_nobody
        else ", ".join(sorted(label.names))
        or ", ".join(f"{column} {value}" for column, value in label.columns)
        for label in labels
    )


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _role(role: str) -> int:
    return ROLES.index(role) if role in ROLES else -1


def _order(key: tuple[str, str, str, str]) -> tuple[str, int, int, int]:
    service, role, kind, confidence = key
    sure = CONFIDENCES.index(confidence) if confidence else -1
    return service, _role(role), CLASSES.index(kind), sure


def _order_of_claim(key: tuple[str, str, str, str]) -> tuple[int, str, int, int]:
    role, finding, kind, confidence = key
    sure = CONFIDENCES.index(confidence) if confidence else -1
    return _role(role), finding, CLASSES.index(kind), sure
