"""Whether each rule makes sense: its names exist, its tests fit the questions' types, and nothing looks ahead.

`problems` returns everything that is wrong at once; the compiler refuses a definition with any.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from .definition import Question, Score
from .mistakes import RuleError
from .ruleset import Place, RuleProblem, Ruleset
from .scores import option_points
from .symbols import Symbols, option_codes
from .tree import (
    TODAY,
    Compare,
    Count,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Measure,
    Number,
    Operand,
    ProfileIs,
    Reference,
    StateTest,
    Total,
    Within,
    leaves,
)

DATES = ("date", "partial_date", "ago")
ONE_CODE = ("yes_no", "choice", "acknowledgement")
NUMBERS = ("integer", "decimal", "height", "weight")
PARTS = ("systolic", "diastolic")
RULES = {"ask_when", "stale_when"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def problems(symbols: Symbols, rules: Ruleset) -> tuple[RuleProblem, ...]:
    """Everything wrong with a definition's rules, in the order it is written."""
    found = list(rules.problems)
    for place, tree in rules.places:
        inside = symbols.entries_of.get(place.link_id, "") if place.kind in RULES else ""
        found += [place.problem(error.message, error.hint, error.position)
                  for error in _check(symbols, tree, inside)]  # fmt: skip
    found += _check_names(symbols)
    for score in symbols.scores.values():
        found += _check_score(symbols, score)
    return tuple(found)


def _check_names(symbols: Symbols) -> Iterator[RuleProblem]:
    """Names that generated code could not tell apart or must not contain."""
    definition = symbols.definition
    lists = [[found.link_id for found in kind]
             for kind in (definition.flags, definition.notes, definition.inconsistencies)]  # fmt: skip
    for name in [*symbols.twice, *(name for listed in lists for name in _repeated(listed))]:
        yield _name(name).problem(f"“{name}” is used for two things.", "Give one of them another link_id.")
    named = [*symbols.sections, *symbols.questions, *symbols.scores, *symbols.variables, *symbols.parameters]
    for name in [*named, *(name for listed in lists for name in listed)]:
        if not _NAME.fullmatch(name):
            yield _name(name).problem(f"“{name}” is not a link_id.", "Use letters, digits and underscores.")
    for name, question in symbols.questions.items():
        if question.type == "group" and (name in symbols.group_of or name in symbols.entries_of):
            yield _name(name).problem(f"“{name}” is a group inside a group.", "Ask its questions on their own.")


def _repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _name(name: str) -> Place:
    return Place("name", name, f"name {name}", "")


def _check(symbols: Symbols, tree: Expr, inside: str) -> Iterator[RuleError]:
    for leaf in leaves(tree):
        try:
            _check_leaf(symbols, leaf, inside)
        except RuleError as error:
            yield error
        for operand in (leaf.left, leaf.right) if isinstance(leaf, Compare) else ():
            if isinstance(operand, Count) and operand.where is not None and operand.group in symbols.questions:
                yield from _check(symbols, operand.where, operand.group)


def _check_leaf(symbols: Symbols, leaf: Expr, inside: str) -> None:
    match leaf:
        case Compare():
            _check_operand(symbols, leaf.left, inside)
            _check_operand(symbols, leaf.right, inside)
        case Is() | MayBe():
            _check_is(symbols, leaf, inside)
        case Includes():
            _check_includes(symbols, leaf, inside)
        case StateTest():
            _check_state(symbols, leaf, inside)
        case Within():
            _check_within(symbols, leaf, inside)
        case ProfileIs():
            _check_profiles(symbols, leaf)
        case Holds():
            _check_holds(symbols, leaf)
        case _:
            raise ValueError(leaf)


def _question(symbols: Symbols, reference: Reference, inside: str) -> Question:
    name, group = reference.name, symbols.entries_of.get(reference.name)
    if name not in symbols.questions:
        raise RuleError(f"There is no question “{name}”.", reference.at, "Check the spelling of its link_id.")
    if group is not None and group != inside:
        hint = f"Write, for example, “count({group} where …) >= 1”."
        raise RuleError(f"“{name}” is answered once for each entry of “{group}”.", reference.at, hint)
    return symbols.questions[name]


