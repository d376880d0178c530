"""The admin's pages for a draft: open, save, refuse bad input, and refuse the wrong person."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from screening import models, publishing
from screening.engine.definition import canonical_json
from tests.screening.samples import NOW, case, full, rich, small

pytestmark = pytest.mark.django_db

PAGES = [model for model in admin.site._registry if model._meta.app_label == "screening"]
DRAFTS = [model for model in PAGES if model is not models.QuestionnaireVersion]


def url(model, page: str, *arguments) -> str:
    return reverse(f"admin:screening_{model._meta.model_name}_{page}", args=arguments)


class Form(HTMLParser):
    """What a browser would send for the page's main form, and what is wrong with the page for people and for CSP."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.labelled: set[str] = set()
        self.inputs: dict[str, str] = {}
        self.inline: list[str] = []
        self._select = self._area = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag in ("script", "style") and "src" not in given and given.get("type") != "application/json":
            self.inline.append(tag)
        if tag == "label":
            self.labelled.add(given.get("for", ""))
        name = given.get("name", "")
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            self.inputs[given.get("id", "")] = given.get("aria-label", "")
        if tag == "input" and name and given.get("type") not in ("submit", "file"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value") or ("on" if "checked" in given else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.sent.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self.sent[name] = [""]

    def handle_data(self, data):
        if self._area:
            self.sent[self._area] = [self.sent[self._area][0] + data]

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area:
            self.sent[self._area] = [self.sent[self._area][0].removeprefix("\n")]
            self._area = ""

    def unlabelled(self) -> list[str]:
        return [key for key, label in self.inputs.items() if not label and key not in self.labelled and key]


def form_of(client, address: str) -> dict[str, list[str]]:
    """What saving the page unchanged would send."""
    sent = Form(client.get(address).content.decode()).sent
    return {name: values for name, values in sent.items() if name not in ("q", "_save", "action", "select_across")}


@pytest.fixture
def everything(db) -> models.Questionnaire:
    """A draft with a row of every kind and every field filled."""
    questionnaire = publishing.rows_from_definition(full())
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=[case()])
    models.QuestionnaireVersion.objects.create(
        questionnaire=questionnaire, number=1, document="{}", sha256="0" * 64, published_at=NOW, published_by="Ada"
    )
    return questionnaire


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_its_pages_open_with_labels_and_nothing_inline(editor, everything, model):
    pages = [url(model, "changelist"), url(model, "change", model.objects.first().pk)]
    if model is not models.QuestionnaireVersion:
        pages.append(url(model, "add"))

    for page in pages:
        response = editor.get(page)
        form = Form(response.content.decode())
        assert response.status_code == 200
        assert form.inline == []
        assert [name for name in form.unlabelled() if "__prefix__" not in name and name != "action-toggle"] == []


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_its_list_can_be_searched(editor, everything, model):
    assert editor.get(url(model, "changelist"), {"q": "a link"}).status_code == 200


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_its_list_asks_the_same_number_of_queries_for_more_rows(editor, db, model):
    publishing.rows_from_definition(small(key="one"))
    few = queries_for(editor, url(model, "changelist"))
    publishing.rows_from_definition(full())
    publishing.rows_from_definition(small(key="two"))

    assert queries_for(editor, url(model, "changelist")) <= few + 1


def queries_for(client, address: str) -> int:
    client.get(address)  # the first look also fills caches
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_boxes_of_each_row_of_a_page_say_which_row_they_are_of(editor, draft):
    page = editor.get(url(models.Question, "change", models.Question.objects.get(link_id="mood").pk)).content.decode()

    labels = re.findall(r'<label[^>]*for="id_options-(\d)-(?:code|score|DELETE)"[^>]*>([^<]*)<span[^>]*>([^<]*)', page)
    assert labels == [
        (number, name, f" of {code}")
        for number, code in (("0", "good"), ("1", "low"))
        for name in ("Delete", "Code", "Score")
    ]


def test_a_flag_with_more_rules_asks_no_more_queries(editor, draft):
    address = url(models.Flag, "change", models.Flag.objects.get().pk)
    two = queries_for(editor, address)
    flag = models.Flag.objects.get()
    models.Rule.objects.bulk_create([models.Rule(flag=flag, severity=s, when="stroke is yes") for s in ("urgent", "x")])

    assert queries_for(editor, address) == two


def test_a_question_with_more_options_asks_no_more_queries(editor, draft):
    question = models.Question.objects.get(link_id="mood")
    address = url(models.Question, "change", question.pk)
    two = queries_for(editor, address)
    models.Option.objects.bulk_create([models.Option(question=question, code=f"c{n}") for n in range(8)])

    assert queries_for(editor, address) == two


@pytest.mark.parametrize("model", DRAFTS, ids=lambda model: model.__name__)
def test_saving_a_page_unchanged_changes_nothing(editor, draft, model):
    publishing.rows_from_definition(rich(), into=draft)
    models.Question.objects.update(explanation={"en": "Two\nlines"}, codes={"loinc": "1-2"})
    row = model.objects.first()
    before = canonical_json(publishing.definition_from_rows(draft))

    response = editor.post(url(model, "change", row.pk), form_of(editor, url(model, "change", row.pk)))

    assert response.status_code == 302, re.findall(r"errorlist.*?</ul>", response.content.decode(), re.DOTALL)
    assert canonical_json(publishing.definition_from_rows(draft)) == before


