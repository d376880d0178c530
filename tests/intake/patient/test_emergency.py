"""Symptoms of an emergency: the help names them and the number to call, before all that is about suicide."""

from __future__ import annotations

import msgspec
import pytest

from screening.engine.definition import Definition
from screening.models import QuestionnaireVersion
from tests.intake.patient.conftest import publish, read
from tests.intake.patient.definitions import EVERY_TYPE


def about_an_emergency(definition: Definition) -> Definition:
    """The questionnaire with the question that asks for help taken for the one on emergency symptoms."""
    sections = tuple(
        msgspec.structs.replace(
            section,
            questions=tuple(
                msgspec.structs.replace(one, role="emergency") if one.link_id == "dark" else one
                for one in section.questions
            ),
        )
        for section in definition.sections
    )
    return msgspec.structs.replace(definition, sections=sections)


@pytest.fixture
def version(db: None) -> QuestionnaireVersion:
    return publish(about_an_emergency(EVERY_TYPE))


@pytest.mark.check("C16", required="the emergency number first for symptoms of an emergency")
def test_a_yes_names_the_symptoms_and_the_emergency_number_first(patient):
    patient.fill("safety", dark="yes")

    page = read(patient.client.get("/q/help/"))
    panel = page.html[page.html.index('class="help-panel"') :]
    order = ["You may need emergency care now", "Chest pain", "emergency number now", "tel:911", "tel:988"]

    assert [panel.index(each) for each in order] == sorted(panel.index(each) for each in order)
    assert panel.count('href="tel:911"') == 1
    assert "I am safe and will continue" in page.text
    assert "I want to stop" in page.text


def test_it_is_said_in_spanish(patient):
    patient.fill("safety", dark="yes")
    patient.client.post("/language/", {"language": "es", "next": "/q/help/"})

    assert "Puede necesitar atención de emergencia ahora" in read(patient.client.get("/q/help/")).text


@pytest.mark.parametrize("said", ["not_sure", "declined"])
def test_an_open_answer_leads_to_the_help_for_everyone(patient, said):
    patient.fill("safety", dark=said)

    text = read(patient.client.get("/q/help/")).text

    assert "Help is available right now" in text
    assert "You may need emergency care now" not in text
