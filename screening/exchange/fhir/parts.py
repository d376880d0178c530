"""What is one question for us and several items for FHIR: blood pressure, how long ago, a medicine list, and the lines
of help under a question. Their linkIds have a dot, which ours never have, so they clash with nothing."""

from __future__ import annotations

from screening.engine.definition import Question, Text, Vocabulary
from screening.engine.measures import DIASTOLIC, SYSTOLIC

from . import numbers, urls
from .texts import Json, text_element

_WORDS: dict[str, Text] = {
    "systolic": {"en": "Upper number (systolic)", "es": "Número de arriba (sistólica)"},
    "diastolic": {"en": "Lower number (diastolic)", "es": "Número de abajo (diastólica)"},
    "ago": {"en": "How long ago", "es": "Hace cuánto tiempo"},
    "date": {"en": "Or the date, as exactly as you know it", "es": "O la fecha, tan exacta como la sepa"},
    "none": {"en": "I take no medicines", "es": "No tomo medicinas"},
    "entry": {"en": "Medicine", "es": "Medicina"},
    "name": {"en": "Name", "es": "Nombre"},
    "dose": {"en": "Dose in one day", "es": "Dosis en un día"},
    "note": {"en": "Note", "es": "Nota"},
}

_PRESSURE_CODES = {"systolic": "8480-6", "diastolic": "8462-4"}


def _item(question: Question, name: str, kind: str, languages: tuple[str, ...], **more: object) -> Json:
    first = languages[0]
    words = {code: _WORDS[name].get(code, _WORDS[name]["en"]) for code in languages}
    return {"linkId": f"{question.link_id}.{name}", **text_element("text", words, first), "type": kind, **more}


def pressure(question: Question, languages: tuple[str, ...]) -> list[Json]:
    """The two numbers of a reading in mmHg."""
    ranges = {"systolic": SYSTOLIC, "diastolic": DIASTOLIC}
    return [
        _item(question, name, "integer", languages, extension=numbers.bounds_of(*bounds, "mmHg"),
              code=[{"system": urls.SYSTEMS["loinc"], "code": _PRESSURE_CODES[name]}])
        for name, bounds in ranges.items()
    ]  # fmt: skip


def ago(question: Question, languages: tuple[str, ...]) -> list[Json]:
    """A length of time, or a date."""
    units = numbers.unit_options(*numbers.AGO_UNITS)
    return [
        _item(question, "ago", "quantity", languages, extension=units),
        _item(question, "date", "date", languages),
    ]


def medicines(question: Question, languages: tuple[str, ...], vocabulary: Vocabulary | None) -> list[Json]:
    """“None”, or one group for each medicine."""
    known = vocabulary.medicines if vocabulary else ()
    system = f"{urls.CODES}/{question.vocabulary}"
    options = [{"valueCoding": {"system": system, "code": one.code, "display": one.name}} for one in known]
    dose = [{"url": urls.UNIT, "valueCoding": numbers.unit_coding("mg")}]
    most = [{"url": urls.MOST_ENTRIES, "valueInteger": question.maximum_entries}]
    name = _item(question, "name", "open-choice" if options else "string", languages)
    entry = [
        name | ({"answerOption": options} if options else {}),
        _item(question, "dose", "decimal", languages, extension=dose),
        _item(question, "note", "string", languages),
    ]
    return [
        _item(question, "none", "boolean", languages),
        _item(question, "entry", "group", languages, extension=most, repeats=True, item=entry),
    ]


def names_of(question: Question) -> frozenset[str]:
    """The linkIds of the items that stand for parts of a question."""
    names = {
        "blood_pressure": ("systolic", "diastolic"),
        "ago": ("ago", "date"),
        "medicines": ("none", "entry"),
    }.get(question.type, ())
    return frozenset(f"{question.link_id}.{name}" for name in names)


def help_items(question: Question, language: str) -> list[Json]:
    """The hint, shown under the question, and the explanation, shown on request."""
    found: list[Json] = []
    if any(question.hint.values()):
        found.append(display(f"{question.link_id}.hint", question.hint, language))
    if any(question.explanation.values()):
        control = concept(urls.CONTROL, urls.CONTROLS, "help")
        found.append(display(f"{question.link_id}.explanation", question.explanation, language, control))
    return found


def display(link_id: str, text: Text, language: str, kind: Json | None = None) -> Json:
    """A line to read."""
    kind = kind or concept(urls.DISPLAY_KIND, urls.DISPLAY_KINDS, "instructions")
    return {"extension": [kind], "linkId": link_id, **text_element("text", text, language), "type": "display"}


def concept(url: str, system: str, code: str) -> Json:
    """An extension that holds a coded concept."""
    return {"url": url, "valueCodeableConcept": {"coding": [{"system": system, "code": code}]}}