@pytest.mark.parametrize("model", PAGES, ids=lambda model: model.__name__)
def test_only_staff_may_open_its_pages(clinician, client, everything, model):
    for page in (url(model, "changelist"), url(model, "change", model.objects.first().pk)):
        assert clinician.get(page).status_code in (302, 403)
        assert client.get(page).status_code == 302


def test_only_staff_may_save(clinician, draft):
    section = models.Section.objects.first()

    clinician.post(url(models.Section, "change", section.pk), {"link_id": "changed"})

    section.refresh_from_db()
    assert section.link_id == "brain"


def test_one_function_decides_who_may_edit(editor, everything, monkeypatch):
    monkeypatch.setattr("screening.admin.base.may_edit", lambda request: False)
    pk = everything.pk

    for model in PAGES:
        assert editor.get(url(model, "changelist")).status_code == 403
    for name in ("check", "publish", "download", "upload"):
        assert editor.get(reverse(f"admin:screening_{name}", args=[pk])).status_code == 403


def change(client, row, **changes) -> object:
    """Open a row's page, change fields, save."""
    address = url(type(row), "change", row.pk)
    return client.post(address, form_of(client, address) | changes)


def test_a_question_is_edited_with_its_options(editor, draft):
    question = models.Question.objects.get(link_id="mood")

    response = change(
        editor, question, text__es="¿Cómo está?", **{"options-0-text__en": "Fine", "options-0-position": ""}
    )

    assert response.status_code == 302
    stored = publishing.definition_from_rows(draft).sections[1].questions[0]
    assert stored.text["es"] == "¿Cómo está?"
    assert [option.text["en"] for option in stored.options] == ["Low", "Fine"]


def test_a_new_section_goes_after_the_others(editor, draft):
    response = editor.post(
        url(models.Section, "add"),
        {"questionnaire": draft.pk, "link_id": "last", "title__en": "Last", "position": ""},
    )

    assert response.status_code == 302
    assert models.Section.objects.order_by("position").last().link_id == "last"


def test_positions_are_changed_in_the_list(editor, draft):
    brain, _ = models.Section.objects.order_by("position")
    address = url(models.Section, "changelist")
    sent = form_of(editor, address) | {"form-0-position": "90", "_save": "Save"}

    assert editor.post(address, sent).status_code == 302
    brain.refresh_from_db()
    assert brain.position == 90


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("stroke = = yes", "^ Expected"),
        ("strok is yes", "There is no question “strok”"),
        ("stroke is maybe", "has no answer “maybe”"),
        ("mood includes low", "^"),
    ],
)
def test_a_rule_with_a_mistake_is_refused_with_a_caret(editor, draft, rule, said):
    response = change(editor, models.Flag.objects.get(), **{"rules-1-when": rule})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert models.Rule.objects.get(severity="caution").when == "stroke is yes"


def test_a_condition_with_a_mistake_is_refused_on_a_new_question_too(editor, draft):
    section = models.Section.objects.first()
    sent = {"section": section.pk, "link_id": "new", "type": "yes_no", "text__en": "New?", "ask_when": "strok is yes"}
    address = f"{url(models.Question, 'add')}?section={section.pk}"
    blank = {name: values for name, values in form_of(editor, address).items() if "__prefix__" not in name}

    response = editor.post(address, blank | sent)

    assert "There is no question “strok”" in response.content.decode()


def test_a_mistake_is_escaped(editor, draft):
    response = change(editor, models.Flag.objects.get(), **{"rules-1-when": "<script>alert(1)</script> is yes"})

    assert "<script>alert" not in response.content.decode()


def test_two_rules_of_one_severity_are_refused(editor, draft):
    response = change(editor, models.Flag.objects.get(), **{"rules-1-severity": "contraindication"})

    assert "Keep one rule at each severity" in response.content.decode()


def test_a_rule_is_read_back_in_plain_english(editor, draft):
    html = editor.get(url(models.Flag, "change", models.Flag.objects.get().pk)).content.decode()

    assert "In words" in html
    assert "This rule cannot be read yet" not in html


def test_a_text_must_be_there_in_the_first_language(editor, draft):
    response = change(editor, models.Section.objects.first(), title__en="")

    assert "Enter the text in English as well" in response.content.decode()


@pytest.mark.check("C88", required="a stale page overwrites nothing")
def test_a_page_that_somebody_else_saved_is_not_overwritten(editor, draft):
    section = models.Section.objects.get(link_id="brain")
    address = url(models.Section, "change", section.pk)
    opened = form_of(editor, address)
    change(editor, section, title__en="Theirs")

    response = editor.post(address, opened | {"title__en": "Mine"})

    html = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else saved this page" in html
    assert "Mine" in html
    section.refresh_from_db()
    assert section.title["en"] == "Theirs"

    assert editor.post(address, Form(html).sent | {"_save": "Save"}).status_code == 302
    section.refresh_from_db()
    assert section.title["en"] == "Mine"


def test_questions_can_only_be_put_into_sections_of_their_questionnaire(editor, draft):
    other = publishing.rows_from_definition(small(key="other"))
    question = models.Question.objects.filter(section__questionnaire=draft).first()

    response = change(editor, question, section=other.sections.first().pk)

    assert "Select a valid choice" in response.content.decode()
