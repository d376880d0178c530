"""Entering answers in a patient's stead: asked in person, measured here, or on record. The patient's own stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import actions, reviewing, rules, unsent
from intake.models import QuestionnaireResponse
from intake.permissions import Permission
from intake.questions.elements import Page
from screening.engine import journey
from screening.engine.definition import Question, Section

from .review import reading_of, review_page
from .review_forms import AnswersForm
from .review_pages import MISSING, done, draw, found, nothing_else_known
from .wording import LANGUAGE, Reading, said, words


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One section to choose from: its number in addresses, its title, and how many of its questions are open."""

    number: int
    title: str
    open: int
    is_chosen: bool


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, reference: str, number: int = 0) -> HttpResponse:
    """The questions of one section, each with what the patient said. Only what is filled in is kept."""
    response = found(request, reference, Permission.ENTER_ANSWERS)
    if number == 0:
        return redirect("clinician:enter_answers", reference=str(response), number=_first(response))
    if request.method != "POST":
        return _draw(request, response, number, data=unsent.take(request))
    form = _form(response, number, request.POST)
    if form.is_unfinished or not form.is_valid():
        return _draw(request, response, number, data=request.POST, status=200 if form.is_unfinished else 422)
    return _keep(request, response, number, form)


def _keep(request: HttpRequest, response: QuestionnaireResponse, number: int, form: AnswersForm) -> HttpResponse:
    with nothing_else_known():
        try:
            actions.enter_answers(
                response_id=response.pk,
                answers=form.answers,
                how=form.how,
                by=request.user,
                note=form.words,
                now=timezone.now(),
            )
        except actions.NothingEntered as error:
            return _draw(request, response, number, data=request.POST, status=422, refused=str(error))
    return done(request, response, "Kept in your name, beside the patient’s own answers.")


def _draw(
    request: HttpRequest,
    response: QuestionnaireResponse,
    number: int,
    *,
    data: Any = None,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    stored = reviewing.review_of(response)
    reading = reading_of(response, stored.answers)
    form = _form(response, number, data, reading)
    own = reading_of(response, stored.patient_answers)
    context = {
        "heading": words(_section(reading, number).title),
        "asked": [(form[name], _now(question, own, stored)) for name, question in form.asked.items()],
        "parts": _parts(reading, number),
        "action": reverse("clinician:enter_answers", args=[str(response), number]),
    }
    review = review_page(response, review=stored)
    return draw(request, response, "review_answers", form, review=review, status=status, refused=refused, **context)


def _now(question: Question, own: Reading, stored: reviewing.Review) -> dict[str, str]:
    """What the patient said to a question, and what staff entered since."""
    entered = stored.staff_answers.get(question.link_id)
    return {
        "patient": said(question, own.answers.get(question.link_id), own.definition),
        "staff": said(question, entered[0], own.definition) if entered else "",
        "by": entered[1].by.name if entered else "",
    }


# --- which questions ---


def page_of(response: QuestionnaireResponse) -> Page:
    """What the controls of a page share. Staff read and ask in English."""
    definition = rules.compiled_of(response).definition
    vocabularies = {vocabulary.key: vocabulary for vocabulary in definition.vocabularies}
    return Page(LANGUAGE, response.clinic.country, vocabularies)


def questions_named(response: QuestionnaireResponse, names: Iterable[str]) -> list[Question]:
    """The questions with these names that a version has and that can be asked in person."""
    questions = rules.compiled_of(response).questions
    return [questions[name] for name in names if name in questions and questions[name].type != "acknowledgement"]


def _form(response: QuestionnaireResponse, number: int, data: Any, reading: Reading | None = None) -> AnswersForm:
    reading = reading or reading_of(response, reviewing.review_of(response).answers)
    on = rules.day_at(response.clinic, timezone.now())
    questions = questions_named(response, _asked(reading, _section(reading, number)))
    return AnswersForm(questions, page_of(response), on=on, data=data, more=(data or {}).get("add", ""))


def _section(reading: Reading, number: int) -> Section:
    """A section by its number in addresses, from 1: its name would tell what it is about. Raises `Http404`."""
    sections = reading.definition.sections
    if not 1 <= number <= len(sections):
        raise Http404(MISSING)
    return sections[number - 1]


def _asked(reading: Reading, section: Section) -> list[str]:
    """The questions of a section that are asked with every answer known now."""
    asked = journey.answerable(reading.compiled, section, reading.answers, reading.as_of, reading.settings)
    return [question.link_id for question in asked]


def _parts(reading: Reading, chosen: int) -> list[Part]:
    return [
        Part(
            number=number,
            title=words(section.title),
            open=_open(reading, section),
            is_chosen=number == chosen,
        )
        for number, section in enumerate(reading.definition.sections, start=1)
        if _asked(reading, section)
    ]


def _open(reading: Reading, section: Section) -> int:
    found = (reading.answers.get(name) for name in _asked(reading, section))
    return sum(answer is None or not answer.is_known for answer in found)


def _first(response: QuestionnaireResponse) -> int:
    """The first section with an open question, or the first of all."""
    reading = reading_of(response, reviewing.review_of(response).answers)
    parts = _parts(reading, 0)
    return next((part.number for part in parts if part.open), parts[0].number if parts else 1)
