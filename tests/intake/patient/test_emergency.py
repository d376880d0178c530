"""Symptoms of an emergency: the help names them and the number to call, before all that is about suicide."""

from __future__ import annotations

import msgspec
import pytest

from intake.models import Alert
from screening.engine.definition import Safety
from screening.models import QuestionnaireVersion
from tests.intake.patient.conftest import publish, read
from tests.intake.patient.definitions import EVERY_TYPE
from tests.intake.patient.test_correcting import press_send
from tests.intake.sample import with_role


@pytest.fixture
def version(db: None) -> QuestionnaireVersion:
    """The question that asks for help is taken for the one on emergency symptoms."""
    return publish(with_role(EVERY_TYPE, "dark", "emergency"))


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


def test_a_pause_of_the_script_brings_it_on_the_page_itself(patient):
    page = read(patient.client.get("/q/safety/")).html
    hidden = page[page.index('data-help="emergency"') :]
    hidden = hidden[: hidden.index("</section>")]

    answer = patient.fill("safety", dark="yes", autosave="1")

    assert answer.json()["help"] == "emergency"
    assert hidden.index("You may need emergency care now") < hidden.index("tel:911") < hidden.index("tel:988")
    assert hidden.count('href="tel:911"') == 1


class TestOneOfSeveralSigns:
    """Signs of an emergency to choose from, beside the yes-or-no question: anything but "none of these" counts."""

    @pytest.fixture
    def version(self, db: None) -> QuestionnaireVersion:
        definition = with_role(with_role(EVERY_TYPE, "dark", "emergency"), "illnesses", "emergency")
        sign = "illnesses includes asthma"
        safety = Safety(panel_when=f"dark is yes or {sign}", alert_at_once_when=f"plan is yes or {sign}")
        return publish(msgspec.structs.replace(definition, safety=safety))

    def test_it_brings_the_emergency_number_and_calls_staff_at_once(self, patient):
        patient.fill("habits", illnesses=["asthma"])

        assert "You may need emergency care now" in read(patient.client.get("/q/help/")).text
        assert [alert.kind for alert in Alert.objects.all()] == [Alert.Kind.AT_ONCE]

    def test_a_pause_of_the_script_brings_it_on_the_page_itself(self, patient):
        assert 'data-help="emergency"' in read(patient.client.get("/q/habits/")).html
        assert patient.fill("habits", illnesses=["asthma"], autosave="1").json()["help"] == "emergency"

    @pytest.mark.parametrize("said", ["none", "not_sure"])
    def test_none_of_them_or_an_open_answer_does_not(self, patient, said):
        patient.fill("habits", illnesses=[said])
        assert patient.answers["illnesses"].state == ("answered" if said == "none" else "not_sure")
        patient.fill("safety", dark="not_sure")

        assert "Help is available right now" in read(patient.client.get("/q/help/")).text

    def test_it_comes_although_help_was_shown_for_something_else(self, patient):
        for said in ({"dark": "not_sure"}, {"plan": "yes"}):
            patient.fill("safety", **said)
            patient.client.get("/q/help/")
            patient.client.post("/q/help/")

        assert patient.fill("habits", illnesses=["asthma"]).headers["Location"] == "/q/help/"

        assert "You may need emergency care now" in read(patient.client.get("/q/help/")).text


def test_other_pages_do_not_carry_it(patient):
    assert 'data-help="emergency"' not in read(patient.client.get("/q/about/")).html


class TestKeptBesideTheAnswers:
    """A yes that could not be stored as an answer: another tab answered differently, or has sent everything."""

    def test_on_a_page_that_was_open_when_all_was_sent(self, patient):
        patient.fill("about", given_name="Ana")
        patient.walk()
        patient.fill("safety", dark="no", mood_1="never")
        page = patient.open("safety")
        press_send(patient)

        patient.fill("safety", page, dark="yes")

        assert "You may need emergency care now" in read(patient.client.get("/q/help/")).text

    @pytest.mark.parametrize(
        ("said", "help_shown"),
        [("yes", "You may need emergency care now"), ("not_sure", "Help is available right now")],
    )
    def test_where_another_window_answered_differently(self, patient, said, help_shown):
        page = patient.open("safety")
        patient.fill("safety", dark="no", mood_1="never")

        clash = patient.fill("safety", page, dark=said, mood_1="never")

        assert help_shown in read(clash).text
        assert help_shown in read(patient.client.get("/q/help/")).text
