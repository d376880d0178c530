"""Expired sessions, stale pages and two tabs: what was typed survives, and nothing is overwritten unseen."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from intake.models import Revision
from tests.intake.patient.conftest import read


def hidden(html):
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    fields: dict[str, list[str]] = {}
    for name, value in found:
        fields.setdefault(name, []).append(value)
    return fields


def kept(response):
    """What the button of a page with hidden fields sends."""
    return {name: [unescape(text) for text in texts] for name, texts in hidden(response.content.decode()).items()}


@pytest.mark.check("C07", required="what was posted is there after the code")
def test_after_the_session_ended_the_page_asks_for_the_code_and_keeps_what_was_typed(patient):
    page = patient.open("about")
    Session.objects.all().delete()

    response = patient.fill("about", page, given_name="Ana <b>", phone="12")

    assert response.status_code == 403
    kept = hidden(response.content.decode())
    assert kept["given_name"] == ["Ana &lt;b&gt;"]
    assert kept["phone"] == ["12"]
    assert kept["kept"] == ["/q/about/"]
    assert "code" in read(response).ids


def test_with_the_code_the_kept_page_can_be_sent_again_with_one_button(patient):
    page = patient.open("about")
    Session.objects.all().delete()
    ended = patient.fill("about", page, given_name="Ana")

    again = patient.client.post("/resume/", {**hidden(ended.content.decode()), "code": patient.code})
    response = patient.client.post("/q/about/", hidden(again.content.decode()))

    assert again.status_code == 200
    assert response["Location"] == "/q/habits/"
    assert patient.answers["given_name"].value == "Ana"


def test_a_wrong_code_keeps_the_page_too(patient):
    page = patient.open("about")
    Session.objects.all().delete()
    ended = patient.fill("about", page, given_name="Ana")

    again = patient.client.post("/resume/", {**hidden(ended.content.decode()), "code": "1"})

    assert again.status_code == 422
    assert hidden(again.content.decode())["given_name"] == ["Ana"]


def test_a_kept_page_is_never_sent_to_another_address(patient):
    posted = {"kept": "https://evil.example/", "visit": str(patient.response.pk), "code": patient.code}

    response = Client().post("/resume/", posted)

    assert "evil.example" not in response.content.decode()


@pytest.mark.parametrize("visit", ["nonsense", "", "'; drop table", "00000000-0000-0000-0000-000000000000", "x" * 36])
def test_a_nonsense_page_opens_nothing(patient, visit):
    response = Client().post("/resume/", {"kept": "/q/about/", "visit": visit, "code": patient.code})

    assert response.status_code == 422


@pytest.mark.check("C08", required="the page back with one button")
def test_an_old_token_gives_the_page_back_with_one_button(patient):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = patient.client.cookies
    page = patient.open("about")

    fields = {**page.fields, "given_name": "Ana", "csrfmiddlewaretoken": "x" * 64}
    response = strict.post("/q/about/", fields)

    assert response.status_code == 403
    kept = hidden(response.content.decode())
    assert kept["given_name"] == ["Ana"]
    sent = strict.post("/q/about/", kept)
    assert sent["Location"] == "/q/habits/"
    assert patient.answers["given_name"].value == "Ana"


def test_an_old_staff_page_is_not_echoed():
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"password": "hunter2hunter2"})

    assert response.status_code == 403
    assert "hunter2" not in response.content.decode()


@pytest.mark.check("C09", required="a conflict is shown with both values")
def test_two_tabs_with_different_questions_keep_both(patient):
    first, second = patient.open("about"), patient.open("about")

    patient.fill("about", first, given_name="Ana")
    response = patient.fill("about", second, phone="555 010 0100")

    assert response.status_code == 302
    assert patient.answers["given_name"].value == "Ana"
    assert patient.answers["phone"].value == "555 010 0100"


def test_two_tabs_with_the_same_question_show_both_answers(patient):
    first, second = patient.open("about"), patient.open("about")
    patient.fill("about", first, given_name="Ana")

    response = patient.fill("about", second, given_name="Bea")

    assert response.status_code == 409
    text = read(response).text
    assert "Ana" in text
    assert "Bea" in text
    assert patient.answers["given_name"].value == "Ana"


def test_the_conflict_is_settled_by_a_button(patient):
    first, second = patient.open("about"), patient.open("about")
    patient.fill("about", first, given_name="Ana")
    conflict = patient.fill("about", second, given_name="Bea")

    response = patient.client.post("/q/about/", hidden(conflict.content.decode()))

    assert response.status_code == 302
    assert patient.answers["given_name"].value == "Bea"


def test_the_same_answer_in_two_tabs_is_no_conflict(patient):
    first, second = patient.open("about"), patient.open("about")
    patient.fill("about", first, given_name="Ana")

    assert patient.fill("about", second, given_name="Ana").status_code == 302


def autosave(patient, link_id, page=None, **given):
    return patient.fill(link_id, page, autosave="1", **given)


def test_a_pause_saves_and_says_which_revision_is_stored(patient):
    response = autosave(patient, "about", given_name="Ana")

    assert response.json()["revision"] == 1
    assert response.json()["help"] == ""
    assert patient.answers["given_name"].value == "Ana"


def test_a_pause_skips_nothing_and_keeps_unreadable_text_for_later(patient):
    response = autosave(patient, "about", given_name="Ana", phone="5")

    assert set(patient.answers) == {"given_name"}
    assert response.json()["waiting"] == ["phone"]


def test_a_pause_says_that_nothing_waits_when_everything_was_taken(patient):
    assert autosave(patient, "about", given_name="Ana", phone="555 010 0199").json()["waiting"] == []


def test_a_pause_without_a_change_stores_nothing(patient):
    autosave(patient, "about")

    assert Revision.objects.count() == 0


def test_a_pause_takes_back_what_was_emptied(patient):
    page = patient.open("about")
    stored = autosave(patient, "about", page, given_name="Ana").json()

    page.fields["client_sequence"] = ["2"]
    page.fields["base_revision"] = [str(stored["revision"])]
    page.fields["rendered"] = [stored["rendered"]]
    autosave(patient, "about", page, given_name="")

    assert "given_name" not in patient.answers


def test_a_pause_in_a_second_tab_is_told_of_the_conflict(patient):
    first, second = patient.open("about"), patient.open("about")
    autosave(patient, "about", first, given_name="Ana")

    response = autosave(patient, "about", second, given_name="Bea")

    assert response.status_code == 409
    assert "another window" in response.json()["message"]
    assert patient.answers["given_name"].value == "Ana"


def test_a_pause_does_not_bring_back_what_another_tab_emptied(patient):
    """What nobody touched in this tab is not said anew, also when nothing is stored for it any more."""
    autosave(patient, "about", given_name="Ana", born__day="3", born__month="5", born__year="1985")
    first, second = patient.open("about"), patient.open("about")
    autosave(patient, "about", second, born__day="", born__month="", born__year="")
    assert "born" not in patient.answers

    response = autosave(patient, "about", first, given_name="Bea")

    assert response.status_code == 200
    assert patient.answers["given_name"].value == "Bea"
    assert "born" not in patient.answers


def test_who_finishes_a_page_chooses_about_what_another_tab_emptied(patient):
    autosave(patient, "about", given_name="Ana", phone="555 010 0199")
    first, second = patient.open("about"), patient.open("about")
    autosave(patient, "about", second, phone="")

    conflict = patient.fill("about", first)

    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "Not answered" in text
    assert "555 010 0199" in text
    assert "phone" not in patient.answers

    assert patient.client.post("/q/about/", hidden(text)).status_code == 302
    assert patient.answers["phone"].is_known


def test_what_is_empty_here_and_was_emptied_there_is_nothing_to_choose(patient):
    page = patient.open("about")
    autosave(patient, "about", given_name="Ana", phone="555 010 0199")
    autosave(patient, "about", phone="")

    assert patient.fill("about", page, given_name="Ana").status_code == 302
    assert patient.answers["phone"].state == "skipped"


def go_on(page, acknowledged):
    """What the script does with the answer to a pause: the page stays, under the next number."""
    said = acknowledged.json()
    page.fields["base_revision"] = [str(said["revision"])]
    page.fields["rendered"] = [said["rendered"]]
    page.fields["client_sequence"] = [str(int(page.fields["client_sequence"][0]) + 1)]


@pytest.mark.check("C09", required="also where the page saved something else in between")
class TestAPageThatStaysOpen:
    """It saves and is drawn again, without ever showing what another window stored."""

    @pytest.fixture
    def stale(self, patient):
        """A page that shows 0100 and saved something else since another window stored 0199."""
        autosave(patient, "about", phone="555 010 0100")
        page = patient.open("about")
        autosave(patient, "about", phone="555 010 0199")
        acknowledged = autosave(patient, "about", page, given_name="Ana")
        assert acknowledged.status_code == 200
        go_on(page, acknowledged)
        page.fields["given_name"] = ["Ana"]
        return page

    def test_a_pause_after_another_pause_is_told_of_the_conflict(self, patient, stale):
        response = autosave(patient, "about", stale, phone="555 010 0142")

        assert response.status_code == 409
        assert patient.answers["phone"].value == "555 010 0199"

    def test_who_finishes_it_chooses_once(self, patient, stale):
        conflict = patient.fill("about", stale, phone="555 010 0142")

        assert conflict.status_code == 409
        text = read(conflict).text
        assert "555 010 0199" in text
        assert "555 010 0142" in text
        assert patient.client.post("/q/about/", kept(conflict)).status_code == 302
        assert patient.answers["phone"].value == "555 010 0142"

    def test_what_it_does_not_touch_stays_as_it_is(self, patient, stale):
        assert patient.fill("about", stale, given_name="Bea").status_code == 302

        assert patient.answers["given_name"].value == "Bea"
        assert patient.answers["phone"].value == "555 010 0199"

    def test_the_choice_about_one_question_is_none_about_another(self, patient):
        """The page of the choice comes back with a mistake, and something else on it is old as well."""
        autosave(patient, "about", given_name="Ana", phone="555 010 0100")
        page = patient.open("about")
        autosave(patient, "about", given_name="Bea", phone="555 010 0199")
        conflict = patient.fill("about", page, given_name="Cleo", email="no address")
        again = read(patient.client.post("/q/about/", kept(conflict)))
        assert again.response.status_code == 422

        response = patient.fill("about", again, phone="555 010 0142", email="")

        assert response.status_code == 409
        assert patient.answers["given_name"].value == "Cleo"
        assert patient.answers["phone"].value == "555 010 0199"

    @pytest.fixture
    def again(self, patient):
        """A page that came back with a mistake, and shows something older than another window stored meanwhile."""
        autosave(patient, "about", given_name="Old")
        page = patient.open("about")
        autosave(patient, "about", given_name="Two")
        return read(patient.fill("about", page, phone="5"))

    def test_a_page_that_comes_back_with_a_mistake_does_not_overwrite(self, patient, again):
        assert again.response.status_code == 422
        assert again.fields["given_name"] == ["Old"]

        response = patient.fill("about", again, given_name="Three", phone="")

        assert response.status_code == 409
        assert patient.answers["given_name"].value == "Two"

    def test_nor_does_it_bring_back_what_it_shows(self, patient, again):
        assert patient.fill("about", again, phone="").status_code == 302
        assert patient.answers["given_name"].value == "Two"

    def test_its_own_entries_are_never_in_its_way(self, patient):
        """Written otherwise than they are kept, saved by a pause whose answer was lost, corrected after a mistake."""
        page = patient.open("about")
        page.fields |= {"born.month": ["05"], "born.year": ["1985"]}
        autosave(patient, "about", page, given_name="  Ana ", born__day="03")
        page.fields["client_sequence"] = ["2"]
        go_on(page, autosave(patient, "about", page, given_name=" Anna", born__day="x"))
        again = read(patient.fill("about", page, given_name=" Anna ", born__day="05", phone="5"))
        assert again.response.status_code == 422
        go_on(again, autosave(patient, "about", again, given_name=" Hanna "))

        assert patient.fill("about", again, given_name="Hannah", born__day="06", phone="").status_code == 302
        assert patient.answers["given_name"].value == "Hannah"
        assert patient.answers["born"].value.day == 6


def test_a_pause_tells_which_follow_ups_to_show(patient):
    response = autosave(patient, "habits", smokes="yes")

    assert "cigarettes" in response.json()["shown"]


def test_a_pause_tells_that_help_comes_first(patient):
    assert autosave(patient, "safety", dark="yes").json()["help"] == "crisis"
    assert patient.client.get(reverse("patient:check"))["Location"] == "/q/help/"


@pytest.mark.parametrize("name", ["base_revision", "client_sequence"])
@pytest.mark.parametrize("value", ["", "-1", "x", "9" * 40, "1.5"])
def test_nonsense_in_hidden_fields_is_no_error(patient, name, value):
    page = patient.open("about")
    page.fields[name] = [value]

    assert patient.fill("about", page, given_name="Ana").status_code in (302, 409)


@pytest.mark.parametrize("value", ["[]", "{", "null", '{"given_name": 5}', "x" * 1000])
def test_nonsense_in_the_fingerprints_is_no_error(patient, value):
    page = patient.open("about")
    page.fields["rendered"] = [value]

    assert patient.fill("about", page, given_name="Ana").status_code == 302


def test_answers_to_questions_of_other_sections_are_not_taken(patient):
    patient.fill("about", asked=["given_name", "smokes", "status"], smokes="yes", status="sent")

    assert "smokes" not in patient.answers
