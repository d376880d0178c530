"""What was told beside the answers of a point: what they were asked because of, and what followed them up.

Every question that is asked on a condition has grounds: the answers that its condition looks for and finds. They lead
up from an answer to what it follows up, and down to what follows it up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from screening.engine import journey
from screening.engine.answers import MedicineEntry
from screening.engine.definition import Question
from screening.engine.tree import Expr, Holds, Includes, Is, MayBe, leaves

from .wording import Reading, is_no

Ground = tuple[str, str]
"""A question, and the code of its answer or of one entry of it; "" stands for its answer as a whole."""


def answered_beside(
    names: Collection[str], reading: Reading, raised: Iterable[Expr] = (), milder: Iterable[Expr] = ()
) -> tuple[Question, ...]:
    """The questions beside these answers that have an answer too, in their order: what these were asked because of,
    what else was told about that, and what follows up any of it. All stand in the sections of `names`.

    `raised` is the rule that these answers made true: of a list only what it finds there counts, so that what follows
    up another entry stays away. What the `milder` rules of its flag find counts too. Questions about safety are left
    out: they have a place of their own on the face sheet.
    """
    beside = _beside(names, reading)
    grounds = {name: frozenset(_grounds(condition, reading)) for name, condition in _conditions(beside, reading)}
    start = _start(names, reading, raised, milder)
    above = _above(start, grounds)
    details = {one.link_id for one in beside if _is_detail(one, reading) and grounds.get(one.link_id, set()) & above}
    told = {*_named(start | above), *_below(start | _all_of(details, reading), grounds, reading)}
    return tuple(one for one in beside if one.link_id in told.difference(names) and _is_told(one, reading))


def _beside(names: Collection[str], reading: Reading) -> list[Question]:
    """What was asked in the sections of these questions, themselves included."""
    shown = journey.shown(reading.compiled, reading.answers, reading.as_of, reading.settings)
    return [
        question
        for section in reading.definition.sections
        if any(question.link_id in names for question in section.questions)
        for question in section.questions
        if question.link_id in shown
    ]


def _is_told(question: Question, reading: Reading) -> bool:
    answer = reading.answers.get(question.link_id)
    return answer is not None and answer.is_known and question.link_id not in reading.compiled.safety_questions


def _conditions(questions: Iterable[Question], reading: Reading) -> Iterator[tuple[str, Expr]]:
    """The questions that are asked on a condition, with it."""
    for question in questions:
        condition = reading.compiled.ask_when.get(question.link_id)
        if condition is not None:
            yield question.link_id, condition


def _start(
    names: Collection[str], reading: Reading, raised: Iterable[Expr], milder: Iterable[Expr]
) -> frozenset[Ground]:
    """The answers to begin with: of a list what the rules find in it, of anything else the whole answer."""
    lists = {name for name in names if len(list(_entries(name, reading))) > 1}
    found = {ground for rule in raised for ground in _grounds(rule, reading) if ground[1] and ground[0] in lists}
    found |= _all_of(set(names) - _named(found), reading)
    return frozenset(found | {ground for rule in milder for ground in _grounds(rule, reading) if ground[1]})


def _above(start: frozenset[Ground], grounds: Mapping[str, frozenset[Ground]]) -> frozenset[Ground]:
    """The answers that these were asked because of, and so on. Of a list that is among these, nothing more."""
    found: set[Ground] = set()
    known = names = _named(start)
    while new := {ground for name in names for ground in grounds.get(name, ()) if ground[1]} - found:
        found |= new
        names = _named(new)
    return frozenset(ground for ground in found if ground in start or ground[0] not in known)


def _below(start: Iterable[Ground], grounds: Mapping[str, frozenset[Ground]], reading: Reading) -> set[str]:
    """The questions that were asked because of these answers, and so on, with those of the answers themselves."""
    found = set(start)
    while new := {name for name, because in grounds.items() if because & found} - _named(found):
        found |= _all_of(new, reading)
    return _named(found)


def _is_detail(question: Question, reading: Reading) -> bool:
    """Whether an answer says more than yes, no or none: when, which, how often, in their own words."""
    answer = reading.answers.get(question.link_id)
    return question.type != "yes_no" and answer is not None and not is_no(question, answer)


def _named(found: Iterable[Ground]) -> set[str]:
    return {name for name, _ in found}


def _all_of(names: Iterable[str], reading: Reading) -> set[Ground]:
    """Every ground that these answers can be."""
    return {(name, code) for name in names for code in ("", *(code for code, _ in _entries(name, reading)))}


def _grounds(condition: Expr, reading: Reading) -> Iterator[Ground]:
    """What a condition looks for and finds among the answers. A test without codes is about an answer as a whole."""
    for leaf in leaves(condition):
        match leaf:
            case Holds():
                yield from _grounds(reading.compiled.rules.variables[leaf.variable], reading)
            case Is() | MayBe() | Includes():
                name = leaf.question.name
                entries = list(_entries(name, reading))
                yield from ((name, code) for code, keys in entries if not keys.isdisjoint(leaf.codes))
                if not entries:  # open, and perhaps asked for another reason: what was told still belongs to it
                    yield name, ""
            case _:
                yield from ((name, "") for name in reading.compiled.dependencies.questions(leaf))


def _entries(name: str, reading: Reading) -> Iterator[tuple[str, frozenset[str]]]:
    """The code of an answer, or of each entry of a list, with all that a rule finds it by."""
    answer, question = reading.answers.get(name), reading.compiled.questions.get(name)
    value = answer.value if answer is not None and question is not None else None
    keys = reading.compiled.symbols.medicine_keys(question) if question is not None else {}
    for entry in value if isinstance(value, tuple) else (value,):
        if isinstance(entry, MedicineEntry):
            yield entry.code, keys.get(entry.code, frozenset())
        elif isinstance(entry, str):
            yield entry, frozenset({entry})
