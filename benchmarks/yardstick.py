"""The yardstick: the workload as the shortest Python that somebody could write by hand for exactly these rules.

Three-valued, with no second thoughts: for each rule when it is certain and when it is possible, as Python's own `and`
and `or`. It says which flags are raised and which could not be ruled out, at which severity; with `reasons` also the
answers behind each raised flag, in the same words, and the questions that would settle each open one, as the engine is
asked to. It does not give scores, or say what was not asked or is missing, as the engine does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.workload import CODES, HIGHEST, POINTS, Expr, Workload
from screening.engine.values import Answers

Found = tuple[dict[str, Any], dict[str, Any]]
"""Raised and unresolved flags with their severities; with reasons, a pair of severity and reasons."""


WORDS: dict[str, dict[Any, str]] = {
    "yes_no": {"yes": "Yes", "no": "No"},
    "choice": {code: code for code in CODES},
    "integer": {number: str(number) for number in range(HIGHEST + 1)},
}
"""How answers are read, by the kind of question."""


def compile_workload(workload: Workload, *, reasons: bool = False) -> Callable[[Answers], Found]:
    """A function from answers, as the engine gets them, to what is raised and what is unresolved."""
    place = {name: number for number, name in enumerate(workload.kinds)}
    names: dict[str, Any] = {"points": dict(zip(CODES, POINTS, strict=True)), "place": place.__getitem__}
    names |= {"words": {name: WORDS[kind] for name, kind in workload.kinds.items()}, "total": _total}
    exec(source(workload, reasons=reasons), names)
    found: Callable[[Answers], Found] = names["found"]
    return found


def source(workload: Workload, *, reasons: bool = False) -> str:
    """The source of that function."""
    lines = ["def found(answers):", "    raised, unresolved = {}, {}"]
    for name in workload.kinds:
        lines += [f"    given = answers.get({name!r})"]
        lines += [f"    {name} = given.value if given is not None and given.state == 'answered' else None"]
    for name, condition in workload.conditions.items():
        lines += [f"    {name}_shown, {name}_may = {certain(condition)}, {possible(condition)}"]
    for name, items in workload.scores.items():
        lines += [f"    {name}_low = {_sum(items, 0)}", f"    {name}_high = {_sum(items, max(POINTS))}"]
    why = Why(workload) if reasons else None
    for flag, rules in workload.rules.items():
        lines += _lines(flag, {severity: _guarded(when, workload) for severity, when in rules.items()}, why)
    return "\n".join([*lines, "    return raised, unresolved"])


def _lines(flag: str, rules: dict[str, Expr], why: Why | None) -> list[str]:
    """The highest severity first: raised, or unresolved and the next one is looked at."""
    lines, indent, is_first = [], "    ", True
    for severity, when in rules.items():
        raised = left = more = repr(severity)
        if why:
            old, settle = f"unresolved[{flag!r}]", why.unknown(when)
            raised = f"({severity!r}, dict({why.holds(when, True)}))"
            left = f"({severity!r}, sorted({{*({settle})}}, key=place))"
            more = f"({old}[0], sorted({{*{old}[1], *({settle})}}, key=place))"
        lines += [f"{indent}if {certain(when)}:", f"{indent}    raised[{flag!r}] = {raised}", f"{indent}else:"]
        indent += "    "
        test = possible(when) if is_first or why else f"{flag!r} not in unresolved and ({possible(when)})"
        value = left if is_first or not why else f"{more} if {flag!r} in unresolved else {left}"
        lines += [f"{indent}if {test}:", f"{indent}    unresolved[{flag!r}] = {value}"]
        is_first = False
    return lines


class Why:
    """Expressions that give reasons, evaluated only for what is raised or open."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload

    def holds(self, expr: Expr, wanted: bool) -> str:
        """A tuple of (question, answer) for what makes an expression true or false as wanted, which it is."""
        match expr:
            case ("is" | ">=", name, _):
                return f"(({name!r}, words[{name!r}][{name}]),)"
            case ("total", name, _):
                return f"(({name!r}, total({name}_low, {name}_high, [{', '.join(self.workload.scores[name])}])),)"
            case ("gated", name, inner):
                said, hidden = self.holds(inner, wanted), self.holds(self.workload.conditions[name], False)
                return said if wanted else f"({said} if {name}_shown else {hidden})"
            case ("not", inner):
                return self.holds(inner, not wanted)
        parts = [part for part in expr[1:] if isinstance(part, tuple)]
        tests = [certain(part) if wanted else f"not ({possible(part)})" for part in parts]
        return self._together(tests, [self.holds(part, wanted) for part in parts])

    def unknown(self, expr: Expr) -> str:
        """A tuple of the questions that leave an unknown expression open."""
        match expr:
            case ("is" | ">=", name, _):
                return f"({name!r},)"
            case ("total", name, _):
                items = self.workload.scores[name]
                return self._together([f"{item} is None" for item in items], [f"({item!r},)" for item in items])
            case ("gated", name, inner):
                return f"({self.unknown(inner)} if {name}_shown else {self.unknown(self.workload.conditions[name])})"
            case ("not", inner):
                return self.unknown(inner)
        parts = [part for part in expr[1:] if isinstance(part, tuple)]
        tests = [f"({possible(part)}) and not ({certain(part)})" for part in parts]
        return self._together(tests, [self.unknown(part) for part in parts])

    def _together(self, tests: list[str], found: list[str]) -> str:
        return "(" + " + ".join(f"({one} if {test} else ())" for test, one in zip(tests, found, strict=True)) + ")"


def _total(low: int, high: int, items: list[str | None]) -> str:
    """A total as it is read, or what is possible."""
    answered = sum(item is not None for item in items)
    return str(low) if answered == len(items) else f"{low} to {high} ({answered} of {len(items)} answered)"


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
