"""Form fields of a case: expected flags in rows of two lists, and numbers by name with a labelled box each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from screening.cases import ANY_FLAG
from screening.engine.definition import SEVERITIES
from screening.exchange.cases import Expectation
from screening.forms import number_in

UNRESOLVED, OPTIONAL, NEVER = "unresolved", "optional", "must_not"
STATES: list[Any] = [
    ("", "Choose"),
    ("Is raised", [(severity, f"Raised: {severity}") for severity in SEVERITIES]),
    ("Is not settled", [(UNRESOLVED, "Could not be ruled out"), (OPTIONAL, "May be raised or not")]),
    (
        "Is never raised",
        [(NEVER, "Must not be raised"), *((f"{NEVER} {one}", f"Must not be raised: {one}") for one in SEVERITIES)],
    ),
]
"""What may be expected of a flag. A case that checks “exactly” expects “not raised” of each flag that it leaves out."""
BLANK_ROWS = 3

Row = tuple[str, str]
"""A flag and one of the states."""


def rows_of(expect: Expectation) -> list[Row]:
    """The flags of an expectation, each with its state.

    >>> rows_of(Expectation(flags={"stroke": "caution"}, unresolved=("fits",), must_not=("any flag", "fits urgent")))
    [('stroke', 'caution'), ('fits', 'unresolved'), ('any flag', 'must_not'), ('fits', 'must_not urgent')]
    """
    rows: list[Row] = [(flag, severity) for flag, severity in expect.flags.items()]
    rows += [(flag, UNRESOLVED) for flag in expect.unresolved]
    rows += [(flag, OPTIONAL) for flag in expect.optional]
    return rows + [_never(words) for words in expect.must_not]


def _never(words: str) -> Row:
    flag, space, severity = (words, "", "") if words == ANY_FLAG else words.partition(" ")
    return flag, f"{NEVER}{space}{severity}"


def flags_of(rows: Iterable[Row]) -> dict[str, Any]:
    """The parts of an expectation that name flags: `rows_of` backwards."""
    rows = list(rows)
    return {
        "flags": {flag: state for flag, state in rows if state in SEVERITIES},
        "unresolved": tuple(flag for flag, state in rows if state == UNRESOLVED),
        "optional": tuple(flag for flag, state in rows if state == OPTIONAL),
        "must_not": tuple(f"{flag}{state.removeprefix(NEVER)}" for flag, state in rows if state.startswith(NEVER)),
    }


class _Drawn(forms.Widget):
    """A widget of several boxes, drawn by a template of this project."""

    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"label": self.attrs.get("aria-label", name)}

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> str:
        return render_to_string(template_name, context)

    def id_for_label(self, id_: str) -> str:
        return ""  # each box has a label of its own


class FlagRowsWidget(_Drawn):
    """One row for each expected flag, and some to fill in: which flag, and what must come out."""

    template_name = "admin/screening/_flag_rows.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices: list[Any] = []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [*(value or []), *[("", "")] * BLANK_ROWS]
        known = {flag for _, group in self.choices for flag, _ in group}
        unknown = [(flag, f"{flag}: not in the draft") for flag in dict(rows) if flag and flag not in known]
        choices = [*self.choices, *([("Not in the draft", unknown)] if unknown else [])]
        start = context["widget"]["attrs"].get("id", name)
        context["rows"] = [
            {"number": number, "name": f"{name}-{number}", "id": f"{start}-{number}", "flag": flag, "state": state}
            for number, (flag, state) in enumerate(rows, 1)
        ]
        return context | {"choices": choices, "states": STATES[1:], "rows_name": f"{name}-rows"}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        many = str(data.get(f"{name}-rows", ""))
        numbers = range(1, min(int(many), 500) + 1) if many.isascii() and many.isdecimal() else ()
        rows = [(data.get(f"{name}-{one}-flag", ""), data.get(f"{name}-{one}-state", "")) for one in numbers]
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-rows" not in data


class FlagRowsField(forms.Field):
    """Expected flags as rows of (flag, state). The choices come from the draft."""

    widget = FlagRowsWidget

    def to_python(self, value: Any) -> list[Row]:
        return [(flag, state) for flag, state in value or []]

    def validate(self, value: list[Row]) -> None:
        problems = list(self._problems(value))
        if problems:
            raise ValidationError(problems)

    def _problems(self, rows: list[Row]) -> Iterator[str]:
        known = {flag for _, group in self.widget.choices for flag, _ in group}
        states = {state for _, group in STATES[1:] for state, _ in group}
        severities = [flag for flag, state in rows if state in SEVERITIES]
        for number, (flag, state) in enumerate(rows, 1):
            if not flag:
                yield f"Flag {number}: choose which flag this is about, or empty the row."
            elif known and flag not in known:
                yield f"Flag {number}: the draft has no “{flag}”. Choose another, or empty the row."
            elif state not in states:
                yield f"Flag {number}: choose what must come out for {flag}."
            elif flag == ANY_FLAG and state != NEVER:
                yield f"Flag {number}: “{ANY_FLAG}” can only be one that must not be raised."
            elif (flag, state) in rows[: number - 1] or (state in SEVERITIES and severities.count(flag) > 1):
                yield f"Flag {number}: {flag} is expected twice. Keep one row for it."

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class NumbersWidget(_Drawn):
    """One labelled box for each number that may be given."""

    template_name = "admin/screening/_numbers.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.known: dict[str, tuple[str, str]] | None = None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given = dict(value or {})
        start = context["widget"]["attrs"].get("id", name)
        known = dict(self.known or {})
        known |= {key: (f"{key}: not in the draft", "") for key in given if key not in known}
        context |= {"start": start, "name": name}
        context["boxes"] = [
            {"key": f"__{key}", "label": label, "hint": hint, "value": _shown(given, key)}
            for key, (label, hint) in known.items()
        ]
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        start = f"{name}__"
        boxes = {key.removeprefix(start): str(data[key]).strip() for key in data if key.startswith(start)}
        return {key: text for key, text in boxes.items() if text}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}__") for key in data)


def _shown(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key, "")
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


class NumbersField(forms.Field):
    """Numbers by key; a key without one is left out."""

    widget = NumbersWidget

    def to_python(self, value: Any) -> dict[str, float | None]:
        problems: list[str] = []
        known = self.widget.known
        numbers = {key: self._number(key, text, problems) for key, text in dict(value or {}).items()}
        problems += [
            f"The draft has no “{key}”: empty its box." for key in numbers if known is not None and key not in known
        ]
        if problems:
            raise ValidationError(problems)
        return numbers

    def _number(self, key: str, text: Any, problems: list[str]) -> float | None:
        number = number_in(text)
        if number is None:
            problems.append(f"{(self.widget.known or {}).get(key, (key, ''))[0]}: “{text}” is not a number.")
        return number

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True
