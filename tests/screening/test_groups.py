"""A group and its items stay together on the page of a question: whoever moves one moves all, or is told."""

from __future__ import annotations

import msgspec
import pytest
from django.urls import reverse

from screening import editing, models, publishing
from screening.engine import definition as d
from tests.screening.samples import both, small
from tests.screening.test_admin import Form, change, form_of, url

pytestmark = pytest.mark.django_db


def group(name: str) -> d.Question:
    item = d.Question(link_id=f"{name}_item", type="text", text=both("Which?"))
    return d.Question(link_id=name, type="group", text=both("Which ones?"), items=(item,))


@pytest.fixture
def draft(db) -> models.Questionnaire:
    """Three sections, the last with two groups."""
    lists = d.Section(link_id="lists", title=both("Lists"), questions=(group("trials"), group("surgery")))
    return publishing.rows_from_definition(msgspec.structs.replace(small(), sections=(*small().sections, lists)))


def question(name: str) -> models.Question:
    return models.Question.objects.select_related("section", "parent").get(link_id=name)


def section(name: str) -> models.Section:
    return models.Section.objects.get(link_id=name)


def items_of(draft: models.Questionnaire, name: str) -> list[str]:
    found = publishing.definition_from_rows(draft).sections
    return [item.link_id for one in found for asked in one.questions if asked.link_id == name for item in asked.items]


def test_the_items_of_a_group_that_goes_to_another_section_go_with_it(editor, draft):
    response = change(editor, question("trials"), section=section("brain").pk)

    assert response.status_code == 302
    assert question("trials").section == question("trials_item").section == section("brain")
    assert question("surgery_item").section == section("lists")
    outline = editor.get(reverse("admin:screening_outline", args=[draft.pk])).content.decode()
    assert "<code>trials_item</code>" in outline


def test_removing_the_old_section_leaves_them_where_they_are(editor, draft):
    change(editor, question("trials"), section=section("brain").pk)

    assert editor.post(url(models.Section, "delete", section("lists").pk), {"post": "yes"}).status_code == 302
    assert items_of(draft, "trials") == ["trials_item"]
    assert not models.Question.objects.filter(link_id__startswith="surgery").exists()


def test_whoever_has_the_page_of_an_item_open_is_told(editor, draft):
    address = url(models.Question, "change", question("trials_item").pk)
    opened = form_of(editor, address)
    change(editor, question("trials"), section=section("brain").pk)

    assert "Somebody else saved this page" in editor.post(address, opened).content.decode()


def test_a_question_that_becomes_an_item_goes_to_the_section_of_its_group(editor, draft):
    assert change(editor, question("mood"), parent=question("trials").pk).status_code == 302

    assert question("mood").section == section("lists")
    assert set(items_of(draft, "trials")) == {"trials_item", "mood"}


def test_an_item_alone_is_put_into_no_other_section(editor, draft):
    address = url(models.Question, "change", question("trials_item").pk)

    response = change(editor, question("trials_item"), section=section("brain").pk, text__en="What was it?")

    html = response.content.decode()
    assert response.status_code == 422
    assert "An item is in the section of its group: choose “lists”, or no parent." in html
    assert Form(html).sent["text__en"] == ["What was it?"]
    editor.post(address, form_of(editor, address) | {"parent": "", "section": section("brain").pk})
    assert (question("trials_item").section, question("trials_item").parent) == (section("brain"), None)


@pytest.mark.parametrize("inside", ["trials", "surgery"])
def test_a_group_is_put_into_no_group(editor, draft, inside):
    response = change(editor, question("trials"), parent=question(inside).pk)

    assert response.status_code == 422
    assert "A group cannot stand inside a group" in response.content.decode()
    assert question("trials").parent is None


def test_an_item_that_strayed_holds_everything_back_until_its_group_is_saved(editor, draft):
    models.Question.objects.filter(link_id="trials_item").update(section=section("brain"))

    with pytest.raises(msgspec.ValidationError, match="not in the section of their group: trials_item"):
        publishing.definition_from_rows(draft)
    with pytest.raises(editing.EditRefused):
        editing.remove(questionnaire=draft, removed=[section("brain")])

    assert change(editor, question("trials")).status_code == 302
    assert items_of(draft, "trials") == ["trials_item"]
