"""What a replay found, as tables. Whoever may not read answers is told no count that could point at somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from intake.impact import Findings
from intake.models import ImpactRun, QuestionnaireResponse
from intake.reporting import FEWEST, HELD_BACK, HIDDEN, in_steps
from screening.engine.definition import MEDICATION_LIST, from_json

CHANGES: dict[str, tuple[str, str]] = {
    "appears": ("Appears", "would be raised, and was not"),
    "disappears": ("Disappears", "would not be raised any more"),
    "higher": ("More severe", "would be raised at a higher severity"),
    "lower": ("Less severe", "would be raised at a lower severity"),
    "opens": ("Left open", "could not be ruled out, and was not left open"),
    "settles": ("Settled", "would not be left open any more"),
}
"""Each change as a column's heading, and in words."""


class Line(msgspec.Struct, frozen=True):
    """One flag: its title and, for each change, the heading and the count."""

    title: str
    counts: tuple[tuple[str, str], ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """All flags that change. `others` says that there may be flags whose every count is small."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    others: bool
    affected: str
    unreadable: int


class Named(msgspec.Struct, frozen=True):
    """One response, as its reference, and the clinic."""

    reference: str
    clinic: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The responses that one flag changes in one way: those named, of how many.

    None where the reader does not read every clinic that was looked at: how many there are elsewhere is not for them.
    """

    title: str
    change: str
    count: int | None
    responses: tuple[Named, ...]


def table(run: ImpactRun, findings: Findings, *, is_exact: bool) -> Table:
    """The counts of a replay by flag. Not `is_exact`: small ones and those that all but a few share are held back, and
    the others are told in steps of five."""
    titles = titles_of(run)
    headings = tuple(heading for heading, _ in CHANGES.values())
    lines, others = [], False
    for flag in _in_order(titles, findings.counts):
        counts = [findings.counts[flag].get(change, 0) for change in CHANGES]
        if is_exact or max(counts) >= FEWEST:
            told = (_told(count, run.looked_at, is_exact) for count in counts)
            lines.append(Line(titles.get(flag, flag), tuple(zip(headings, told, strict=True))))
    if not is_exact:
        others = run.looked_at > 0
    return Table(
        headings=headings,
        lines=tuple(lines),
        others=others,
        affected=_told(findings.affected, run.looked_at, is_exact),
        unreadable=findings.unreadable,
    )


def _told(count: int, among: int, is_exact: bool) -> str:
    if is_exact:
        return str(count)
    if count < FEWEST:
        return HIDDEN
    return HELD_BACK if 0 < among - count < FEWEST else in_steps(count, among)


def titles_of(run: ImpactRun) -> dict[str, str]:
    """The flags' titles in the draft, in its order."""
    flags = from_json(run.document.encode()).flags
    titles = {flag.link_id: flag.title.get("en") or next(iter(flag.title.values()), flag.link_id) for flag in flags}
    return titles | {MEDICATION_LIST: "Medicine list"}


def _in_order(titles: Mapping[str, str], flags: Iterable[str]) -> list[str]:
    """The draft's own flags first; those it no longer has come last."""
    places = {flag: place for place, flag in enumerate(titles)}
    return sorted(flags, key=lambda flag: (places.get(flag, len(places)), flag))


def named(findings: Findings) -> list[str]:
    """The ids of every response that is named."""
    return sorted({one for of_flag in findings.responses.values() for ids in of_flag.values() for one in ids})


def groups(
    run: ImpactRun, findings: Findings, readable: Mapping[str, QuestionnaireResponse], *, reads_all: bool
) -> list[Group]:
    """The responses that somebody may read, by flag and change; groups without any are left out. `reads_all`: they
    read every clinic that was looked at."""
    titles = titles_of(run)
    found = []
    for flag in _in_order(titles, findings.responses):
        for change, (_, words) in CHANGES.items():
            ids = findings.responses[flag].get(change, [])
            shown = tuple(Named(str(readable[one]), readable[one].clinic.name) for one in ids if one in readable)
            if shown:
                count = findings.counts[flag][change] if reads_all else None
                found.append(Group(title=titles.get(flag, flag), change=words, count=count, responses=shown))
    return found
