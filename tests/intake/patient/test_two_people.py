"""Two people's pages in one browser: a page counts for the person it was drawn for, or it is kept for their code."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions, records
from intake.models import AuditRecord, QuestionnaireResponse
from intake.patient import beginning
from tests.intake.patient.conftest import NOW, read
from tests.intake.patient.test_nothing_is_lost import hidden

ANSWERING = {"asks_who": "yes", "answering": "behalf"}


@pytest.fixture
def links(clinic):
    """The links of two people, and one browser."""
    return [actions.invite(clinic=clinic, by=None, now=NOW, language="en") for _ in range(2)]


@pytest.fixture
def phone():
    return Client()


def start_page(phone, link):
    phone.post(f"/i/{link.token}/")
    return {"invited": hidden(phone.get("/welcome/").content.decode())["invited"], **ANSWERING}


class TestTheStartPage:
    def test_it_begins_for_the_person_it_was_drawn_for(self, phone, links):
        first, _ = start_page(phone, links[0]), start_page(phone, links[1])

        phone.post("/welcome/", first)

        (begun,) = QuestionnaireResponse.objects.all()
        assert begun.invitation == links[0].invitation
        assert phone.session["response_id"] == str(begun.pk)

    def test_the_other_persons_draft_is_never_opened_by_it(self, phone, links):
        """Begun and answered before, in this browser: the code is asked for, though a draft is open here."""
        first = start_page(phone, links[0])
        phone.post("/welcome/", first)
        QuestionnaireResponse.objects.update(revision=1)
        phone.post("/welcome/", start_page(phone, links[1]))

        landed = phone.post("/welcome/", first, follow=True)

        assert landed.request["PATH_INFO"] == "/resume/"
        assert "code" in read(landed).ids
        assert phone.get("/q/about/")["Location"] == "/resume/"

    @pytest.mark.parametrize("why", ["revoked", "old"])
    def test_nor_where_its_link_is_over(self, phone, links, why, monkeypatch):
        first = start_page(phone, links[0])
        phone.post("/welcome/", start_page(phone, links[1]))
        if why == "revoked":
            actions.revoke_invitation(invitation_id=links[0].invitation.pk, by=None, now=NOW)
        else:
            monkeypatch.setitem(beginning.invitation_held.__kwdefaults__, "max_age", -1)

        assert phone.post("/welcome/", first).status_code == 404
        assert QuestionnaireResponse.objects.count() == 1

    def test_a_new_link_of_the_same_person_takes_the_page_of_the_old_one(self, phone, links, front_desk):
        first = start_page(phone, links[0])
        made = actions.reissue_invitation(invitation_id=links[0].invitation.pk, by=front_desk, now=NOW)
        phone.post(f"/i/{made.token}/")

        phone.post("/welcome/", first)

        assert QuestionnaireResponse.objects.get().invitation == links[0].invitation


@pytest.fixture
def two(begin, phone):
    """Somebody's response, and what opens another person's in the same browser."""
    return begin(phone), lambda: begin(phone)


def send(patient):
    patient.fill("about", given_name="Ana")
    patient.walk()
    assert patient.client.post("/q/send/", {"visit": str(patient.response.pk)})["Location"] == "/q/sent/"


class TestPagesOfAVisit:
    @pytest.mark.parametrize("is_sent", [True, False])
    def test_a_correction_is_kept_for_its_own_code(self, two, is_sent):
        first, other = two
        send(first)
        page = hidden(first.client.get("/q/correct/").content.decode())
        second = other()
        if is_sent:
            send(second)

        kept = first.client.post("/q/correct/", {**page, "words": "Of Ana alone", "about": ""})

        assert kept.status_code == 403
        assert "Of Ana alone" in kept.content.decode()
        assert not second.response.corrections.exists()
        again = first.client.post("/resume/", {**hidden(kept.content.decode()), "code": first.code})
        first.client.post("/q/correct/", hidden(again.content.decode()))
        assert first.response.corrections.count() == 1

    @pytest.mark.parametrize("button", ["send", "delete"])
    def test_it_is_never_confirmed_with_the_page_of_another(self, two, button):
        """What was not sent is not called sent because somebody else's was."""
        first, other = two
        send(other())

        answer = first.client.post(f"/q/{button}/", {"visit": str(first.response.pk)})

        assert answer.status_code == 403
        assert records.read_answers_of(QuestionnaireResponse.objects.get(pk=first.response.pk)) == {}

    def test_help_that_one_person_passed_is_still_shown_to_the_other(self, two):
        first, other = two
        first.fill("safety", dark="yes")
        page = hidden(first.client.get("/q/help/").content.decode())
        second = other()
        second.fill("safety", dark="yes")

        assert first.client.post("/q/help/", page).status_code == 403
        assert second.client.get("/q/check/")["Location"] == "/q/help/"

    def test_a_notice_is_acknowledged_only_by_who_was_shown_it(self, clinic, begin, phone):
        clinic.part2_mode = clinic.Part2Mode.NOTICE
        first = begin(phone)
        page = hidden(first.client.get("/q/notice/").content.decode())
        second = begin(phone)

        assert first.client.post("/q/notice/", page).status_code == 403
        assert QuestionnaireResponse.objects.get(pk=second.response.pk).part2_acknowledged_at is None

    def test_a_code_is_made_only_for_whose_page_it_is(self, two):
        first, other = two
        second = other()

        assert first.client.post("/q/code/", {"visit": str(first.response.pk)}).status_code == 403
        assert not AuditRecord.objects.filter(action="response.code_shown").exists()
        assert second.client.get("/q/about/").status_code == 200, "the code of before still opens it"
