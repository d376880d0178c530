"""The page Outline: what it shows, moving, duplicating, retiring, and who may."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse

from screening import arranging, editing, models, publishing
from screening.engine import definition as d
from tests.screening.samples import both, rich, small
from tests.screening.test_admin import Form, queries_for

pytestmark = pytest.mark.django_db


def group() -> d.Question:
    medicine = d.Question(link_id="name_of_it", type="text", text=both("Which?"))
    helped = d.Question(link_id="helped", type="yes_no", text=both("Did it help?"), ask_when="name_of_it is answered")
    return d.Question(link_id="trials", type="group", text=both("Trials"), repeats=True, items=(medicine, helped))


@pytest.fixture
def draft(db) -> models.Questionnaire:
    feelings = msgspec.structs.replace(rich().sections[1], questions=(*rich().sections[1].questions, group()))
    return publishing.rows_from_definition(msgspec.structs.replace(rich(), sections=(rich().sections[0], feelings)))


def question(name: str) -> models.Question:
    return models.Question.objects.get(link_id=name)


def section(name: str) -> models.Section:
    return models.Section.objects.get(link_id=name)


def page(draft) -> str:
    return reverse("admin:screening_outline", args=[draft.pk])


def order(draft) -> list[str]:
    found = publishing.definition_from_rows(draft)
    return [name for one in found.sections for name in (one.link_id, *_names(one.questions))]


def _names(questions) -> list[str]:
    return [name for one in questions for name in (one.link_id, *_names(one.items))]


START = ["brain", "stroke", "stroke_recent", "feelings", "mood", "trials", "name_of_it", "helped"]


def test_it_shows_everything_in_order_with_what_depends_on_it(editor, draft):
    html = editor.get(page(draft)).content.decode()
    form = Form(html)

    assert form.inline == []
    assert form.unlabelled() == []
    places = [html.index(f"<code>{name}</code>") for name in START]
    assert places == sorted(places)
    flag = reverse("admin:screening_flag_change", args=[models.Flag.objects.get().pk])
    assert f'<dt>Flags</dt><dd><a href="{flag}">stroke_flag</a></dd>' in html
    waits = reverse("admin:screening_question_change", args=[question("stroke").pk])
    assert f'<dt>Waits for</dt><dd><a href="{waits}">stroke</a></dd>' in html
    assert "Asked when: " in html
    assert page(draft) in editor.get(reverse("admin:screening_questionnaire_change", args=[draft.pk])).content.decode()


def test_a_problem_stands_at_its_question(editor, draft):
    models.Question.objects.filter(link_id="stroke_recent").update(ask_when="strok is yes")

    html = editor.get(page(draft)).content.decode()

    entry = html.partition(f'id="question-{question("stroke_recent").pk}"')[2].partition("</li>")[0]
    assert "There is no question “strok”" in entry
    assert "Asked when: strok is yes" in entry


def test_a_draft_that_cannot_be_read_can_still_be_seen_and_arranged(editor, draft):
    models.Question.objects.filter(link_id="mood").update(type="riddle")

    assert "cannot be read" in editor.get(page(draft)).content.decode()
    assert editor.post(page(draft), {"move": f"question-{question('stroke').pk} down"}).status_code == 302


def test_it_asks_the_same_number_of_queries_for_more_questions(editor, draft):
    few = queries_for(editor, page(draft))
    for name in ("stroke", "mood", "stroke_recent"):
        arranging.duplicate(questionnaire=draft, question=question(name))

    assert queries_for(editor, page(draft)) == few


@pytest.mark.parametrize(
    ("name", "direction", "after"),
    [
        ("stroke", "down", "brain stroke_recent stroke feelings mood trials name_of_it helped"),
        ("stroke_recent", "down", "brain stroke feelings stroke_recent mood trials name_of_it helped"),
        ("mood", "up", "brain stroke stroke_recent mood feelings trials name_of_it helped"),
        ("trials", "up", "brain stroke stroke_recent feelings trials name_of_it helped mood"),
        ("helped", "up", "brain stroke stroke_recent feelings mood trials helped name_of_it"),
        ("brain", "down", "feelings mood trials name_of_it helped brain stroke stroke_recent"),
    ],
)
def test_a_button_moves_by_one_place(editor, draft, name, direction, after):
    row = section(name) if name == "brain" else question(name)
    key = f"{row._meta.model_name}-{row.pk}"

    response = editor.post(page(draft), {"move": f"{key} {direction}"})

    assert response.status_code == 302
    assert response["Location"] == f"{page(draft)}#{key}"
    assert order(draft) == after.split()


@pytest.mark.parametrize(("name", "direction"), [("stroke", "up"), ("trials", "down"), ("name_of_it", "up")])
def test_the_first_and_the_last_go_no_further(editor, draft, name, direction):
    response = editor.post(page(draft), {"move": f"question-{question(name).pk} {direction}"}, follow=True)

    assert f"“{name}” cannot go further {direction}." in response.content.decode()
    assert order(draft) == START


def test_a_row_is_dragged_before_another_and_into_a_section(editor, draft):
    mood, trials = question("mood"), question("trials")
    editor.post(page(draft), {"move": f"question-{mood.pk} before", "before": f"question-{question('stroke').pk}"})
    editor.post(page(draft), {"move": f"question-{trials.pk} last", "section": f"section-{section('brain').pk}"})

    assert order(draft) == ["brain", "mood", "stroke", "stroke_recent", "trials", "name_of_it", "helped", "feelings"]
    assert question("helped").section == section("brain")
    assert question("mood").edits == 1
    assert question("stroke").edits == 0


def test_nothing_is_dragged_into_or_out_of_a_group(editor, draft):
    for moved, before in (("stroke", "helped"), ("helped", "stroke")):
        sent = {"move": f"question-{question(moved).pk} before", "before": f"question-{question(before).pk}"}
        assert "Only the items of" in editor.post(page(draft), sent, follow=True).content.decode()
    assert order(draft) == START


def test_moving_disturbs_nobody_who_has_the_page_open(editor, draft):
    editor.post(page(draft), {"move": f"question-{question('stroke').pk} down"})

    assert set(models.Question.objects.values_list("edits", flat=True)) == {0}


def test_a_copy_stands_after_its_question_with_its_options_under_a_free_name(editor, draft):
    models.Question.objects.filter(link_id="mood").update(role="reason", instrument="one", edits=3)
    for _ in range(2):
        editor.post(page(draft), {"duplicate": f"question-{question('mood').pk}"})

    copy = question("mood_copy_2")
    assert order(draft)[4:7] == ["mood", "mood_copy_2", "mood_copy"]
    assert [option.code for option in copy.options.all()] == ["good", "low"]
    assert (copy.role, copy.instrument, copy.edits) == (None, "", 0)
    assert copy.text == question("mood").text


def test_the_copy_of_a_group_asks_about_its_own_items(editor, draft):
    response = editor.post(page(draft), {"duplicate": f"question-{question('trials').pk}"}, follow=True)

    assert "“trials_copy” is a copy of “trials”" in response.content.decode()
    assert question("helped_copy").parent == question("trials_copy")
    assert question("helped_copy").ask_when == "name_of_it_copy is answered"
    assert question("helped").ask_when == "name_of_it is answered"


def test_retire_leads_to_the_page_that_says_why_not(editor, draft):
    address = reverse("admin:screening_question_delete", args=[question("stroke").pk])

    assert address in editor.get(page(draft)).content.decode()
    assert "is in use, so it cannot be deleted" in editor.get(address).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"move": "question-1 sideways"},
        {"move": "question-999999 up"},
        {"move": "flag-1 up"},
        {"move": "question-x up"},
        {"duplicate": "question-999999"},
    ],
)
def test_what_no_button_sends_is_not_found(editor, draft, sent):
    assert editor.post(page(draft), sent).status_code == 404


def test_a_section_is_not_duplicated_and_rows_of_another_draft_are_not_found(editor, draft):
    other = publishing.rows_from_definition(small(key="other"))
    theirs = other.sections.first().questions.first()
    ours = draft.sections.get(link_id="brain")

    assert editor.post(page(draft), {"duplicate": f"section-{ours.pk}"}).status_code == 404
    assert editor.post(page(draft), {"move": f"question-{theirs.pk} down"}).status_code == 404


def test_it_is_for_editors_only(clinician, client, draft):
    for visitor in (clinician, client):
        sent = {"move": f"question-{question('stroke').pk} down"}
        assert visitor.get(page(draft)).status_code in (302, 403)
        assert visitor.post(page(draft), sent).status_code in (302, 403)
    assert order(draft) == START


def test_a_row_that_was_removed_meanwhile_is_not_found(editor, draft, monkeypatch):
    row = question("helped")
    monkeypatch.setattr(editing, "lock", lambda _: models.Question.objects.filter(pk=row.pk).delete())

    assert editor.post(page(draft), {"move": f"question-{row.pk} up"}).status_code == 404
