"""What FHIR R4 says about the form of the resources we write: which elements there are, of which type, how many.

Written from the published element tables of R4 (Questionnaire, QuestionnaireResponse, Observation, DetectedIssue,
Bundle); besides, the rules of the standard that JSON schemas cannot say: each linkId once, answers of the type of their
item, several conditions only with a behaviour. `make interop` asks an independent validator the same.

>>> problems_in({"resourceType": "Questionnaire", "status": "new"})
['Questionnaire.status: “new” is not one of draft, active, retired, unknown']
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .elements import CODES, ELEMENTS, PRIMITIVES, Shape

Json = dict[str, Any]


def problems_in(resource: Json) -> list[str]:
    """Everything wrong with the form of a resource; an empty list when nothing is."""
    kind = str(resource.get("resourceType"))
    if kind not in ELEMENTS:
        return [f"resourceType: “{kind}” is not looked at here"]
    found = list(_object(resource, kind, kind))
    if kind == "Questionnaire":
        found += _link_ids(resource)
    return found


def _object(value: Json, shape: str, path: str) -> Iterator[str]:
    known = ELEMENTS[shape]
    for name, one in value.items():
        if name == "resourceType":
            continue
        plain = name.removeprefix("_")
        element = known.get(plain)
        if element is None:
            yield f"{path}.{name}: there is no such element"
        elif name.startswith("_"):
            yield from _companion(one, f"{path}.{name}")
        else:
            yield from _element(one, element, f"{path}.{name}")
    for name, element in known.items():
        if element.required and name not in value and f"_{name}" not in value:
            yield f"{path}.{name}: is required"
    yield from _one_value(value, path)


def _element(value: Any, element: Shape, path: str) -> Iterator[str]:
    if element.many != isinstance(value, list):
        yield f"{path}: {'must' if element.many else 'must not'} be a list"
        return
    if value in ([], {}, ""):
        yield f"{path}: is empty"
    for number, one in enumerate(value) if element.many else ():
        yield from _single(one, element, f"{path}[{number}]")
    if not element.many:
        yield from _single(value, element, path)


def _single(value: Any, element: Shape, path: str) -> Iterator[str]:
    kind = element.type
    if kind == "Resource":
        nested = str(value.get("resourceType")) if isinstance(value, dict) else ""
        yield from _object(value, nested, path) if nested in ELEMENTS else ()
    elif kind in ELEMENTS:
        yield from _object(value, kind, path) if isinstance(value, dict) else (f"{path}: must be an object",)
    elif not PRIMITIVES[kind](value):
        yield f"{path}: “{str(value)[:40]}” is not of type {kind}"
    elif element.codes and value not in CODES[element.codes]:
        yield f"{path}: “{value}” is not one of {', '.join(CODES[element.codes])}"


def _companion(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict) or not value:
        yield f"{path}: must be an object with id or extension"
        return
    yield from _object(value, "Element", path)


_VALUE = re.compile(r"_?(value|answer)[A-Z]\w*")


def _one_value(value: Json, path: str) -> Iterator[str]:
    """A choice of types is made once."""
    names = {name.removeprefix("_") for name in value if _VALUE.fullmatch(name) and name != "answerOption"}
    names -= {"answerValueSet"}
    if len(names) > 1:
        yield f"{path}: only one of {', '.join(sorted(names))} may be there"


def _items(resource: Json, path: str) -> Iterator[tuple[Json, str]]:
    for number, item in enumerate(resource.get("item", ())):
        place = f"{path}.item[{number}]"
        yield item, place
        yield from _items(item, place)


_ANSWERS = {
    "boolean": {"Boolean"},
    "decimal": {"Decimal", "Integer"},
    "integer": {"Integer", "Decimal"},
    "date": {"Date"},
    "dateTime": {"DateTime", "Date"},
    "time": {"Time"},
    "string": {"String"},
    "text": {"String"},
    "choice": {"Coding", "String", "Integer", "Date", "Time"},
    "open-choice": {"Coding", "String"},
    "quantity": {"Quantity"},
}
"""What a condition may compare an item of each type with."""


def _link_ids(resource: Json) -> Iterator[str]:
    found = list(_items(resource, "Questionnaire"))
    for link_id, count in Counter(item.get("linkId") for item, _ in found).items():
        if count > 1:
            yield f"Questionnaire: “{link_id}” is the linkId of {count} items"
    types = {str(item.get("linkId")): str(item.get("type")) for item, _ in found}
    for item, path in found:
        yield from _item_rules(item, path)
        for number, condition in enumerate(item.get("enableWhen", ())):
            yield from _condition(condition, types, f"{path}.enableWhen[{number}]")


def _item_rules(item: Json, path: str) -> Iterator[str]:
    kind = item.get("type")
    if kind == "group" and not item.get("item"):
        yield f"{path}: a group needs items (que-1)"
    if kind == "display" and item.get("item"):
        yield f"{path}: a display item has no items (que-1)"
    if kind == "display" and {"required", "repeats", "code", "answerOption"} & item.keys():
        yield f"{path}: a display item is not answered (que-3, que-6)"
    if "answerOption" in item and (kind not in ("choice", "open-choice", "integer", "date", "time", "string", "text")):
        yield f"{path}: an item of type {kind} has no options (que-5)"
    if "answerOption" in item and "answerValueSet" in item:
        yield f"{path}: either options or a value set (que-4)"
    if "maxLength" in item and kind not in ("boolean", "decimal", "integer", "string", "text", "url", "open-choice"):
        yield f"{path}: maxLength does not fit type {kind} (que-10)"
    if len(item.get("enableWhen", ())) > 1 and "enableBehavior" not in item:
        yield f"{path}: several conditions need an enableBehavior (que-12)"


def _condition(condition: Json, types: dict[str, str], path: str) -> Iterator[str]:
    source = str(condition.get("question"))
    if source not in types:
        yield f"{path}: there is no item “{source}”"
        return
    kind = next((name.removeprefix("answer") for name in condition if name.startswith("answer")), "")
    if not kind:
        yield f"{path}: an answer is required"
    elif condition.get("operator") == "exists":
        if kind != "Boolean":
            yield f"{path}: exists is compared with a boolean (que-7)"
    elif kind not in _ANSWERS.get(types[source], {kind}):
        yield f"{path}: an item of type {types[source]} is not compared with a {kind}"
