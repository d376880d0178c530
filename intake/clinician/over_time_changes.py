"""What is different from an earlier response of the same person: answers, flags and medicines, as plain data.

Two questionnaires are compared where both ask: questions by link_id, flags only where both have the same rules, so that
"ruled out" by one is never taken for what another one asked.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from screening.engine.answers import Answer, MedicineEntry
from screening.engine.assessment import Assessment
from screening.engine.definition import Flag, Question
from screening.engine.display import display_medicine

from .wording import LANGUAGE, SEVERITY_TITLES, Reading, marked, said, words

PERSONAL = ("given_name", "family_name", "birth_date", "phone", "email", "whereabouts")
NOT_COMPARED = ("acknowledgement", "medicines")
OPEN, RULED_OUT = "Could not be ruled out", "Ruled out"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is different: what, how it was, how it is."""

    what: str
    before: str
    after: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One response as it is compared."""

    reading: Reading
    assessment: Assessment

    def question(self, link_id: str) -> Question | None:
        """A question that was asked."""
        return None if link_id in self.assessment.not_asked else self.reading.compiled.questions.get(link_id)

    def answer(self, link_id: str) -> Answer | None:
        return self.reading.answers.get(link_id)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is different. `carried` was raised then, by questions that are not asked now."""

    flags: tuple[Change, ...]
    answers: tuple[Change, ...]
    started: tuple[str, ...]
    stopped: tuple[str, ...]
    carried: tuple[str, ...]

    @property
    def are_none(self) -> bool:
        return not any((self.flags, self.answers, self.started, self.stopped))


def changes_between(earlier: Taken, now: Taken) -> Changes:
    """What changed from one response to a later one. Pure."""
    before, after = _medicines(earlier), _medicines(now)
    is_known = before is not None and after is not None
    return Changes(
        flags=tuple(_flags(earlier, now)),
        answers=tuple(_answers(earlier, now)),
        started=tuple(name for code, name in (after or {}).items() if is_known and code not in (before or {})),
        stopped=tuple(name for code, name in (before or {}).items() if is_known and code not in (after or {})),
        carried=tuple(_carried(earlier, now)),
    )


def _answers(earlier: Taken, now: Taken) -> Iterator[Change]:
    for question in now.reading.definition.questions():
        old = earlier.question(question.link_id)
        if old is None or now.question(question.link_id) is None or not _is_compared(question):
            continue
        before = said(old, earlier.answer(question.link_id), earlier.reading.definition)
        after = said(question, now.answer(question.link_id), now.reading.definition)
        if before != after:
            yield Change(what=marked(question, now.reading), before=before, after=after)


def _is_compared(question: Question) -> bool:
    """Items of an instrument are told by its score, except one about safety; who the person is, is no change."""
    if question.type in NOT_COMPARED or question.role in PERSONAL:
        return False
    return not question.instrument or question.not_sure == "NS-2"


def _flags(earlier: Taken, now: Taken) -> Iterator[Change]:
    same = _comparable(earlier, now)
    for flag in now.reading.definition.flags:
        before, after = _state(flag.link_id, earlier), _state(flag.link_id, now)
        if flag.link_id in same and before != after:
            yield Change(what=words(flag.title), before=before, after=after)


def _carried(earlier: Taken, now: Taken) -> Iterator[str]:
    same = _comparable(earlier, now)
    titles = {flag.link_id: words(flag.title) for flag in earlier.reading.definition.flags}
    for raised in earlier.assessment.flags:
        if raised.flag not in same and raised.flag in titles:
            yield f"{titles[raised.flag]} ({SEVERITY_TITLES[raised.severity].lower()})"


def _comparable(earlier: Taken, now: Taken) -> frozenset[str]:
    """The flags of which both mean the same."""
    known = {flag.link_id: flag for flag in earlier.reading.definition.flags}
    is_same_one = earlier.reading.definition.key == now.reading.definition.key
    return frozenset(
        flag.link_id
        for flag in now.reading.definition.flags
        if flag.link_id in known and (is_same_one or _rules(flag) == _rules(known[flag.link_id]))
    )


def _rules(flag: Flag) -> list[tuple[str, str]]:
    return [(rule.severity, rule.when) for rule in flag.rules]


def _state(link_id: str, taken: Taken) -> str:
    """A flag's state in words: its severity, with what could not be ruled out above it."""
    raised = next((SEVERITY_TITLES[one.severity] for one in taken.assessment.flags if one.flag == link_id), "")
    is_open = any(one.flag == link_id for one in taken.assessment.unresolved)
    if raised and is_open:
        return f"{raised}; more {OPEN.lower()}"
    return raised or (OPEN if is_open else RULED_OUT)


def _medicines(taken: Taken) -> dict[str, str] | None:
    """The names of the medicines that were listed, by what makes each the same; None when the list is not known."""
    found: dict[str, str] = {}
    is_known = False
    for question in taken.reading.definition.questions():
        answer = taken.answer(question.link_id)
        if question.type != "medicines" or taken.question(question.link_id) is None:
            continue
        if answer is None or not answer.is_known or not isinstance(answer.value, tuple):
            return None
        is_known = True
        for entry in answer.value:
            if isinstance(entry, MedicineEntry):
                found[entry.code or entry.text.casefold()] = _name(entry, question, taken)
    return found if is_known else None


def _name(entry: MedicineEntry, question: Question, taken: Taken) -> str:
    vocabularies = {one.key: one for one in taken.reading.definition.vocabularies}
    return display_medicine(entry, LANGUAGE, vocabularies.get(question.vocabulary))
