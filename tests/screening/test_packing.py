"""The packed record: small, and every answer is in it or marked as not held."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from screening import packing
from screening.engine.answers import Answer, BloodPressure, Height, MedicineEntry, PartialDate
from screening.engine.definition import Definition, Section
from screening.engine.results import Settings
from screening.replay.records import Records
from screening.replay.translation import Medicines
from tests.screening.engine.building import MEDICINES, TODAY, choice, en, medicines, question

QUESTIONS = (
    question("stroke"),
    choice("mood", "low", "high"),
    choice("symptoms", *(f"s{number}" for number in range(10)), kind="multiple_choice"),
    question("tall", "height"),
    question("reading", "blood_pressure"),
    question("born", "partial_date"),
    medicines("taken"),
    question("courses", "group", repeats=True, items=(question("helped"), question("weeks", "integer"))),
    question("words", "text"),
)
DEFINITION = Definition(
    key="packed", title=en("P"), vocabularies=(MEDICINES,),
    sections=(Section(link_id="one", title=en("One"), questions=QUESTIONS),),
)  # fmt: skip
LAYOUT = packing.layout_of(DEFINITION)


def known(value: Any) -> Answer:
    return Answer(state="answered", value=value, on=TODAY)


def opened(**answers: Answer) -> Records:
    vector = packing.pack(LAYOUT, answers, TODAY)
    return Records(LAYOUT, [vector], [TODAY], [Settings()])


def mark(name: str, answer: Answer | None) -> int:
    records = opened(**({name: answer} if answer else {}))
    return int(records.marks[LAYOUT.marks[name]][0])


@pytest.mark.parametrize(("name", "answer", "expected"), [
    ("stroke", None, packing.NO_ANSWER),
    ("stroke", Answer(state="not_sure"), 1),
    ("stroke", Answer(state="declined"), 2),
    ("stroke", Answer(state="skipped"), 3),
    ("stroke", known("yes"), packing.ANSWERED),
    ("stroke", known("no"), packing.ANSWERED + 1),
    ("stroke", known("perhaps"), packing.NOT_HELD),
    ("mood", known("high"), packing.ANSWERED + 1),
    ("symptoms", known(("s1", "other")), packing.NOT_HELD),
    ("tall", known("tall"), packing.NOT_HELD),
    ("reading", known(120), packing.NOT_HELD),
    ("born", known(PartialDate(1980)), packing.VAGUE),
    ("born", known(PartialDate(1980, 2, 3)), packing.ANSWERED),
    ("taken", known("aspirin"), packing.NOT_HELD),
    ("courses", known(tuple({} for _ in range(300))), packing.NOT_HELD),
    ("words", known("anything"), packing.ANSWERED),
])  # fmt: skip
def test_a_mark_says_how_the_question_was_left(name: str, answer: Answer | None, expected: int):
    assert mark(name, answer) == expected


def test_numbers_dates_and_options_are_held():
    found = opened(
        tall=known(Height(ft=5, inches=7)),
        reading=known(BloodPressure(diastolic=90)),
        born=known(PartialDate(2026, 1)),
        symptoms=known(("s0", "s9")),
    )

    assert found.numbers[LAYOUT.numbers["tall"]].tolist() == [170.18]
    assert found.numbers[LAYOUT.numbers["reading"] + 1].tolist() == [90.0]
    first, last = found.days[LAYOUT.days["born"]]
    assert (first[0], last[0]) == (datetime.date(2026, 1, 1).toordinal(), datetime.date(2026, 1, 31).toordinal())
    assert [found.has_bit("symptoms", place)[0].item() for place in range(10)] == [True, *[False] * 8, True]


def test_the_entries_of_lists_are_held():
    taken = (MedicineEntry(code="clonazepam", dose_mg=0.5), MedicineEntry(text="blue pill"))
    courses = ({"helped": known("no"), "weeks": known(6)}, {"weeks": known(2)})
    found = opened(taken=known(taken), courses=known(courses))

    entries = Medicines(LAYOUT.medicines["taken"], *found.entries("taken"))
    rows, data = found.entries("courses")
    assert entries.which({"clonazepam": True}).tolist() == [True, False]
    assert entries.doses.tolist()[0] == 0.5
    assert (rows.tolist(), len(data)) == ([0, 0], 2 * LAYOUT.width("courses"))


def test_a_record_that_is_missing_short_or_of_another_layout_is_not_used():
    good = packing.pack(LAYOUT, {"taken": known((MedicineEntry(code="sertraline"),))}, TODAY)
    vectors = [good, None, good[:-1], b"\x01\x00" + good[2:], b""]

    found = Records(LAYOUT, vectors, [TODAY] * 5, [Settings()] * 5)

    assert found.is_held.tolist() == [True, False, False, False, False]


def test_it_is_small():
    assert len(packing.pack(LAYOUT, {}, TODAY)) < 50
