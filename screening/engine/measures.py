"""Numbers and measurements from JSON, checked for what is plausible: blood pressure, height, weight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from .answer_problems import printable
from .context import Context, Raw
from .values import BloodPressure, Height, Weight

# Plausible readings in mmHg and people: clinical specification, section 1.2, rule 5.
SYSTOLIC = (70, 260)
DIASTOLIC = (40, 150)
HEIGHT_CM = (50, 272)
WEIGHT_KG = (20, 400)
BMI = (12, 80)

Measured = TypeVar("Measured", Height, Weight)

LARGEST = 1_000_000_000


def number(context: Context, raw: Raw, part: str = "", code: str = "") -> int | float | None:
    """A finite number of ordinary size. `code` is the problem to note when it is not one."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        context.wrong_type(raw, "a number", part)
    elif isinstance(raw, float) and not math.isfinite(raw):
        context.problem(code or "number_not_finite", part)
    elif abs(raw) > LARGEST:
        context.problem(code or "number_too_large", part, maximum=LARGEST)
    else:
        return raw
    return None


def whole(context: Context, raw: Raw, part: str = "", code: str = "number_whole") -> int | None:
    """A whole number; 3.0 counts as 3."""
    found = number(context, raw, part, "" if code == "number_whole" else code)
    if found is None:
        return None
    if found != int(found):
        context.problem(code, part)
        return None
    return int(found)


def read_integer(context: Context, raw: Raw) -> int | None:
    found = whole(context, raw)
    return None if found is None or not _in_bounds(context, found) else found


def read_decimal(context: Context, raw: Raw) -> float | None:
    found = number(context, raw)
    if found is None or not _in_bounds(context, found):
        return None
    if round(found, context.question.decimals) != found:
        context.problem("number_decimals", decimals=context.question.decimals)
        return None
    return float(found)


def _in_bounds(context: Context, found: int | float) -> bool:
    question = context.question
    if question.minimum is not None and found < question.minimum:
        context.problem("number_too_small", minimum=_plain(question.minimum))
        return False
    if question.maximum is not None and found > question.maximum:
        context.problem("number_too_large", maximum=_plain(question.maximum))
        return False
    return True


def _plain(bound: float) -> int | float:
    return int(bound) if bound == int(bound) else bound


def fields(context: Context, raw: Raw, known: tuple[str, ...], expected: str, part: str = "") -> Mapping[str, Raw]:
    """The entries of a JSON object, without those that are null; notes keys that are not `known`."""
    if not isinstance(raw, Mapping):
        context.wrong_type(raw, expected, part)
        return {}
    for key in raw:
        if key not in known:
            context.problem("key_unknown", part, key=printable(key), known=", ".join(known), hint="")
    return {key: raw[key] for key in known if raw.get(key) is not None}


def read_pressure(context: Context, raw: Raw) -> BloodPressure | None:
    """A reading in mmHg. A part that is missing or wrong is left out; the other still counts."""
    given = fields(context, raw, ("systolic", "diastolic"), 'an object like {"systolic": 120, "diastolic": 80}')
    systolic = _pressure_part(context, given, "systolic", SYSTOLIC)
    diastolic = _pressure_part(context, given, "diastolic", DIASTOLIC)
    if systolic is not None and diastolic is not None and systolic <= diastolic:
        context.problem("pressure_order", "systolic")
        return None
    if systolic is None and diastolic is None:
        return None
    return BloodPressure(systolic=systolic, diastolic=diastolic)


def _pressure_part(context: Context, given: Mapping[str, Raw], part: str, bounds: tuple[int, int]) -> int | None:
    if part not in given:
        return None
    found = whole(context, given[part], part, f"{part}_not_read")
    if found is None or bounds[0] <= found <= bounds[1]:
        return found
    context.problem(f"{part}_range", part, minimum=bounds[0], maximum=bounds[1])
    return None


def read_height(context: Context, raw: Raw) -> Height | None:
    given = fields(context, raw, ("cm", "ft", "in"), 'an object like {"cm": 170} or {"ft": 5, "in": 7}')
    if "cm" in given and len(given) > 1:
        context.problem("height_both", "cm")
        return None
    cm = _measure(context, given, "cm", "height_not_read")
    feet = whole(context, given["ft"], "ft", "height_not_read") if "ft" in given else None
    inches = _measure(context, given, "in", "height_not_read")
    if feet is not None and inches is not None and not 0 <= inches < 12:
        context.problem("height_inches", "in")
    height = Height(cm=cm, ft=feet, inches=inches)
    return _measured(context, height, height.in_cm, HEIGHT_CM, "height_range", given)


def read_weight(context: Context, raw: Raw) -> Weight | None:
    given = fields(context, raw, ("kg", "st", "lb"), 'an object like {"kg": 80} or {"lb": 180}')
    if "kg" in given and len(given) > 1:
        context.problem("weight_both", "kg")
        return None
    kg = _measure(context, given, "kg", "weight_not_read")
    stone = whole(context, given["st"], "st", "weight_not_read") if "st" in given else None
    pounds = _measure(context, given, "lb", "weight_not_read")
    if stone is not None and pounds is not None and not 0 <= pounds < 14:
        context.problem("weight_pounds", "lb")
    weight = Weight(kg=kg, st=stone, lb=pounds)
    return _measured(context, weight, weight.in_kg, WEIGHT_KG, "weight_range", given)


def _measure(context: Context, given: Mapping[str, Raw], part: str, code: str) -> float | None:
    found = number(context, given[part], part, code) if part in given else None
    return None if found is None else float(found)


def _measured(
    context: Context, value: Measured, size: float, bounds: tuple[int, int], code: str, given: Mapping[str, Raw]
) -> Measured | None:
    if context.problems or not given:
        return None
    if not bounds[0] <= size <= bounds[1]:
        context.problem(code, next(iter(given)))
        return None
    return value
