"""A neutral questionnaire to compare engines with: made up from a seed, and written so that every engine can say it.

150 questions (60 of them asked only when a condition holds), 60 conditions, 6 scores, 60 flags with one or two rules.
An expression is a tuple: `("is", question, code)`, `(">=", question, number)`, `("total", score, number)`,
`("and", …)`, `("or", …)`, `("not", expression)`, `("at_least", number, …)`.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from typing import Any

from screening.engine.definition import Definition, Flag, Option, Question, Rule, Score, Section, Severity
from screening.engine.values import Answer

TODAY = datetime.date(2026, 1, 31)
POINTS = (0, 1, 2, 3)
CODES = ("never", "seldom", "often", "always")
HIGHEST = 10
"""Of a number that is asked for; the lowest is 0."""
SEVERITIES: tuple[Severity, ...] = ("contraindication", "caution")
Expr = tuple[Any, ...]
Response = dict[str, Any]
"""Answers by question: a code or a number; None for “not sure”."""


@dataclass(frozen=True)
class Workload:
    """`conditions` by the question that each one gates; `rules` by flag and severity, the highest first."""

    kinds: dict[str, str]
    conditions: dict[str, Expr]
    scores: dict[str, list[str]]
    rules: dict[str, dict[str, Expr]]
    seed: int = field(default=0)


def make(*, questions: int = 150, gated: int = 60, scores: int = 6, flags: int = 60, seed: int = 20) -> Workload:
    """The same workload for the same numbers."""
    chance = random.Random(seed)
    kinds = {f"q{number}": chance.choice(("yes_no", "yes_no", "integer", "choice")) for number in range(questions)}
    free = list(kinds)[: questions - gated]
    items = [name for name in free if kinds[name] == "choice"]
    totals = {f"s{number}": chance.sample(items, min(8, len(items))) for number in range(scores)}
    conditions = {name: _tree(chance, kinds, free, {}, depth=1) for name in list(kinds)[questions - gated :]}
    rules = {f"f{number}": _rules(chance, kinds, totals) for number in range(flags)}
    return Workload(kinds, conditions, totals, rules, seed)


def _rules(chance: random.Random, kinds: dict[str, str], totals: dict[str, list[str]]) -> dict[str, Expr]:
    severities = SEVERITIES[chance.randrange(2) :]
    return {severity: _tree(chance, kinds, list(kinds), totals, depth=2) for severity in severities}


def _tree(
    chance: random.Random, kinds: dict[str, str], names: list[str], totals: dict[str, Any], *, depth: int
) -> Expr:
    if depth == 0:
        return _leaf(chance, kinds, names, totals)
    parts = tuple(_tree(chance, kinds, names, totals, depth=depth - 1) for _ in range(chance.randint(2, 3)))
    match chance.randrange(8):
        case 0 if depth == 1:
            return ("and", parts[0], ("not", parts[1]))
        case 1:
            return ("at_least", 2, *parts)
        case 2 | 3:
            return ("or", *parts)
        case _:
            return ("and", *parts)


def _leaf(chance: random.Random, kinds: dict[str, str], names: list[str], totals: dict[str, Any]) -> Expr:
    if totals and chance.random() < 0.1:
        return ("total", chance.choice(list(totals)), chance.randint(4, 16))
    name = chance.choice(names)
    match kinds[name]:
        case "yes_no":
            return ("is", name, "yes")
        case "choice":
            return ("is", name, chance.choice(CODES[1:]))
        case _:
            return (">=", name, chance.randint(3, HIGHEST - 1))


def responses(workload: Workload, number: int, *, unsure: float) -> list[Response]:
    """Made-up responses, most of their answers the milder ones, a share `unsure` of them “not sure”."""
    chance = random.Random(workload.seed + 1)
    return [{name: _given(chance, kind, unsure) for name, kind in workload.kinds.items()} for _ in range(number)]


def _given(chance: random.Random, kind: str, unsure: float) -> str | int | None:
    if chance.random() < unsure:
        return None
    match kind:
        case "yes_no":
            return "yes" if chance.random() < 0.15 else "no"
        case "choice":
            return CODES[min(chance.randrange(len(CODES)), chance.randrange(len(CODES)))]
        case _:
            return min(chance.randint(0, HIGHEST), chance.randint(0, HIGHEST), chance.randint(0, HIGHEST))


def definition(workload: Workload) -> Definition:
    """The workload as one of our definitions, a dozen questions a section."""
    asked = [_question(workload, name) for name in workload.kinds]
    pages = [tuple(asked[start : start + 12]) for start in range(0, len(asked), 12)]
    return Definition(
        key="neutral",
        title={"en": "Neutral"},
        sections=tuple(
            Section(link_id=f"page{number}", title={"en": "Page"}, questions=page) for number, page in enumerate(pages)
        ),
        scores=tuple(Score(link_id=name, title={"en": name}, items=tuple(i)) for name, i in workload.scores.items()),
        flags=tuple(_flag(name, rules) for name, rules in workload.rules.items()),
    )


def _question(workload: Workload, name: str) -> Question:
    kind = workload.kinds[name]
    options = tuple(
        Option(code=code, text={"en": code}, score=points) for code, points in zip(CODES, POINTS, strict=True)
    )
    return Question(
        link_id=name,
        type=kind,
        text={"en": f"About {name}?"},
        ask_when=text_of(workload.conditions[name]) if name in workload.conditions else "",
        options=options if kind == "choice" else (),
        minimum=0 if kind == "integer" else None,
        maximum=HIGHEST if kind == "integer" else None,
    )


def _flag(name: str, rules: dict[str, Expr]) -> Flag:
    listed = tuple(Rule(severity=severity, when=text_of(when)) for severity, when in rules.items())
    return Flag(link_id=name, title={"en": name}, why={"en": name}, discussion={"en": name}, rules=listed)


def text_of(expr: Expr) -> str:
    """An expression in our own rule language.

    >>> text_of(("not", ("or", ("is", "q1", "yes"), (">=", "q2", 5))))
    'not (any of (q1 is yes, q2 >= 5))'
    """
    match expr:
        case ("is", name, code):
            return f"{name} is {code}"
        case (">=" | "total", name, number):
            return f"{name} >= {number}"
        case ("not", inner):
            return f"not ({text_of(inner)})"
        case ("at_least", number, *parts):
            return f"at least {number} of ({', '.join(map(text_of, parts))})"
        case (word, *parts):
            return f"{'all' if word == 'and' else 'any'} of ({', '.join(map(text_of, parts))})"
    raise ValueError(expr)


def answers(response: Response) -> dict[str, Answer]:
    """A response as the engine reads it."""
    return {name: _answer(value) for name, value in response.items()}


def _answer(value: str | int | None) -> Answer:
    if value is None:
        return Answer(state="not_sure", on=TODAY)
    return Answer(state="answered", value=value, on=TODAY)
