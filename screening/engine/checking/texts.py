"""Texts: there in the first language, and what the patient reads translated into the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from screening.engine.definition import Question, Section, Text

from .catalogue import Problem
from .subject import Subject, problem


class Written(NamedTuple):
    """One text: where it stands, whether it must be there, whether patients read it, whose published wording it is."""

    place: str
    link_id: str
    field: str
    text: Text
    is_required: bool = True
    is_for_patients: bool = True
    instrument: str = ""


def missing(subject: Subject) -> Iterator[Problem]:
    """Q201."""
    first = subject.definition.languages[0] if subject.definition.languages else "en"
    for written in texts(subject):
        if not written.text.get(first, "").strip() and (written.is_required or any(written.text.values())):
            yield problem("Q201", written.place, written.link_id, field=written.field, language=first)


def untranslated(subject: Subject) -> Iterator[Problem]:
    """Q202: only texts that patients read, and that are there to be translated; a locked instrument as a whole."""
    first, *others = subject.definition.languages or ("en",)
    locked = {one.key for one in subject.definition.instruments if one.wording_sha256 and not one.switched_off}
    off = {one.key for one in subject.definition.instruments if one.switched_off}
    whole: Counter[tuple[str, str]] = Counter()
    for written in texts(subject):
        for language in others if written.is_for_patients and written.text.get(first, "").strip() else ():
            if written.text.get(language, "").strip() or written.instrument in off:
                continue
            if written.instrument in locked:
                whole[written.instrument, language] += 1
            else:
                yield problem("Q202", written.place, written.link_id, field=written.field, language=language)
    for (key, language), count in whole.items():
        field = f"published wording ({count} {'text' if count == 1 else 'texts'})"
        yield problem("Q202", f"instrument {key}", key, field=field, language=language)


def unreviewed(subject: Subject) -> Iterator[Problem]:
    """Q801 and Q802: nobody is named as having reviewed the content, or a translation."""
    whole = subject.definition
    if not whole.review.clinical.strip():
        yield problem("Q801", "questionnaire, review")
    for language in whole.languages[1:]:
        if not whole.review.translations.get(language, "").strip():
            yield problem("Q802", "questionnaire, review", language=language)


def foreign(subject: Subject) -> Iterator[Problem]:
    """Q203."""
    for written in texts(subject):
        for language in sorted(written.text.keys() - set(subject.definition.languages)):
            yield problem("Q203", written.place, written.link_id, field=written.field, language=language)


def languages(subject: Subject) -> Iterator[Problem]:
    """Q204."""
    counts = Counter(subject.definition.languages)
    for language, count in counts.items():
        if count > 1 or not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
            yield problem("Q204", "questionnaire, languages", language=language)
    if not counts:
        yield problem("Q204", "questionnaire, languages", language="")


def texts(subject: Subject) -> Iterator[Written]:
    """Every text of a definition."""
    whole = subject.definition
    yield Written("questionnaire", "", "title", whole.title)
    for section in whole.sections:
        yield from _section(section)
    for instrument in whole.instruments:
        place = f"instrument {instrument.key}"
        yield Written(place, instrument.key, "preface", instrument.preface, False, instrument=instrument.key)
    yield from _for_clinicians(subject)


def _section(section: Section) -> Iterator[Written]:
    place = f"section {section.link_id}"
    yield Written(place, section.link_id, "title", section.title)
    yield Written(place, section.link_id, "introduction", section.introduction, is_required=False)
    for question in section.questions:
        for asked in (question, *question.items):
            yield from _question(asked)


def _question(question: Question) -> Iterator[Written]:
    name, place, instrument = question.link_id, f"question {question.link_id}", question.instrument
    yield Written(place, name, "text", question.text, instrument=instrument)
    yield Written(place, name, "short text", question.short, is_required=False, is_for_patients=False)
    yield Written(place, name, "hint", question.hint, is_required=False)
    yield Written(place, name, "explanation", question.explanation, is_required=False)
    for option in question.options:
        at = f"{place}, option {option.code}"
        yield Written(at, name, "text", option.text, instrument=instrument)
        yield Written(at, name, "hint", option.hint, is_required=False, instrument=instrument)


def _for_clinicians(subject: Subject) -> Iterator[Written]:
    whole = subject.definition
    found: list[tuple[str, str, str, Text]] = []
    for flag in whole.flags:
        fields = (("title", flag.title), ("reason why", flag.why), ("discussion point", flag.discussion))
        found += [("flag", flag.link_id, field, text) for field, text in fields]
        actions = ((rule.severity, rule.action) for rule in flag.rules if rule.action)
        found += [("flag", flag.link_id, f"action when {severity}", text) for severity, text in actions]
    for score in whole.scores:
        found.append(("score", score.link_id, "title", score.title))
        found += [("score", score.link_id, f"title of the band from {band.low:g}", band.title) for band in score.bands]
    found += [("variable", variable.link_id, "title", variable.title) for variable in whole.variables]
    found += [("note", note.link_id, "text", note.text) for note in whole.notes]
    found += [("inconsistency", one.link_id, "text", one.text) for one in whole.inconsistencies]
    found += [("profile", profile.key, "title", profile.title) for profile in whole.profiles]
    for vocabulary in whole.vocabularies:
        found += [("class", entry.key, "title", entry.title) for entry in vocabulary.classes]
        found += [("medicine group", entry.key, "title", entry.title) for entry in vocabulary.groups]
    for kind, name, field, text in found:
        yield Written(f"{kind} {name}", name, field, text, is_for_patients=False)
