"""The wording of a published instrument in the admin: shown with the reason, refused when sent, switched off whole."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse

from screening import models, publishing
from screening.admin.renaming import rename_url
from screening.engine import definition as d
from screening.engine.checks import wording_sha256
from screening.engine.definition import Definition, canonical_json, from_json
from screening.exchange.cases import Expectation
from tests.screening.samples import NOW, both, case, small
from tests.screening.test_admin import form_of

pytestmark = pytest.mark.django_db


def locked() -> Definition:
    """The small questionnaire with its question of mood as a locked instrument."""
    brain, feelings = small().sections
    mood = msgspec.structs.replace(feelings.questions[0], instrument="one")
    feelings = msgspec.structs.replace(feelings, questions=(mood,))
    form = d.Instrument(key="one", title="One", preface=both("Lately:"), items=("mood",), credit="Us", licence="Free")
    whole = from_json(canonical_json(small(sections=(brain, feelings), instruments=(form,))))
    form = msgspec.structs.replace(form, wording_sha256=wording_sha256(whole, form))
    return msgspec.structs.replace(whole, instruments=(form,))


@pytest.fixture
def draft(db) -> models.Questionnaire:
    return publishing.rows_from_definition(locked())


@pytest.fixture
def item(draft) -> str:
    return reverse("admin:screening_question_change", args=[models.Question.objects.get(link_id="mood").pk])


@pytest.fixture
def instrument(draft) -> str:
    return reverse("admin:screening_instrument_change", args=[models.Instrument.objects.get().pk])


def test_an_items_wording_is_shown_and_the_page_says_why_it_cannot_be_changed(editor, item, instrument):
    html = editor.get(item).content.decode()

    assert "Its wording and answers are kept as published" in html
    assert f'href="{instrument}"' in html
    assert "How is your mood?" in html
    assert "Good (es)" in html
    assert not {name for name in form_of(editor, item) if name.startswith(("text__", "type", "options-0-text"))}


def test_its_name_and_its_answers_codes_stay_and_the_pages_say_why(editor, draft, item):
    mood = models.Question.objects.get(link_id="mood")
    rows = (mood, mood.options.get(code="low"), models.Instrument.objects.get())

    said = [editor.post(rename_url(row, draft), {"new": "spirits"}) for row in rows]

    page = editor.get(item).content.decode()
    assert "It has no “Rename…”: the names of a published instrument’s items and answers are kept" in page
    assert [response.status_code for response in said] == [422] * 3
    assert all("belongs to One. The names of a published" in response.content.decode() for response in said)
    assert publishing.definition_from_rows(draft) == locked()


def test_what_is_not_wording_can_still_be_changed(editor, item):
    response = editor.post(item, form_of(editor, item) | {"ask_when": "stroke is yes"})

    assert response.status_code == 302
    assert models.Question.objects.get(link_id="mood").ask_when == "stroke is yes"
    assert models.Option.objects.count() == 2


@pytest.mark.parametrize(
    "sent",
    [
        {"text__en": "Feeling blue?"},
        {"instrument": ""},
        {"type": "yes_no"},
        {"options-0-text__en": "Great"},
        {"options-0-score": "9"},
        {"options-0-DELETE": "on"},
    ],
)
def test_an_items_wording_is_refused_when_it_is_sent(editor, item, sent):
    response = editor.post(item, form_of(editor, item) | sent)

    assert "The wording of a published instrument is locked, so nothing was saved" in response.content.decode()
    assert publishing.definition_from_rows(models.Questionnaire.objects.get()) == locked()


@pytest.mark.parametrize("sent", [{"preface__en": "Now:"}, {"wording_sha256": ""}, {"credit": "Me"}, {"items": "x"}])
def test_the_instruments_own_page_refuses_it_too(editor, instrument, sent):
    response = editor.post(instrument, form_of(editor, instrument) | sent)

    assert "so nothing was saved" in response.content.decode()
    assert publishing.definition_from_rows(models.Questionnaire.objects.get()) == locked()


def test_an_instrument_is_switched_off_by_one_box(editor, instrument):
    assert "It can be switched off as a whole below" in editor.get(instrument).content.decode()

    response = editor.post(instrument, form_of(editor, instrument) | {"switched_off": "on"})

    assert response.status_code == 302
    stored = publishing.definition_from_rows(models.Questionnaire.objects.get())
    assert stored.switched_off() == {"mood"}


def test_a_draft_can_be_published_without_an_instrument_that_its_cases_use(draft):
    models.Instrument.objects.update(switched_off=True)
    publishing.store_cases(questionnaire=draft, cases_to_store=[case()])

    found = [(one.id, one.severity, one.place) for one in publishing.problems_of(draft)]

    assert ("P203", "warning", "case recent_stroke") in found
    assert publishing.publish(questionnaire=draft, by="Ada", now=NOW).number == 1


def test_a_case_that_fails_anyway_still_holds_back_publishing(draft):
    models.Instrument.objects.update(switched_off=True)
    wrong = case(expect=Expectation(flags={"stroke_flag": "caution"}))
    publishing.store_cases(questionnaire=draft, cases_to_store=[wrong])

    assert "P201" in {one.id for one in publishing.problems_of(draft)}


def test_a_question_that_belongs_to_no_locked_instrument_stays_open(editor, draft):
    stroke = reverse("admin:screening_question_change", args=[models.Question.objects.get(link_id="stroke").pk])
    models.Instrument.objects.update(wording_sha256="")
    mood = reverse("admin:screening_question_change", args=[models.Question.objects.get(link_id="mood").pk])

    for address in (stroke, mood):
        assert "text__en" in form_of(editor, address)
        assert "published" not in editor.get(address).content.decode()
