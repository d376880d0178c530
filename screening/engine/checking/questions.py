"""Questions: options, bounds, groups, roles, and what each type needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from screening.engine.definition import Question, QuestionType, Role
from screening.engine.limits import MOST

from .catalogue import Problem
from .subject import Subject, problem

CHOICES = ("choice", "multiple_choice")
NUMBERS = ("integer", "decimal")
TEXTS = ("text", "long_text")

ROLES: dict[Role, tuple[QuestionType, ...]] = {
    "given_name": ("text",),
    "family_name": ("text",),
    "birth_date": ("date", "partial_date"),
    "sex": ("choice",),
    "phone": ("phone",),
    "email": ("email",),
    "whereabouts": ("text", "long_text"),
    "reason": ("choice", "multiple_choice", "text", "long_text"),
    "route": ("choice", "multiple_choice"),
    "height": ("height",),
    "weight": ("weight",),
    "allergies": ("yes_no", "choice", "multiple_choice", "text", "long_text"),
    "past_treatment": ("yes_no", "choice", "multiple_choice", "text", "long_text"),
    "answered_by": ("choice",),
    "emergency": ("yes_no", "multiple_choice"),
}
SHARED_ROLES: frozenset[Role] = frozenset({"allergies", "past_treatment", "emergency"})
"""Roles that several questions may have: their answers are listed one after another, or each counts by itself."""

BOUNDS = {"decimals": (0, 6), "maximum_length": (1, MOST), "maximum_entries": (1, 200)}


def _questions(subject: Subject) -> Iterator[Question]:
    for section in subject.definition.sections:
        for question in section.questions:
            yield from (question, *question.items)


def options(subject: Subject) -> Iterator[Problem]:
    """Q401 to Q405 and Q418."""
    for question in _questions(subject):
        name, place = question.link_id, f"question {question.link_id}"
        codes = Counter(option.code for option in question.options)
        if question.type in CHOICES and not codes:
            yield problem("Q401", place, name)
        yield from (problem("Q402", place, name, name=code) for code, count in codes.items() if count > 1)
        if question.type == "yes_no" and codes and set(codes) != {"yes", "no"}:
            yield problem("Q403", place, name)
        yield from _exclusive(question, place)
        scored = [option.score is not None for option in question.options]
        if any(scored) and not all(scored):
            yield problem("Q418", place, name)


def _exclusive(question: Question, place: str) -> Iterator[Problem]:
    alone = sum(option.exclusive for option in question.options)
    if alone and question.type != "multiple_choice":
        yield problem("Q405", place, question.link_id)
    elif alone > 1:
        yield problem("Q404", place, question.link_id)


def unused_fields(subject: Subject) -> Iterator[Problem]:
    """Q406."""
    for question in _questions(subject):
        given = {
            "options": bool(question.options) and question.type not in (*CHOICES, "yes_no"),
            "minimum": question.minimum is not None and question.type not in NUMBERS,
            "maximum": question.maximum is not None and question.type not in NUMBERS,
            "unit": bool(question.unit) and question.type not in NUMBERS,
            "maximum_length": question.maximum_length is not None and question.type not in TEXTS,
            "vocabulary": bool(question.vocabulary) and question.type not in ("medicines", "group"),
        }
        for field, is_useless in given.items():
            if is_useless:
                yield problem("Q406", f"question {question.link_id}", question.link_id, type=question.type, field=field)


def bounds(subject: Subject) -> Iterator[Problem]:
    """Q407 and Q408."""
    for question in _questions(subject):
        name, place = question.link_id, f"question {question.link_id}"
        if question.minimum is not None and question.maximum is not None and question.minimum > question.maximum:
            yield problem("Q407", place, name)
        for field, (low, high) in BOUNDS.items():
            value = getattr(question, field)
            if value is not None and not low <= value <= high:
                yield problem("Q408", place, name, field=field, bounds=f"from {low} to {high}")


def groups(subject: Subject) -> Iterator[Problem]:
    """Q409 to Q411."""
    for question in _questions(subject):
        name, place = question.link_id, f"question {question.link_id}"
        if question.type == "group" and not question.items:
            yield problem("Q409", place, name)
        if question.type != "group" and (question.items or question.repeats):
            yield problem("Q411", place, name)
        for item in question.items:
            if item.type == "group":
                yield problem("Q410", f"question {item.link_id}", item.link_id)


def medicine_lists(subject: Subject) -> Iterator[Problem]:
    """Q412: a list must say which names it knows."""
    known = [vocabulary.key for vocabulary in subject.definition.vocabularies]
    for question in _questions(subject):
        if question.type == "medicines" and question.vocabulary not in known:
            name = f" “{question.vocabulary}” that exists" if question.vocabulary else ""
            yield problem("Q412", f"question {question.link_id}", question.link_id, name=name, known=", ".join(known))


def roles(subject: Subject) -> Iterator[Problem]:
    """Q413 to Q415."""
    seen: set[str] = set()
    for question in _questions(subject):
        if question.role is None:
            continue
        name, place, known = question.link_id, f"question {question.link_id}", ROLES[question.role]
        if question.role in seen - SHARED_ROLES:
            yield problem("Q413", place, name, role=question.role)
        seen.add(question.role)
        if question.type not in known:
            yield problem("Q414", place, name, role=question.role, type=question.type, known=", ".join(known))
        if name in subject.symbols.entries_of:
            yield problem("Q415", place, name)


def unknowns(subject: Subject) -> Iterator[Problem]:
    """Q416 and Q417."""
    for question in _questions(subject):
        place = f"question {question.link_id}"
        if question.type == "acknowledgement":
            if question.unknowns:
                yield problem("Q417", place, question.link_id)
        elif question.required and question.role is None and "declined" not in question.unknowns:
            yield problem("Q416", place, question.link_id)
