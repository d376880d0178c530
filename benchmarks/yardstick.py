"""The yardstick: the workload as the shortest Python that somebody could write by hand for exactly these rules.

Three-valued, no reasons, no second thoughts: for each rule when it is certain and when it is possible, as Python's own
`and` and `or`. It says which flags are raised and which could not be ruled out, at which severity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.workload import CODES, POINTS, Expr, Workload
from screening.engine.values import Answers

Found = tuple[dict[str, str], dict[str, str]]
"""Raised and unresolved flags with their severities."""


def compile_workload(workload: Workload) -> Callable[[Answers], Found]:
    """A function from answers, as the engine gets them, to what is raised and what is unresolved."""
    names: dict[str, Any] = {"points": dict(zip(CODES, POINTS, strict=True))}
    exec(source(workload), names)
    found: Callable[[Answers], Found] = names["found"]
    return found


def source(workload: Workload) -> str:
    """The source of that function."""
    lines = ["def found(answers):", "    raised, unresolved = {}, {}"]
    for name in workload.kinds:
        lines += [f"    given = answers.get({name!r})"]
        lines += [f"    {name} = given.value if given is not None and given.state == 'answered' else None"]
    for name, condition in workload.conditions.items():
        lines += [f"    {name}_shown, {name}_may = {certain(condition)}, {possible(condition)}"]
    for name, items in workload.scores.items():
        lines += [f"    {name}_low = {_sum(items, 0)}", f"    {name}_high = {_sum(items, max(POINTS))}"]
    for flag, rules in workload.rules.items():
        lines += _lines(flag, {severity: _guarded(when, workload) for severity, when in rules.items()})
    return "\n".join([*lines, "    return raised, unresolved"])


def _lines(flag: str, rules: dict[str, Expr]) -> list[str]:
    """The highest severity first: raised, or unresolved and the next one is looked at."""
    lines, indent, is_first = [], "    ", True
    for severity, when in rules.items():
        lines += [f"{indent}if {certain(when)}:", f"{indent}    raised[{flag!r}] = {severity!r}", f"{indent}else:"]
        indent += "    "
        test = f"{possible(when)}" if is_first else f"{flag!r} not in unresolved and ({possible(when)})"
        lines += [f"{indent}if {test}:", f"{indent}    unresolved[{flag!r}] = {severity!r}"]
        is_first = False
    return lines


def _sum(items: list[str], unknown: int) -> str:
    return " + ".join(f"(points[{item}] if {item} is not None else {unknown})" for item in items)


def _guarded(expr: Expr, workload: Workload) -> Expr:
    """The expression with each comparison of a gated question marked as such."""
    match expr:
        case ("is" | ">=", name, _) if name in workload.conditions:
            return ("gated", name, expr)
        case ("not", inner):
            return ("not", _guarded(inner, workload))
        case ("at_least", number, *parts):
            return ("at_least", number, *(_guarded(part, workload) for part in parts))
        case ("and" | "or", *parts):
            return (expr[0], *(_guarded(part, workload) for part in parts))
    return expr


def certain(expr: Expr) -> str:
    """Python that is true when the expression certainly holds."""
    match expr:
        case ("is", name, code):
            return f"{name} == {code!r}"
        case (">=", name, number):
            return f"({name} is not None and {name} >= {number})"
        case ("total", name, number):
            return f"{name}_low >= {number}"
        case ("gated", name, inner):
            return f"({name}_shown and {certain(inner)})"
        case ("not", inner):
            return f"not ({possible(inner)})"
        case ("at_least", number, *parts):
            return "(" + " + ".join(f"({certain(part)})" for part in parts) + f" >= {number})"
    return "(" + f" {expr[0]} ".join(certain(part) for part in expr[1:]) + ")"


def possible(expr: Expr) -> str:
    """Python that is true when the expression holds or may hold."""
    match expr:
        case ("is", name, code):
            return f"({name} is None or {name} == {code!r})"
        case (">=", name, number):
            return f"({name} is None or {name} >= {number})"
        case ("total", name, number):
            return f"{name}_high >= {number}"
        case ("gated", name, inner):
            return f"({name}_may and (not {name}_shown or {possible(inner)}))"
        case ("not", inner):
            return f"not ({certain(inner)})"
        case ("at_least", number, *parts):
            return "(" + " + ".join(f"({possible(part)})" for part in parts) + f" >= {number})"
    return "(" + f" {expr[0]} ".join(possible(part) for part in expr[1:]) + ")"
