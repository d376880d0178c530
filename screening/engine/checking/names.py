"""Names: well formed, not reserved, each used for one thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from screening.engine.definition import MEDICATION_LIST
from screening.engine.language import RESERVED

from .catalogue import Problem
from .subject import Subject, problem

PAGES = frozenset({"check", "code", "copy", "correct", "delete", "help", "notice", "send", "sent", "stay", "stop"})
"""Pages of the patient's way that are not sections."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_KEY = re.compile(r"\S{1,80}")


def duplicates(subject: Subject) -> Iterator[Problem]:
    """Q101. Sections, questions, scores, variables and parameters share one space; every other kind has its own."""
    for name in dict.fromkeys(subject.symbols.twice):
        yield problem("Q101", f"name {name}", name, name=name)
    for kind, names in _spaces(subject):
        for name, count in Counter(names).items():
            if count > 1:
                yield problem("Q101", f"{kind} {name}", name, name=name)


def _spaces(subject: Subject) -> Iterator[tuple[str, Iterable[str]]]:
    whole = subject.definition
    yield "flag", (flag.link_id for flag in whole.flags)
    yield "note", (note.link_id for note in whole.notes)
    yield "inconsistency", (found.link_id for found in whole.inconsistencies)
    yield "instrument", (instrument.key for instrument in whole.instruments)
    yield "source", (source.key for source in whole.sources)
    yield "profile", (profile.key for profile in whole.profiles)
    yield "vocabulary", (vocabulary.key for vocabulary in whole.vocabularies)
    for vocabulary in whole.vocabularies:
        yield "medicine", (medicine.code for medicine in vocabulary.medicines)
        yield "class", (entry.key for entry in vocabulary.classes)
        yield "medicine group", (entry.key for entry in vocabulary.groups)


def ill_formed(subject: Subject) -> Iterator[Problem]:
    """Q102."""
    labels = {"note", "inconsistency"}
    for kind, name in _all(subject):
        pattern = _KEY if kind == "source" else _LABEL if kind in labels else _NAME
        if not pattern.fullmatch(name):
            yield problem("Q102", f"{kind} {name}", name, name=name)


def reserved(subject: Subject) -> Iterator[Problem]:
    """Q103: words of the rule language, and a section named like a page."""
    free = {"note", "inconsistency", "source", "vocabulary", "instrument", "flag"}
    for kind, name in _all(subject):
        if (kind not in free and name in RESERVED) or (kind == "section" and name in PAGES):
            yield problem("Q103", f"{kind} {name}", name, name=name)
    for flag in subject.definition.flags:
        if flag.link_id == MEDICATION_LIST:
            yield problem("Q606", f"flag {flag.link_id}", flag.link_id, name=flag.link_id)


def _all(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every name with its kind, codes of options among them."""
    whole = subject.definition
    yield "questionnaire", whole.key
    for section in whole.sections:
        yield "section", section.link_id
        for question in section.questions:
            for asked in (question, *question.items):
                yield "question", asked.link_id
                yield from ((f"question {asked.link_id}, option", option.code) for option in asked.options)
    yield from (("score", score.link_id) for score in whole.scores)
    yield from (("variable", variable.link_id) for variable in whole.variables)
    yield from (("parameter", parameter.key) for parameter in whole.parameters)
    for kind, names in _spaces(subject):
        yield from ((kind, name) for name in names)


def emptiness(subject: Subject) -> Iterator[Problem]:
    """Q104 and Q105."""
    if not any(section.questions for section in subject.definition.sections):
        yield problem("Q104", "questionnaire")
    for section in subject.definition.sections:
        if not section.questions:
            yield problem("Q105", f"section {section.link_id}", section.link_id)
