"""The text fields of each question type: label, width, keyboard and autofill token, in the order people expect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils.translation import get_language, gettext

from screening.engine.definition import Question
from screening.engine.words import unit_in


@dataclass(frozen=True)
class InputSpec:
    """One field. `part` is its form part; `width` a CSS width class; `inputmode` which keyboard a phone shows."""

    part: str
    label: str = ""
    width: str = ""
    inputmode: str = ""
    kind: str = "text"
    autocomplete: str = ""
    unit: str = ""
    maximum_length: int | None = None

    def options(self) -> list[tuple[str, str]]:
        """The options when this is a `select`, else none."""
        return _units() if self.kind == "select" else []


def _units() -> list[tuple[str, str]]:
    return [
        ("", gettext("Choose")),
        ("days", gettext("days ago")),
        ("weeks", gettext("weeks ago")),
        ("months", gettext("months ago")),
        ("years", gettext("years ago")),
    ]


Specs = tuple[InputSpec, ...]


def _number(question: Question, country: str) -> Specs:
    mode = "numeric" if question.type == "integer" else "decimal"
    largest = question.maximum if question.maximum is not None else 9999
    width = f"width-{min(max(len(f'{largest:.0f}') + (question.type == 'decimal') * 2, 2), 5)}"
    unit = unit_in(question.unit, get_language() or "")
    return (InputSpec("", width=width, inputmode=mode, unit=unit, autocomplete=question.autocomplete),)


AUTOFILL = {"given_name": "given-name", "family_name": "family-name", "phone": "tel", "email": "email"}


def _text(question: Question, country: str) -> Specs:
    kinds = {"phone": ("tel", "width-20"), "email": ("email", "")}
    kind, width = kinds.get(question.type, ("text", ""))
    token = question.autocomplete or AUTOFILL.get(question.role or "", "")
    return (InputSpec("", kind=kind, width=width, autocomplete=token, maximum_length=question.maximum_length),)


def _pressure(question: Question, country: str) -> Specs:
    return (
        InputSpec("systolic", gettext("Top number"), "width-3", "numeric"),
        InputSpec("diastolic", gettext("Bottom number"), "width-3", "numeric", unit="mmHg"),
    )


def _date(question: Question, country: str) -> Specs:
    birth = question.role == "birth_date" or question.autocomplete == "bday"
    tokens = {part: f"bday-{part}" if birth else "" for part in ("day", "month", "year")}
    day = InputSpec("day", gettext("Day"), "width-2", "numeric", autocomplete=tokens["day"])
    month = InputSpec("month", gettext("Month"), "width-2", "text", autocomplete=tokens["month"])
    year = InputSpec("year", gettext("Year"), "width-4", "numeric", autocomplete=tokens["year"])
    return (month, day, year) if country == "US" else (day, month, year)


INPUTS: dict[str, Callable[[Question, str], Specs]] = {
    "integer": _number,
    "decimal": _number,
    "text": _text,
    "long_text": _text,
    "phone": _text,
    "email": _text,
    "blood_pressure": _pressure,
    "date": _date,
    "partial_date": _date,
}

METRIC_FIRST = {"US": False, "GB": True, "LR": False}


def alternatives(question: Question, country: str) -> list[tuple[str, Specs]]:
    """The ways to answer a question that has several, the country's own first: title and fields."""
    ways = {"height": _heights, "weight": _weights, "ago": _agos}[question.type](question, country)
    is_metric = question.type != "ago" and METRIC_FIRST.get(country, True)
    return [ways[1], ways[0], *ways[2:]] if is_metric else ways


def _heights(question: Question, country: str) -> list[tuple[str, Specs]]:
    feet = InputSpec("ft", gettext("Feet"), "width-2", "numeric", unit=gettext("ft"))
    inches = InputSpec("in", gettext("Inches"), "width-3", "decimal", unit=gettext("in"))
    metric = InputSpec("cm", gettext("Centimeters"), "width-4", "decimal", unit="cm")
    return [(gettext("Answer in feet and inches"), (feet, inches)), (gettext("Answer in centimeters"), (metric,))]


def _weights(question: Question, country: str) -> list[tuple[str, Specs]]:
    pounds = InputSpec("lb", gettext("Pounds"), "width-4", "decimal", unit="lb")
    metric = InputSpec("kg", gettext("Kilograms"), "width-4", "decimal", unit="kg")
    ways = [(gettext("Answer in pounds"), (pounds,)), (gettext("Answer in kilograms"), (metric,))]
    if country in ("GB", "IE"):
        stone = InputSpec("st", gettext("Stone"), "width-3", "numeric", unit="st")
        ways[0] = (gettext("Answer in stone and pounds"), (stone, replace(pounds, width="width-3")))
    return ways


def _agos(question: Question, country: str) -> list[tuple[str, Specs]]:
    number = InputSpec("number", gettext("Number"), "width-3", "numeric")
    unit = InputSpec("unit", gettext("Unit of time"), kind="select")
    return [
        (gettext("Answer with how long ago it was"), (number, unit)),
        (gettext("Answer with the date or the year"), _date(question, country)),
    ]
