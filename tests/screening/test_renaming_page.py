"""The page Rename, and names that are shown and not typed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from screening import editing, models, publishing, rulebook
from screening.admin import renaming
from tests.screening.samples import case, rich, small
from tests.screening.test_admin import Form, change, form_of, url

pytestmark = pytest.mark.django_db


def rename_url(row) -> str:
    return renaming.rename_url(row, rulebook.questionnaire_of(row))


@pytest.fixture
def draft(db) -> models.Questionnaire:
    questionnaire = publishing.rows_from_definition(rich())
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=[case()])
    return questionnaire


@pytest.fixture
def stroke(draft) -> models.Question:
    return models.Question.objects.get(link_id="stroke")


def test_it_shows_what_changes_and_then_changes_it(editor, stroke):
    address = rename_url(stroke)
    asked = editor.get(address)
    shown = editor.post(address, form_of(editor, address) | {"new": "tia"})

    html = shown.content.decode()
    assert asked.status_code == shown.status_code == 200
    assert "<dt>flag stroke_flag, rule caution, when</dt>" in html
    assert "<ins>tia is yes</ins>" in html
    assert models.Question.objects.filter(link_id="stroke").exists()

    response = editor.post(address, Form(html).sent | {"new": "tia"}, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["question stroke is now tia, in 7 places."]
    assert models.Rule.objects.get(severity="caution").when == "tia is yes"


def test_its_pages_have_labels_and_nothing_inline(editor, stroke):
    for response in (editor.get(rename_url(stroke)), editor.post(rename_url(stroke), {"new": "tia"})):
        form = Form(response.content.decode())
        assert form.inline == []
        assert form.unlabelled() == []


@pytest.mark.parametrize(
    ("new", "said"), [("mood", "used for two things"), ("<b>", "is not a good name"), ("", "Enter")]
)
def test_it_refuses_a_bad_name_and_keeps_it(editor, stroke, new, said):
    response = editor.post(rename_url(stroke), {"new": new})

    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert "<b>" not in html
    assert models.Question.objects.filter(link_id="stroke").exists()


def test_it_refuses_what_was_worked_out_for_another_draft(editor, stroke):
    response = editor.post(rename_url(stroke), {"new": "tia", "seen": "0" * 64})

    assert response.status_code == 422
    assert "Look at the changes again" in response.content.decode()


def test_only_rows_of_the_questionnaire_can_be_renamed(editor, draft, stroke):
    other = publishing.rows_from_definition(small(key="other"))
    base = reverse("admin:screening_rename", args=[other.pk])

    for query in (f"?kind=question&row={stroke.pk}", "?kind=question&row=x", "?kind=profile&row=1", ""):
        assert editor.get(base + query).status_code == 404


def test_it_is_for_editors_only(clinician, client, stroke):
    for visitor in (clinician, client):
        assert visitor.post(rename_url(stroke), {"new": "tia"}).status_code in (302, 403)
    assert models.Question.objects.filter(link_id="stroke").exists()


@pytest.mark.parametrize("model", [models.Question, models.Flag, models.Score, models.Parameter, models.Profile])
def test_the_name_of_a_stored_row_is_not_typed(editor, draft, model):
    stored = model.objects.first()
    column = editing.KINDS[model][1]

    assert change(editor, stored, **{column: "typed_over"}).status_code == 302

    stored.refresh_from_db()
    assert getattr(stored, column) != "typed_over"
    page = editor.get(url(model, "change", stored.pk)).content.decode()
    assert (rename_url(stored).replace("&", "&amp;") in page) == (model is not models.Profile)


def test_an_answers_code_is_renamed_from_its_question(editor, draft):
    option = models.Option.objects.get(code="low")

    page = editor.get(url(models.Question, "change", option.question.pk)).content.decode()

    assert rename_url(option).replace("&", "&amp;") in page
    editor.post(rename_url(option), form_of(editor, rename_url(option)) | {"new": "sad"})
    assert models.Option.objects.filter(code="low").exists()
