"""One answer as the items of a QuestionnaireResponse: a value of the item's type, or why there is none."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from screening.engine.dates import iso
from screening.engine.definition import Question
from screening.engine.values import Ago, Answer, BloodPressure, Height, MedicineEntry, PartialDate, Value, Weight

from . import numbers, options, structs, urls
from .fhirpath import STATES
from .texts import Json

ANSWERED_ON = urls.extension("answered-on")
TYPED = urls.extension("typed-entry")


def answer_items(question: Question, answer: Answer, language: str) -> list[Json]:
    """The items of one question: one, or one for each entry of a repeating group. A state is told, never left out."""
    if question.type == "group" and answer.is_known:
        return [_entry(question, entry, language) for entry in _entries(answer.value)]
    item: Json = {"linkId": question.link_id, **_text(question, language)}
    extensions = _extensions(answer)
    if extensions:
        item["extension"] = extensions
    if answer.is_known:
        item |= _value(question, answer.value, language)
    return [item]


def _text(question: Question, language: str) -> Json:
    return {"text": question.text[language]} if question.text.get(language) else {}


def _extensions(answer: Answer) -> list[Json]:
    found: list[Json] = []
    if not answer.is_known:
        found.append({"url": urls.ABSENT, "valueCode": STATES[answer.state]})
    elif answer.on is not None:
        found.append({"url": ANSWERED_ON, "valueDate": answer.on.isoformat()})
    typed = [
        {"url": part or "entry", "valueString": text} for part, text in (answer.typed or {}).items() if text.strip()
    ]
    return [*found, {"url": TYPED, "extension": typed}] if typed else found


def _entries(value: Value) -> Iterable[Mapping[str, Answer]]:
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, tuple) else []


def _entry(group: Question, entry: Mapping[str, Answer], language: str) -> Json:
    inside = [item for question in group.items if question.link_id in entry
              for item in answer_items(question, entry[question.link_id], language)]  # fmt: skip
    return {"linkId": group.link_id, **_text(group, language)} | ({"item": inside} if inside else {})


def _value(question: Question, value: Value, language: str) -> Json:
    """`answer`, or `item` for what is several items in FHIR."""
    match value:
        case BloodPressure():
            parts = {"systolic": value.systolic, "diastolic": value.diastolic}
            return {
                "item": [_part(question, name, {"valueInteger": one}) for name, one in parts.items() if one is not None]
            }
        case Ago():
            quantity = numbers.quantity(value.number, value.unit)
            return {"item": [_part(question, "ago", {"valueQuantity": quantity})]}
        case PartialDate() if question.type == "ago":
            return {"item": [_part(question, "date", {"valueDate": iso(value)})]}
        case tuple() if question.type == "medicines":
            return {"item": _medicines(question, value)}
        case tuple():
            return {"answer": [{"valueCoding": _coding(question, str(code), language)} for code in value]}
        case _:
            return {"answer": [_single(question, value, language)]}


def _single(question: Question, value: Value, language: str) -> Json:
    match value:
        case bool():
            return {"valueBoolean": value}
        case Height():
            return {"valueQuantity": _height(value)}
        case Weight():
            return {"valueQuantity": _weight(value)}
        case PartialDate():
            return {"valueDate": iso(value)}
        case datetime.date():
            return {"valueDate": value.isoformat()}
        case int() | float():
            return numbers.number_value(question, float(value))
        case str() if options.is_boolean(question):
            return {"valueBoolean": value == "yes"}
        case str() if question.options:
            return {"valueCoding": _coding(question, value, language)}
        case str():
            return {"valueString": value}
        case _:
            raise ValueError(value)


def _height(value: Height) -> Json:
    if value.cm is not None:
        return numbers.quantity(value.cm, "cm")
    return numbers.quantity(round((value.ft or 0) * 12 + (value.inches or 0), 6), "in")


def _weight(value: Weight) -> Json:
    if value.kg is not None:
        return numbers.quantity(value.kg, "kg")
    return numbers.quantity(round((value.st or 0) * 14 + (value.lb or 0), 6), "lb")


def _coding(question: Question, code: str, language: str) -> Json:
    words = next((option.text.get(language, "") for option in question.options if option.code == code), "")
    return options.coding(question, code) | ({"display": words} if words else {})


def _part(question: Question, name: str, value: Json) -> Json:
    return {"linkId": f"{question.link_id}.{name}", "answer": [value]}


def _medicines(question: Question, entries: tuple[object, ...]) -> list[Json]:
    known = [entry for entry in entries if isinstance(entry, MedicineEntry)]
    found = [{"linkId": f"{question.link_id}.entry", "item": _medicine(question, entry)} for entry in known]
    return found or [_part(question, "none", {"valueBoolean": True})]


def _medicine(question: Question, entry: MedicineEntry) -> list[Json]:
    """A known medicine by its code; else the person's own words."""
    system = f"{urls.CODES}/{question.vocabulary}"
    named: Json = {"valueCoding": {"system": system, "code": entry.code}} if entry.code else {"valueString": entry.text}
    found = [_part(question, "name", named)]
    if entry.dose_mg is not None:
        found.append(_part(question, "dose", {"valueDecimal": structs.plain_number(entry.dose_mg)}))
    note = "; ".join(part for part in (entry.text if entry.code else "", entry.note) if part)
    return [*found, _part(question, "note", {"valueString": note})] if note else found