def _whole_question(symbols: Symbols, reference: Reference, inside: str) -> Question:
    if reference.part:
        message = f"“{reference.name}.{reference.part}” is a number."
        raise RuleError(message, reference.at, "Compare it, as in “>= 160”.")
    return _question(symbols, reference, inside)


def _check_codes(question: Question, codes: tuple[str, ...], known: tuple[str, ...], at: int) -> None:
    for code in codes:
        if code not in known:
            hint = f"It has: {', '.join(known)}." if 0 < len(known) <= 12 else "Check the spelling of the code."
            raise RuleError(f"“{question.link_id}” has no answer “{code}”.", at, hint)


def _check_is(symbols: Symbols, leaf: Is | MayBe, inside: str) -> None:
    question = _whole_question(symbols, leaf.question, inside)
    if question.type in ONE_CODE:
        return _check_codes(question, leaf.codes, option_codes(question), leaf.at)
    hint = "Compare it with a number, as in “>= 3”."
    if question.type in ("multiple_choice", "medicines"):
        hint = f"Write “{question.link_id} includes {leaf.codes[0]}”."
    if question.type in DATES:
        hint = f"Write, for example, “{question.link_id} within 6 weeks of today”."
    raise RuleError(f"“{question.link_id}” is not answered with one code.", leaf.at, hint)


def _check_includes(symbols: Symbols, leaf: Includes, inside: str) -> None:
    question = _whole_question(symbols, leaf.question, inside)
    if question.type == "multiple_choice":
        return _check_codes(question, leaf.codes, option_codes(question), leaf.at)
    if question.type == "medicines":
        known = frozenset[str]().union(*symbols.medicine_keys(question).values())
        classes = {entry.key for vocabulary in symbols.definition.vocabularies
                   if vocabulary.key == question.vocabulary for entry in vocabulary.classes}  # fmt: skip
        return _check_codes(question, leaf.codes, tuple(sorted(known | classes)), leaf.at)
    hint = f"Write “{question.link_id} is {leaf.codes[0]}”." if question.type in ONE_CODE else ""
    raise RuleError(f"“{question.link_id}” is not a list to choose from.", leaf.at, hint)


def _check_part(question: Question, reference: Reference) -> None:
    if question.type != "blood_pressure" or reference.part not in PARTS:
        message = f"“{reference.name}” has no part “{reference.part}”."
        raise RuleError(message, reference.at, "A blood pressure has the parts systolic and diastolic.")


def _check_state(symbols: Symbols, leaf: StateTest, inside: str) -> None:
    question = _question(symbols, leaf.question, inside)
    if leaf.question.part:
        _check_part(question, leaf.question)
    if question.type == "group" and not question.repeats:
        raise RuleError(f"“{question.link_id}” is a heading; it has no answer.", leaf.at, "Name one of its questions.")


def _check_within(symbols: Symbols, leaf: Within, inside: str) -> None:
    dated = [leaf.question] if leaf.anchor == TODAY else [leaf.question, Reference(leaf.anchor, at=leaf.at)]
    for reference in dated:
        question = _whole_question(symbols, reference, inside)
        if question.type not in DATES:
            raise RuleError(f"“{reference.name}” is not a date.", reference.at, "“within” compares dates.")
    if isinstance(leaf.number, Reference) and leaf.number.name not in symbols.parameters:
        message = f"There is no parameter “{leaf.number.name}”."
        raise RuleError(message, leaf.number.at, "Write a number, or the key of a parameter.")


def _check_profiles(symbols: Symbols, leaf: ProfileIs) -> None:
    known = [profile.key for profile in symbols.definition.profiles]
    for profile in leaf.profiles:
        if known and profile not in known:
            raise RuleError(f"There is no profile “{profile}”.", leaf.at, f"There is: {', '.join(known)}.")


