"""Deleting in the admin: what is in use stays, with links to its uses; what is not goes, and its cases' answers too."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse

from screening import editing, models, publishing
from screening.engine import definition as d
from screening.exchange.cases import Expectation
from tests.screening.samples import both, case, rich, small
from tests.screening.test_admin import change, form_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db) -> models.Questionnaire:
    questionnaire = publishing.rows_from_definition(rich())
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=[case()])
    return questionnaire


def row(model, name: str):
    return model.objects.get(**{editing.KINDS[model][1]: name})


IN_USE = [
    (models.Section, "brain", ["variable had_stroke", "inconsistency c1"]),
    (models.Question, "stroke", ["question stroke_recent, ask_when", "flag stroke_flag, caution rule"]),
    (models.Question, "mood", ["score mood_total, items", "instrument one, items"]),
    (models.Variable, "had_stroke", ["note note"]),
    (models.Parameter, "limit", ["safety, panel_when"]),
    (models.Flag, "stroke_flag", ["note note, flag", "case recent_stroke, what is expected"]),
    (models.Score, "mood_total", ["case recent_stroke, what is expected"]),
    (models.Vocabulary, "medicines", []),
    (models.Source, "LABEL", ["flag stroke_flag, sources"]),
    (models.Profile, "us", ["case recent_stroke, profile"]),
]


@pytest.mark.parametrize(("model", "name", "said"), IN_USE[:-3], ids=lambda value: str(value)[:40])
def test_what_is_in_use_is_not_deleted_and_its_uses_are_linked(editor, draft, model, name, said):
    used = row(model, name)
    address = url(model, "delete", used.pk)

    page = editor.get(address).content.decode()
    posted = editor.post(address, {"post": "yes"})

    assert all(words in page for words in said)
    assert "is in use, so it cannot be deleted" in page
    assert 'href="/admin/screening/' in page.partition('id="deleted-objects"')[2]
    assert posted.status_code == 200
    assert model.objects.filter(pk=used.pk).exists()


@pytest.mark.parametrize(("model", "name", "said"), IN_USE, ids=lambda value: str(value)[:40])
def test_nothing_in_use_is_deleted_among_others(editor, draft, model, name, said):
    chosen = {"action": "delete_selected", "_selected_action": [row(model, name).pk], "post": "yes"}

    page = editor.post(url(model, "changelist"), chosen).content.decode()

    if said:
        assert "so nothing is deleted" in page
        assert all(words in page for words in said)
    assert model.objects.filter(pk=chosen["_selected_action"][0]).exists() == bool(said)


def test_a_question_that_only_cases_answer_goes_with_those_answers(editor, draft):
    publishing.rows_from_definition(small(scores=(), flags=()), into=draft)
    publishing.store_cases(questionnaire=draft, cases_to_store=[case(expect=Expectation())])
    question = row(models.Question, "mood")

    response = editor.post(url(models.Question, "delete", question.pk), {"post": "yes"}, follow=True)

    assert "taken out of 1 of the cases" in response.content.decode()
    stored = models.Case.objects.get()
    assert stored.answers == {"stroke": "yes", "stroke_recent": "yes"}
    assert stored.edits == 1


def test_an_instrument_goes_with_its_items(editor, draft):
    item = msgspec.structs.replace(rich().sections[1].questions[0], instrument="one")
    feelings = d.Section(link_id="feelings", title=both("Feelings"), questions=(item,))
    alone = small(sections=(rich().sections[0], feelings), instruments=rich().instruments, scores=())
    publishing.rows_from_definition(alone, into=draft)
    publishing.store_cases(questionnaire=draft, cases_to_store=[])

    editor.post(url(models.Instrument, "delete", row(models.Instrument, "one").pk), {"post": "yes"})

    assert not models.Instrument.objects.exists()
    assert not models.Question.objects.filter(link_id="mood").exists()


def test_an_option_in_use_is_not_deleted_on_its_questions_page(editor, draft):
    question = row(models.Question, "mood")
    note = d.Note(link_id="low", text=both("Low"), when="mood is low")
    publishing.rows_from_definition(msgspec.structs.replace(rich(), notes=(note,)), into=draft)
    question = row(models.Question, "mood")

    response = change(editor, question, **{"options-1-DELETE": "on"})

    html = response.content.decode()
    assert response.status_code == 422
    assert "In use, so nothing was saved: low" in html
    assert (
        f'<a href="{reverse("admin:screening_note_change", args=[models.Note.objects.get().pk])}">note low</a>' in html
    )
    assert question.options.count() == 2


def test_an_option_that_nothing_uses_is_deleted(editor, draft):
    question = row(models.Question, "mood")

    assert change(editor, question, **{"options-0-DELETE": "on"}).status_code == 302
    assert [option.code for option in question.options.all()] == ["low"]


def test_a_use_that_appears_after_the_page_was_opened_stops_the_deletion(editor, draft, monkeypatch):
    inconsistency = row(models.Inconsistency, "c1")
    use = editing.uses(publishing.definition_from_rows(draft))[0]
    monkeypatch.setattr(editing, "standing_in_the_way", lambda *_: [use])
    monkeypatch.setattr("screening.admin.removing.uses_linked", lambda *_: [])

    response = editor.post(url(models.Inconsistency, "delete", inconsistency.pk), {"post": "yes"}, follow=True)

    assert "It is in use, so nothing was removed. " in response.content.decode()
    assert models.Inconsistency.objects.exists()


def test_an_entry_that_somebody_else_removed_is_named_as_that(editor, draft):
    question = row(models.Question, "mood")
    address = url(models.Question, "change", question.pk)
    opened = form_of(editor, address)
    question.options.get(code="good").delete()

    page = editor.post(address, opened).content.decode()

    assert "Somebody else removed an entry" in page
    assert "Good" in page
    assert editor.post(address, opened | {"options-0-DELETE": "on"}).status_code == 302
