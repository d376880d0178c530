"""What would settle a rule that is unknown: the questions behind its unknown tests.

A question that is hidden because its gate is unknown is replaced by that gate; a stale answer of unknown date, by the
question that would date it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .deciding import Decider
from .definition import Question
from .dependencies import questions_behind
from .facts import Facts
from .flag_rules import Telling, telling
from .logic import FALSE, UNKNOWN
from .tree import Compare, Count, Expr, Includes, Operand, Reference, Total, Within, operands
from .values import Answer, PartialDate
from .variables import View


def would_settle(facts: Facts, expr: Expr, view: View = "rules") -> tuple[str, ...]:
    """The link_ids of the questions whose answers would settle an unknown condition, in the order they are asked."""
    return settled_by(facts, telling(facts.opening(expr, view)), view)


def settled_by(facts: Facts, told: Telling, view: View = "rules") -> tuple[str, ...]:
    """The same, from the tests that leave a condition open."""
    found = told.names if told.names is not None else set(_behind(facts, told.tests, view))
    return tuple(sorted(found, key=facts.symbols.position.__getitem__))


def _open(facts: Facts, expr: Expr, view: View) -> Iterator[str]:
    return _behind(facts, facts.opening(expr, view), view)


def _behind(facts: Facts, tests: Iterable[Decider], view: View) -> Iterator[str]:
    for test in tests:
        yield from (test.about,) if test.about else _leaf(facts, test.leaf, view)


def _leaf(facts: Facts, leaf: Expr, view: View) -> list[str]:
    """Of the questions a test looks at, those that are open; all that are asked if none is open by itself."""
    found = [name for operand in operands(leaf) for name in _operand(facts, operand, leaf, view)]
    asked = [name for operand in operands(leaf) for name in questions_behind(operand, facts.symbols)]
    return found or [name for name in asked if facts.asked(name) is not FALSE]


def _operand(facts: Facts, operand: Operand, leaf: Expr, view: View) -> Iterator[str]:
    part = operand.part if isinstance(operand, Reference) else ""
    for name in questions_behind(operand, facts.symbols):
        yield from _question(facts, name, view, leaf, part)
    if isinstance(operand, Reference) and operand.name in facts.symbols.scores:
        score = facts.symbols.scores[operand.name]
        for name in (*([score.gate] if score.gate else []), *score.items):
            yield from _question(facts, name, view, leaf, "")


def _question(facts: Facts, name: str, view: View, leaf: Expr, part: str) -> Iterator[str]:
    asked, answer = facts.asked(name), facts.answers.get(name)
    if asked is FALSE:
        return
    if asked is UNKNOWN:
        found = [link_id for gate, seen in facts.gates(name, UNKNOWN) for link_id in _open(facts, gate, seen)]
        yield from found or [name]
    elif answer is None or not answer.is_known:
        yield name
    elif view != "asked" and facts.is_stale(name):
        yield from _stale(facts, name)
    elif _is_vague(facts.symbols.questions[name], answer, leaf, part):
        yield name


def _stale(facts: Facts, name: str) -> Iterator[str]:
    """What would date the answer, if that is the trouble; else the question itself, to be answered afresh."""
    found = list(_open(facts, facts.compiled.rules.stale[name], "asked")) if name in facts.compiled.rules.stale else []
    yield from found or [name]


def _is_vague(question: Question, answer: Answer, leaf: Expr, part: str) -> bool:
    """Whether a known answer still leaves open what this test asks."""
    match leaf:
        case Within():
            return isinstance(answer.value, PartialDate) and answer.value.day is None
        case Includes():
            return question.type == "medicines"
        case Compare() if isinstance(leaf.left, Count | Total) or isinstance(leaf.right, Count | Total):
            return question.type in ("medicines", "group")
        case _ if part:
            return getattr(answer.value, part, None) is None
        case _:
            return _is_unscored(question, answer)


def _is_unscored(question: Question, answer: Answer) -> bool:
    if question.type == "choice":
        return all(option.score is None for option in question.options if option.code == answer.value)
    return isinstance(answer.value, PartialDate) and answer.value.day is None
