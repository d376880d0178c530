"""How generated code keeps a question's answer in local variables: one small set of variables per kind of test.

Each facet says which variables it has, what they are while the answer is unknown or the question is not asked, and the
statement that sets them from a `value`. An unknown number runs from minus to plus infinity and a number that is not
asked is NaN, so that plain comparisons give the right answer without asking about states.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .definition import Question
from .scores import option_points
from .symbols import Symbols, option_codes

Set = Callable[[Question, int, tuple[str, ...]], str]


class Facet(NamedTuple):
    """The variables of one aspect of an answer, and their values in each situation."""

    variables: tuple[str, ...]
    unknown: tuple[str, ...]
    hidden: tuple[str, ...]
    known: Set


def _code(question: Question, number: int, names: tuple[str, ...]) -> str:
    # The look-up refuses a code that the question does not have: such an answer must not read as "no".
    return f"{names[0]} = codes{number}[value]"


def _number(question: Question, number: int, names: tuple[str, ...]) -> str:
    both = " = ".join(names)
    match question.type:
        case "choice" | "yes_no":
            return f"{', '.join(names)} = points{number}[value]"
        case "height":
            return f"{both} = value if value.__class__ in NUMBERS else round(value.in_cm, 6)"
        case "weight":
            return f"{both} = value if value.__class__ in NUMBERS else round(value.in_kg, 6)"
        case _:
            return f"{both} = value + 0"


def _keys(question: Question, number: int, names: tuple[str, ...]) -> str:
    if question.type == "medicines":
        return f"{', '.join(names)} = medicine_keys(value, keys_of{number})"
    return f"{', '.join(names)} = chosen(value, codes_of{number}), False"


def _days(question: Question, number: int, names: tuple[str, ...]) -> str:
    return f"{', '.join(names)} = date_interval(value, answer.on or as_of)"


def _part(name: str) -> Set:
    return lambda question, number, names: f"{', '.join(names)} = part(value.{name})"


def _part_state(name: str) -> Set:
    return lambda question, number, names: f"{names[0]} = 'answered' if value.{name} is not None else 'skipped'"


def _as_is(question: Question, number: int, names: tuple[str, ...]) -> str:
    return f"{names[0]} = listed(value)"


_UNKNOWN, _NAN = ("-INF", "INF"), ("NAN", "NAN")

FACETS: dict[str, Facet] = {
    "code": Facet(("code",), ("None",), ("0",), _code),
    "number": Facet(("low", "high"), _UNKNOWN, _NAN, _number),
    "systolic": Facet(("low_systolic", "high_systolic"), _UNKNOWN, _NAN, _part("systolic")),
    "diastolic": Facet(("low_diastolic", "high_diastolic"), _UNKNOWN, _NAN, _part("diastolic")),
    "keys": Facet(("keys", "open"), ("()", "True"), ("()", "False"), _keys),
    "days": Facet(("first", "last"), _UNKNOWN, _NAN, _days),
    "list": Facet(("list",), ("None",), ("0",), _as_is),
    "state": Facet(("state",), (), (), lambda *_: ""),
    "state_systolic": Facet(("state_systolic",), (), (), _part_state("systolic")),
    "state_diastolic": Facet(("state_diastolic",), (), (), _part_state("diastolic")),
}


def constants(symbols: Symbols, question: Question, number: int) -> dict[str, object]:
    """What the statements above look up for one question."""
    unscored = (float("-inf"), float("inf"))
    points = option_points(question)
    codes: dict[object, str] = {code: code for code in option_codes(question)}
    if question.type == "acknowledgement":
        codes |= {True: "yes", False: "no"}
    found: dict[str, object] = {
        f"codes{number}": codes,
        f"points{number}": {code: (points[code],) * 2 if code in points else unscored for code in codes},
        f"codes_of{number}": frozenset(codes.values()),
    }
    if question.type == "medicines":
        keys = symbols.medicine_keys(question)
        found |= {f"keys_of{number}": keys, f"known{number}": frozenset(keys)}
    return found
