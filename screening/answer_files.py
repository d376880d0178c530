"""A file of answers for `screen`: JSON read strictly, so that nothing in it is guessed, lost or overwritten.

>>> read(b'{"stroke": "no", "stroke": "yes"}')
Traceback (most recent call last):
screening.answer_files.AnswerFileError: “stroke” stands twice. Keep one.
"""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterator
from typing import Any

import msgspec

DEEPEST = 20
LONGEST = 5_000_000
ADVICE = {
    "answers": "write an object, {link_id: value, …}.",
    "as_of": "write a day that exists, such as 2026-03-01.",
    "profile": "write the key of a profile, such as us.",
    "parameters": "write an object of numbers, {key: number, …}.",
}
WRAPPER = set(ADVICE)


class AnswerFileError(Exception):
    """The file cannot be used. The message names every place, one on a line."""


class AnswerFile(msgspec.Struct, frozen=True, kw_only=True):
    """Answers by link_id as JSON values, and what the file says about the day and the clinic's choices, if anything."""

    answers: dict[str, Any]
    as_of: datetime.date | None = None
    profile: str | None = None
    parameters: dict[str, float] = {}


class _Object(dict[str, Any]):
    """A JSON object that remembers which keys it had more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        keys = [key for key, _ in pairs]
        self.twice = [key for key in self if keys.count(key) > 1] if len(self) < len(keys) else []


class _NotFinite:
    """NaN, Infinity or a number too large to hold."""


def read(data: bytes) -> AnswerFile:
    """The answers in a file: `{link_id: value}`, or `{"answers": {…}, "as_of": …, "profile": …, "parameters": {…}}`.

    Raises `AnswerFileError` for anything but JSON without doubts: bad syntax, a key twice, NaN, text that is not UTF-8.
    """
    document = _parse(_text(data))
    if problems := [*_problems(document, "")]:
        raise AnswerFileError("\n".join(problems))
    if not isinstance(document, dict):
        raise AnswerFileError("Write one JSON object: {link_id: value, …}.")
    is_wrapper = isinstance(document.get("answers"), dict | list) and set(document) <= WRAPPER
    try:
        return msgspec.convert(dict(document) if is_wrapper else {"answers": document}, AnswerFile)
    except msgspec.ValidationError as error:
        raise AnswerFileError(_advice(str(error))) from error


def _advice(message: str) -> str:
    """What to write instead, for the part of the wrapper that a message of the decoder names."""
    name = next((name for name in ADVICE if f"$.{name}" in message), "answers")
    return f"“{name}” cannot be used: {ADVICE[name]}"


def _text(data: bytes) -> str:
    if len(data) > LONGEST:
        raise AnswerFileError(f"The file is longer than {LONGEST // 1_000_000} MB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnswerFileError(f"Byte {error.start} is not UTF-8 text.") from error


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_Object, parse_constant=lambda _: _NotFinite(), parse_float=_number)
    except json.JSONDecodeError as error:
        raise AnswerFileError(f"Line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}.") from error
    except RecursionError as error:
        raise AnswerFileError("The JSON is nested too deeply.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise AnswerFileError("A number has too many digits.") from error


def _number(text: str) -> float | _NotFinite:
    number = float(text)
    return number if math.isfinite(number) else _NotFinite()


def _problems(value: Any, place: str, depth: int = 0) -> Iterator[str]:
    """Everything in a parsed value that JSON allows and answers do not."""
    if depth > DEEPEST:
        yield f"{_shown(place)} is nested too deeply."
    elif isinstance(value, _NotFinite):
        yield f"{_shown(place)} is not a finite number."
    elif isinstance(value, str) and not _is_text(value):
        yield f"{_shown(place)} holds half of a character (a lone surrogate)."
    elif isinstance(value, _Object):
        yield from (f"{_shown(_inside(place, key))} stands twice. Keep one." for key in value.twice)
        for key, inner in value.items():
            if not _is_text(key):
                yield f"A key in {_shown(place)} holds half of a character (a lone surrogate)."
            else:
                yield from _problems(inner, _inside(place, key), depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value, start=1):
            yield from _problems(inner, _inside(place, f"entry {number}"), depth + 1)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _inside(place: str, key: str) -> str:
    return f"{place}, {key}" if place else key


def _shown(place: str) -> str:
    return f"“{place}”" if place else "The document"
