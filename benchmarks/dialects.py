"""The workload in the words of other engines. Each knows two values only, so the responses it gets have no unknowns.

A comparison of a question that may be hidden becomes "its condition, and the comparison": hidden is false, as here.
Conditions are worked out first and handed on as `c_<question>`, then scores, then flags.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.workload import CODES, POINTS, Expr, Response, Workload

Written = Any
"""An expression of another engine: text, or a tree of JSON."""


@dataclass(frozen=True)
class Dialect:
    """How one engine writes a name, a comparison and what joins them."""

    name: Callable[[str], Written]
    compare: Callable[[str, Written, Any], Written]
    join: Callable[[str, list[Written]], Written]
    negate: Callable[[Written], Written]
    count: Callable[[Written], Written]


def _infix(equal: str, both: str, either: str) -> dict[str, Any]:
    words = {"==": equal, ">=": ">=", "and": both, "or": either, "+": "+"}
    return {
        "compare": lambda word, name, value: f"{name} {words[word]} {quoted(value)}",
        "join": lambda word, parts: "(" + f" {words[word]} ".join(parts) + ")",
    }


def quoted(value: Any) -> str:
    """A literal that every text dialect reads."""
    return f"'{value}'" if isinstance(value, str) else str(value)


def _json_logic(prefix: str) -> Dialect:
    return Dialect(
        name=lambda name: {"var": f"{prefix}{name}"},
        compare=lambda word, name, value: {word: [name, value]},
        join=lambda word, parts: {word: parts},
        negate=lambda inner: {"!": inner},
        count=lambda inner: {"if": [inner, 1, 0]},
    )


DIALECTS = {
    "jsonlogic": _json_logic(""),
    "formio": _json_logic("data."),
    "survey": Dialect(
        name=lambda name: f"{{{name}}}",
        negate=lambda inner: f"!({inner})",
        count=lambda inner: f"iif({inner}, 1, 0)",
        **_infix("=", "and", "or"),
    ),
    "cel": Dialect(
        name=str,
        negate=lambda inner: f"!({inner})",
        count=lambda inner: f"({inner} ? 1 : 0)",
        **_infix("==", "&&", "||"),
    ),
    "zen": Dialect(
        name=str,
        negate=lambda inner: f"not ({inner})",
        count=lambda inner: f"({inner} ? 1 : 0)",
        **_infix("==", "and", "or"),
    ),
    "fhirpath": Dialect(
        name=lambda name: f"%{name}",
        negate=lambda inner: f"({inner}).not()",
        count=lambda inner: f"iif({inner}, 1, 0)",
        **_infix("=", "and", "or"),
    ),
}


def written(workload: Workload, dialect: Dialect) -> dict[str, Any]:
    """All expressions: `conditions` and `scores` by name, `rules` as `[flag, severity, expression]`."""
    rules = [
        [flag, severity, _write(when, workload, dialect)]
        for flag, tiers in workload.rules.items()
        for severity, when in tiers.items()
    ]
    return {
        "conditions": {f"c_{name}": _write(when, workload, dialect) for name, when in workload.conditions.items()},
        "scores": {
            name: dialect.join("+", [dialect.name(f"p_{item}") for item in items])
            for name, items in workload.scores.items()
        },
        "rules": rules,
    }


def _write(expr: Expr, workload: Workload, to: Dialect) -> Written:
    match expr:
        case ("is", name, code):
            return _guarded(name, to.compare("==", to.name(name), code), workload, to)
        case (">=" | "total", name, number):
            return _guarded(name, to.compare(">=", to.name(name), number), workload, to)
        case ("not", inner):
            return to.negate(_write(inner, workload, to))
        case ("at_least", number, *parts):
            counted = [to.count(_write(part, workload, to)) for part in parts]
            return to.compare(">=", to.join("+", counted), number)
    return to.join(expr[0], [_write(part, workload, to) for part in expr[1:]])


def _guarded(name: str, comparison: Written, workload: Workload, to: Dialect) -> Written:
    if name not in workload.conditions:
        return comparison
    return to.join("and", [to.name(f"c_{name}"), comparison])


def flat(response: Response) -> dict[str, Any]:
    """A complete response as other engines read it: answers, and the points of choices as `p_<question>`."""
    points = dict(zip(CODES, POINTS, strict=True))
    return response | {f"p_{name}": points[value] for name, value in response.items() if value in points}
