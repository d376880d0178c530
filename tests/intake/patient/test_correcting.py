"""After sending: a correction in one's own words, and a page that was still open."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from intake import actions, records
from intake.models import Alert, QuestionnaireResponse, SafetyPanelShown
from tests.intake.patient.conftest import read
from tests.intake.patient.test_sending import press_send, send


@pytest.fixture
def sender(patient):
    """Somebody who has just sent."""
    patient.fill("about", given_name="Ana")
    send(patient)
    return patient


def form_of(client):
    page = client.get("/q/correct/").content.decode()
    return dict(re.findall(r'name="(visit|attempt)" value="([^"]*)"', page))


def correct(sender, client=None, **given):
    client = client or sender.client
    return client.post("/q/correct/", {**form_of(client), "words": "I smoke after all.", **given})


def contents(response):
    return [records.read_correction(each) for each in response.corrections.order_by("number")]


class TestCorrectionPage:
    def test_the_confirmation_leads_there(self, sender):
        assert "/q/correct/" in read(sender.client.get("/q/sent/")).links

    def test_help_comes_before_the_form(self, sender):
        page = read(sender.client.get("/q/correct/"))

        assert {"tel:911", "tel:988"} <= set(page.links)
        assert page.html.index("nobody watches this page") < page.html.index("<textarea")

    def test_it_is_stored_and_said_but_not_shown_again(self, sender):
        answer = correct(sender, about="smokes")

        assert answer["Location"] == "/q/sent/"
        (content,) = contents(sender.response)
        assert (content.words, content.about) == ("I smoke after all.", "smokes")
        for path in ("/q/sent/", "/q/correct/", "/q/copy/"):
            assert "I smoke after all." not in sender.client.get(path).content.decode()
        assert "What you added is stored" in read(sender.client.get("/q/sent/")).text

    def test_a_double_click_adds_one(self, sender):
        form = form_of(sender.client)
        for _ in range(2):
            correct(sender, **form)

        assert len(contents(sender.response)) == 1

    def test_two_visits_add_two(self, sender):
        correct(sender)
        correct(sender, words="And another thing.")

        assert len(contents(sender.response)) == 2

    @pytest.mark.parametrize(
        ("words", "said"),
        [("", "Write what you want to correct or add."), ("a" * 4001, "Write 4,000 characters or fewer.")],
    )
    def test_a_mistake_keeps_what_was_typed(self, sender, words, said):
        answer = correct(sender, words=words, about="smokes")

        assert answer.status_code == 422
        page = read(answer)
        assert page.title.startswith("Error:")
        assert said in page.text
        assert words in page.html
        assert '<option value="smokes" selected>' in page.html
        assert contents(sender.response) == []

    def test_before_sending_there_is_nothing_to_correct(self, patient):
        assert patient.client.get("/q/correct/")["Location"] == "/q/about/"
        assert patient.client.post("/q/correct/", {"words": "x"})["Location"] == "/q/about/"

    def test_a_page_of_another_visit_adds_nothing(self, sender, begin):
        stranger = begin()
        stranger.fill("about", given_name="Bo")
        send(stranger)

        assert correct(stranger, visit=str(sender.response.pk)).status_code == 403
        assert contents(sender.response) == contents(stranger.response) == []

    def test_an_expired_session_keeps_the_words_and_the_code_sends_them(self, sender):
        form = {**form_of(sender.client), "words": "I smoke after all."}
        device = Client()

        kept = device.post("/q/correct/", form)
        again = device.post("/resume/", {**form, "kept": "/q/correct/", "code": sender.code})
        device.post("/q/correct/", form)

        assert kept.status_code == 403
        assert "I smoke after all." in kept.content.decode()
        assert "I smoke after all." in again.content.decode()
        assert [each.words for each in contents(sender.response)] == ["I smoke after all."]

    def test_another_device_chooses_among_pages_not_questions(self, sender):
        device = Client()
        device.post("/resume/", {"reference": sender.response.reference, "code": sender.code})

        page = device.get("/q/correct/").content.decode()
        assert '<option value="smokers">' in page, "also a page that was not asked"
        assert "Do you smoke?" not in page
        correct(sender, device, about="habits")
        assert contents(sender.response)[0].about == "habits"

    @pytest.mark.usefixtures("still_clock")
    def test_too_many_in_a_minute_keep_what_was_typed(self, sender):
        answers = [correct(sender, words=f"Thought {number}.") for number in range(6)]

        assert answers[-1].status_code == 429
        assert "Thought 5." in answers[-1].content.decode()


class TestLatePage:
    """The safety page is open in one tab while the other tab sends."""

    @pytest.fixture
    def late(self, patient):
        patient.fill("about", given_name="Ana")
        patient.walk()
        patient.fill("safety", dark="no", mood_1="never")
        page = patient.open("safety")
        press_send(patient)
        return patient, page

    def test_a_disclosure_shows_help_calls_staff_and_is_kept(self, late):
        patient, page = late
        shown_before = SafetyPanelShown.objects.count()

        answer = patient.fill("safety", page, dark="yes")

        assert answer["Location"] == "/q/help/"
        help_page = read(patient.client.get("/q/help/"))
        assert "I am safe and will continue" in help_page.text
        assert "tel:988" in help_page.links
        assert "questions" not in help_page.text.partition("</section>")[2]
        assert SafetyPanelShown.objects.count() == shown_before + 1
        assert Alert.objects.filter(response=patient.response).exists()
        assert contents(patient.response)[0].answers["dark"]["value"] == "yes"
        assert patient.client.post("/q/help/")["Location"] == "/q/sent/"
        assert "What you added is stored" in read(patient.client.get("/q/sent/")).text

    def test_so_does_one_that_came_in_the_instant_of_sending(self, patient, monkeypatch):
        """The view has read the draft; before it saves, the other tab sends."""
        patient.fill("about", given_name="Ana")
        patient.walk()
        patient.fill("safety", dark="no", mood_1="never")
        page = patient.open("safety")
        save = actions.save_answers

        def after_sending(**given):
            monkeypatch.setattr(actions, "save_answers", save)
            press_send(patient)
            return save(**given)

        monkeypatch.setattr(actions, "save_answers", after_sending)

        assert patient.fill("safety", page, dark="yes")["Location"] == "/q/help/"
        assert QuestionnaireResponse.objects.get().is_sent
        assert Alert.objects.exists()
        assert patient.answers["dark"].value == "no", "what was sent stays"

    def test_a_pause_of_the_script_is_told_and_asked_to_show_help(self, late):
        patient, page = late

        answer = patient.fill("safety", page, dark="yes", autosave="1")

        assert answer.status_code == 409
        assert answer.json()["help"] == "crisis"
        assert "sent from another window" in answer.json()["message"]
        assert Alert.objects.exists()

    def test_a_calm_page_that_says_the_same_leads_to_the_confirmation(self, late):
        patient, page = late

        assert patient.fill("safety", page)["Location"] == "/q/sent/"
        assert contents(patient.response) == []

    def test_what_cannot_be_read_is_kept_as_typed(self, patient):
        patient.fill("about", given_name="Ana")
        patient.walk()
        page = patient.open("about")
        press_send(patient)

        patient.fill("about", page, phone="12")

        assert "12" in str(contents(patient.response)[0].answers["phone"])


def test_a_sent_section_is_not_drawn_again(sender):
    assert sender.client.get("/q/about/")["Location"] == "/q/sent/"


def test_help_after_sending_speaks_of_no_questions(sender):
    text = read(sender.client.get("/q/help/")).text

    assert "go on with the questions" not in text
    assert "Go back to the questions" not in text
    assert "Your answers were sent to the clinic." in text
