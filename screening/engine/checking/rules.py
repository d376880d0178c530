"""Rules: readable, about things that exist and fit, never looking ahead, and safe to negate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from screening.engine import dependencies, rulecheck
from screening.engine.hints import did_you_mean
from screening.engine.mistakes import RuleError
from screening.engine.ruleset import RuleProblem
from screening.engine.tree import And, Expr, Not, StateTest, leaves, names, parts

from .catalogue import Problem
from .subject import Subject, problem

_NO_SUCH = re.compile(r"There is no (?:question|variable|parameter|profile) “([^”]+)”")


def unreadable(subject: Subject) -> Iterator[Problem]:
    """Q301."""
    for found in subject.rules.problems:
        yield _rule_problem("Q301", subject, found)


def senseless(subject: Subject) -> Iterator[Problem]:
    """Q302, and Q501 for what is wrong with a score's items. Names used twice are Q101."""
    for found in rulecheck.problems(subject.symbols, subject.rules):
        if found.kind == "score":
            yield problem("Q501", found.place, found.link_id, message=found.message, hint=found.hint)
        elif found.kind != "name" and found not in subject.rules.problems:
            yield _rule_problem("Q302", subject, found)


def looking_ahead(subject: Subject) -> Iterator[Problem]:
    """Q303: conditions that use later questions, and circles among variables."""
    for found in dependencies.problems(subject.symbols, subject.rules):
        yield _rule_problem("Q303", subject, found)


def _rule_problem(id: str, subject: Subject, found: RuleProblem) -> Problem:  # noqa: A002
    pointed = RuleError(found.message, found.position).pointed(found.text) if found.text.strip() else ""
    hint = found.hint + _near(subject, found.message)
    return problem(id, found.place, found.link_id, pointed, message=found.message, hint=hint)


def _near(subject: Subject, message: str) -> str:
    missing = _NO_SUCH.match(message)
    symbols = subject.symbols
    known = [*symbols.questions, *symbols.variables, *symbols.scores, *symbols.parameters]
    return did_you_mean(missing[1], known) if missing else ""


def unguarded(subject: Subject) -> Iterator[Problem]:
    """Q304: "is not" is exactly "not (… is …)", so it holds for a question that was never asked. A guard is another
    test, beside it under "and", of the question or of what decides whether it is asked."""
    for place, tree in subject.rules.places:
        if place.kind == "stale_when":  # counting as stale what was never asked is the cautious side
            continue
        around = set(subject.dependencies.asking(place.link_id)) - {tree} if place.kind == "ask_when" else set()
        for name in dict.fromkeys(_negated(subject, tree, frozenset(), around, is_negative=False)):
            yield problem("Q304", place.words, place.link_id, place.text, name=name)


def _negated(
    subject: Subject, tree: Expr, guards: frozenset[str], around: set[Expr], *, is_negative: bool
) -> Iterator[str]:
    if isinstance(tree, Not):
        yield from _negated(subject, tree.item, guards, around, is_negative=not is_negative)
        return
    inside = parts(tree)
    for item in inside:
        beside = guards
        if isinstance(tree, And) and not is_negative:
            beside = guards | frozenset().union(*(_affirmed(subject, other) for other in inside if other is not item))
        yield from _negated(subject, item, beside, around, is_negative=is_negative)
    if inside or not is_negative or isinstance(tree, StateTest):
        return
    for name in sorted(names(tree) & subject.symbols.questions.keys()):
        gates = [gate for gate in subject.dependencies.asking(name) if gate not in around]
        deciding = frozenset().union(*(subject.dependencies.questions(gate) for gate in gates)) | {name}
        if gates and not deciding & guards:
            yield name


def _affirmed(subject: Subject, tree: Expr) -> frozenset[str]:
    """The questions that a condition tests without negation."""
    if isinstance(tree, Not):
        return frozenset()
    inside = parts(tree)
    if not inside:
        return subject.dependencies.questions(tree)
    return frozenset().union(*(_affirmed(subject, item) for item in inside))


def stale(subject: Subject) -> Iterator[Problem]:
    """Q305 and Q306."""
    for name, tree in subject.rules.stale.items():
        place = f"question {name}, stale_when"
        if any(name in names(leaf) for leaf in leaves(tree)):
            yield problem("Q305", place, name)
        question = subject.symbols.questions.get(name)
        if question is not None and question.type in ("group", "acknowledgement"):
            yield problem("Q306", place, name, type=question.type)
