"""What to discuss: flags, what could not be ruled out, inconsistencies, notes and scores, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from screening.engine.assessment import Assessment, Because, NoteLine, RaisedFlag, UnresolvedFlag
from screening.engine.definition import MEDICATION_LIST, RANKS, Flag, Question, Rule, Severity

from .beside import answered_beside
from .due import was_due
from .follow_ups import is_about_helper, someone_else
from .plausibility import to_check
from .point_sources import SourceLine, sources_of
from .scores import ScoreLine, score_lines
from .unknown import open_entries
from .wording import SEVERITY_TITLES, Reading, marked, rule_in_words, said, words


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A question and what was answered."""

    question: str
    answer: str


class OpenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question that would settle a point: the clinician's wording, the words to ask it in, and its state now."""

    question: str
    ask: str
    state: str


class FlagPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A raised flag with everything a reader needs to judge it. `notes` are those that are about this flag; `action`
    is what to do first at this severity, and by when; `more` what was told beside its answers;
    `could_be` what it may be more, as long as that is open;
    `was_due` when the action was due, once that is past."""

    link_id: str
    title: str
    severity: Severity
    severity_title: str
    because: tuple[Fact, ...]
    more: tuple[Fact, ...]
    notes: tuple[str, ...]
    rule_in_words: str
    rule: str
    action: str
    discussion: str
    why: str
    sources: tuple[SourceLine, ...]
    could_be: str = ""
    was_due: str = ""


class OpenPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that could not be ruled out, the questions that would settle it, and what to do first: `until` they are
    answered, by when; `action` if it is so."""

    link_id: str
    title: str
    severity: Severity
    severity_title: str
    raised_as: str
    reason: str
    rule_in_words: str
    rule: str
    until: str
    action: str
    discussion: str
    why: str
    questions: tuple[OpenQuestion, ...]
    more: tuple[Fact, ...]
    sources: tuple[SourceLine, ...]
    was_due: str = ""

    @property
    def first(self) -> str:
        """What to do first, in words; empty where the content says nothing."""
        until = f"Until this is settled: {self.until}" if self.until else ""
        action = f"If it is so: {self.action}" if self.action and self.action != self.until else ""
        return " ".join(text for text in (until, self.was_due, action) if text)


class PointGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One heading of the face sheet with its points. `kind` names the component that shows them; `checks` are what to
    ask before trusting scores."""

    key: str
    title: str
    kind: Literal["flags", "open", "lines", "scores"]
    points: tuple[FlagPoint | OpenPoint | ScoreLine | str, ...]
    lead: str = ""
    checks: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The component that shows a group of this kind."""
        return f"clinician/_group_{self.kind}.html"


def point_groups(reading: Reading, assessment: Assessment) -> tuple[PointGroup, ...]:
    """Every group in the order of the clinical specification (1.2 item 7), empty ones included."""
    return (
        _flag_group("urgent", "Urgent", reading, assessment),
        _open_group("unresolved-safety", "Unresolved safety", reading, assessment, is_safety=True),
        _flag_group("contraindication", "Contraindications", reading, assessment),
        _open_group("not-ruled-out", "Could not be ruled out", reading, assessment, is_safety=False),
        _inconsistencies(reading, assessment),
        _flag_group("caution", "Cautions", reading, assessment),
        _flag_group("information", "Information", reading, assessment),
        _notes(reading, assessment),
        _scores(reading, assessment),
    )


def _scores(reading: Reading, assessment: Assessment) -> PointGroup:
    lines, checks = score_lines(reading, assessment), to_check(reading, assessment)
    other = someone_else(reading)
    lead = f"Answered by {other}." if other and lines else ""
    return PointGroup(key="scores", title="Scores", kind="scores", points=lines, checks=checks, lead=lead)


def _flag_group(severity: Severity, title: str, reading: Reading, assessment: Assessment) -> PointGroup:
    """The raised flags of one severity, those about safety first."""
    found = (flag for flag in assessment.flags if flag.severity == severity)
    raised = sorted(found, key=lambda flag: _flag(flag.flag, reading).not_sure != "NS-2")
    points = tuple(_flag_point(flag, assessment, reading) for flag in raised)
    return PointGroup(key=severity, title=title, kind="flags", points=points)


def _flag_point(raised: RaisedFlag, assessment: Assessment, reading: Reading) -> FlagPoint:
    flag = _flag(raised.flag, reading)
    rule = _rule(flag, raised.severity)
    could_be = (one.severity_of_rule for one in assessment.unresolved if one.flag == raised.flag)
    return FlagPoint(
        link_id=raised.flag,
        title=words(flag.title),
        severity=raised.severity,
        severity_title=SEVERITY_TITLES[raised.severity],
        because=tuple(_fact(one, reading) for one in raised.because),
        more=_beside_flag(raised, reading),
        notes=tuple(_note(note, reading) for note in assessment.notes if note.flag == raised.flag),
        rule_in_words=rule_in_words(raised.rule, reading),
        rule=raised.rule,
        action=words(rule.action) if rule else "",
        discussion=words(flag.discussion),
        why=words(flag.why),
        sources=sources_of(rule.sources if rule else (), flag.sources, reading),
        could_be=next((SEVERITY_TITLES[one].lower() for one in could_be if one != raised.severity), ""),
        was_due=_was_due(words(rule.action) if rule else "", reading),
    )


def _beside_flag(raised: RaisedFlag, reading: Reading) -> tuple[Fact, ...]:
    """What was answered beside the answers that raised a flag, and what its milder rules found: the graver a point, the
    more of it is told. What was asked about safety stands at the head of the page."""
    rules = reading.compiled.rules.flags.get(raised.flag, [])
    is_safety = _flag(raised.flag, reading).not_sure == "NS-2"
    milder = [] if is_safety else [rule for severity, rule in rules if RANKS[severity] < RANKS[raised.severity]]
    own = [rule for severity, rule in rules if severity == raised.severity]
    return _more(answered_beside([one.question for one in raised.because], reading, own, milder), reading)


