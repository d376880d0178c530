"""The section pages without a script: what is drawn, saved, refused and shown next."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from intake.models import QuestionnaireResponse, Revision
from tests.intake.patient.conftest import read


def test_it_draws_a_section(patient):
    page = patient.open("about")

    assert page.response.status_code == 200
    assert page.title == "About you – Before your first visit – Harbor Ketamine Clinic"
    assert "Step 1 of 5" in page.text
    assert page.html.count("<h1") == 1


def test_it_draws_every_section(patient):
    for link_id in ("about", "habits", "numbers", "safety"):
        page = patient.open(link_id)
        assert page.response.status_code == 200
        assert len(page.ids) == page.html.count(' id="'), f"{link_id} uses an id twice"


def test_it_saves_and_goes_on(patient):
    response = patient.fill("about", given_name="Ana")

    assert response.status_code == 302
    assert response["Location"] == "/q/habits/"
    assert patient.answers["given_name"].value == "Ana"
    assert patient.answers["phone"].state == "skipped"


def test_it_draws_what_was_stored(patient):
    patient.fill(
        "numbers", bp__systolic="120", bp__diastolic="80", attack__number="6", attack__unit="weeks", sleep="7.5"
    )

    fields = patient.open("numbers").fields

    assert fields["bp.systolic"] == ["120"]
    assert fields["bp.diastolic"] == ["80"]
    assert fields["attack.number"] == ["6"]
    assert fields["attack.unit"] == ["weeks"]
    assert fields["sleep"] == ["7.5"]


def test_it_takes_not_sure_and_prefer_not_to_say(patient):
    patient.fill("habits", smokes="not_sure", exercises="declined", illnesses__state="not_sure")

    assert patient.answers["smokes"].state == "not_sure"
    assert patient.answers["exercises"].state == "declined"
    assert patient.answers["illnesses"].state == "not_sure"
    assert patient.open("habits").fields["illnesses.state"] == ["not_sure"]


def test_it_never_requires_anything_to_go_on(patient):
    assert patient.fill("about").status_code == 302


def test_a_follow_up_waits_disabled_until_it_is_asked_for(patient):
    page = patient.open("habits")

    assert 'data-follow-up="cigarettes"' in page.html
    assert page.fields["asked"] == ["smokes", "exercises", "route", "illnesses"]


def test_without_a_script_the_page_comes_back_with_its_follow_ups(patient):
    response = patient.fill("habits", smokes="yes", exercises="no")

    assert response["Location"] == "/q/habits/#q-cigarettes-block"
    assert "cigarettes" not in patient.answers
    page = patient.open("habits")
    assert "cigarettes" in page.fields["asked"]
    assert page.fields["smokes"] == ["yes"]


def test_a_follow_up_left_empty_is_skipped_only_after_it_was_shown(patient):
    patient.fill("habits", smokes="yes")

    response = patient.fill("habits", patient.open("habits"))

    assert response["Location"] == "/q/numbers/"
    assert patient.answers["cigarettes"].state == "skipped"


def test_a_hidden_answer_stays_in_the_draft(patient):
    patient.fill("habits", smokes="yes")
    patient.fill("habits", cigarettes="10")

    patient.fill("habits", smokes="no")

    assert patient.answers["cigarettes"].value == 10
    assert 'data-follow-up="cigarettes"' in patient.open("habits").html
    assert "cigarettes" not in patient.open("habits").fields["asked"]


def test_a_mistake_in_a_question_that_is_no_longer_asked_does_not_hold_back(patient):
    patient.fill("habits", smokes="yes")

    response = patient.fill("habits", smokes="no", cigarettes="many")

    assert response["Location"] == "/q/numbers/"


def test_a_section_that_is_not_asked_leads_to_one_that_is(patient):
    response = patient.client.get(reverse("patient:section", args=["smokers"]))

    assert response["Location"] == "/q/about/"


def test_it_refuses_a_section_that_does_not_exist(patient):
    posted = {"visit": str(patient.response.pk)}

    assert patient.client.post("/q/nonsense/", posted).status_code == 404


def test_it_returns_to_check_answers_when_it_came_from_there(patient):
    page = patient.open("about", "?return=check")

    response = patient.fill("about", page, given_name="Ana")

    assert response["Location"] == "/q/check/"


def test_a_second_click_changes_nothing(patient):
    page = patient.open("about")

    first = patient.fill("about", page, given_name="Ana")
    second = patient.fill("about", page, given_name="Ana")

    assert first["Location"] == second["Location"]
    assert Revision.objects.filter(response=patient.response).count() == 1


def test_looking_changes_nothing(patient):
    before = QuestionnaireResponse.objects.values().get(pk=patient.response.pk)

    for link_id in ("about", "habits", "numbers", "safety"):
        patient.open(link_id)

    assert QuestionnaireResponse.objects.values().get(pk=patient.response.pk) == before
    assert Revision.objects.count() == 0


def test_somebody_without_a_session_is_asked_for_the_code(patient):
    response = Client().get(reverse("patient:section", args=["about"]))

    assert response["Location"] == reverse("patient:resume")


def test_another_patient_never_sees_or_changes_these_answers(patient, begin):
    patient.fill("about", given_name="Ana Sentinel")
    stranger = begin()

    assert "Ana Sentinel" not in stranger.open("about").html
    page = patient.open("about")
    response = stranger.fill("about", page, given_name="Mallory")
    assert response.status_code == 403
    assert patient.answers["given_name"].value == "Ana Sentinel"
    assert "given_name" not in stranger.answers


def test_after_sending_it_leads_to_the_confirmation(patient):
    patient.fill("about", given_name="Ana")
    page = patient.open("about")
    patient.walk()
    patient.client.post(reverse("patient:send"), {"visit": str(patient.response.pk)})

    assert patient.client.get("/q/about/")["Location"] == "/q/sent/"
    assert patient.fill("about", page, given_name="Bea")["Location"] == "/q/sent/"


def test_the_buttons_of_lists_save_the_page_without_skipping(patient):
    response = patient.fill("numbers", coffee="3", operations__0__which="Knee", add="operations")

    assert response["Location"].startswith("/q/numbers/?more=operations")
    assert response["Location"].endswith("#q-operations-entry-2")
    assert patient.answers["coffee"].value == 3
    assert "sleep" not in patient.answers
    page = read(patient.client.get(response["Location"]))
    assert page.fields["operations.0.which"] == ["Knee"]
    assert page.fields["operations.1.which"] == [""]
    assert 'id="q-operations-entry-2" tabindex="-1"' in page.html


def test_an_entry_can_be_removed(patient):
    patient.fill("numbers", pills__0__name="Zoloft", pills__0__dose="50", add="pills")
    page = patient.open("numbers", "?more=pills")

    patient.fill("numbers", page, pills__1__name="little blue pill", remove="pills.0")

    assert patient.open("numbers").fields["pills.0.name"] == ["little blue pill"]


def test_the_last_entry_can_be_removed(patient):
    patient.fill("numbers", operations__0__which="Knee", add="operations")
    page = patient.open("numbers", "?more=operations")

    patient.fill("numbers", page, remove="operations.0")

    assert "operations" not in patient.answers


def test_taking_no_medicines_is_an_answer(patient):
    patient.fill("numbers", pills__none="on")

    assert patient.answers["pills"].value == ()
    assert patient.open("numbers").fields["pills.none"] == ["on"]


def test_save_and_stop_keeps_what_was_typed(patient):
    response = patient.fill("about", given_name="Ana", leave="yes")

    assert response["Location"] == "/q/stop/"
    assert patient.answers["given_name"].value == "Ana"
    assert "phone" not in patient.answers


def test_switching_the_language_saves_first(patient):
    response = patient.fill("about", given_name="Ana", language="es")

    assert patient.answers["given_name"].value == "Ana"
    page = read(patient.client.get(response["Location"]))
    assert "Sobre usted" in page.text
    assert '<html lang="es"' in page.html


def test_an_instrument_keeps_its_language_inside_a_spanish_page(patient):
    patient.client.cookies["language"] = "es"

    html = patient.open("safety").html

    assert 'lang="en">Little interest or pleasure' in html
    assert 'lang="en">Not at all' in html


def test_a_page_with_safety_questions_says_first_who_reads_and_when(patient):
    sentence = "The clinic has not said when it reads answers that cannot wait."

    safety = read(patient.client.get("/q/safety/")).text

    assert sentence in safety
    assert sentence not in read(patient.client.get("/q/about/")).text
