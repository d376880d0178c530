"""Rules read aloud, without the rule language."""

from __future__ import annotations

import pytest

from screening.engine.definition import Definition, Parameter, Profile, Score, Variable
from screening.engine.language import parse, to_english

from .building import choice, definition, en, medicines, question

DEFINITION: Definition = definition(
    question("stroke", short={"en": "Stroke", "es": "Ictus"}),
    choice("route", "iv", "nasal", "oral", short=en("Route")),
    choice("mood", "low", "high", scores=(0, 3), short=en("Low mood")),
    choice("symptoms", "pain", "cough", "fever", kind="multiple_choice", short=en("Symptoms")),
    question("reading", "blood_pressure", short=en("Blood pressure")),
    question("weight_now", "weight", short=en("Weight"), unit="kg", role="weight"),
    question("tall", "height", role="height"),
    question("born", "date", role="birth_date"),
    question("event", "date", short=en("Heart attack")),
    question("courses", "group", repeats=True, short=en("Courses"), items=(question("helped", short=en("Helped")),)),
    medicines(short=en("Medicines")),
    scores=(Score(link_id="phq9", title=en("PHQ-9"), items=("mood",)),),
    variables=(Variable(link_id="pressure_known", title=en("Known high blood pressure"), when="stroke is yes"),),
    parameters=(Parameter(key="limit", title="Systolic limit", value=160, unit="mmHg"),),
    profiles=(Profile(key="eu", title=en("EU label")),),
)

READ = [
    ("stroke is yes", "“Stroke” is “Yes”"),
    ("stroke is not yes", "“Stroke” is not “Yes”"),
    ("route is one of (iv, nasal, oral)", "“Route” is “Iv”, “Nasal” or “Oral”"),
    ("route may be nasal", "“Route” is “Nasal” or was left without an answer"),
    ("not route may be nasal", "it is not so that “Route” is “Nasal” or was left without an answer"),
    ("stroke is answered", "“Stroke” was answered"),
    ("stroke is not answered", "“Stroke” was not answered"),
    ("stroke is not sure", "“Stroke” was answered “not sure”"),
    ("stroke is skipped", "“Stroke” was left empty"),
    ("reading.systolic is answered", "the top number of “Blood pressure” was answered"),
    ("reading.systolic >= limit",
     "the top number of “Blood pressure” is the clinic's “Systolic limit” (160 mmHg) or more"),
    ("reading.diastolic > 120", "the bottom number of “Blood pressure” is more than 120"),
    ("not reading.diastolic > 120", "the bottom number of “Blood pressure” is not more than 120"),
    ("mood < 2", "the points of “Low mood” is less than 2"),
    ("phq9 >= 20", "the PHQ-9 score is 20 or more"),
    ("weight_now <= 40", "“Weight” is 40 kg or less"),
    ("age >= 65", "age is 65 years or more"),
    ("bmi = 40", "body mass index is 40 kg/m²"),
    ("count(courses) != 0", "the number of entries in “Courses” is other than 0"),
    ("count(courses where helped is yes) >= 2",
     "the number of entries in “Courses” where “Helped” is “Yes” is 2 or more"),
    ("total(medicines_taken, diazepam) > 8", "the daily diazepam equivalent of “Medicines” is more than 8 mg"),
    ("medicines_taken includes maoi", "“Medicines” includes “MAO inhibitor”"),
    ("not medicines_taken includes sertraline", "“Medicines” does not include “Sertraline”"),
    ("symptoms includes any of (pain, cough)", "“Symptoms” includes any of “Pain” or “Cough”"),
    ("symptoms includes all of (pain, cough)", "“Symptoms” includes all of “Pain”, “Cough”"),
    ("symptoms includes at least 2 of (pain, cough, fever)",
     "“Symptoms” includes at least 2 of “Pain”, “Cough”, “Fever”"),
    ("event within 6 weeks of today", "“Heart attack” is within 6 weeks of today"),
    ("not event within 1 year of born", "“Heart attack” is not within 1 year of “About born?”"),
    ("event within limit days of today", "“Heart attack” is within the clinic's “Systolic limit” (160 days) of today"),
    ("profile is eu", "the label profile is “EU label”"),
    ("pressure_known", "“Known high blood pressure” applies"),
    ("not pressure_known", "“Known high blood pressure” does not apply"),
    ("stroke is yes or route is iv", "“Stroke” is “Yes”, or “Route” is “Iv”"),
    ("stroke is yes and (route is iv or age >= 65)",
     "all of these are true: (1) “Stroke” is “Yes”; (2) [“Route” is “Iv”, or age is 65 years or more]"),
    ("at least 1 of (stroke is yes, age >= 65)",
     "at least 1 of these are true: (1) “Stroke” is “Yes”; (2) age is 65 years or more"),
    ("not (stroke is yes or age >= 65)", "it is not the case that [“Stroke” is “Yes”, or age is 65 years or more]"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "english"), READ)
def test_a_rule_is_read_aloud(rule: str, english: str):
    assert to_english(parse(rule), DEFINITION) == english


def test_the_words_of_questions_come_in_the_language_asked_for_or_the_first():
    assert (
        to_english(parse("stroke is yes and route is iv"), DEFINITION, "es") == "“Ictus” is “Yes”, and “Route” is “Iv”"
    )
