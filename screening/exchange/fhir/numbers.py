"""Units and bounds of numbers, in UCUM where we know the word.

>>> unit_coding("mg")
{'system': 'http://unitsofmeasure.org', 'code': 'mg', 'display': 'mg'}
>>> unit_coding("drinks")
{'display': 'drinks'}
"""

from __future__ import annotations

from screening.engine.definition import Question

from . import structs, urls
from .texts import Json

_UCUM = {
    "%": "%", "cm": "cm", "in": "[in_i]", "ft": "[ft_i]", "kg": "kg", "lb": "[lb_av]", "st": "[stone_av]", "mg": "mg",
    "g": "g", "mcg": "ug", "ml": "mL", "mL": "mL", "mmHg": "mm[Hg]", "mg/dL": "mg/dL", "mmol/L": "mmol/L",
    "days": "d", "weeks": "wk", "months": "mo", "years": "a", "hours": "h", "minutes": "min", "°C": "Cel",
    "kg/m²": "kg/m2", "beats/min": "/min",
}  # fmt: skip

UNIT_WORDS = {code: words for words, code in reversed(_UCUM.items())}
"""Our words for UCUM codes."""

AGO_UNITS = ("days", "weeks", "months", "years")


def unit_coding(unit: str) -> Json:
    """A unit as a Coding; one without a UCUM code has its words only."""
    code = {"system": urls.UCUM, "code": _UCUM[unit]} if unit in _UCUM else {}
    return code | {"display": unit}


def unit_options(*units: str) -> list[Json]:
    """The units to choose from, of a quantity."""
    return [{"url": urls.UNIT_OPTION, "valueCoding": unit_coding(unit)} for unit in units]


def number_extensions(question: Question) -> list[Json]:
    """Unit, bounds and decimals of an integer or decimal question."""
    found: list[Json] = []
    if question.unit:
        found.append({"url": urls.UNIT, "valueCoding": unit_coding(question.unit)})
    for url, bound in ((urls.MINIMUM, question.minimum), (urls.MAXIMUM, question.maximum)):
        if bound is not None and has_bound(question, bound):
            found.append({"url": url, **number_value(question, bound)})
    if question.type == "decimal":
        found.append({"url": urls.DECIMALS, "valueInteger": question.decimals})
    return found


def has_bound(question: Question, bound: float) -> bool:
    """Whether FHIR can hold it: the bounds of whole numbers are whole."""
    return question.type == "decimal" or bound == int(bound)


def number_value(question: Question, value: float, name: str = "value") -> Json:
    """`valueInteger` or `valueDecimal`, as the question's type has it."""
    if question.type == "integer" and value == int(value):
        return {f"{name}Integer": int(value)}
    return {f"{name}Decimal": structs.plain_number(value)}


def bounds_of(low: float, high: float, unit: str) -> list[Json]:
    """Unit and bounds of a whole number."""
    return [
        {"url": urls.UNIT, "valueCoding": unit_coding(unit)},
        {"url": urls.MINIMUM, "valueInteger": int(low)},
        {"url": urls.MAXIMUM, "valueInteger": int(high)},
    ]


def quantity(value: float, unit: str) -> Json:
    """A value in one of our units, coded in UCUM."""
    return {"value": structs.plain_number(value), "unit": unit, "system": urls.UCUM, "code": _UCUM[unit]}
