"""Questions that hold nothing typed are drawn once and kept: the page is the same, and nobody is in what is kept."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from crispy_forms.utils import render_crispy_form
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from intake import actions
from intake.patient import sessions
from intake.patient.asking import Asking
from intake.patient.sections import section_form
from intake.questions import drawing
from intake.questions.controls import Control
from intake.questions.elements import Page, Problem
from intake.questions.parts import Parts, parts_of
from screening.engine.answers import Answer
from screening.engine.assessment import Settings
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, Option, Question, Section
from screening.engine.reveal import ONE_CODE
from screening.exchange.yaml import load_definition
from tests.intake.patient.conftest import NOW, Patient, open_clinic, publish

CONTENT = Path(__file__).parents[3] / "screening/content/ketamine"
OF_THIS_REQUEST = re.compile(r'(name="(?:csrfmiddlewaretoken|client_id)" value=)"[^"]*"')
CANARY = "Xylophonia-Quetzal"
SMOKES = Question(link_id="smokes", type="yes_no", text={"en": "Do you smoke?", "es": "¿Fuma?"})
ROUTE = Question(
    link_id="route",
    type="choice",
    text={"en": "Which one?"},
    options=(Option(code="spray", text={"en": "Spray"}), Option(code="drip", text={"en": "Drip"})),
)
PUBLISHED = Page(version="a" * 64)
MOST_QUERIES = 6
QUERIES_OF_A_SAVE = 5
"""The response to open the page, the response to write, whether this save was stored before, and two writes."""


@pytest.fixture(autouse=True)
def _nothing_kept():
    drawing.forget()
    yield
    drawing.forget()


def markup(page) -> str:
    return OF_THIS_REQUEST.sub(r"\1", page.html)


def twice(patient, link_id: str) -> tuple[str, str]:
    """A page with every question drawn anew, and from what another visit of it left."""
    patient.open(link_id)
    kept = markup(patient.open(link_id))
    drawing.forget()
    return markup(patient.open(link_id)), kept


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("link_id", ["about", "habits", "numbers", "safety"])
def test_a_page_drawn_from_what_was_kept_is_the_same(patient, link_id: str, language: str) -> None:
    patient.client.cookies["language"] = language

    anew, kept = twice(patient, link_id)
    assert drawing._kept
    assert anew == kept

    patient.fill(link_id, given_name="Ana", smokes="yes", bp__systolic="120", bp__diastolic="80", plan="not_sure")
    anew, kept = twice(patient, link_id)
    assert anew == kept


def test_a_page_with_an_error_is_the_same(patient) -> None:
    page = patient.open("numbers")
    from_kept = patient.fill("numbers", page, sleep="900")
    drawing.forget()
    anew = patient.fill("numbers", page, sleep="900")

    assert from_kept.status_code == anew.status_code == 422
    assert OF_THIS_REQUEST.sub(r"\1", from_kept.content.decode()) == OF_THIS_REQUEST.sub(r"\1", anew.content.decode())


class Starter(Asking):
    """The starter questionnaire with nothing answered."""

    answers: ClassVar[dict[str, Answer]] = {}
    today, settings, country, published = NOW.date(), Settings(), "US", "b" * 64

    def __init__(self, language: str) -> None:
        self.language = language

    @cached_property
    def compiled(self) -> Compiled:
        return compile_definition(load_definition(CONTENT))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_section_of_the_starter_is_the_same(language: str) -> None:
    asking = Starter(language)
    with translation.override(language):
        for section in asking.definition.sections:
            anew = render_crispy_form(section_form(asking, section))
            assert render_crispy_form(section_form(asking, section)) == anew
    assert len(drawing._kept) > 100


@pytest.mark.parametrize("content", ["ketamine", "check_in"])
def test_each_unit_is_read_out_with_its_input(content: str) -> None:
    page = Page(version="b" * 64)
    named = [name for each in load_definition(CONTENT.parent / content).questions() for name in _units(each, page)]

    assert len(named) >= 2
    assert all(f"{name}-unit" in described.split() for name, described in named)


def _units(question: Question, page: Page) -> list[tuple[str, str]]:
    """The inputs of a question that have a unit beside them, each with the ids of what describes it."""
    control = Control(question, question.link_id, page, {}, (Problem("", "Wrong."),))
    html = render_to_string(control.template, {"control": control})
    inputs = {tag["id"]: tag.get("aria-describedby", "") for tag in _inputs(html)}
    return [(name, inputs.get(name, "")) for name in re.findall(r'class="unit" id="([\w-]+)-unit"', html)]


def _inputs(html: str) -> list[dict[str, str]]:
    return [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall("<input[^>]*>", html)]


def answers_of_one_choice(question: Question) -> Iterator[Answer]:
    """Every answer to a yes/no question or a choice, as it is stored."""
    codes = ("yes", "no") if question.type == "yes_no" else tuple(option.code for option in question.options)
    yield from (Answer(state="answered", value=code) for code in codes)
    yield from (Answer(state=state) for state in question.unknowns)


@pytest.mark.parametrize("content", ["ketamine", "check_in"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_each_choice_of_the_content_is_drawn_as_if_nothing_were_kept(content: str, language: str) -> None:
    page = Page(version="b" * 64, language=language)
    questions = [each for each in load_definition(CONTENT.parent / content).questions() if each.type in ONE_CODE]
    with translation.override(language):
        for question in questions:
            for answer in answers_of_one_choice(question):
                control = Control(question, question.link_id, page, parts_of(question, answer))
                kept = drawing.draw(control)
                assert kept == drawing._drawn(control)
                assert kept.count('" checked') == 1

    assert len(questions) > 50
    assert {look.name for look in drawing._kept} == {question.link_id for question in questions}


class TestWhatIsKept:
    def test_it_is_a_question_of_a_published_version_that_nobody_answered(self) -> None:
        drawing.draw(Control(SMOKES, "smokes", PUBLISHED, {}))

        assert [look.name for look in drawing._kept] == ["smokes"]

    @pytest.mark.parametrize("chosen", ["yes", "no", "not_sure", "declined"])
    def test_it_is_one_of_a_few_choices_too(self, chosen: str) -> None:
        markup = drawing.draw(Control(SMOKES, "smokes", PUBLISHED, {"": chosen}))

        assert f'value="{chosen}" checked' in markup
        assert markup.count("checked") == 1

    @pytest.mark.parametrize("parts", [{}, {"": "yes"}, {"": "declined"}])
    def test_it_says_nothing_of_what_was_chosen(self, parts: Parts) -> None:
        """Each choice is there from the first time the question is drawn, so that neither what is kept nor how long a
        page takes tells whether somebody chose it."""
        drawing.draw(Control(SMOKES, "smokes", PUBLISHED, parts))

        (drawings,) = drawing._kept.values()
        assert list(drawings) == ["", "yes", "no", "not_sure", "declined"]

    def test_it_depends_on_nothing_else(self) -> None:
        """What a question is drawn from. Something new that the markup depends on must become a field of `Look`."""
        control, page = ({field.name for field in dataclasses.fields(each)} for each in (Control, Page))

        assert control == {"question", "name", "page", "parts", "problems", "more"}
        assert page == {"language", "country", "vocabularies", "version", "is_shared"}

    @pytest.mark.parametrize(
        "control",
        [
            Control(SMOKES, "smokes", PUBLISHED, {"": ""}),
            Control(SMOKES, "smokes", PUBLISHED, {"": CANARY}),
            Control(SMOKES, "smokes", PUBLISHED, {"": ["yes", "no"]}),
            Control(SMOKES, "smokes", PUBLISHED, {"": ["yes"]}),
            Control(SMOKES, "smokes", PUBLISHED, {"": "yes", "state": "declined"}),
            Control(ROUTE, "route", PUBLISHED, {"": "yes"}),
            Control(msgspec.structs.replace(ROUTE, type="multiple_choice"), "route", PUBLISHED, {"": ["spray"]}),
            Control(msgspec.structs.replace(SMOKES, type="text"), "smokes", PUBLISHED, {"": "yes"}),
            Control(msgspec.structs.replace(SMOKES, type="integer"), "smokes", PUBLISHED, {"": "3"}),
            Control(msgspec.structs.replace(SMOKES, type="date"), "smokes", PUBLISHED, {"day": "3"}),
            Control(SMOKES, "smokes", PUBLISHED, {"": "yes"}, (Problem("", "Select yes or no"),)),
            Control(SMOKES, "smokes", Page(), {"": "yes"}),
            Control(SMOKES, "smokes", PUBLISHED, {}, (Problem("", "Select yes or no"),)),
            Control(SMOKES, "smokes", Page(), {}),
        ],
        ids=[
            "posted empty",
            "a code there is not",
            "posted twice",
            "as a list",
            "with something beside it",
            "a code of another question",
            "of several choices",
            "typed as a code is",
            "a number",
            "a date",
            "answered and in error",
            "answered, of a draft",
            "in error",
            "of a draft",
        ],
    )
    def test_it_is_nothing_else(self, control: Control) -> None:
        drawing.draw(control)

        assert not drawing._kept

    @pytest.mark.parametrize(
        "other",
        [
            Page(version="c" * 64),
            Page(version="a" * 64, language="es"),
            Page(version="a" * 64, country="GB"),
            Page(version="a" * 64, is_shared=True),
        ],
        ids=["version", "language", "country", "shared device"],
    )
    def test_each_look_has_its_own(self, other: Page) -> None:
        drawing.draw(Control(SMOKES, "smokes", PUBLISHED, {}))
        with_other = drawing.draw(Control(SMOKES, "smokes", other, {}))

        assert len(drawing._kept) == 2
        drawing.forget()
        assert drawing.draw(Control(SMOKES, "smokes", other, {})) == with_other

    def test_each_language_of_the_page_has_its_own(self) -> None:
        english = drawing.draw(Control(SMOKES, "smokes", PUBLISHED, {}))
        with translation.override("es"):
            spanish = drawing.draw(Control(SMOKES, "smokes", PUBLISHED, {}))

        assert "Not sure" in english
        assert "Not sure" not in spanish

    def test_it_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drawing, "MOST_KEPT", 3)
        for number in range(10):
            drawing.draw(Control(SMOKES, f"smokes{number}", PUBLISHED, {}))
            assert len(drawing._kept) <= 3


def test_nothing_of_one_patient_reaches_another(begin) -> None:
    typed = {"given_name": CANARY, "phone": f"{CANARY}-1", "email": CANARY, "coffee": f"{CANARY}-2"}
    first, second = begin(Client()), begin(Client())
    for link_id in ("about", "habits", "numbers"):
        refused = first.fill(link_id, **typed)
        assert link_id == "habits" or CANARY in refused.content.decode() + str(first.answers)
        first.open(link_id)

        assert CANARY not in second.open(link_id).html

    kept = "".join(markup for drawings in drawing._kept.values() for markup in drawings.values())
    assert kept
    for private in (CANARY, "csrf", str(first.response.pk), first.code, "base_revision"):
        assert private not in kept


@pytest.mark.parametrize("link_id", ["about", "habits", "numbers", "safety"])
def test_a_page_asks_the_database_little(patient, link_id: str) -> None:
    patient.fill(link_id, given_name="Ana", smokes="yes")

    with CaptureQueriesContext(connection) as asked:
        patient.open(link_id)

    assert len(asked) <= MOST_QUERIES, [query["sql"][:100] for query in asked]


def test_a_save_asks_the_database_little(patient) -> None:
    page = patient.open("habits")

    with CaptureQueriesContext(connection) as asked:
        saved = patient.fill("habits", page, smokes="no")

    assert saved.status_code == 302
    of_records = [query["sql"][:100] for query in asked if "intake_" in query["sql"]]
    assert len(of_records) == QUERIES_OF_A_SAVE, of_records


def test_a_long_questionnaire_asks_it_no_more(db: None) -> None:
    questions = tuple(Question(link_id=f"q{number}", type="yes_no", text={"en": "Well?"}) for number in range(400))
    pages = [Section(link_id=f"page{at}", title={"en": "P"}, questions=questions[at : at + 100]) for at in (0, 100)]
    version = publish(Definition(key="long", title={"en": "Long"}, sections=tuple(pages)))
    started = actions.start(clinic=open_clinic(version), version=version, language="en", now=NOW)
    client = Client()
    session = client.session
    session.update(sessions.contents(started.response))
    session.save()

    with CaptureQueriesContext(connection) as asked:
        page = Patient(client, started.response, started.resume_code).open("page0")

    assert "q99" in page.fields["asked"]
    assert len(asked) <= MOST_QUERIES
