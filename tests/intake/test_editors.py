"""Who edits questionnaires: whoever's role says so at this request, and nobody whose role was taken away."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import step_up
from intake.models import Clinic, Membership, User
from screening.admin import base
from screening.models import Question
from tests.browsers import show_who_one_is, signed_in
from tests.screening.test_admin import Form, form_of

LIST = "/admin/screening/questionnaire/"


@pytest.fixture
def editor(admin: User) -> Client:
    """An administrator's browser, signed in with a second factor."""
    return signed_in(admin)


def test_an_administrator_edits(editor: Client) -> None:
    assert editor.get(LIST).status_code == 200


def test_a_role_taken_away_closes_the_editor_at_the_next_request(editor: Client, admin: User) -> None:
    assert editor.get(LIST).status_code == 200

    Membership.objects.filter(user=admin).delete()

    assert editor.get(LIST).status_code == 403
    assert editor.get("/admin/").status_code == 403
    assert not User.objects.get(pk=admin.pk).has_perm("screening.change_question")


def test_another_role_does_not_keep_it_open(editor: Client, admin: User) -> None:
    Membership.objects.filter(user=admin).update(role="clinician")

    assert editor.get(LIST).status_code == 403


def test_a_role_in_one_of_two_clinics_is_enough(editor: Client, admin: User, other_clinic: Clinic) -> None:
    Membership.objects.filter(user=admin).update(clinic=other_clinic)

    assert editor.get(LIST).status_code == 200


def test_a_closed_account_is_out_at_the_next_request(editor: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)

    assert editor.get(LIST).status_code == 302


@pytest.mark.parametrize("page", ["", "add/", "1/check/", "1/publish/", "1/upload/", "1/download/"])
def test_no_page_of_the_editor_stays_open(editor: Client, admin: User, page: str, questionnaire) -> None:
    Membership.objects.filter(user=admin).delete()

    for visit in (editor.get, editor.post):
        assert visit(LIST + page.replace("1/", f"{questionnaire.pk}/", 1)).status_code == 403


@pytest.mark.parametrize("ago", [None, step_up.FRESH + 60])
def test_publishing_asks_anew_who_one_is(editor: Client, admin: User, questionnaire, ago: int | None) -> None:
    if ago is not None:
        show_who_one_is(editor, admin, ago=ago)

    for visit in (editor.get, editor.post):
        answer = visit(f"{LIST}{questionnaire.pk}/publish/")
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=%2Fadmin%2Fscreening%2F")


def test_publishing_is_open_just_after_signing_in(editor: Client, admin: User, questionnaire) -> None:
    show_who_one_is(editor, admin)

    assert editor.get(f"{LIST}{questionnaire.pk}/publish/").status_code == 200


def test_what_was_typed_before_the_session_ended_is_shown_and_sent_by_the_same_person(
    editor: Client, admin: User, questionnaire
) -> None:
    question = Question.objects.get(link_id="stroke")
    address = f"/admin/screening/question/{question.pk}/change/"
    typed = form_of(editor, address) | {"text__en": "Did you ever have a stroke, or nearly one?"}
    session = editor.session
    session["staff_seen"] -= 15 * 60 + 5
    session.save()

    asked = editor.post(address, typed)
    assert asked["Location"] == "/accounts/login/?next=/staff/unsent/"
    signed_in(admin, editor)
    shown = editor.get("/staff/unsent/").content.decode()

    assert "Did you ever have a stroke, or nearly one?</dd>" in shown
    named = set(re.findall(r"<dt><code>([\w-]+)</code>", shown))
    assert {"link_id", "text__en"} <= named
    assert not [name for name in named if name.startswith("initial-") or "__prefix__" in name]
    assert Question.objects.get(pk=question.pk).text == question.text
    editor.post(address, Form(shown).sent)
    assert Question.objects.get(pk=question.pk).text["en"] == "Did you ever have a stroke, or nearly one?"


def test_it_asks_the_database_once_in_a_request(editor: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        editor.get("/admin/")

    assert sum("intake_membership" in query["sql"] for query in queries) == 1


def test_a_requirement_registered_twice_is_asked_once() -> None:
    before = list(base.requirements)

    base.register_requirement(before[0])

    assert base.requirements == before
