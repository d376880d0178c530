"""What is not known: what was asked and has no answer, what was not asked, and what the answers leave open.

A reader who has only the first sheet must be able to name all of it. An unknown never reads as a "no".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import msgspec

from screening.engine import journey
from screening.engine.answers import MedicineEntry
from screening.engine.assessment import Assessment
from screening.engine.definition import MEDICATION_LIST, Flag, Medicine, Question, Section
from screening.engine.unresolved import RULE_ERROR

from .answer_list import why_not
from .follow_ups import behind_a_doubtful_no
from .wording import STATE_TITLES, Reading, label, marked, state_of, words

MANY_NAMES = 12
"""Questions of one state that are named one by one; of more, only those about safety are, and of the others their
sections are named, with how many in each."""
EXPECTED = (("reason", "reason for coming"), ("past_treatment", "past treatments"), ("allergies", "allergies"))
"""What a reader looks for on every sheet, by the role of its questions: said where a questionnaire has none of them."""
NOT_KNOWN_STATES = ("not_sure", "declined", "skipped", "unreadable", "not_reached")
LIST_IS_OPEN = "the medicine list is not known"
RULE_FAILED = "the rule could not be worked out"
NOT_KNOWN = "not known"
FEW_NAMES = 4
"""Of more flags that are open for one reason, and are all that a group has left, the names follow behind the sheet."""


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that were asked and have no answer, by what they have instead ("Not sure"). One that was asked for each
    entry of a group has the entry's number: "Antidepressant trials 1: Highest daily dose"."""

    state: str
    questions: tuple[str, ...]


class SectionNotAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A section of which nothing was asked, and why."""

    title: str
    why: str


class OpenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a medicine list that is not fully known, the question that settles it, and what is missing."""

    name: str
    ask: str
    state: str


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers leave in the dark. `hanging` might have been asked: it hangs on an answer that is missing;
    `doubtful` was not asked because of a "no" that the page tells to check.

    `follow_ups` counts what other answers made unnecessary in the sections that were asked: each is listed with its
    reason among all answers. `absent` is what the questionnaire does not ask of anybody.
    """

    unanswered: tuple[Unanswered, ...]
    medicines: tuple[OpenEntry, ...]
    hanging: tuple[str, ...]
    doubtful: tuple[str, ...]
    sections: tuple[SectionNotAsked, ...]
    follow_ups: int
    absent: tuple[str, ...]


class LeftOpen(msgspec.Struct, frozen=True, kw_only=True):
    """A flag that the answers do not rule out, and why."""

    title: str
    why: str


class RuledOut(msgspec.Struct, frozen=True, kw_only=True):
    """The flags of one group: which are ruled out, how many are raised, and which are left open, each with why.

    `of` is how many the group has. A flag that is raised can be left open too: it could be more.
    """

    group: str
    titles: tuple[str, ...]
    of: int
    raised: int = 0
    left: tuple[LeftOpen, ...] = ()

    @property
    def count(self) -> str:
        """How many of the group, in words: a reader sees at once where something is left."""
        return f"all {self.of}" if len(self.titles) == self.of else f"{len(self.titles) or 'none'} of {self.of}"

    @property
    def open(self) -> str:
        """What is left open, by name and why; in one word where it is the whole group for one reason."""
        by_why: dict[str, list[str]] = {}
        for one in self.left:
            by_why.setdefault(one.why, []).append(one.title)
        if len(by_why) == 1 and len(self.left) > FEW_NAMES and not self.titles:
            return f"all others ({self.left[0].why})"
        return "; ".join(f"{', '.join(titles)} ({why})" for why, titles in by_why.items())


def unknown(reading: Reading, assessment: Assessment, earlier: Collection[str]) -> Unknown:
    """Everything that is not known, in the order of the questionnaire. `earlier`: what was changed before sending."""
    shown = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    questions = [one for one in reading.definition.questions() if one.type != "group" or one.repeats]
    hidden = [section for section in reading.definition.sections if _is_hidden(section, shown)]
    roles = {one.role for one in questions}
    doubtful = behind_a_doubtful_no(reading, assessment, earlier)
    left_out = {one.link_id for section in hidden for one in section.questions}
    left_out |= {one.link_id for one in doubtful}
    return Unknown(
        unanswered=_unanswered([one for one in questions if shown.get(one.link_id)], reading),
        medicines=tuple(entry for one in questions for entry in open_entries(one, reading)),
        hanging=tuple(label(one) for one in questions if shown.get(one.link_id, True) is None),
        doubtful=tuple(label(one) for one in doubtful),
        sections=tuple(
            SectionNotAsked(title=words(one.title), why=why_not(False, one.ask_when, reading)) for one in hidden
        ),
        follow_ups=sum(shown.get(one.link_id) is False and one.link_id not in left_out for one in questions),
        absent=tuple(title for role, title in EXPECTED if role not in roles),
    )


def _is_hidden(section: Section, shown: journey.Visibility) -> bool:
    return all(shown.get(question.link_id) is False for question in section.questions)


class _Asked(NamedTuple):
    """A question that was asked, or one of an entry of a group, by its name, and the state of its answer."""

    link_id: str
    name: str
    state: str


def _unanswered(shown: Iterable[Question], reading: Reading) -> tuple[Unanswered, ...]:
    found: dict[str, list[_Asked]] = {state: [] for state in NOT_KNOWN_STATES}
    for question in shown:
        for one in _asked(question, reading):
            found.get(one.state, []).append(one)
    return tuple(
        Unanswered(state=STATE_TITLES[state], questions=_named(questions, reading))
        for state, questions in found.items()
        if questions
    )


def _asked(question: Question, reading: Reading) -> Iterator[_Asked]:
    """A question that was shown; of a group that repeats, also each item of each entry."""
    answer = reading.answers.get(question.link_id)
    yield _Asked(question.link_id, marked(question, reading), state_of(answer))
    entries = answer.value if answer is not None and isinstance(answer.value, tuple) else ()
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict):
            for item in question.items:
                name = f"{label(question)} {number}: {marked(item, reading)}"
                yield _Asked(item.link_id, name, state_of(entry.get(item.link_id)))


def _named(questions: list[_Asked], reading: Reading) -> tuple[str, ...]:
    """Each question by its name; of many, those about safety (class NS-2), and the sections of the others."""
    if len(questions) <= MANY_NAMES:
        return tuple(one.name for one in questions)
    section_of, safety = reading.compiled.symbols.section_of, reading.compiled.safety_questions
    named = [one for one in questions if one.link_id in safety]
    counts = Counter(section_of[one.link_id] for one in questions if one.link_id not in safety)
    has_named = {section_of[one.link_id] for one in named}
    others = (
        f"{counts[section.link_id]} {'more ' if section.link_id in has_named else ''}in “{words(section.title)}”"
        for section in reading.definition.sections
        if section.link_id in counts
    )
    return (*(one.name for one in named), *others)


def open_entries(question: Question, reading: Reading) -> tuple[OpenEntry, ...]:
    """The entries of a medicine list that no rule could place, and those whose dose was asked for and is not known."""
    answer = reading.answers.get(question.link_id)
    entries = answer.value if answer is not None and isinstance(answer.value, tuple) else ()
    found = (_open_entry(entry, question, reading) for entry in entries if isinstance(entry, MedicineEntry))
    return tuple(entry for entry in found if entry is not None)


def _open_entry(entry: MedicineEntry, question: Question, reading: Reading) -> OpenEntry | None:
    if not entry.code:
        return OpenEntry(name=f"“{entry.text}”", ask=f"What is “{entry.text}”?", state="not recognised")
    medicine = _medicine(entry.code, question, reading)
    if medicine is None or not medicine.ask_dose or entry.dose_mg is not None:
        return None
    return OpenEntry(name=medicine.name, ask=f"How much {medicine.name} a day?", state="dose not known")


def _medicine(code: str, question: Question, reading: Reading) -> Medicine | None:
    known = (one for one in reading.definition.vocabularies if one.key == question.vocabulary)
    return next((medicine for one in known for medicine in one.medicines if medicine.code == code), None)


def ruled_out(reading: Reading, assessment: Assessment) -> tuple[RuledOut, ...]:
    """What the answers rule out and what they leave, by the groups that the content gives its flags."""
    groups: dict[str, list[Flag]] = {}
    for flag in reading.definition.flags:
        groups.setdefault(flag.group or "Other", []).append(flag)
    raised = {one.flag for one in assessment.flags}
    return tuple(
        RuledOut(
            group=group,
            titles=tuple(words(flag.title) for flag in flags if flag.link_id in assessment.ruled_out),
            of=len(flags),
            raised=sum(flag.link_id in raised for flag in flags),
            left=_left(flags, reading, assessment),
        )
        for group, flags in groups.items()
    )


def _left(flags: Iterable[Flag], reading: Reading, assessment: Assessment) -> tuple[LeftOpen, ...]:
    """The flags of a group that are neither raised nor ruled out, or that could be more than they were raised as."""
    known = {one.flag for one in assessment.flags} | set(assessment.ruled_out)
    still_open = {one.flag for one in assessment.unresolved} | {one.flag for one in assessment.notes if one.questions}
    return tuple(
        LeftOpen(title=words(flag.title), why=_why_open(flag.link_id, reading, assessment))
        for flag in flags
        if flag.link_id not in known or flag.link_id in still_open
    )


def _why_open(flag: str, reading: Reading, assessment: Assessment) -> str:
    """Why one flag is open: its rule failed, or by the questions that would settle it, or the medicine list alone."""
    own = {one.flag: one for one in assessment.unresolved}
    if flag in own and own[flag].reason == RULE_ERROR:
        return RULE_FAILED
    asks = {one.flag: one.questions for one in (*assessment.notes, *assessment.unresolved) if one.questions}
    is_list_open = MEDICATION_LIST in own and flag not in own
    return _states(asks.get(flag, ()), reading) or (LIST_IS_OPEN if is_list_open else NOT_KNOWN)


def _states(questions: Iterable[str], reading: Reading) -> str:
    """The states of the questions that would settle a flag, each once: "not sure, skipped"."""
    shown = journey.visibility(reading.compiled, reading.answers, reading.as_of, reading.settings)
    found = [_state(link_id, reading, is_asked=shown.get(link_id) is not False) for link_id in questions]
    return ", ".join(dict.fromkeys(found))


def _state(link_id: str, reading: Reading, *, is_asked: bool) -> str:
    return STATE_TITLES[state_of(reading.answers.get(link_id))].lower() if is_asked else "not asked"
