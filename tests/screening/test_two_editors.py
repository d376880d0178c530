"""Two editors at the same moment, each with a connection of their own: nothing is lost, one version is made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from screening import editing, models, publishing
from tests.screening.conftest import browser_of
from tests.screening.samples import NOW, case, small
from tests.screening.test_admin import Form, form_of, url

pytestmark = [
    pytest.mark.usefixtures("transactional_db"),
    pytest.mark.check("C88", required="0 lost edits; exactly one new version"),
]


def together(*work: Callable[[], Any]) -> list[Any]:
    """The results of several pieces of work done at once."""

    def alone(one: Callable[[], Any]) -> Any:
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(alone, work))


@pytest.fixture
def draft(transactional_db) -> models.Questionnaire:
    questionnaire = publishing.rows_from_definition(small())
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=[case()])
    return questionnaire


@pytest.fixture
def editors(transactional_db) -> list[Client]:
    return [browser_of(f"{name}@example.org", is_staff=True) for name in ("ada", "bo")]


def flag_page() -> str:
    return url(models.Flag, "change", models.Flag.objects.get().pk)


def test_of_two_who_save_one_page_with_its_rules_one_is_told(draft, editors):
    opened = form_of(editors[0], flag_page())
    rules = ["stroke is yes or mood is low", "stroke is yes or mood is good"]

    answers = together(*(lambda n=n: editors[n].post(flag_page(), opened | {"rules-1-when": rules[n]}) for n in (0, 1)))

    assert sorted(response.status_code for response in answers) == [302, 422]
    saved = next(number for number, response in enumerate(answers) if response.status_code == 302)
    assert models.Rule.objects.get(severity="caution").when == rules[saved]
    told = answers[1 - saved].content.decode()
    assert "Somebody else saved this page" in told
    assert Form(told).sent["rules-1-when"] == [rules[1 - saved]]


def test_two_who_save_different_pages_both_are_kept(draft, editors):
    question = url(models.Question, "change", models.Question.objects.get(link_id="mood").pk)
    mine, theirs = form_of(editors[0], flag_page()), form_of(editors[1], question)

    answers = together(
        lambda: editors[0].post(flag_page(), mine | {"title__en": "Mine"}),
        lambda: editors[1].post(question, theirs | {"text__en": "Theirs", "options-0-text__en": "Fine"}),
    )

    assert [response.status_code for response in answers] == [302, 302]
    stored = publishing.definition_from_rows(draft)
    assert stored.flags[0].title["en"] == "Mine"
    assert stored.sections[1].questions[0].text["en"] == "Theirs"
    assert stored.sections[1].questions[0].options[0].text["en"] == "Fine"


def test_two_who_publish_make_one_version(draft, editors):
    address = reverse("admin:screening_publish", args=[draft.pk])
    seen = Form(editors[0].get(address).content.decode()).sent["seen"][0]

    def publish(_: Any = None) -> str:
        try:
            return publishing.publish(questionnaire=draft, by="Ada", now=NOW, seen=seen).sha256
        except publishing.PublishRefused as refused:
            return refused.problems[0].id

    assert sorted(together(publish, publish)) == sorted(["P103", seen])
    assert draft.versions.count() == 1


def test_an_edit_while_publishing_is_in_the_version_as_a_whole_or_not_at_all(draft, editors):
    opened = form_of(editors[0], flag_page()) | {"title__en": "New", "rules-1-when": "stroke is yes or age > 200"}
    opened["rules-1-when"] = "stroke is yes or stroke is not sure"

    together(
        lambda: editors[0].post(flag_page(), opened),
        lambda: publishing.publish(questionnaire=draft, by="Ada", now=NOW),
    )

    published = publishing.definition_of(draft.versions.get()).flags[0]
    whole = {("Stroke", "stroke is yes"), ("New", "stroke is yes or stroke is not sure")}
    assert (published.title["en"], published.rules[1].when) in whole
    assert publishing.definition_from_rows(draft).flags[0].title["en"] == "New"


def test_a_page_that_was_open_while_a_name_changed_is_not_saved_over_it(draft, editors):
    opened = form_of(editors[0], flag_page())
    question = models.Question.objects.get(link_id="stroke")
    plan = editing.plan_renaming(row=question, questionnaire=draft, new="tia")

    answers = together(
        lambda: editors[0].post(flag_page(), opened | {"title__en": "Mine"}),
        lambda: _renamed(draft, question, plan),
    )

    rule = models.Rule.objects.get(severity="caution").when
    if answers[1]:  # renamed first: the page is told, and nothing of the old name comes back
        assert answers[0].status_code == 422
        assert rule == "tia is yes"
    else:  # saved first: the renaming is worked out again
        assert answers[0].status_code == 302
        assert rule == "stroke is yes"


def _renamed(draft: models.Questionnaire, question: models.Question, plan: editing.Plan) -> bool:
    try:
        editing.rename(row=question, questionnaire=draft, new="tia", seen=plan.seen)
    except editing.EditRefused:
        return False
    return True


def test_a_position_typed_in_a_list_puts_nothing_else_back(draft, editors, monkeypatch):
    """The list is posted; before it is written, somebody else saves the section's page."""
    brain = models.Section.objects.get(link_id="brain")
    sent = form_of(editors[0], url(models.Section, "changelist")) | {"form-0-position": "90", "_save": "Save"}
    save = models.Section.full_clean

    def while_saving(self: models.Section, *args: Any, **kwargs: Any) -> None:
        models.Section.objects.filter(pk=brain.pk).update(title={"en": "Theirs"})
        save(self, *args, **kwargs)

    monkeypatch.setattr(models.Section, "full_clean", while_saving)

    assert editors[0].post(url(models.Section, "changelist"), sent).status_code == 302
    brain.refresh_from_db()
    assert (brain.position, brain.title["en"]) == (90, "Theirs")


def test_what_was_typed_on_a_page_that_somebody_removed_is_shown(draft, editors):
    question = models.Question.objects.get(link_id="mood")
    address = url(models.Question, "change", question.pk)
    opened = form_of(editors[0], address)
    question.delete()

    response = editors[0].post(address, opened | {"text__en": "How <do> you feel?", "options-0-text__en": "Fine"})

    html = response.content.decode()
    assert response.status_code == 404
    assert "Somebody else removed this" in html
    assert "How &lt;do&gt; you feel?" in html
    assert "Fine</textarea>" in html
    assert Form(html).unlabelled() == []
    assert "csrfmiddlewaretoken" not in html.partition('id="typed"')[2].partition("</form>")[0]
