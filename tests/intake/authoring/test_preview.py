"""The preview: it shows what a patient sees and what the rules say, keeps nothing, and is for editors only."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake.models import Clinic, QuestionnaireResponse
from screening import models, publishing
from screening.exchange.cases import Case, Expectation
from screening.models import Questionnaire
from tests.screening.samples import DAY
from tests.screening.test_admin import Form

pytestmark = pytest.mark.django_db


def address(draft: Questionnaire) -> str:
    return reverse("authoring:preview", args=[draft.pk])


def sent_by(html: str) -> dict[str, Any]:
    """What the page's form of the walk would send; a closed follow-up is disabled, and the form
    that begins a new walk is another one."""
    open_parts = re.sub(r"<fieldset[^>]*data-follow-up[^>]* hidden disabled>.*?</fieldset>", "", html, flags=re.DOTALL)
    fields = Form(open_parts).sent
    fields.pop("case", None)
    return fields


def walk(
    editor: Client, draft: Questionnaire, html: str, button: str = "continue", value: str = "yes", **answers: Any
) -> Any:
    return editor.post(address(draft), sent_by(html) | answers | {button: value})


def opened(editor: Client, draft: Questionnaire, **chosen: str) -> str:
    return editor.get(address(draft), chosen).content.decode()


class TestHelp:
    """What a patient would see first after a disclosure, with the contacts of a clinic that asks this."""

    def test_it_comes_before_the_next_page_and_goes_on_to_it(self, editor, draft, clinic):
        Clinic.objects.filter(pk=clinic.pk).update(questionnaire=draft)
        html = walk(editor, draft, opened(editor, draft, page="safety"), dark="yes").content.decode()

        assert "Help is available right now" in html
        assert "Thank you for telling us." in html
        assert 'href="tel:' in html
        assert "A patient sees this first" in html
        assert 'name="dark"' not in html
        assert Form(html).inline == []

        goes_to = following(html)
        html = editor.post(address(draft), {**sent_by(html), "open": goes_to}).content.decode()
        assert "Help is available right now" not in html
        assert f'name="section" value="{goes_to}"' in html

    def test_it_comes_once_and_is_in_the_patients_language(self, editor, draft):
        page = opened(editor, draft, page="safety", language="es")
        html = walk(editor, draft, page, dark="yes").content.decode()
        assert "Hay ayuda disponible ahora mismo" in html

        html = editor.post(address(draft), {**sent_by(html), "open": "safety"}).content.decode()
        assert "Hay ayuda disponible" not in walk(editor, draft, html, dark="yes").content.decode()


def following(html: str) -> str:
    """Where the button below the help leads."""
    found = re.search(r'name="open" value="([^"]*)"', html)
    assert found
    return found[1]


class TestBeginning:
    def test_it_opens_at_the_first_page_with_the_patients_own_questions(self, editor, draft):
        html = opened(editor, draft)

        assert "First name" in html
        assert 'name="born.month"' in html
        assert Form(html).inline == []
        assert Form(html).unlabelled() == []

    def test_it_opens_at_any_page_in_any_language(self, editor, draft):
        html = opened(editor, draft, page="habits", language="es")

        assert "Hábitos" in html
        assert "Guardar y seguir" in html
        assert 'lang="es"' in html
        assert "What the rules say" in html

    def test_it_opens_a_page_that_is_not_asked_and_says_so(self, editor, draft):
        assert "this page is not asked" in opened(editor, draft, page="smokers")

    def test_it_begins_with_the_answers_of_a_case(self, editor, draft):
        given = {"dark": "yes", "plan": "not_sure", "smokes": "yes"}
        case = Case(id="low", title="Low", as_of=DAY, answers=given, expect=Expectation(safety_panel=True))
        publishing.store_cases(questionnaire=draft, cases_to_store=[case])

        html = opened(editor, draft, case="low", page="safety")

        assert re.search(r'value="yes"[^>]*checked|checked[^>]*value="yes"', html)
        assert "Suicide risk" in html.partition("Raised (1)")[2]
        assert "Help and crisis contacts come first" in html

    def test_a_language_that_is_read_from_the_right_is_shown_so_and_the_frame_is_not(self, editor, draft):
        draft.languages = ["en", "ar"]
        draft.save()

        html, english = (opened(editor, draft, page="habits", language=code) for code in ("ar", "en"))

        assert 'lang="ar" dir="rtl">' in html
        assert '<html lang="en"' in html
        assert 'lang="en" dir="ltr">' in english
        assert html.count('dir="rtl"') == 1

    @pytest.mark.parametrize("chosen", [{"page": "nowhere"}, {"language": "xx"}, {"day": "soon"}, {"profile": "mars"}])
    def test_a_choice_that_cannot_be_is_refused_with_a_message(self, editor, draft, chosen):
        response = editor.get(address(draft), chosen)

        assert response.status_code == 422
        assert "error-message" in response.content.decode()

    def test_a_case_that_is_not_there_is_not_found(self, editor, draft):
        assert editor.get(address(draft), {"case": "nobody"}).status_code == 404

    def test_a_draft_whose_rules_cannot_be_read_says_so(self, editor, draft):
        models.Rule.objects.update(when="dark is is")

        response = editor.get(address(draft))

        assert response.status_code == 409
        assert reverse("admin:screening_check", args=[draft.pk]) in response.content.decode()


class TestWalking:
    def test_it_goes_on_and_keeps_what_was_answered(self, editor, draft):
        second = walk(editor, draft, opened(editor, draft), given_name="Robin").content.decode()
        first = walk(editor, draft, second, "back").content.decode()

        assert "Do you smoke?" in second
        assert 'value="Robin"' in first

    def test_an_answer_raises_a_flag_with_its_reason(self, editor, draft):
        html = walk(editor, draft, opened(editor, draft, page="safety"), "look", dark="yes").content.decode()

        panel = html.partition('id="panel"')[2]
        assert "Raised (1)" in panel
        assert "Do you think about ending your life?: <b>Yes</b>" in panel

    def test_not_sure_leaves_a_flag_open_and_names_what_would_settle_it(self, editor, draft):
        html = walk(editor, draft, opened(editor, draft, page="safety"), "look", dark="not_sure").content.decode()

        panel = html.partition('id="panel"')[2]
        assert "Could not be ruled out (1)" in panel
        assert "Would settle it: Do you think about ending your life?" in panel

    def test_a_plain_no_rules_it_out(self, editor, draft):
        html = walk(editor, draft, opened(editor, draft, page="safety"), "look", dark="no").content.decode()

        assert "Ruled out (1)" in html

    def test_before_its_page_a_flag_waits(self, editor, draft):
        assert "Not answered yet (1)" in opened(editor, draft)

    def test_a_follow_up_comes_before_the_next_page(self, editor, draft):
        html = walk(editor, draft, opened(editor, draft, page="habits"), smokes="yes").content.decode()

        assert "How many a day?" in html
        assert "Step 2" in html

    def test_a_bad_entry_is_told_and_kept(self, editor, draft):
        response = walk(editor, draft, opened(editor, draft, page="numbers"), coffee="lots")

        assert response.status_code == 422
        assert 'value="lots"' in response.content.decode()
        assert "error-summary" in response.content.decode()

    def test_a_medicine_and_an_entry_can_be_added(self, editor, draft):
        html = opened(editor, draft, page="numbers")
        more = walk(editor, draft, html, "add", "operations", **{"operations.0.which": "Knee"}).content.decode()

        assert 'name="operations.1.which"' in more
        assert 'value="Knee"' in more

    def test_the_language_and_the_profile_change_on_the_way(self, editor, draft):
        html = walk(
            editor, draft, opened(editor, draft), "show", given_name="Robin", language="es", day="2026-03-01"
        ).content.decode()

        assert "Sobre usted" in html
        assert 'value="Robin"' in html
        assert 'value="2026-03-01"' in html

    def test_a_day_that_does_not_exist_loses_nothing(self, editor, draft):
        response = walk(editor, draft, opened(editor, draft), "show", given_name="Robin", day="2026-02-30")

        assert response.status_code == 422
        assert "Write a day that exists" in response.content.decode()
        assert 'value="Robin"' in response.content.decode()

    def test_the_end_names_the_pages_not_seen_and_opens_them(self, editor, draft):
        html = walk(editor, draft, opened(editor, draft, page="safety"), mood_1="never", dark="no").content.decode()

        assert "Here a patient checks the answers" in html
        assert "About you" in walk(editor, draft, html, "open", "about").content.decode()

    def test_answers_that_no_longer_fit_the_draft_are_named(self, editor, draft):
        html = walk(editor, draft, opened(editor, draft, page="habits"), "look", route="spray").content.decode()
        models.Option.objects.filter(code="spray").delete()

        changed = editor.post(address(draft), {"walk": sent_by(html)["walk"], "section": "habits", "look": "yes"})

        assert "no longer fit the draft and were left out: route" in changed.content.decode()


class TestNothingIsKept:
    def test_a_walk_writes_nothing_to_the_database(self, editor, draft):
        html = opened(editor, draft)

        with CaptureQueriesContext(
            connection,
        ) as asked:
            walk(editor, draft, html, given_name="Robin")

        writes = [
            one["sql"]
            for one in asked
            if not one["sql"].lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE"))
        ]
        assert [sql for sql in writes if "session" not in sql] == []
        assert not any("Robin" in one["sql"] for one in asked)
        assert not QuestionnaireResponse.objects.exists()

    @pytest.mark.parametrize("sent", ["", "x", "x:y:z"])
    def test_a_walk_that_was_tampered_with_starts_anew(self, editor, draft, sent):
        response = editor.post(address(draft), {"walk": sent, "continue": "yes"}, follow=True)

        assert "This is a new walk" in response.content.decode()

    def test_a_walk_of_another_questionnaire_starts_anew(self, editor, draft, questionnaire):
        html = opened(editor, draft)

        response = editor.post(address(questionnaire), sent_by(html) | {"continue": "yes"})

        assert response.status_code == 302


@pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor", "outsider"])
def test_for_anybody_else_it_does_not_exist(sign_in, draft, who, request):
    browser = sign_in(request.getfixturevalue(who))

    assert browser.get(reverse("authoring:medicine_names", args=[draft.pk, "all"])).status_code == 404

    for asked in (browser.get, browser.post):
        there, missing = asked(address(draft)), asked(reverse("authoring:preview", args=[99]))
        assert there.status_code == missing.status_code == 404
        assert there.content == missing.content


def test_the_names_of_the_drafts_medicines_are_suggested(editor, draft):
    html = opened(editor, draft, page="numbers")
    names = reverse("authoring:medicine_names", args=[draft.pk, "all"])

    assert f'data-names="{names}"' in html
    assert ["sertraline", "Zoloft"] in editor.get(names).json()


def test_without_a_full_sign_in_it_does_not_open(client, draft, admin):
    assert client.get(address(draft)).status_code == 302
    client.force_login(admin)
    assert client.get(address(draft)).status_code == 302


def test_a_questionnaire_that_is_not_there_is_not_found(editor, draft):
    assert editor.get(reverse("authoring:preview", args=[99])).status_code == 404


def test_the_drafts_page_leads_to_it(editor, draft):
    page = editor.get(reverse("admin:screening_questionnaire_change", args=[draft.pk])).content.decode()

    assert address(draft) in page