def _check_holds(symbols: Symbols, leaf: Holds) -> None:
    name = leaf.variable
    if name in symbols.variables:
        return
    if name in symbols.questions:
        hint = f"Write, for example, “{name} is yes” or “{name} is answered”."
        raise RuleError(f"“{name}” is a question; say what its answer must be.", leaf.at, hint)
    if name in symbols.scores or name in symbols.parameters:
        raise RuleError(f"“{name}” is a number.", leaf.at, f"Compare it, as in “{name} >= 3”.")
    raise RuleError(f"There is no variable “{name}”.", leaf.at, "Check the spelling of its link_id.")


def _check_operand(symbols: Symbols, operand: Operand, inside: str) -> None:
    match operand:
        case Number():
            return
        case Reference():
            _check_number(symbols, operand, inside)
        case Measure():
            _check_measure(symbols, operand)
        case Count():
            question = _question(symbols, Reference(operand.group, at=operand.at), inside)
            if question.type != "group" or not question.repeats:
                hint = "“count” is for groups that repeat."
                raise RuleError(f"“{operand.group}” is not a list of entries.", operand.at, hint)
        case Total():
            _check_total(symbols, operand, inside)


def _check_number(symbols: Symbols, reference: Reference, inside: str) -> None:
    if reference.name in symbols.scores or reference.name in symbols.parameters:
        if reference.part:
            raise RuleError(f"“{reference.name}” has no parts.", reference.at)
        return
    question = _question(symbols, reference, inside)
    if reference.part:
        return _check_part(question, reference)
    if question.type in NUMBERS or (question.type in ("choice", "yes_no") and option_points(question)):
        return
    raise RuleError(f"“{question.link_id}” is not a number.", reference.at, _number_hint(question))


def _number_hint(question: Question) -> str:
    if question.type == "blood_pressure":
        return f"Write “{question.link_id}.systolic” or “{question.link_id}.diastolic”."
    if question.type in DATES:
        return f"Write, for example, “{question.link_id} within 6 weeks of today”."
    return "Its options have no scores." if question.type == "choice" else ""


def _check_measure(symbols: Symbols, measure: Measure) -> None:
    for role in ("birth_date",) if measure.name == "age" else ("height", "weight"):
        question = symbols.by_role(role)
        fitting = DATES if role == "birth_date" else (role, "decimal", "integer")
        if question is None or question.type not in fitting or question.link_id in symbols.entries_of:
            message = f"“{measure.name}” needs a question with the role {role}."
            raise RuleError(message, measure.at, "Give the question that asks for it that role.")


def _check_total(symbols: Symbols, total: Total, inside: str) -> None:
    question = _question(symbols, Reference(total.question, at=total.at), inside)
    if question.type != "medicines":
        raise RuleError(f"“{total.question}” is not a medicine list.", total.at)
    if not symbols.factors(question, total.reference):
        hint = "Give the medicines that count a number under equivalents."
        raise RuleError(f"No medicine has an equivalent in “{total.reference}”.", total.at, hint)


def _check_score(symbols: Symbols, score: Score) -> Iterator[RuleProblem]:
    place = Place("score", score.link_id, f"score {score.link_id}", "")
    if not score.items:
        yield place.problem("The score has no items.", "List the link_ids of the questions it adds up.")
    for name in score.items:
        question = symbols.questions.get(name)
        if question is None or name in symbols.entries_of:
            yield place.problem(f"There is no question “{name}” to add up.", "Check the spelling of its link_id.")
        elif not _can_score(question):
            hint = "It needs option scores, or a number with a minimum and a maximum."
            yield place.problem(f"“{name}” cannot be added up.", hint)
    gate = symbols.questions.get(score.gate)
    if score.gate and (gate is None or gate.type != "yes_no" or score.gate in symbols.entries_of):
        yield place.problem(f"The gate “{score.gate}” is not a yes/no question.", "Name a yes/no question.")


def _can_score(question: Question) -> bool:
    if question.type in ("integer", "decimal"):
        return question.minimum is not None and question.maximum is not None
    return question.type in ("yes_no", "choice") and bool(option_points(question))