def _more(questions: Iterable[Question], reading: Reading) -> tuple[Fact, ...]:
    return tuple(
        Fact(question=marked(one, reading), answer=said(one, reading.answers.get(one.link_id), reading.definition))
        for one in questions
    )


def _was_due(action: str, reading: Reading) -> str:
    return was_due(action, sent=reading.as_of, drawn=reading.drawn_on)


def _rule(flag: Flag, severity: Severity | None) -> Rule | None:
    return next((rule for rule in flag.rules if rule.severity == severity), None)


def _fact(because: Because, reading: Reading) -> Fact:
    """One answer behind a flag. What is not known is said in the same words as in the list of all answers."""
    question = reading.compiled.questions.get(because.question)
    answer = reading.answers.get(because.question)
    if question is None or (answer is not None and answer.is_known):
        return Fact(question=_label_of(because.question, reading), answer=because.answer)
    return Fact(question=marked(question, reading), answer=said(question, answer, reading.definition))


def _open_group(key: str, title: str, reading: Reading, assessment: Assessment, *, is_safety: bool) -> PointGroup:
    listed = (point for point in assessment.unresolved if (point.not_sure == "NS-2") is is_safety)
    raised = {flag.flag: SEVERITY_TITLES[flag.severity] for flag in assessment.flags}
    points = tuple(_open_point(point, raised.get(point.flag, ""), reading) for point in listed)
    lead = "Ask in person. An answer that is missing is not a “no”." if points else ""
    return PointGroup(key=key, title=title, kind="open", points=points, lead=lead)


def _open_point(unresolved: UnresolvedFlag, raised_as: str, reading: Reading) -> OpenPoint:
    flag = _flag(unresolved.flag, reading)
    rule = _rule(flag, unresolved.severity_of_rule)
    return OpenPoint(
        link_id=unresolved.flag,
        title=words(flag.title),
        severity=unresolved.severity,
        severity_title=SEVERITY_TITLES[unresolved.severity],
        raised_as=raised_as,
        reason=unresolved.reason,
        rule_in_words=rule_in_words(rule.when, reading) if rule else "",
        rule=rule.when if rule else "",
        until=words(flag.action_while_open),
        action=words(rule.action) if rule else "",
        discussion=words(flag.discussion),
        why=words(flag.why),
        questions=tuple(one for link_id in unresolved.questions for one in _open_questions(link_id, reading)),
        more=_more(answered_beside(unresolved.questions, reading), reading),
        sources=sources_of((), flag.sources, reading),
        was_due=_was_due(words(flag.action_while_open), reading),
    )


def _open_questions(link_id: str, reading: Reading) -> tuple[OpenQuestion, ...]:
    """The question to ask again. Of a medicine list, only what is open in it, each entry in the words it has there."""
    question = reading.compiled.questions.get(link_id)
    if question is None:
        return (OpenQuestion(question=link_id, ask="", state=""),)
    name = marked(question, reading)
    if entries := open_entries(question, reading):
        return tuple(OpenQuestion(question=name, ask=entry.ask, state=entry.state) for entry in entries)
    state = said(question, reading.answers.get(link_id), reading.definition)
    return (OpenQuestion(question=name, ask=words(question.text), state=state),)


def _inconsistencies(reading: Reading, assessment: Assessment) -> PointGroup:
    texts = {one.link_id: words(one.text) for one in reading.definition.inconsistencies}
    points = tuple(texts.get(link_id, link_id) for link_id in assessment.inconsistencies)
    return PointGroup(key="inconsistent", title="Inconsistent answers", kind="lines", points=points)


def _notes(reading: Reading, assessment: Assessment) -> PointGroup:
    """What belongs to no raised flag; the notes of a raised one stand with it."""
    raised = {flag.flag for flag in assessment.flags}
    left = (note for note in assessment.notes if note.flag not in raised)
    return PointGroup(
        key="notes", title="Notes", kind="lines", points=tuple(_note_of_its_own(n, reading) for n in left)
    )


def _note_of_its_own(note: NoteLine, reading: Reading) -> str:
    """A note after the title of the flag that it is about."""
    text = _note(note, reading)
    if any(one.link_id == note.note and is_about_helper(one, reading) for one in reading.definition.notes):
        text += someone_else(reading).removeprefix("someone else")
    title = words(_flag(note.flag, reading).title) if note.flag else ""
    return f"{title}: {text}" if title and title not in text else text


def _note(note: NoteLine, reading: Reading) -> str:
    """A note's text, before the questions it is about."""
    questions = ", ".join(_label_of(link_id, reading) for link_id in note.questions)
    return (note.text or note.note) + (f" ({questions})" if questions else "")


def _flag(link_id: str, reading: Reading) -> Flag:
    """The flag of this name; a plain stand-in for the pseudo-flag of an uncertain medicine list (NS-4)."""
    for flag in reading.definition.flags:
        if flag.link_id == link_id:
            return flag
    title = "Medicine list" if link_id == MEDICATION_LIST else link_id
    why = "A medicine that is not known could matter for every point about medicines."
    discussion = "Go through every medicine, dose and supplement together."
    return Flag(link_id=link_id, title={"en": title}, why={"en": why}, discussion={"en": discussion}, rules=())


def _label_of(link_id: str, reading: Reading) -> str:
    question = reading.compiled.questions.get(link_id)
    if question:
        return marked(question, reading)
    score = next((one for one in reading.definition.scores if one.link_id == link_id), None)
    return words(score.title) if score else link_id.replace("_", " ")
