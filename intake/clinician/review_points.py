"""One point of a summary: acknowledge it, or keep what was learned when it was discussed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import actions, reviewing, rules, unsent
from intake.models import QuestionnaireResponse
from intake.permissions import Permission
from screening.engine.definition import Question

from .review import Mark, ReviewPage, key_of, review_page
from .review_answers import page_of, questions_named
from .review_forms import DiscussForm, SeenForm
from .review_pages import MISSING, done, draw, found, nothing_else_known


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def point(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """A point with everything about it. Its two buttons acknowledge it, or keep what was learned."""
    response = found(request, reference, Permission.ACKNOWLEDGE)
    if request.method != "POST":
        return _draw(request, response, token, data=unsent.take(request))
    return (
        _acknowledge(request, response, token) if "acknowledge" in request.POST else _discuss(request, response, token)
    )


def _acknowledge(request: HttpRequest, response: QuestionnaireResponse, token: str) -> HttpResponse:
    form = SeenForm(token, request.POST)
    if not form.is_valid():
        return _draw(request, response, token, data=request.POST, status=422)
    note, now = form.cleaned_data["note"], timezone.now()
    with nothing_else_known():
        try:
            actions.acknowledge_point(response_id=response.pk, point=token, by=request.user, note=note, now=now)
        except actions.AlreadySigned as error:
            return _draw(request, response, token, data=request.POST, status=409, refused=str(error))
    return done(request, response, "Acknowledged.")


def _discuss(request: HttpRequest, response: QuestionnaireResponse, token: str) -> HttpResponse:
    form = _form(response, reviewing.review_of(response), token, request.POST)
    if form.is_unfinished or not form.is_valid():
        return _draw(request, response, token, data=request.POST, status=200 if form.is_unfinished else 422)
    with nothing_else_known():
        try:
            actions.discuss_point(
                response_id=response.pk,
                point=token,
                by=request.user,
                learned=form.words,
                answers=form.answers,
                how=form.how,
                now=timezone.now(),
            )
        except (actions.AlreadySigned, actions.TextMissing) as error:
            status = 409 if isinstance(error, actions.AlreadySigned) else 422
            return _draw(request, response, token, data=request.POST, status=status, refused=str(error))
    return done(request, response, "Kept in your name.")


def _draw(
    request: HttpRequest,
    response: QuestionnaireResponse,
    token: str,
    *,
    data: Any = None,
    status: int = 200,
    refused: str = "",
) -> HttpResponse:
    stored = reviewing.review_of(response)
    review = review_page(response, review=stored)
    mark, shown = _point(review, token)
    is_seen = data is not None and "acknowledge" in data
    form = _form(response, stored, token, None if is_seen else data)
    context: dict[str, Any] = {
        "mark": mark,
        "point": shown,
        "seen": SeenForm(token, data if is_seen else None),
        "is_asking": bool(form.asked),
    }
    return draw(request, response, "review_point", form, review=review, status=status, refused=refused, **context)


def _point(review: ReviewPage, token: str) -> tuple[Mark, Any]:
    """The point of a token as the face sheet draws it. Raises `Http404`."""
    for shown in review.points:
        mark = review.marks[key_of(shown)]
        if mark.token == token:
            return mark, shown
    raise Http404(MISSING)


def _form(response: QuestionnaireResponse, stored: reviewing.Review, token: str, data: Any) -> DiscussForm:
    on = rules.day_at(response.clinic, timezone.now())
    more = (data or {}).get("add", "")
    return DiscussForm(_questions(response, stored, token), page_of(response), on=on, data=data, more=more)


def _questions(response: QuestionnaireResponse, stored: reviewing.Review, token: str) -> list[Question]:
    """The questions that would settle an open point, by every answer known now."""
    for assessment in (stored.with_later, stored.own):
        for flag in assessment.unresolved:
            key = f"open {flag.flag} {flag.severity}"
            if reviewing.token_of(response, key) == token:
                return questions_named(response, flag.questions)
    return []
