"""A solver's world held to one set of real answers."""

from __future__ import annotations

import z3

from screening.engine.answers import Answer
from screening.engine.intervals import date_interval
from screening.engine.values import Value
from screening.proofs.kleene import constant
from screening.proofs.lists import Entries, Medicines
from screening.proofs.variables import Answered, Chosen, Dated, Numeric, Pressure, Several, Size
from screening.proofs.world import World


def pinned(world: World, answers: dict[str, Answer], profile: str) -> list[z3.BoolRef]:
    """What makes each variable say what the answers say. Questions without an answer are left free: they are hidden."""
    found = [chosen if key == profile else z3.Not(chosen) for key, chosen in world.profiles.items()]
    for name, answer in answers.items():
        found += _pin(world.scope.answers[name], answer)
    return found


def _pin(symbol: Answered, answer: Answer) -> list[z3.BoolRef]:
    found = [left if state == answer.state else z3.Not(left) for state, left in symbol.states.items()]
    return found + (_value(symbol, answer) if answer.is_known else [])


def _value(symbol: Answered, answer: Answer) -> list[z3.BoolRef]:
    value = answer.value
    match symbol:
        case Chosen():
            return [chosen if code == value else z3.Not(chosen) for code, chosen in symbol.codes.items()]
        case Several():
            return [chosen if code in value else z3.Not(chosen) for code, chosen in symbol.chosen.items()]
        case Numeric():
            return [symbol.scaled == round(value * 10**symbol.places)]
        case Size():
            return [symbol.size == constant(round(getattr(value, "in_cm", 0) or getattr(value, "in_kg", 0), 6))]
        case Pressure():
            return [one for part in symbol.parts for one in _part(symbol, part, getattr(value, part))]
        case Dated():
            first, last = date_interval(value, answer.on)
            return [symbol.first == first, symbol.last == last, symbol.vague == z3.BoolVal(first != last)]
        case Medicines():
            return _medicines(symbol, value)
        case Entries():
            return [symbol.size == len(value)]
    return []


def _part(symbol: Pressure, part: str, value: int | None) -> list[z3.BoolRef]:
    given = symbol.given[part]
    return [z3.Not(given)] if value is None else [given, symbol.parts[part] == value]


def _medicines(symbol: Medicines, value: Value) -> list[z3.BoolRef]:
    counted = {code: _as_counted(symbol, code) for code in symbol.keys}
    listed = {counted[entry.code] for entry in value if entry.code}
    found = [one if code in listed else z3.Not(one) for code, one in symbol.listed.items()]
    return [*found, symbol.is_open if any(not entry.code for entry in value) else z3.Not(symbol.is_open)]


def _as_counted(symbol: Medicines, code: str) -> str | None:
    """The medicine that stands for those that no rule tells apart."""

    def told(one: str) -> tuple[object, ...]:
        return (symbol.keys[one], *(one in factors for factors in symbol.factors.values()))

    return next((kind for kind in symbol.kinds if told(kind) == told(code)), None)
