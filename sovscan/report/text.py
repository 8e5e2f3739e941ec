"""The overview on a terminal: words, numbers and bars; readable without colour."""

from collections.abc import Callable, Iterable

from tabulate import tabulate

from sovscan.core.group import Pool
from sovscan.core.model import Service
from sovscan.report.say import Voice, cell_text, clean
from sovscan.report.view import BodyLine, Overview, tally_text

BAR = 20
NAME, NUMBERS = 28, 34
NARROWEST, WIDEST = 10, 44
"""Characters of the name, of the numbers with their gaps, and of one cell."""
KINDS = {"big-tech": "red", "unknown": "yellow"}


Paint = Callable[[str, str], str]
"""Gives a text a colour by name; on a file or with NO_COLOR it gives it back as it is."""


def plain(text: str, colour: str) -> str:
    """No colour."""
    return text


def overview_text(view: Overview, voice: Voice, *, saved_in: str = "", paint: Paint = plain) -> str:
    """The whole screen."""
    parts = [
        _headline(view, paint),
        "",
        *_services(view, voice, paint),
        "",
        *_reliefs(view, voice),
        *_look_first(view),
    ]
    if saved_in:
        parts += [
            "",
            (
                f"Saved in {saved_in}.  Next: sovscan report · sovscan explain {_example(view)} ·"
                " sovscan export findings"
            ),
        ]
    return "\n".join(parts)


def bodies_table(lines: Iterable[BodyLine], voice: Voice, width: int = 200) -> str:
    """One row a body: who serves it, and the score with its interval; cells cut to the width."""
    most = max(NARROWEST, min(WIDEST, (width - NAME - NUMBERS) // len(Service)))
    rows = [
        [
            clean(line.name, NAME),
            *(clean(cell_text(cell, voice), most) for cell in line.cells),
            _value(line),
            _range(line),
            line.score.grade or "-",
        ]
        for line in lines
    ]
    headers = [
        "body",
        *(voice.word("services", service.value) for service in Service),
        "score",
        "low-high",
        "grade",
    ]
    return tabulate(
        rows,
        headers=headers,
        disable_numparse=True,
        colalign=("left",) * 5 + ("right",) * 2 + ("left",),
    )


def _headline(view: Overview, paint: Paint) -> str:
    pool = view.group.pool
    interval = (
        f"between {pool.low:.0f} and {pool.high:.0f}; {pool.coverage:.0%} of the weight was seen"
    )
    value = "unknown" if pool.value is None else f"{pool.value:.0f}"
    lines = [
        (
            f"{paint('Reliance on non-European big tech', 'bold')}   {paint(value, 'bold')} of 100"
            f"   ({interval})"
        )
    ]
    other = view.group.jurisdiction
    lens = "unknown" if other.value is None else f"{other.value:.0f}"
    lines.append(
        f"  {view.group.pool.bodies} bodies · by jurisdiction {lens}"
        f" ({other.low:.0f}-{other.high:.0f})"
        f" · policy {view.policy} · methodology {view.methodology}"
    )
    return "\n".join(lines)


def _services(view: Overview, voice: Voice, paint: Paint) -> list[str]:
    lines = []
    for group in view.group.services:
        told = []
        for name, bodies, kind in tally_text(view.group, group.service):
            text = f"{voice.word('words', name)} {bodies}"
            told.append(paint(text, KINDS[kind]) if kind in KINDS else text)
        lines.append(
            f"  {voice.word('services', group.service.value):8} {_bar(group.pool)}"
            f" {_number(group.pool)}  {' · '.join(told)}"
        )
    return lines


def _bar(pool: Pool) -> str:
    """Known reliance in full blocks, what may be reliance in shade, the rest light."""
    if not pool.bodies:
        return "·" * BAR
    low, high = round(pool.low / 100 * BAR), round(pool.high / 100 * BAR)
    return "█" * low + "▒" * (high - low) + "░" * (BAR - high)


def _number(pool: Pool) -> str:
    if not pool.bodies:
        return "     - "
    if pool.value is None:
        return f"{pool.low:3.0f}-{pool.high:<3.0f}"
    return f"{pool.value:5.0f}  "


def _reliefs(view: Overview, voice: Voice) -> list[str]:
    shown = [relief for relief in view.group.reliefs if relief.points >= 0.5][:3]
    return [
        f"{'Most would change if' if not place else '':21} {relief.bodies}"
        f" {'body' if relief.bodies == 1 else 'bodies'} replaced {clean(relief.name)} for"
        f" {voice.word('services', relief.service.value)}   -{relief.points:.0f} points"
        for place, relief in enumerate(shown)
    ]


def _look_first(view: Overview) -> list[str]:
    look = view.look_first
    told = [
        f"{count} {what}"
        for count, what in (
            (look.contradictions, "with contradictory signals"),
            (look.unknown_mailboxes, "with an unknown mailbox"),
            (look.unobserved, "with failed look-ups"),
            (look.nonexistent, "whose domain does not exist"),
        )
        if count
    ]
    return [f"{'Look at the bodies':21} {' · '.join(told)}"] if told else []


def _example(view: Overview) -> str:
    return next((line.domain for line in view.bodies), "DOMAIN")


def _value(line: BodyLine) -> str:
    return "-" if line.score.value is None else f"{line.score.value:.0f}"


def _range(line: BodyLine) -> str:
    return f"{line.score.low:.0f}-{line.score.high:.0f}"
