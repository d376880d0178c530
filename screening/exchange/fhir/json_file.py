"""JSON read strictly: nothing written twice, nothing endless, no number or letter that cannot be stored.

>>> read_json('{"a": 1, "a": 2}', "file.json")
Traceback (most recent call last):
screening.exchange.strict.ContentError: file.json: a: “a” is written twice; keep one of them
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any, NoReturn

from screening.exchange.strict import ContentError, ContentProblem

LARGEST = 10_000_000
"""Characters in a file: several times the starter questionnaire."""
DEEPEST = 100
MOST_VALUES = 500_000


class _Twice(dict[str, Any]):
    """An object in which keys were written twice."""

    keys_twice: tuple[str, ...] = ()


def read_json(text: str, name: str) -> Any:
    """The value of JSON text; `name` stands for the file in messages. Raises `ContentError` with place and reason."""
    if len(text) > LARGEST:
        raise ContentError([_problem(name, "", f"The file is longer than {LARGEST:,} characters")])
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        reason = f"This is not JSON: {error.msg} (column {error.colno})"
        raise ContentError([ContentProblem(file=name, line=error.lineno, message=reason)]) from None
    except RecursionError:
        raise ContentError([_problem(name, "", "The file is nested too deeply")]) from None
    except ValueError as error:
        raise ContentError([_problem(name, "", f"This is not JSON: {str(error).split(';')[0]}")]) from None
    problems = _Walk(name).problems_of(value)
    if problems:
        raise ContentError(problems)
    return value


def _problem(name: str, place: str, message: str) -> ContentProblem:
    return ContentProblem(file=name, place=place, message=message)


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    counts = Counter(key for key, _ in pairs)
    twice.keys_twice = tuple(key for key, count in counts.items() if count > 1)
    return twice


class _Walk:
    """Every value once, with its path."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[ContentProblem] = []
        self.count = 0

    def problems_of(self, value: Any) -> list[ContentProblem]:
        self._look(value, "", 0)
        return self.problems

    def _look(self, value: Any, path: str, depth: int) -> None:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_VALUES:
            raise ContentError(
                [_problem(self.name, path, "Write less in one file: it is nested too deeply or too long")]
            )
        match value:
            case dict():
                for key in value.keys_twice if isinstance(value, _Twice) else ():
                    self._refuse(_joined(path, key), f"“{key}” is written twice; keep one of them")
                for key, one in value.items():
                    self._look_at_text(key, path)
                    self._look(one, _joined(path, key), depth + 1)
            case list():
                for number, one in enumerate(value):
                    self._look(one, f"{path}[{number}]", depth + 1)
            case str():
                self._look_at_text(value, path)
            case float() if not math.isfinite(value):
                self._refuse(path, "Write a smaller number")
            case int() if abs(value) > 10**15:
                self._refuse(path, "Write a smaller number")

    def _look_at_text(self, text: str, path: str) -> None:
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            self._refuse(path, "Remove the characters that are no text")

    def _refuse(self, path: str, message: str) -> None:
        if len(self.problems) < 100:
            self.problems.append(_problem(self.name, path, message))


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
