"""After a disclosure help comes before the next question; it is never in the way, and always within reach."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions, crisis_contacts
from intake.models import Alert, Clinic, QuestionnaireResponse, SafetyPanelShown
from intake.patient import crisis
from tests.intake.patient.conftest import NOW, open_clinic, read
from tests.intake.patient.test_nothing_is_lost import hidden
from tests.intake.sample import Tab


@pytest.mark.check("C16", required="help before the next question, contacts on every page")
@pytest.mark.parametrize("said", ["yes", "not_sure", "declined"])
def test_a_disclosure_leads_to_help_before_the_next_question(patient, said):
    response = patient.fill("safety", dark=said)

    assert response["Location"] == "/q/help/"
    page = read(patient.client.get("/q/help/"))
    assert {"tel:911", "tel:988", "sms:988", "sms:741741?body=HOME", "sms:838255"} <= set(page.links)
    assert "I am safe and will continue" in page.text
    assert "I want to stop" in page.text
    assert "Nobody is watching your answers live" in page.text
    assert "a very high blood pressure reading" in page.text, "not everything that calls for help is about suicide"


def test_who_reads_spanish_is_led_to_the_lines_in_spanish(patient):
    patient.client.post("/language/", {"language": "es", "next": "/q/help/"})

    page = read(patient.client.get("/q/help/"))

    spanish = {"tel:988", "sms:988?body=AYUDA", "sms:741741?body=AYUDA", "https://chat.988lifeline.org/"}
    assert spanish <= set(page.links)
    assert "oprima 2 para español" in page.text
    assert "HOME" not in page.text


def test_contacts_stored_as_one_text_hold_in_every_language():
    stored = [{"key": "a", "title": {"en": "A"}, "text": "741741", "text_body": "HOME", "url": "https://a.example/"}]

    hrefs = [[way.href for way in crisis.contacts(stored, code)[0].ways] for code in ("en", "es")]

    assert hrefs == [["sms:741741?body=HOME", "https://a.example/"]] * 2


@pytest.mark.parametrize("path", ["/", "/i/whatever/", "/resume/", "/tablet/"])
def test_pages_of_no_clinic_yet_show_the_numbers_of_this_country(clinic, path):
    Clinic.objects.update(crisis_contacts=crisis_contacts.for_country("GB"))

    links = set(read(Client().get(path)).links)

    assert "tel:999" in links
    assert not {"tel:911", "tel:988"} & links


def test_they_show_only_what_all_clinics_share(clinic, version):
    own = [
        *crisis_contacts.for_country("US"),
        {"key": "own", "title": {"en": "Ours", "es": "Ours"}, "call": "555-0100"},
    ]
    open_clinic(version, slug="south", name="South", crisis_contacts=own)

    links = set(read(Client().get("/")).links)

    assert {"tel:911", "tel:988"} <= links
    assert "tel:5550100" not in links


def test_a_line_that_one_clinic_says_less_of_is_still_shared(clinic, version):
    older = [{**one, "text_body": ""} for one in crisis_contacts.for_country("US")]
    open_clinic(version, slug="south", name="South", crisis_contacts=older)

    assert "tel:988" in read(Client().get("/")).links


def test_of_a_line_only_what_no_clinic_says_otherwise_is_shared(clinic, version):
    others = [{**one, "text_body": "HALLO"} for one in crisis_contacts.for_country("US")]
    open_clinic(version, slug="south", name="South", crisis_contacts=others)

    links = read(Client().get("/")).links

    assert "tel:988" in links
    assert not any("body=" in link for link in links)


@pytest.mark.django_db
def test_before_there_is_any_clinic_a_page_still_shows_numbers():
    assert "tel:911" in read(Client().get("/")).links


def test_no_help_page_without_a_disclosure(patient):
    assert patient.fill("safety", dark="no", mood_1="never")["Location"] == "/q/check/"


def test_every_other_page_leads_to_help_until_it_was_seen(patient):
    patient.fill("safety", dark="yes")

    assert patient.client.get("/q/about/")["Location"] == "/q/help/"
    assert patient.client.get("/q/check/")["Location"] == "/q/help/"


def test_the_follow_ups_of_the_disclosure_come_after_help(patient):
    patient.fill("safety", dark="yes")

    response = patient.client.post("/q/help/")

    assert response["Location"] == "/q/safety/#q-plan-block"


def test_it_is_recorded_that_help_was_shown(patient):
    patient.fill("safety", dark="yes")
    assert SafetyPanelShown.objects.count() == 0

    patient.client.get("/q/help/")
    patient.client.get("/q/help/")

    assert SafetyPanelShown.objects.count() == 1


def test_help_that_was_asked_for_without_a_disclosure_is_not_recorded(patient):
    assert "I am safe" not in read(patient.client.get("/q/help/")).text
    assert SafetyPanelShown.objects.count() == 0


def test_a_second_disclosure_on_another_page_shows_help_again(patient):
    patient.fill("safety", dark="yes")
    patient.client.get("/q/help/")
    patient.client.post("/q/help/")

    again = patient.fill("safety", plan="yes")

    assert again["Location"] == "/q/help/"


def test_an_unchanged_page_does_not_show_help_again(patient):
    patient.fill("safety", dark="yes")
    patient.client.get("/q/help/")
    patient.client.post("/q/help/")

    assert patient.fill("safety", plan="no")["Location"] != "/q/help/"
    assert patient.fill("safety")["Location"] != "/q/help/"


def test_a_mistake_on_the_same_page_does_not_hide_help(patient):
    response = patient.fill("safety", dark="yes", mood_1="sometimes")

    assert response.status_code == 422
    assert "Help is available right now" in read(response).text


def test_the_disclosure_is_stored_with_its_alert(patient):
    patient.fill("safety", dark="yes")
    patient.client.get("/q/help/")
    patient.client.post("/q/help/")
    patient.fill("safety", plan="yes")

    assert patient.answers["plan"].value == "yes"
    assert Alert.objects.filter(response=patient.response).exists()


@pytest.fixture
def two_tabs(patient):
    """The safety page was open in two tabs; the other one has answered the first question."""
    late = patient.open("safety")
    patient.fill("safety", dark="no", mood_1="never")
    return late


def test_a_page_that_clashes_and_discloses_shows_help_first(patient):
    late = patient.open("safety")
    patient.fill("safety", mood_1="never", autosave="1")

    response = patient.fill("safety", late, mood_1="often", dark="yes")

    assert response.status_code == 409
    page = read(response)
    assert patient.answers["dark"].value == "yes"
    assert page.text.index("Help is available right now") < page.text.index("Saved before")
    assert {"tel:988", "sms:988", "tel:911"} <= set(page.links)
    assert patient.client.get("/q/safety/")["Location"] == "/q/help/"


def test_a_disclosure_that_another_window_withheld_shows_help_first(patient, two_tabs):
    response = patient.fill("safety", two_tabs, dark="yes", mood_1="never")

    assert response.status_code == 409
    assert patient.answers["dark"].value == "no"
    assert "Help is available right now" in read(response).text
    help_page = patient.client.get(patient.client.get("/q/safety/")["Location"])
    assert "I am safe and will continue" in read(help_page).text
    assert SafetyPanelShown.objects.count() == 1
    assert patient.client.post("/q/help/")["Location"] == "/q/safety/"


def test_settling_the_clash_leads_to_help_as_well(patient, two_tabs):
    page = read(patient.fill("safety", two_tabs, dark="yes", mood_1="never"))

    assert patient.client.post("/q/safety/", hidden(page.html))["Location"] == "/q/help/"


def test_a_pause_that_clashes_tells_the_script_that_help_is_due(patient, two_tabs):
    response = patient.fill("safety", two_tabs, dark="yes", mood_1="never", autosave="1")

    assert (response.status_code, response.json()["help"]) == (409, "crisis")


def test_a_clash_without_a_disclosure_shows_no_help(patient, two_tabs):
    response = patient.fill("safety", two_tabs, dark="no", mood_1="often")

    assert response.status_code == 409
    assert "Help is available right now" not in read(response).text
    assert patient.client.get("/q/safety/").status_code == 200


def test_a_clash_that_takes_a_disclosure_back_does_not_hide_it(patient):
    late = patient.open("safety")
    patient.fill("safety", dark="yes", mood_1="never", autosave="1")

    response = patient.fill("safety", late, dark="no", mood_1="never")

    assert "Help is available right now" in read(response).text


@pytest.fixture
def on_check_answers(patient):
    """Everything is answered calmly; only the button is left to press."""
    patient.fill("about", given_name="Ana")
    patient.fill("safety", dark="no", mood_1="never")
    patient.walk()
    return patient


def press_send(patient):
    return patient.client.post("/q/send/", {"visit": str(patient.response.pk)})


def test_a_disclosure_in_another_tab_shows_help_before_sending(on_check_answers):
    on_check_answers.fill("safety", mood_1="often", autosave="1", dark="yes")

    assert press_send(on_check_answers)["Location"] == "/q/help/"
    assert QuestionnaireResponse.objects.get().status == "draft"
    on_check_answers.client.get("/q/help/")
    assert on_check_answers.client.post("/q/help/")["Location"] == "/q/check/"


def test_help_comes_before_the_confirmation_where_nobody_was_shown_it(on_check_answers):
    (base,) = on_check_answers.open("safety").fields["base_revision"]
    tab = Tab(on_check_answers.response, base=int(base))
    tab.save(dark="yes", plan="no")
    actions.submit(response_id=on_check_answers.response.pk, now=NOW)

    assert on_check_answers.client.get("/q/sent/")["Location"] == "/q/help/"
    assert "I am safe and will continue" in read(on_check_answers.client.get("/q/help/")).text
    assert SafetyPanelShown.objects.count() == 1
    assert on_check_answers.client.post("/q/help/")["Location"] == "/q/sent/"
    assert on_check_answers.client.get("/q/sent/").status_code == 200


def test_help_after_a_calm_sending_is_not_recorded(on_check_answers):
    press_send(on_check_answers)

    assert "I am safe" not in read(on_check_answers.client.get("/q/help/")).text
    assert SafetyPanelShown.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["/q/about/", "/q/habits/", "/q/numbers/", "/q/safety/", "/q/check/", "/q/stop/", "/q/help/"]
)
def test_crisis_contacts_are_on_every_page(patient, path):
    assert {"tel:911", "tel:988", "sms:988"} <= set(read(patient.client.get(path)).links)


def test_stopping_says_what_is_kept_and_closes_the_answers_here(patient):
    patient.fill("about", given_name="Ana")
    page = read(patient.client.get("/q/stop/"))
    assert "They have not been sent" in page.text

    response = patient.client.post("/q/stop/")

    assert response.status_code == 200
    assert patient.client.get("/q/about/")["Location"] == "/resume/"


def test_stopping_after_a_disclosure_says_that_staff_may_call(patient):
    patient.fill("safety", dark="yes")

    assert "45 minutes" in read(patient.client.get("/q/stop/")).text


def test_only_a_clinics_web_address_becomes_a_link(patient, clinic):
    clinic.crisis_contacts = [
        {"key": "x", "title": {"en": "<b>Chat</b>"}, "url": "javascript:alert(1)", "is_emergency": True}
    ]
    clinic.save()

    html = read(patient.client.get("/q/help/")).html

    assert "javascript:" not in html
    assert "<b>Chat</b>" not in html


def test_stopping_names_the_configured_address(patient):
    page = read(patient.client.get("/q/stop/", headers={"Host": "localhost"}))

    assert "http://127.0.0.1:8000/resume/" in page.text


@pytest.fixture
def overtaken(patient):
    """The safety page as it was when its second save, a no, was stored before its first."""
    page = patient.open("safety")
    patient.fill("safety", page, dark="no", mood_1="never", client_sequence="2", autosave="1")
    return page


def test_a_disclosure_that_comes_after_a_newer_save_of_its_page_shows_help_first(patient, overtaken):
    response = patient.fill("safety", overtaken, dark="yes", mood_1="never", client_sequence="1")

    assert patient.answers["dark"].value == "no"
    assert response["Location"] == "/q/help/"
    assert Alert.objects.filter(response=patient.response).exists()


def test_a_pause_that_comes_late_tells_the_script_that_help_is_due(patient, overtaken):
    response = patient.fill("safety", overtaken, dark="yes", mood_1="never", client_sequence="1", autosave="1")

    assert (response.status_code, response.json()["help"]) == (200, "crisis")


def test_so_it_does_where_another_window_passed_by_the_rest_of_the_page(patient):
    page = patient.open("safety")
    patient.fill("safety", page, dark="no", client_sequence="2", autosave="1")
    patient.fill("safety", dark="no")

    response = patient.fill("safety", page, dark="yes", mood_1="never", client_sequence="1")

    assert (patient.answers["dark"].value, patient.answers["mood_1"].value) == ("no", "never")
    assert response["Location"] == "/q/help/"


def test_a_late_pause_without_a_disclosure_shows_no_help(patient, overtaken):
    response = patient.fill("safety", overtaken, dark="no", mood_1="sometimes", client_sequence="1", autosave="1")

    assert response.json()["help"] == ""
