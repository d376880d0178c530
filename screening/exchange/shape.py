"""YAML values fitted to the Structs of `definition.py`: short forms written out, and every misfit reported at once."""

from __future__ import annotations

import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from screening.engine.definition import Citation
from screening.engine.hints import did_you_mean

from .strict import ContentError, ContentProblem, Spot, YamlList, YamlMap

Built = TypeVar("Built")

NOT_TEXT = frozenset({"codes", "translations"})
"""Fields that map text to text and are not one text in several languages."""

UNVERIFIED = "(unverified)"


def fit(value: object, wanted: type[Built], language: str, spot: Spot) -> Built:
    """`value` as a `wanted`. A plain string where a text is expected is in `language`. Raises `ContentError`."""
    fitter = _Fitter(language)
    plain = fitter.fit(value, inspect.type_info(wanted), "", spot)
    if fitter.problems:
        raise ContentError(fitter.problems)
    try:
        return msgspec.convert(plain, wanted)
    except msgspec.ValidationError as error:
        raise ContentError([spot.problem("", str(error))]) from None


def citation(text: str) -> dict[str, object]:
    """A citation from one line: the source's key, the place in it, and whether it still must be verified.

    >>> citation("US-SPR §4"), citation("NL-ESK table 1 (unverified)")["checked"]
    ({'source': 'US-SPR', 'section': '§4', 'checked': True}, False)
    """
    plain = text.strip().removesuffix(UNVERIFIED).strip()
    source, _, section = plain.partition(" ")
    return {
        "source": source.rstrip(","),
        "section": section.strip(),
        "checked": not text.strip().endswith(UNVERIFIED),
    }


def plain_values(value: object) -> Any:
    """YAML values as ordinary dicts and lists, without their places."""
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    return [plain_values(item) for item in value] if isinstance(value, list) else value


class _Fitter:
    def __init__(self, language: str) -> None:
        self.language = language
        self.problems: list[ContentProblem] = []

    def refuse(self, spot: Spot, place: str, message: str) -> object:
        """Note a problem and go on, with nothing in the place of the value."""
        self.problems.append(spot.problem(place, message))
        return None

    def fit(self, value: object, kind: inspect.Type, place: str, spot: Spot) -> object:
        match kind:
            case inspect.StructType():
                return self._struct(value, kind, place, spot)
            case inspect.VarTupleType() | inspect.ListType():
                return self._list(value, kind.item_type, place, spot)
            case inspect.DictType():
                return self._dict(value, kind, place, spot)
            case inspect.UnionType():
                others = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
                return None if value is None else self.fit(value, others[0], place, spot)
            case inspect.AnyType():
                return plain_values(value)
            case _:
                return self._leaf(value, kind, place, spot)

    def _struct(self, value: object, kind: inspect.StructType, place: str, spot: Spot) -> object:
        if kind.cls is Citation and isinstance(value, str):
            return citation(value)
        if not isinstance(value, dict):
            return self.refuse(spot, place, f"Write a mapping here, not {_name(value)}")
        known = {field.encode_name: field for field in kind.fields}
        at = value.at if isinstance(value, YamlMap) else lambda key: spot
        label = _label(value, place)
        for key in sorted(value.keys() - known.keys()):
            comma = "; put text with a comma between { } in quotes" if value[key] is None else ""
            self.refuse(at(key), _join(label, key), f"There is no field “{key}”{did_you_mean(key, known)}{comma}")
        for name, field in known.items():
            if field.required and value.get(name) is None:
                self.refuse(spot, label, f"Add “{name}”: it is required")
        return {
            key: self._field(value[key], known[key], _join(label, key), at(key))
            for key in value
            if key in known and value[key] is not None
        }

    def _field(self, value: object, field: inspect.Field, place: str, spot: Spot) -> object:
        if isinstance(field.type, inspect.DictType) and isinstance(value, str) and field.name not in NOT_TEXT:
            return {self.language: value} if value else {}
        return self.fit(value, field.type, place, spot)

    def _list(self, value: object, item: inspect.Type, place: str, spot: Spot) -> object:
        if not isinstance(value, list):
            return self.refuse(spot, place, f"Write a list here, not {_name(value)}")
        at = value.at if isinstance(value, YamlList) else lambda index: spot
        return [self.fit(one, item, f"{place}[{n + 1}]", at(n)) for n, one in enumerate(value)]

    def _dict(self, value: object, kind: inspect.DictType, place: str, spot: Spot) -> object:
        if not isinstance(value, dict):
            return self.refuse(spot, place, f"Write a mapping here, not {_name(value)}")
        at = value.at if isinstance(value, YamlMap) else lambda key: spot
        return {key: self.fit(one, kind.value_type, _join(place, key), at(key)) for key, one in value.items()}

    def _leaf(self, value: object, kind: inspect.Type, place: str, spot: Spot) -> object:
        match kind, value:
            case inspect.StrType(), int() if not isinstance(value, bool):
                return str(value)
            case inspect.StrType(), str():
                return value
            case inspect.BoolType(), bool():
                return value
            case inspect.FloatType(), int() | float() if not isinstance(value, bool):
                return float(value)
            case inspect.IntType(), int() if not isinstance(value, bool):
                return value
            case inspect.LiteralType(), str() if value in kind.values:
                return value
            case inspect.DateType(), str() if _is_day(value):
                return value
        return self.refuse(spot, place, f"Write {_wanted(kind, value)}, not {_name(value)}")


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _wanted(kind: inspect.Type, value: object) -> str:
    match kind:
        case inspect.StrType():
            return "text" if isinstance(value, dict | list) else "text (put it in quotes)"
        case inspect.BoolType():
            return "true or false"
        case inspect.FloatType():
            return "a number"
        case inspect.IntType():
            return "a whole number"
        case inspect.DateType():
            return "a day such as 2026-03-02"
        case inspect.LiteralType():
            return f"one of {', '.join(map(str, kind.values))}{did_you_mean(str(value), map(str, kind.values))}"
        case _:
            return "something else"


def _name(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f"“{str(value)[:60]}”"


def _label(value: dict[str, object], place: str) -> str:
    """A place by the thing's own name, which people search for, rather than by its position."""
    name = value.get("link_id") or value.get("key") or value.get("code") or value.get("id")
    return str(name) if isinstance(name, str) else place


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
