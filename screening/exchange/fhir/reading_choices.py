"""Choices read: one or several answers, options in the file or elsewhere, an answer of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import urls
from .element import Element
from .gates import Source
from .naming import Names
from .reading_options import Choices, read_options, read_value_set

if TYPE_CHECKING:
    from .reading_items import Reader

Fields = dict[str, Any]

_OTHER = {"en": "Other", "es": "Otra"}
_WHICH = {"en": "Which?", "es": "¿Cuál?"}


def read_choice(
    reader: Reader, item: Element, fields: Fields, kind: str, source: Source, *, repeats: bool
) -> list[Fields]:
    """The options of a choice, and the line for an answer of one's own. Without options it becomes text."""
    choices = _choices(reader, item, fields)
    if choices is None:
        fields["type"] = source.type = "text"
        return []
    if repeats or fields["type"] != "yes_no":
        fields["type"] = "multiple_choice" if repeats else "choice"
    reader.allowance.spend("options", item.path, sum(len(option["text"]) for option in choices.options))
    fields["options"], source.codes, source.type = [*choices.options], choices.codes, fields["type"]
    return [_other(reader, item, fields)] if kind == "open-choice" else []


def _choices(reader: Reader, item: Element, fields: Fields) -> Choices | None:
    address = item.text("answerValueSet")
    if not address:
        found = read_options(item, f"{urls.CODES}/{fields['link_id']}", reader.language)
        if not found.options:
            item.changed("there are no options: asked as text", "answerOption")
        return found if found.options else None
    value_set = reader.value_sets.get(address.removeprefix("#")) if address.startswith("#") else None
    if value_set is None:
        item.changed(f"the options are kept elsewhere ({address}): asked as text", "answerValueSet")
        return None
    if address not in reader.choices:
        reader.choices[address] = read_value_set(value_set, reader.language)
    found = reader.choices[address]
    if not found.options:
        item.changed("the value set lists no options: asked as text", "answerValueSet")
    return found if found.options else None


def _other(reader: Reader, item: Element, fields: Fields) -> Fields:
    """An open choice as a choice with “other”, and a line for it."""
    code = Names(frozenset(str(option["code"]) for option in fields["options"])).new("other")
    fields["options"].append({"code": code, "text": {reader.language: _OTHER.get(reader.language, "Other")}})
    item.changed("an answer of one's own is “other” and a line for it", "type")
    name = reader.names.new(f"{fields['link_id']}_other")
    word = "includes" if fields["type"] == "multiple_choice" else "is"
    rule = f"{fields['link_id']} {word} {code}"
    text = {reader.language: _WHICH.get(reader.language, "Which?")}
    return {"link_id": name, "type": "text", "text": text, "ask_when": rule}
