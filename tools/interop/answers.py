"""Random answers as somebody could give them: each question that is shown, in order, answered or left empty."""

from __future__ import annotations

import datetime
import random

from screening.engine import journey
from screening.engine.compiler import Compiled
from screening.engine.definition import Question
from screening.engine.results import Settings
from screening.engine.symbols import option_codes
from screening.engine.values import Ago, Answer, BloodPressure, Height, MedicineEntry, Value, Weight

LEFT_EMPTY = 0.3
SETTINGS = Settings()


def random_answers(compiled: Compiled, day: datetime.date, chance: random.Random) -> dict[str, Answer]:
    """What was answered; what was left empty is marked as skipped, as the product does on sending."""
    answers: dict[str, Answer] = {}
    for name in compiled.answerable:
        shown = compiled.visibility(answers, day, SETTINGS).get(name)
        if not shown:
            continue
        value = None if chance.random() < LEFT_EMPTY else _value(compiled, compiled.questions[name], day, chance)
        answers[name] = Answer(state="skipped" if value is None else "answered", value=value, on=day)
    return journey.with_skipped(compiled, answers, day, SETTINGS)


def _value(compiled: Compiled, question: Question, day: datetime.date, chance: random.Random) -> Value:
    match question.type:
        case "yes_no" | "choice":
            return chance.choice(option_codes(question))
        case "multiple_choice":
            return _several(question, chance)
        case "integer":
            low, high = question.minimum or 0, question.maximum or 9
            return chance.randint(int(low), int(high))
        case "decimal":
            return chance.randint(1, 20) / 2
        case "blood_pressure":
            return BloodPressure(systolic=chance.randint(90, 200), diastolic=chance.randint(50, 120))
        case "height":
            return chance.choice((Height(cm=chance.randint(150, 200)), Height(ft=5, inches=chance.randint(0, 11))))
        case "weight":
            return chance.choice((Weight(kg=chance.randint(45, 150)), Weight(lb=chance.randint(100, 330))))
        case "date" | "partial_date":
            return day - datetime.timedelta(days=chance.randint(10, 30_000))
        case "ago":
            return Ago(chance.randint(1, 11), chance.choice(("days", "weeks", "months", "years")))
        case "medicines":
            return _medicines(compiled, question, chance)
        case "acknowledgement":
            return True
        case "group":
            return ({item.link_id: _given(compiled, item, day, chance) for item in question.items},)
        case "phone":
            return "+1 202 555 0143"
        case "email":
            return "rosa@example.org"
        case _:
            return "Some words"


def _given(compiled: Compiled, item: Question, day: datetime.date, chance: random.Random) -> Answer:
    return Answer(state="answered", value=_value(compiled, item, day, chance), on=day)


def _several(question: Question, chance: random.Random) -> tuple[str, ...]:
    """Some options, or one that stands alone."""
    alone = [option.code for option in question.options if option.exclusive]
    if alone and chance.random() < 0.3:
        return (chance.choice(alone),)
    others = [option.code for option in question.options if not option.exclusive]
    return tuple(chance.sample(others, min(len(others), chance.randint(1, 3))))


def _medicines(compiled: Compiled, question: Question, chance: random.Random) -> tuple[MedicineEntry, ...]:
    known = compiled.symbols.vocabularies[question.vocabulary].medicines
    found = [MedicineEntry(code=one.code) for one in chance.sample(known, chance.randint(0, 3))]
    return (*found, *([MedicineEntry(text="a blue pill")] if chance.random() < 0.2 else []))
