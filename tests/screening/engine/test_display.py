"""Answers in the patient's words, in both languages."""

from __future__ import annotations

import datetime

import pytest

from screening.engine.answers import (
    Ago,
    Answer,
    BloodPressure,
    Height,
    MedicineEntry,
    PartialDate,
    Weight,
    display,
    display_as_asked,
)
from screening.engine.definition import Definition, Medicine, Option, Question, Section, Vocabulary
from screening.engine.kinds import KINDS
from screening.engine.words import WORDS

SMOKES = Question(
    link_id="smokes",
    type="choice",
    text={"en": "Do you smoke?"},
    options=(
        Option(code="daily", text={"en": "Every day", "es": "Todos los días"}),
        Option(code="other", text={"en": "Other"}),
    ),
)
ITEMS = (
    Question(link_id="name", type="text", text={"en": "Which medicine?"}, short={"en": "Name", "es": "Nombre"}),
    Question(link_id="weeks", type="integer", text={"en": "How long?"}, unit="weeks"),
)
KNOWN = Vocabulary(key="m", medicines=(Medicine(code="sert", name="sertraline"),))
DEFINITION = Definition(
    key="k", title={}, sections=(Section(link_id="s", title={}, questions=(SMOKES,)),), vocabularies=(KNOWN,)
)


def shown(type: str, value, language="en", **fields) -> str:  # noqa: A002
    question = Question(link_id="q", type=type, text={}, **fields)
    return display(question, Answer(state="answered", value=value), DEFINITION, language)


@pytest.mark.parametrize(
    ("type", "value", "english", "spanish"),
    [
        ("yes_no", "yes", "Yes", "Sí"),
        ("yes_no", "no", "No", "No"),
        ("integer", 3, "3", "3"),
        ("decimal", 3.0, "3", "3"),
        ("decimal", 3.5, "3.5", "3.5"),
        ("blood_pressure", BloodPressure(162, 96), "162/96 mmHg", "162/96 mmHg"),
        (
            "blood_pressure",
            BloodPressure(systolic=162),
            "162 mmHg (top number only)",
            "162 mmHg (solo el número de arriba)",
        ),
        (
            "blood_pressure",
            BloodPressure(diastolic=96),
            "96 mmHg (bottom number only)",
            "96 mmHg (solo el número de abajo)",
        ),
        ("height", Height(ft=5, inches=7.0), "5 ft 7 in (170 cm)", "5 ft 7 in (170 cm)"),
        ("height", Height(ft=5), "5 ft (152 cm)", "5 ft (152 cm)"),
        ("height", Height(inches=67.0), "67 in (170 cm)", "67 in (170 cm)"),
        ("height", Height(cm=170.0), "170 cm (5 ft 7 in)", "170 cm (5 ft 7 in)"),
        ("height", Height(cm=182.5), "182.5 cm (6 ft)", "182.5 cm (6 ft)"),
        ("weight", Weight(lb=180.0), "180 lb (81.6 kg)", "180 lb (81.6 kg)"),
        ("weight", Weight(kg=80.0), "80 kg (176 lb)", "80 kg (176 lb)"),
        ("weight", Weight(st=12, lb=4.0), "12 st 4 lb (78 kg)", "12 st 4 lb (78 kg)"),
        ("date", datetime.date(2021, 3, 5), "March 5, 2021", "5 de marzo de 2021"),
        ("partial_date", PartialDate(2021), "2021", "2021"),
        ("partial_date", PartialDate(2021, 3), "March 2021", "marzo de 2021"),
        ("partial_date", PartialDate(2021, 3, 5), "March 5, 2021", "5 de marzo de 2021"),
        ("ago", Ago(42, "days"), "42 days ago", "hace 42 días"),
        ("ago", Ago(1, "months"), "1 month ago", "hace 1 mes"),
        ("ago", Ago(0, "weeks"), "Today", "Hoy"),
        ("ago", PartialDate(2021, 3), "March 2021", "marzo de 2021"),
        ("text", "Ada", "Ada", "Ada"),
        ("long_text", "a\nb", "a\nb", "a\nb"),
        ("phone", "555 010 0100", "555 010 0100", "555 010 0100"),
        ("email", "a@b.co", "a@b.co", "a@b.co"),
        ("acknowledgement", True, "Agreed", "De acuerdo"),
        ("medicines", (), "None", "Ninguno"),
        (
            "medicines",
            (MedicineEntry(code="sert", dose_mg=100.0),),
            "sertraline, 100 mg a day",
            "sertraline, 100 mg al día",
        ),
        (
            "medicines",
            (MedicineEntry(code="sert", note="Zoloft 50"), MedicineEntry(text="blue pill")),
            "sertraline (written as “Zoloft 50”); blue pill",
            "sertraline (escrito como “Zoloft 50”); blue pill",
        ),
    ],
)
def test_it_shows(type, value, english, spanish):  # noqa: A002
    assert shown(type, value) == english
    assert shown(type, value, "es") == spanish


