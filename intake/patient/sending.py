"""Check answers, send, and what comes after."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from intake import actions, limits, tablet
from intake.questions.elements import element_id
from intake.questions.words import in_language
from intake.references import grouped
from screening.engine.answers import Answer, display_as_asked
from screening.engine.definition import Question, Section

from . import answering, errors, on_tablet, pace, sessions
from .visit import Visit, draft_view, patient_view, visit_of


@require_safe
@draft_view
def check(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every question that is asked, its answer, and a link to change it."""
    if visit.help_is_due(request):
        return redirect("patient:help")
    return _draw_check(request, visit)


def _draw_check(request: HttpRequest, visit: Visit, *, is_refused: bool = False) -> HttpResponse:
    unfinished = [_page_left(visit, section) for section in visit.unseen()]
    context = {
        **answering.frame(visit),
        "sections": rows_by_section(visit),
        "missing": [_missing(visit, link_id) for link_id in visit.missing()],
        "unfinished": unfinished,
        "is_refused": is_refused,
        "last": reverse("patient:section", args=[visit.sections[-1].link_id]) if visit.sections else "",
    }
    return render(request, "patient/check.html", context, status=422 if is_refused else 200)


def _page_left(visit: Visit, section: Section) -> dict[str, Any]:
    url = reverse("patient:section", args=[section.link_id])
    return {"title": in_language(section.title, visit.language), "url": url}


def rows_by_section(visit: Visit) -> list[dict[str, Any]]:
    """For each section asked, its questions and answers in the patient's words."""
    shown = visit.shown
    return [
        {
            "title": in_language(section.title, visit.language),
            "link_id": section.link_id,
            "rows": [_row(visit, section, question) for question in _one_by_one(section) if question.link_id in shown],
        }
        for section in visit.sections
    ]


def _one_by_one(section: Section) -> list[Question]:
    return [
        item
        for question in section.questions
        for item in (question.items if question.type == "group" and not question.repeats else (question,))
    ]


def _language_of(question: Question, answer: Answer | None, visit: Visit) -> str:
    """The language of an answer that is shown in another than the page's: an option without a translation."""
    is_option = answer is not None and answer.is_known and bool(question.options)
    is_translated = all(option.text.get(visit.language) for option in question.options)
    return visit.definition.languages[0] if is_option and not is_translated else ""


def _row(visit: Visit, section: Section, question: Question) -> dict[str, Any]:
    answer = visit.answers.get(question.link_id)
    return {
        "question": in_language(question.text, visit.language),
        "answer": display_as_asked(question, answer, visit.definition, visit.language),
        "answer_lang": _language_of(question, answer, visit),
        "is_empty": answer is None or not answer.says_something,
        "change": _change(section, question.link_id),
    }


def _change(section: Section, link_id: str) -> str:
    return reverse("patient:section", args=[section.link_id]) + f"?return=check#{element_id(link_id)}-block"


def _missing(visit: Visit, link_id: str) -> dict[str, Any]:
    question = visit.compiled.questions[link_id]
    change = _change(visit.section_of(link_id), link_id)
    return {"question": in_language(question.text, visit.language), "change": change}


@require_POST
@draft_view
def send(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the answers. Repeated, it leads to the same confirmation. Help comes first: another tab may have saved a
    disclosure since this page was drawn."""
    if "visit" not in request.POST:
        return errors.session_ended(request)
    if wait := limits.wait_for(limits.SEND, str(visit.response.pk)):
        return pace.too_fast(request, wait)
    if visit.help_is_due(request):
        request.session[sessions.HELP_NEXT] = reverse("patient:check")
        return redirect("patient:help")
    try:
        actions.submit(response_id=visit.response.pk, now=visit.now)
    except (actions.Unfinished, actions.Incomplete):
        # Drawn from what is stored now: it is what the refusal was about.
        return _draw_check(request, visit_of(request) or visit, is_refused=True)
    request.session[sessions.SENT_HERE] = True
    if tablet.is_on(request) and not _is_help_due_after(request):
        return on_tablet.lock(request, "sent")
    response = redirect("patient:sent")
    response["Clear-Site-Data"] = '"cache"'
    return response


def _is_help_due_after(request: HttpRequest) -> bool:
    """What was left out counts on sending: it may call for help that nobody was shown yet."""
    visit = visit_of(request)
    return visit is not None and visit.help_is_due(request)


@require_safe
@patient_view
def sent(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The confirmation: only once the answers are stored as sent, and after help that nobody was shown yet."""
    if not visit.response.is_sent:
        return answering.to_page(visit.resume_at())
    if visit.help_is_due(request):
        return redirect("patient:help")
    context = {
        **answering.frame(visit),
        "reference": grouped(visit.response.reference),
        "has_copy": _has_copy(request),
        "is_corrected": sessions.CORRECTED_HERE in request.session,
    }
    return render(request, "patient/sent.html", context)


def _has_copy(request: HttpRequest) -> bool:
    """Only the session that sent the answers may read them once more, and not on a device that others use."""
    return sessions.SENT_HERE in request.session and not tablet.is_on(request)


@require_safe
@patient_view
def copy(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The patient's own copy: answers only, and only where `_has_copy` allows it."""
    if not visit.response.is_sent or not _has_copy(request):
        return redirect("patient:sent")
    context = {
        **answering.frame(visit),
        "sections": rows_by_section(visit),
        "reference": grouped(visit.response.reference),
        "sent_at": visit.response.sent_at,
    }
    return render(request, "patient/copy.html", context)
