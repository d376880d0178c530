"""What a page asks while a rule is typed, and how every rule's box shows what it says."""

from __future__ import annotations

import pytest
from django.urls import reverse

from screening import models, publishing
from screening.engine.completion import KEYWORDS, completion
from screening.engine.language import parse
from tests.screening.samples import rich
from tests.screening.test_admin import change, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db) -> models.Questionnaire:
    return publishing.rows_from_definition(rich())


def read(editor, draft, text: str, **more: str) -> dict[str, object]:
    return editor.post(reverse("admin:screening_read_rule", args=[draft.pk]), {"text": text, **more}).json()


def test_a_rule_is_read_back(editor, draft):
    found = read(editor, draft, "stroke is yes and mood_total >= limit")

    assert found["mistakes"] == []
    assert "Stroke" in found["words"]


def test_a_mistake_comes_with_its_caret(editor, draft):
    found = read(editor, draft, "strok is yes")

    assert found["words"] == ""
    assert found["mistakes"][0].startswith("strok is yes\n^ There is no question “strok”.")


@pytest.mark.parametrize("text", ["", "  \r\n "])
def test_nothing_typed_says_nothing(editor, draft, text):
    assert read(editor, draft, text) == {"words": "", "mistakes": []}


def test_an_item_of_a_group_is_judged_by_its_form_only(editor, draft):
    assert read(editor, draft, "its_neighbour is yes", entry="1")["mistakes"] == []
    assert read(editor, draft, "its_neighbour is", entry="1")["mistakes"]


def test_it_is_posted_because_addresses_are_logged(editor, draft):
    assert (
        editor.get(reverse("admin:screening_read_rule", args=[draft.pk]), {"text": "stroke is yes"}).status_code == 405
    )


def test_every_name_and_code_can_be_completed(editor, draft):
    found = editor.get(reverse("admin:screening_names", args=[draft.pk])).json()

    kinds = {word["name"]: word["kind"] for word in found["names"]}
    assert kinds["stroke"] == "question"
    assert kinds["mood_total"] == "score"
    assert kinds["had_stroke"] == "variable"
    assert kinds["limit"] == "parameter"
    assert [code["name"] for code in found["codes"]["mood"]] == ["good", "low"]
    assert [code["name"] for code in found["codes"]["stroke"]] == ["yes", "no"]


def test_classes_and_medicines_can_be_completed_behind_a_list_of_medicines(draft):
    section = draft.sections.first()
    models.Question.objects.create(section=section, link_id="taken", type="medicines", vocabulary="medicines", text={})

    codes = completion(publishing.definition_from_rows(draft)).codes["taken"]

    assert [(code.name, code.kind) for code in codes] == [("ssri", "class of medicines"), ("sertraline", "medicine")]


def test_a_draft_that_cannot_be_read_completes_nothing_and_judges_the_form(editor, draft):
    models.Question.objects.filter(link_id="mood").update(type="riddle")

    assert editor.get(reverse("admin:screening_names", args=[draft.pk])).json() == {"names": [], "codes": {}}
    assert read(editor, draft, "strok is yes") == {"words": "", "mistakes": []}


def test_the_pages_are_for_editors_only(clinician, client, draft):
    for visitor in (clinician, client):
        assert visitor.get(reverse("admin:screening_names", args=[draft.pk])).status_code in (302, 403)
        assert visitor.post(reverse("admin:screening_read_rule", args=[draft.pk])).status_code in (302, 403)


def test_every_word_offered_is_one_of_the_language():
    """Each word in a rule that can be read."""
    rules = {
        "and": "a is yes and b is yes",
        "or": "a is yes or b is yes",
        "not": "not (a is yes)",
        "within": "a within 6 weeks of b",
        "today": "a within 6 weeks of today",
        "where": "count(a where b is yes) >= 1",
        "age": "age >= 65",
        "bmi": "bmi >= 35",
    }
    endings = {
        "(": " a is yes)",
        "is": " yes",
        "is not": " yes",
        "includes": " yes",
        "may be": " yes",
        "profile is": " eu",
    }
    for word, _ in KEYWORDS:
        rule = rules.get(word) or _rule_with(word, endings)
        assert word in rule
        parse(rule)


def _rule_with(word: str, endings: dict[str, str]) -> str:
    if word in ("count(", "total("):
        return f"{word}a{', b' if word == 'total(' else ''}) >= 1"
    if word.endswith(" of (") and not word.startswith(("is", "includes")):
        return f"{word}a is yes, b is yes)"
    before = "" if word.startswith("profile") else "a "
    return f"{before}{word}{'yes)' if word.endswith('(') else endings.get(word, '')}"


def test_a_page_shows_what_each_rule_says_and_where_to_ask(editor, draft):
    page = editor.get(url(models.Flag, "change", models.Flag.objects.get().pk)).content.decode()

    assert page.count("In words:") == 2
    assert f'data-read="{reverse("admin:screening_read_rule", args=[draft.pk])}"' in page


def test_what_was_typed_is_read_back_on_the_page_that_comes_back(editor, draft):
    page = change(
        editor, models.Flag.objects.get(), **{"rules-1-when": "stroke is no", "title__en": ""}
    ).content.decode()

    words = read(editor, draft, "stroke is no")["words"]
    assert f"</span> {words}" in page.replace("&quot;", '"').replace("&#x27;", "'")


def test_the_safety_rules_are_read_back_as_well(editor, draft):
    page = editor.get(reverse("admin:screening_questionnaire_change", args=[draft.pk])).content.decode()

    assert page.count("In words:") == 2
