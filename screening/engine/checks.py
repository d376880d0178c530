"""Everything wrong with a definition, all at once, each with an id, a place and what to do.

>>> from .definition import Flag, Question, Review, Rule, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> rule = Rule(severity="caution", when="strok is yes")
>>> flag = Flag(link_id="stroke_flag", title={"en": "Stroke"}, why={"en": "…"}, discussion={"en": "…"}, rules=(rule,))
>>> page = Section(link_id="brain", title={"en": "Brain"}, questions=(stroke,))
>>> review = Review(clinical="Dr. Ada Example")
>>> found = check(Definition(key="k", title={"en": "K"}, sections=(page,), flags=(flag,), review=review))
>>> [(problem.id, problem.severity, problem.place) for problem in found]
[('Q302', 'error', 'flag stroke_flag, caution rule'), ('Q604', 'warning', 'flag stroke_flag')]
>>> print(found[0].pointed)
strok is yes
^ There is no question “strok”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .checking import flags, names, questions, rules, scores, texts, wording
from .checking.catalogue import CATALOGUE, Problem
from .checking.scores import wording_sha256
from .checking.subject import Subject, read_subject
from .definition import Definition

__all__ = ["CATALOGUE", "CHECKS", "Problem", "check", "errors", "wording_sha256"]

CHECKS: tuple[Callable[[Subject], Iterable[Problem]], ...] = (
    names.duplicates,
    names.ill_formed,
    names.reserved,
    names.emptiness,
    texts.languages,
    texts.missing,
    texts.untranslated,
    texts.foreign,
    texts.unreviewed,
    wording.hard_to_read,
    wording.unsafe,
    rules.unreadable,
    rules.senseless,
    rules.looking_ahead,
    rules.unguarded,
    rules.stale,
    questions.options,
    questions.unused_fields,
    questions.bounds,
    questions.groups,
    questions.medicine_lists,
    questions.roles,
    questions.unknowns,
    scores.repeated_items,
    scores.bands,
    scores.instrument_names,
    scores.instrument_items,
    scores.wording,
    scores.switched_off,
    flags.rules,
    flags.sources,
    flags.note_flags,
    flags.monotone,
    flags.vocabularies,
    flags.parameters,
    flags.profiles,
)


def check(definition: Definition) -> list[Problem]:
    """Every problem: errors first, then by id; in the definition's order within each. Never raises."""
    subject = read_subject(definition)
    found = [problem for look in CHECKS for problem in look(subject)]
    return sorted(found, key=lambda problem: (problem.severity != "error", problem.id))


def errors(definition: Definition) -> list[Problem]:
    """The problems that block publishing."""
    return [problem for problem in check(definition) if problem.severity == "error"]
