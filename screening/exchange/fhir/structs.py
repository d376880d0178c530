"""Our own values as FHIR extensions, driven by the types of `definition.py`: each field is a part named after it.

A text is a string with translations; a list repeats its part, and `false` stands for an empty list, text or mapping
where that is not what is left out anyway.

>>> from screening.engine.definition import Source
>>> write(Source(key="LABEL", title="The label"), "source", "en")["extension"]
[{'url': 'key', 'valueString': 'LABEL'}, {'url': 'title', 'valueString': 'The label'}]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from msgspec import inspect

from screening.exchange.shape import NOT_TEXT

from .element import Element
from .texts import Json, read_text, text_element


def write(value: msgspec.Struct, url: str, language: str, fields: Collection[str] | None = None) -> Json:
    """The extension `url` with the fields of a Struct that are not at their default, or those of `fields` that are."""
    parts = [part for field in _fields(type(value)) if fields is None or field.name in fields
             for part in _field(field, getattr(value, field.name), language)]  # fmt: skip
    return {"url": url, "extension": parts}


def _fields(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)  # every Struct's is
    return kind.fields


def default_of(field: inspect.Field) -> object:
    """What a field is when it is left out; `NODEFAULT` for a required one."""
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _field(field: inspect.Field, value: object, language: str) -> Iterator[Json]:
    if value != default_of(field):
        yield from _part(field.name, value, field.type, language)


def _part(name: str, value: Any, kind: inspect.Type, language: str) -> Iterator[Json]:
    match kind:
        case inspect.UnionType():
            yield from _part(name, value, _plain(kind), language)
        case inspect.StructType():
            yield write(value, name, language)
        case _ if value in ("", (), {}):
            yield {"url": name, "valueBoolean": False}
        case inspect.VarTupleType():
            for one in value:
                yield from _part(name, one, kind.item_type, language)
        case inspect.DictType() if is_text(name, kind):
            yield {"url": name, **text_element("valueString", value, language)}
        case inspect.DictType():
            parts = [part for key in sorted(value) for part in _part(key, value[key], kind.value_type, language)]
            yield {"url": name, "extension": parts}
        case inspect.BoolType():
            yield {"url": name, "valueBoolean": value}
        case inspect.IntType():
            yield {"url": name, "valueInteger": value}
        case inspect.FloatType():
            yield {"url": name, "valueDecimal": plain_number(value)}
        case _:
            yield {"url": name, "valueString": value}


def is_text(name: str, kind: inspect.DictType) -> bool:
    """Whether a mapping is one text in several languages."""
    return isinstance(kind.value_type, inspect.StrType) and name not in NOT_TEXT


def _plain(kind: inspect.UnionType) -> inspect.Type:
    return next(one for one in kind.types if not isinstance(one, inspect.NoneType))


def plain_number(value: float) -> float | int:
    """Whole numbers without a decimal point."""
    return int(value) if value == int(value) else value


def read(
    element: Element, struct: type[msgspec.Struct], language: str, fields: Collection[str] | None = None
) -> dict[str, Any]:
    """The fields that an extension of `write` holds, as plain values to be converted. What it lacks is left out."""
    found: dict[str, Any] = {}
    for field in (one for one in _fields(struct) if fields is None or one.name in fields):
        parts = element.extensions(field.name)
        if parts:
            found[field.name] = _value(parts, field.name, field.type, language)
        elif field.required and fields is None:
            element.refuse("", f"Add the part “{field.name}”")
    return found


def _value(parts: list[Element], name: str, kind: inspect.Type, language: str) -> Any:
    first = parts[0]
    match kind:
        case inspect.UnionType():
            return _value(parts, name, _plain(kind), language)
        case inspect.VarTupleType():
            if len(parts) == 1 and first.data.get("valueBoolean") is False:
                first.take("valueBoolean")
                return []
            return [_value([part], name, kind.item_type, language) for part in parts]
        case inspect.StructType():
            return read(first, kind.cls, language)
        case inspect.DictType() if is_text(name, kind):
            return _read_text(first, language)
        case inspect.DictType():
            return _read_mapping(first, kind, language)
        case inspect.BoolType():
            return first.boolean("valueBoolean")
        case inspect.IntType():
            return first.whole("valueInteger")
        case inspect.FloatType():
            return first.value_number()
        case _:
            return "" if first.take("valueBoolean") is False else first.value_text()


def _read_text(part: Element, language: str) -> dict[str, str]:
    return {} if part.take("valueBoolean") is False else read_text(part, "valueString", language)


def _read_mapping(part: Element, kind: inspect.DictType, language: str) -> dict[str, Any]:
    listed = part.data.get("extension")
    urls = [one.get("url") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    keys = [url for url in urls if isinstance(url, str)]
    if part.take("valueBoolean") is False:
        return {}
    return {key: _value(part.extensions(key), key, kind.value_type, language) for key in keys}
