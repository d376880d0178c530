"""What a rule compares besides plain answers: scores, measures, counts, totals and named conditions.

Each is worked out once per function and view. `derivation` returns its variables and the lines that set them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .definition import Question, Score
from .scores import bounds
from .tree import Compare, Count, Holds, Measure, Reference, Total
from .variables import View

if TYPE_CHECKING:
    from .codegen import Body

Derivation = tuple[tuple[str, ...], list[str]]
"""Variables, and the lines that set them."""


def derivation(body: Body, expr: Compare | Holds, view: View, number: int) -> Derivation:
    prefix = f"{'entry_' if body.outer else ''}{view}_"
    if isinstance(expr, Holds):
        return _named(body, expr, view, f"{prefix}{number}")
    names = (f"{prefix}low{number}", f"{prefix}high{number}")
    match expr.left:
        case Measure():
            return names, [f"{', '.join(names)} = {_measure(body, expr.left, view)}"]
        case Total():
            return names, [f"{', '.join(names)} = {_total(body, expr.left, view)}"]
        case Count():
            return names, [f"{', '.join(names)} = {_count(body, expr.left, view)}"]
        case Reference():
            return _score(body, body.symbols.scores[expr.left.name], view, names, f"{prefix}tally{number}")
        case _:
            raise ValueError(expr)


def _named(body: Body, expr: Holds, view: View, ending: str) -> Derivation:
    pair = body.condition(body.known.rules.variables[expr.variable], view)
    names = (f"certain_{ending}", f"possible_{ending}")
    return names, [f"{names[0]} = {pair.certain}", f"{names[1]} = {names[0]} or {pair.possible}"]


def _measure(body: Body, measure: Measure, view: View) -> str:
    if measure.name == "age":
        born = cast("Question", body.symbols.by_role("birth_date"))
        return f"ages({', '.join(body.facet(born.link_id, 'days', view))}, as_of)"
    height, weight = (cast("Question", body.symbols.by_role(role)) for role in ("height", "weight"))
    ends = (*body.facet(height.link_id, "number", view), *body.facet(weight.link_id, "number", view))
    return f"bmis({', '.join(ends)})"


def _total(body: Body, operand: Total, view: View) -> str:
    (entries,) = body.facet(operand.question, "list", view)
    question, number = body.symbols.questions[operand.question], body.symbols.position[operand.question]
    factors = f"factors{number}_{operand.reference}"
    body.namespace[factors] = body.symbols.factors(question, operand.reference)
    return f"total({entries}, {factors}, known{number})"


def _count(body: Body, operand: Count, view: View) -> str:
    from .functions import entry_function  # a body may count entries, and counting entries takes a body

    (entries,) = body.facet(operand.group, "list", view)
    if operand.where is None:
        return f"size({entries})"
    name, borrowed = entry_function(body, operand, view)
    return f"{name}({', '.join((entries, 'as_of', *borrowed))})"


def _score(body: Body, score: Score, view: View, names: tuple[str, str], found: str) -> Derivation:
    lows = [body.facet(item, "number", view)[0] for item in score.items]
    total = f"({' + '.join(lows)})" + (f" / {len(lows)}" if score.method == "mean" else "")
    low, high = names
    gate = body.facet(score.gate, "code", view)[0] if score.gate else ""
    complete = f"if {gate} == 'yes' and {low} - {low} == 0:" if gate else f"if {low} - {low} == 0:"
    lines = [
        f"{low} = {high} = {total}",
        complete,  # a finite sum: every item is known and asked, and nothing more is to be said than the total
        f"    {found} = {low}",
        "else:",
        f"    {found} = {_range(body, score, lows, gate, view)}",
        f"    {low}, {high} = {found}.interval",
    ]
    return (*names, found), lines


def _range(body: Body, score: Score, lows: list[str], gate: str, view: View) -> str:
    items = [f"item({low}, {_bounds(body, name)}, {_asked(body, name, view)})"
             for low, name in zip(lows, score.items, strict=True)]  # fmt: skip
    mean = f"mean={score.method == 'mean'}"
    if not gate:
        return f"tally([{', '.join(items)}], {mean})"
    return f"gated([{', '.join(items)}], {gate}, {_asked(body, score.gate, view)}, {mean})"


def _bounds(body: Body, link_id: str) -> str:
    name = f"bounds{body.symbols.position[link_id]}"
    body.namespace[name] = bounds(body.symbols.questions[link_id])
    return name


def _asked(body: Body, link_id: str, view: View) -> str:
    return f"asked({body.facet(link_id, 'state', view)[0]})" if body.known.asking(link_id) else "True"
