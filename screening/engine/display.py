"""Answers in the patient's words: "162/96 mmHg", "5 ft 7 in (170 cm)", "42 days ago", "Not sure".

>>> from screening.engine.definition import Question
>>> smoke = Question(link_id="smoke", type="yes_no", text={"en": "Do you smoke?"})
>>> show(smoke, Answer(state="answered", value="yes"))
'Yes'
>>> show(smoke, None), show(smoke, Answer(state="skipped", typed={"": "maybe"}))
('Not answered', 'Could not be read: “maybe”')
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from msgspec.structs import replace

from .dates import MONTHS
from .definition import Definition, Question, Text, Vocabulary
from .documents import vocabulary_of
from .values import Ago, Answer, BloodPressure, Height, MedicineEntry, PartialDate, Value, Weight
from .words import unit_in, word


def display(question: Question, answer: Answer | None, definition: Definition, language: str = "en") -> str:
    """What the patient said, in `language`. None (the page was not reached) reads as not answered."""
    return show(question, answer, language, vocabulary_of(definition, question))


def display_as_asked(question: Question, answer: Answer | None, definition: Definition, language: str) -> str:
    """`display` for the patient: the items of a group are called as they were asked, not by the clinicians' `short`."""
    asked = [
        replace(item, short={lang: text.lstrip("¿") for lang, text in item.text.items()}) for item in question.items
    ]
    return display(replace(question, items=tuple(asked)), answer, definition, language)


def show(question: Question, answer: Answer | None, language: str = "en", vocabulary: Vocabulary | None = None) -> str:
    """`display` without a definition; `vocabulary` gives medicines their names."""
    if answer is None:
        return word("skipped", language)
    typed = ", ".join(_typed(question, part, text, language) for part, text in (answer.typed or {}).items())
    if answer.state != "answered":
        return word("unreadable", language, typed=typed) if typed else word(answer.state, language)
    value = display_value(question, answer.value, language, vocabulary)
    return word("partly_unreadable", language, value=value, typed=typed) if typed else value


def display_value(question: Question, value: Value, language: str = "en", vocabulary: Vocabulary | None = None) -> str:
    """A typed value in words."""
    match value:
        case str():  # first, because most answers are one
            return _choice(question, value, language)
        case bool():
            return word("agreed", language)
        case BloodPressure():
            return _pressure(value, language)
        case Height():
            return _height(value)
        case Weight():
            return _weight(value)
        case datetime.date():
            return _date(PartialDate(value.year, value.month, value.day), language)
        case PartialDate():
            return _date(value, language)
        case Ago():
            return _ago(value, language)
        case tuple():
            return _list(question, value, language, vocabulary)
        case int() | float():
            return f"{plain(value)} {unit_in(question.unit, language)}".strip()
        case _:
            return word("skipped", language)


def text_in(text: Text, language: str) -> str:
    """A text in a language, or in the first language it has."""
    return text.get(language) or next(iter(text.values()), "")


def plain(number: float, places: int = 10) -> str:
    """A number without needless zeros.

    >>> plain(170.0), plain(81.64663, 1)
    ('170', '81.6')
    """
    rounded = round(number, places)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.{places}f}".rstrip("0")


def _choice(question: Question, code: str, language: str) -> str:
    for option in question.options:
        if option.code == code:
            return text_in(option.text, language) or code
    return word(code, language) if question.type == "yes_no" and code in ("yes", "no") else code


def _typed(question: Question, part: str, text: str, language: str) -> str:
    """An entry that could not be read: what was typed as it is, what was chosen or ticked in words and not as codes.

    >>> _typed(Question(link_id="weight", type="weight", text={}), "state", "not_sure", "en")
    'Not sure'
    """
    if part == "none" and question.type == "medicines":
        return word("no_medicines", language)
    if part == "" and question.type in ("yes_no", "choice", "multiple_choice"):
        return ", ".join(choice_words(question, code, language) for code in text.split(", "))
    return choice_words(question, text, language) if part == "state" else text


