"""The summary as plain text, to paste into a record system that takes nothing else. Of the page,
only the private notes and the comparison with earlier responses are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .answer_list import AnswerLine, AnswerSection, NotAsked
from .plain_review import review_lines
from .points import FlagPoint, OpenPoint, PointGroup
from .review import ReviewPage
from .scores import ScoreLine
from .summary import Summary
from .unknown import Unknown
from .wording import SHOW_TITLES


def plain_text(summary: Summary, review: ReviewPage | None = None) -> str:
    """The page in reading order: a heading in capitals, one point or answer a line, long answers below theirs.

    `review`: what clinicians did with it; None for what was not sent.
    """
    blocks = [
        _head(summary),
        _corrections(summary),
        [_heading("Review"), *review_lines(review)] if review else [],
        *(_points(group) for group in summary.filled),
        *_unknown(summary.unknown),
        *_background(summary),
    ]
    blocks += [_ruled_out(summary), [summary.principle], [f"ANSWERS: {SHOW_TITLES[summary.show].upper()}"]]
    blocks += [_section(section) for section in summary.sections]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(summary: Summary) -> list[str]:
    facts = (*summary.facts, *summary.record)
    lines = [
        f"{summary.name}",
        f"{summary.clinic}, {summary.questionnaire}, reference {summary.reference}",
        *(f"{fact.label}: {fact.value}" for fact in facts),
        *(f"Note: {warning}" for warning in summary.warnings),
        *(f"Safety: {line.text}" for line in summary.safety),
        *(f"Safety: {fact.question}: {fact.answer}" for fact in summary.safety_answers.told),
        *(f"Safety: answered No to: {question}" for question in summary.safety_answers.denied),
    ]
    return lines + [f"Changed before sending: {_changed(one)}" for one in summary.changed]


def _corrections(summary: Summary) -> list[str]:
    lines = [
        f"- {line.when}, {line.about or 'in general'}: "
        + "; ".join(
            [*([line.text] if line.text else []), *(f"{fact.question}: {fact.answer}" for fact in line.answers)]
        )
        for line in summary.corrections
    ]
    return [_heading("Corrected or added by the patient after sending"), *lines] if lines else []


def _changed(one: Any) -> str:
    return f"{one.question}: first {', then '.join(one.before)}; sent as {one.now}. At first: {', '.join(one.raised)}"


def _points(group: PointGroup) -> list[str]:
    checks = [f"- Check these answers: {check}" for check in group.checks]
    lead = [f"- {group.lead}"] if group.lead and group.kind == "scores" else []
    return [_heading(group.title), *lead, *checks, *(f"- {line}" for point in group.points for line in _point(point))]


def _heading(title: str) -> str:
    return title.upper()


def _flag(point: FlagPoint) -> Iterator[str]:
    because = "; ".join(f"{fact.question}: {fact.answer}" for fact in point.because)
    notes = "".join(f" Note: {note}." for note in point.notes)
    late = f" {point.was_due}" if point.was_due else ""
    unless = f"Unless it is {point.could_be} (see what is open): " if point.could_be else ""
    first = f" First: {unless}{point.action}{late}" if point.action else ""
    yield f"{point.title}. Because: {because}.{_more(point)}{first}{notes} Discuss: {point.discussion}"


def _more(point: FlagPoint | OpenPoint) -> str:
    answers = "; ".join(f"{fact.question}: {fact.answer}" for fact in point.more)
    return f" Also answered: {answers}." if answers else ""


def _open(point: OpenPoint) -> Iterator[str]:
    raised = f"; so far raised as {point.raised_as.lower()}" if point.raised_as else ""
    more = _more(point)
    asks = " ".join(f"Ask: {one.ask or one.question} (now: {one.state or 'not known'})" for one in point.questions)
    first = f" {point.first}" if point.first else ""
    discuss = "" if point.raised_as else f" Discuss: {point.discussion}"
    yield f"{point.title} (could be {point.severity_title.lower()}{raised}). {asks}{more}{first}{discuss}".rstrip()


def _score(point: ScoreLine) -> Iterator[str]:
    part = "" if point.is_complete else "incomplete, "
    of = f" of {point.highest}" if point.highest else ""
    band = f", {point.band}" if point.band else ""
    missing = f": not {', '.join(point.missing)}" if point.missing else ""
    yield f"{point.title}: {point.result}{of}{band} ({part}{point.answered}{missing})"


def _line(point: str) -> Iterator[str]:
    yield point


POINTS: dict[type, Callable[[Any], Iterator[str]]] = {
    FlagPoint: _flag,
    OpenPoint: _open,
    ScoreLine: _score,
    str: _line,
}


def _point(point: object) -> Iterator[str]:
    return POINTS[type(point)](point)


def _background(summary: Summary) -> Iterator[list[str]]:
    for title, facts in summary.background.titled:
        yield [_heading(title), *(f"- {fact.label}: {fact.value}" for fact in facts)]


def _unknown(unknown: Unknown) -> Iterator[list[str]]:
    unanswered = [f"- {line.state}: {'; '.join(line.questions)}" for line in unknown.unanswered]
    unanswered += [f"- Medicine {entry.state}: {entry.name}" for entry in unknown.medicines]
    yield [_heading("Asked, not answered"), *(unanswered or ["- Nothing: all that was asked is answered"])]
    not_asked = [f"- Depends on an answer that is missing: {'; '.join(unknown.hanging)}"] if unknown.hanging else []
    not_asked += [f"- Hangs on a “No” to check: {'; '.join(unknown.doubtful)}"] if unknown.doubtful else []
    not_asked += [f"- Not part of this questionnaire: {', '.join(unknown.absent)}"] if unknown.absent else []
    not_asked += [f"- “{section.title}”: {section.why}" for section in unknown.sections]
    if unknown.follow_ups:
        not_asked += [f"- Follow-up questions that were not needed: {unknown.follow_ups}"]
    yield [_heading("Not asked"), *(not_asked or ["- Nothing: every question was asked"])]


def _ruled_out(summary: Summary) -> list[str]:
    lines = [
        f"- {group.group}: {group.count}"
        + (f" ({group.raised} raised)" if group.raised else "")
        + (f": {'; '.join(group.titles)}" if group.titles else "")
        + "".join(f". Open: {one.title} ({one.why})" for one in group.left)
        for group in summary.ruled_out
    ]
    return [_heading("Ruled out by the answers"), *(lines or ["- Nothing."])]


def _section(section: AnswerSection) -> list[str]:
    return [_heading(section.title), *_answers(section.lines)] if section.lines else []


def _answers(lines: Iterable[AnswerLine | NotAsked]) -> Iterator[str]:
    for line in lines:
        if isinstance(line, NotAsked):
            yield f"- Not asked ({line.why}): {'; '.join(line.questions)}"
        else:
            yield from _answer(line)


def _answer(line: AnswerLine) -> Iterator[str]:
    if line.kind == "heading":
        yield f"{line.question}:"
        return
    if line.kind == "entries":
        yield f"- {line.question}: {line.answer} entries"
        for number, entry in enumerate(line.entries, start=1):
            yield f"  {number}. " + "; ".join(f"{item.question}: {item.answer}" for item in entry)
        return
    before = f" (first answered: {', then '.join(line.before)})" if line.before else ""
    yield f"- {line.question}: {line.answer}{before}"
