"""Answer options read: from `answerOption`, or from a value set that the file contains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from screening.engine.definition import Option

from . import structs, urls
from .element import Element
from .naming import Names, slug
from .texts import read_text

AnswerKey = tuple[str, str, str]
"""An answer as conditions name it: its kind ("Coding", "Integer"), system and code or value."""


@dataclass
class Choices:
    """Options as fields of `Option`, and the code of each answer."""

    options: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[AnswerKey, str] = field(default_factory=dict)


def read_options(item: Element, own_system: str, language: str) -> Choices:
    """The options of `answerOption`, with points and whether they stand alone."""
    found, names = Choices(), Names()
    for option in item.children("answerOption"):
        fields = _option(option, found, names, own_system, language)
        if fields is not None:
            found.options.append(fields)
    return found


def _option(option: Element, found: Choices, names: Names, own_system: str, language: str) -> dict[str, Any] | None:
    own = option.extension(urls.extension("option"))
    fields = structs.read(own, Option, language, ("hint", "code", "codes")) if own else {}
    coding = option.child("valueCoding")
    given = _from_coding(coding, fields, own_system, language) if coding else _from_value(option, language)
    if given is None:
        return None
    words, key, text = given
    name = words if slug(words) == words else text.get(language, words)
    fields["code"] = names.new(str(fields.get("code") or name))
    if fields["code"] != words and not own:
        option.changed(f"the answer “{words}” is “{fields['code']}” in rules")
    found.codes[key] = fields["code"]
    score = _points(option) if coding is None else _points(option, coding)
    exclusive = option.extension(urls.EXCLUSIVE)
    return fields | {"text": text} | ({} if score is None else {"score": score}) | (
        {"exclusive": True} if exclusive and exclusive.boolean("valueBoolean") else {})  # fmt: skip


def _from_coding(
    coding: Element, fields: dict[str, Any], own_system: str, language: str
) -> tuple[str, AnswerKey, dict[str, str]]:
    system, code = coding.text("system"), coding.text("code")
    text = read_text(coding, "display", language)
    if not code:
        code = text.get(language, "")
    if not code:
        coding.refuse("code", "Write a code, or a display")
    if system and system != own_system:
        fields["codes"] = {**fields.get("codes", {}), urls.name_of(system): code}
    return code, ("Coding", system, code), text or {language: code}


def _from_value(option: Element, language: str) -> tuple[str, AnswerKey, dict[str, str]] | None:
    for kind in ("String", "Integer", "Date", "Time"):
        value = option.take(f"value{kind}")
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value), (kind, "", str(value)), {language: str(value)}
    option.left_out("an answer of a kind that cannot be chosen here")
    option.dismiss()
    return None


def _points(*elements: Element) -> float | None:
    for element in elements:
        for url in (urls.ORDINAL, urls.ITEM_WEIGHT):
            found = element.extension(url)
            if found is not None:
                return found.value_number()
    return None


def read_value_set(value_set: Element, language: str) -> Choices:
    """The concepts of a contained value set, listed or expanded. Filters and other value sets are reported."""
    value_set.ignore("resourceType", "id", "url", "name", "title", "status", "version", "text", "meta")
    found, names = Choices(), Names()
    expansion = value_set.child("expansion")
    if expansion is not None:
        expansion.ignore("timestamp", "identifier", "total")
        for concept in expansion.children("contains"):
            _concept(concept, concept.text("system"), found, names, language)
        value_set.ignore("compose")
        return found
    compose = value_set.child("compose")
    for include in compose.children("include") if compose else ():
        system = include.text("system")
        for concept in include.children("concept"):
            _concept(concept, system, found, names, language)
    return found


def _concept(concept: Element, system: str, found: Choices, names: Names, language: str) -> None:
    code = concept.text("code")
    text = read_text(concept, "display", language) or {language: code}
    for designation in concept.children("designation"):
        if designation.text("language") and designation.text("value"):
            text[designation.text("language")] = designation.text("value")
    option: dict[str, Any] = {"code": names.new(code), "text": text}
    if system:
        option["codes"] = {urls.name_of(system): code}
    score = _points(concept)
    found.options.append(option if score is None else option | {"score": score})
    found.codes[("Coding", system, code)] = option["code"]
