"""Follow-ups on the same page: which questions appear with an answer given beside them, and when a browser can tell.

The server always decides. Where one choice on the same page is enough to ask, a browser can show or hide the
follow-up at once; anything else appears when the page comes back.

>>> from .compiler import compile_definition
>>> from .definition import Definition
>>> stroke = Question(link_id="stroke", type="yes_no", text={})
>>> when = Question(link_id="stroke_when", type="ago", text={}, ask_when="stroke may be yes")
>>> heart = Section(link_id="heart", title={}, questions=(stroke, when))
>>> compiled = compile_definition(Definition(key="k", title={}, sections=(heart,)))
>>> potential_follow_ups(compiled, heart)[0].reveal
Reveal(any_of={'stroke': ('yes', 'not_sure', 'declined')})
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from .compiler import Compiled
from .definition import Question, Section
from .symbols import option_codes
from .tree import Expr, Holds, Includes, Is, MayBe, Not, Or, Reference, StateTest

ONE_CODE = ("yes_no", "choice")
UNKNOWN = ("not_sure", "declined")


class Reveal(msgspec.Struct, frozen=True):
    """Show the follow-up while one of these questions, itself showing, has one of its values chosen."""

    any_of: dict[str, tuple[str, ...]]


class FollowUp(msgspec.Struct, frozen=True):
    """A question that may appear on its page. `depends_on` are questions of the same page; `reveal` is None where only
    the server can tell."""

    question: Question
    depends_on: tuple[str, ...]
    reveal: Reveal | None


def potential_follow_ups(compiled: Compiled, section: Section) -> tuple[FollowUp, ...]:
    """The questions of a section, items of groups among them, that depend on other questions of the same section."""
    questions = {question.link_id: question for question in _all(section)}
    found: list[FollowUp] = []
    for question in questions.values():
        tree = compiled.ask_when.get(question.link_id)
        needed = compiled.dependencies.questions(tree) if tree is not None else frozenset()
        beside = tuple(link_id for link_id in questions if link_id in needed)
        if tree is not None and beside:
            reveal = _reveal(compiled, tree, needed) if needed <= set(questions) else None
            found.append(FollowUp(question, beside, reveal))
    return tuple(found)


def _all(section: Section) -> Iterator[Question]:
    for question in section.questions:
        yield question
        yield from question.items


def _reveal(compiled: Compiled, tree: Expr, needed: frozenset[str]) -> Reveal | None:
    if len(needed) == 1:
        (link_id,) = needed
        values = _values(compiled, tree, compiled.questions[link_id])
        return Reveal({link_id: tuple(dict.fromkeys(values))}) if values else None
    return _any_of(compiled, tree)


def _any_of(compiled: Compiled, tree: Expr) -> Reveal | None:
    """A condition over several questions, where any one of them is enough."""
    match tree:
        case Holds(variable):
            return _any_of(compiled, compiled.rules.variables[variable])
        case Or(items):
            parts = [_reveal(compiled, item, compiled.dependencies.questions(item)) for item in items]
            return _merged([part for part in parts if part is not None]) if all(parts) else None
        case _:
            return None


def _merged(parts: list[Reveal]) -> Reveal:
    any_of: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for link_id, values in part.any_of.items():
            any_of[link_id] = tuple(dict.fromkeys((*any_of.get(link_id, ()), *values)))
    return Reveal(any_of)


def _values(compiled: Compiled, tree: Expr, question: Question) -> list[str] | None:
    """The choices that make a condition true, or None when that cannot be said in choices."""
    match tree:
        case Is(Reference(part=""), codes) if question.type in ONE_CODE:
            return list(codes)
        case MayBe(Reference(part=""), codes) if question.type in ONE_CODE:
            return [*codes, *(state for state in UNKNOWN if state in question.unknowns)]
        case Includes(Reference(part=""), 1, codes) if question.type == "multiple_choice":
            return list(codes)
        case StateTest(Reference(part=""), state) if state in UNKNOWN and state in question.unknowns:
            return [state]
        case Not(Is(Reference(part=""), codes)) if question.type in ONE_CODE:
            return [code for code in option_codes(question) if code not in codes]
        case Holds(variable):
            return _values(compiled, compiled.rules.variables[variable], question)
        case Or(items):
            inside = [_values(compiled, item, question) for item in items]
            return [value for values in inside for value in values or ()] if all(inside) else None
        case _:
            return None