def test_a_choice_is_shown_by_its_text_in_the_language_that_there_is():
    assert display(SMOKES, Answer(state="answered", value="daily"), DEFINITION) == "Every day"
    assert display(SMOKES, Answer(state="answered", value="daily"), DEFINITION, "es") == "Todos los días"
    assert display(SMOKES, Answer(state="answered", value="other"), DEFINITION, "es") == "Other"


def test_several_choices_stand_between_semicolons():
    assert shown("multiple_choice", ("daily", "other"), options=SMOKES.options) == "Every day; Other"


def test_a_code_that_is_no_longer_an_option_is_shown_as_it_is():
    assert display(SMOKES, Answer(state="answered", value="gone"), DEFINITION) == "gone"


def test_a_number_has_its_unit():
    assert shown("integer", 3, unit="drinks") == "3 drinks"
    assert shown("integer", 8, "es", unit="weeks") == "8 semanas"


def test_the_entries_of_a_group_are_numbered_lines():
    value = (
        {"name": Answer(state="answered", value="Prozac"), "weeks": Answer(state="answered", value=8)},
        {"name": Answer(state="not_sure")},
    )
    assert shown("group", value, items=ITEMS, repeats=True) == "1. Name: Prozac; How long: 8 weeks\n2. Name: Not sure"
    assert shown("group", value, "es", items=ITEMS, repeats=True).startswith("1. Nombre: Prozac")


@pytest.mark.parametrize("type", sorted(KINDS))
@pytest.mark.parametrize(
    ("state", "english", "spanish"),
    [
        ("not_sure", "Not sure", "No estoy seguro/a"),
        ("declined", "Prefer not to say", "Prefiero no decirlo"),
        ("skipped", "Not answered", "Sin responder"),
    ],
)
def test_a_state_is_shown_the_same_for_every_type(type, state, english, spanish):  # noqa: A002
    question = Question(link_id="q", type=type, text={})
    assert display(question, Answer(state=state), DEFINITION) == english
    assert display(question, Answer(state=state), DEFINITION, "es") == spanish


def test_a_question_that_was_not_reached_is_not_answered():
    assert display(SMOKES, None, DEFINITION) == "Not answered"


def test_a_patient_reads_the_items_of_a_group_as_they_were_asked_and_staff_in_short():
    name = Question(
        link_id="name", type="text", short={"en": "Drug"}, text={"en": "Which medicine?", "es": "¿Qué medicina?"}
    )
    trials = Question(link_id="q", type="group", repeats=True, text={}, items=(name,))
    answer = Answer(state="answered", value=({"name": Answer(state="answered", value="Zoloft")},))

    assert display(trials, answer, DEFINITION, "es") == "1. Drug: Zoloft"
    assert display_as_asked(trials, answer, DEFINITION, "es") == "1. Qué medicina: Zoloft"
    assert display_as_asked(trials, answer, DEFINITION, "en") == "1. Which medicine: Zoloft"


def test_what_could_not_be_read_is_shown_as_typed():
    assert display(SMOKES, Answer(state="skipped", typed={"": "abc"}), DEFINITION) == "Could not be read: “abc”"


def test_what_was_chosen_or_ticked_beside_it_is_shown_in_words():
    fever = Option(code="fever", text={"en": "Fever with back pain", "es": "Fiebre con dolor de espalda"})
    several = Question(link_id="q", type="multiple_choice", text={}, options=(fever,))
    pills = Question(link_id="q", type="medicines", text={})
    weight = Question(link_id="q", type="weight", text={})

    def unread(question, language="en", **typed):
        return display(question, Answer(state="skipped", typed=typed), DEFINITION, language).partition(": ")[2]

    assert unread(several, **{"": "fever, not_sure"}) == "“Fever with back pain, Not sure”"
    assert unread(several, "es", **{"": "fever", "state": "declined"}) == (
        "“Fiebre con dolor de espalda, Prefiero no decirlo”"
    )
    assert unread(pills, none="on", **{"0.name": "sertraline"}) == "“None, sertraline”"
    assert unread(weight, kg="80", state="not_sure") == "“80, Not sure”"


def test_what_could_be_read_stands_before_what_could_not():
    answer = Answer(state="answered", value=BloodPressure(diastolic=96), typed={"systolic": "abc"})
    question = Question(link_id="q", type="blood_pressure", text={})
    expected = "96 mmHg (bottom number only) (could not be read: “abc”)"
    assert display(question, answer, DEFINITION) == expected


def test_an_unknown_language_reads_as_english():
    assert shown("ago", Ago(2, "days"), "fr") == "2 days ago"


def test_both_languages_have_the_same_words():
    assert WORDS["en"].keys() == WORDS["es"].keys()