def choice_words(question: Question, code: str, language: str) -> str:
    """A chosen answer, or "not sure" or "declined", in words; anything else as it is."""
    found = _choice(question, code, language)
    return word(code, language) if found == code and code in ("not_sure", "declined") else found


def _pressure(value: BloodPressure, language: str) -> str:
    key = "systolic_only" if value.diastolic is None else "diastolic_only" if value.systolic is None else "pressure"
    return word(key, language, systolic=value.systolic, diastolic=value.diastolic)


def _height(value: Height) -> str:
    """As entered, then in the other system."""
    if value.cm is not None:
        return f"{plain(value.cm, 1)} cm ({_feet(round(value.cm / 2.54))})"
    entered = (
        _feet((value.ft or 0) * 12 + (value.inches or 0)) if value.ft is not None else f"{plain(value.inches or 0)} in"
    )
    return f"{entered} ({round(value.in_cm)} cm)"


def _feet(inches: float) -> str:
    feet, rest = divmod(inches, 12)
    return f"{int(feet)} ft {plain(rest, 2)} in" if rest else f"{int(feet)} ft"


def _weight(value: Weight) -> str:
    if value.kg is not None:
        return f"{plain(value.kg, 2)} kg ({round(value.kg / 0.45359237)} lb)"
    parts = [(value.st, "st"), (value.lb, "lb")]
    entered = " ".join(f"{plain(number, 2)} {unit}" for number, unit in parts if number is not None)
    return f"{entered} ({plain(value.in_kg, 1)} kg)"


def _date(when: PartialDate, language: str) -> str:
    if when.month is None:
        return str(when.year)
    month = MONTHS.get(language, MONTHS["en"])[when.month - 1]
    key = "month_of_year" if when.day is None else "day_of_month"
    return word(key, language, month=month, year=when.year, day=when.day)


def _ago(value: Ago, language: str) -> str:
    if value.number == 0:
        return word("today", language)
    singular, plural = word(value.unit, language).split()
    return word("ago", language, number=value.number, unit=singular if value.number == 1 else plural)


def _list(
    question: Question,
    entries: tuple[str, ...] | tuple[MedicineEntry, ...] | tuple[Mapping[str, Answer], ...],
    language: str,
    vocabulary: Vocabulary | None,
) -> str:
    """Chosen answers and medicines between semicolons; the entries of a group on a line each."""
    if not entries:
        return word("no_medicines", language)
    shown: list[str] = []
    lines = question.type == "group"
    for number, entry in enumerate(entries, start=1):
        match entry:
            case str():
                shown.append(_choice(question, entry, language))
            case MedicineEntry():
                shown.append(display_medicine(entry, language, vocabulary))
            case Mapping():
                shown.append(
                    word("entry", language, number=number, answers=_entry(question, entry, language, vocabulary))
                )
    return ("\n" if lines else "; ").join(shown)


def _entry(question: Question, entry: Mapping[str, Answer], language: str, vocabulary: Vocabulary | None) -> str:
    """The answered items of one group entry: "Name: sertraline; Weeks: 8"."""
    pairs = [
        (text_in(item.short or item.text, language), show(item, entry[item.link_id], language, vocabulary))
        for item in question.items
        if item.link_id in entry
    ]
    return "; ".join(f"{label.rstrip('?:')}: {shown}" for label, shown in pairs)


def display_medicine(entry: MedicineEntry, language: str = "en", vocabulary: Vocabulary | None = None) -> str:
    """One medicine with its dose for a day, and the words typed for it where they say more.

    >>> display_medicine(MedicineEntry(code="sertraline", dose_mg=100.0))
    'sertraline, 100 mg a day'
    """
    names = {medicine.code: medicine.name for medicine in vocabulary.medicines} if vocabulary else {}
    name = names.get(entry.code, entry.code) if entry.code else entry.text
    if entry.note:
        name = word("as_typed", language, name=name, note=entry.note)
    return word("dose", language, name=name, dose=plain(entry.dose_mg, 3)) if entry.dose_mg is not None else name
