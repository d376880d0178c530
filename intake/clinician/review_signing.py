"""Deciding and signing; a second signature; an addendum. Each asks who one is when the sign-in is not fresh."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import actions, reviewing, unsent
from intake.models import QuestionnaireResponse
from intake.permissions import Permission
from intake.step_up import fresh_sign_in_required

from .corrections import CorrectionLine, shown_to_signers
from .review import reading_of, review_page
from .review_forms import AddendumForm, CosignForm, DecisionForm
from .review_pages import done, draw, found, nothing_else_known

BOTH = ["GET", "HEAD", "POST"]


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(BOTH)
@fresh_sign_in_required
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    """Decide and sign. The signer is whoever is signed in, whatever is posted."""
    response = found(request, reference, Permission.SIGN_OFF)
    if request.method != "POST":
        return _draw_decision(request, response, unsent.take(request))
    form = DecisionForm(response.clinic.dispositions, request.POST)
    if not form.is_valid():
        return _draw_decision(request, response, request.POST, status=422)
    decision = {name: form.cleaned_data[name] for name in ("content", "disposition", "rationale")}
    with nothing_else_known():
        try:
            actions.sign_off(response_id=response.pk, by=request.user, now=timezone.now(), **decision)
        except actions.AlreadySigned as error:
            return _signed_before(request, response, decision, str(error))
        except (actions.ContentChanged, actions.NotReady) as error:
            return _draw_decision(request, response, request.POST, status=409, refused=str(error))
    return done(request, response, "Signed.")


def _signed_before(
    request: HttpRequest, response: QuestionnaireResponse, decision: dict[str, str], why: str
) -> HttpResponse:
    """A second click leads on; a colleague's signature is shown beside what was typed."""
    current = reviewing.review_of(response).current
    is_own = current is not None and current.by == request.user
    if is_own and current and current.decision.rationale == decision["rationale"].strip():
        return done(request, response, "Signed.")
    return _draw_decision(request, response, request.POST, status=409, refused=why)


def _draw_decision(
    request: HttpRequest, response: QuestionnaireResponse, data: Any, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    stored = reviewing.review_of(response)
    form = DecisionForm(response.clinic.dispositions, _on_what_is_shown(data, stored.content))
    form.fields["content"].initial = stored.content
    review = review_page(response, review=stored)
    more = {"content": stored.content, "corrections": _corrections(response, stored)}
    return draw(request, response, "review_sign", form, review=review, status=status, refused=refused, **more)


def _on_what_is_shown(data: Any, content: str) -> Any:
    """What was typed, for the content that this page shows: what arrived meanwhile is on it."""
    if data is None:
        return None
    data = data.copy()
    data["content"] = content
    return data


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(BOTH)
@fresh_sign_in_required
def cosign(request: HttpRequest, reference: str) -> HttpResponse:
    """Sign a colleague's decision as well."""
    response = found(request, reference, Permission.SIGN_OFF)
    if request.method != "POST":
        return _draw_cosign(request, response, unsent.take(request))
    form = CosignForm(request.POST)
    if not form.is_valid():
        return _draw_cosign(request, response, request.POST, status=422)
    given = {"content": form.cleaned_data["content"], "note": form.cleaned_data["text"]}
    with nothing_else_known():
        try:
            actions.cosign(response_id=response.pk, by=request.user, now=timezone.now(), **given)
        except (actions.NotSigned, actions.ContentChanged, actions.OwnSignature, actions.AlreadySigned) as error:
            return _draw_cosign(request, response, request.POST, status=409, refused=str(error))
    return done(request, response, "Signed as well.")


def _draw_cosign(
    request: HttpRequest, response: QuestionnaireResponse, data: Any, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    stored = reviewing.review_of(response)
    form = CosignForm(_on_what_is_shown(data, stored.content))
    form.fields["content"].initial = stored.content
    review = review_page(response, review=stored)
    more = {"corrections": _corrections(response, stored)}
    return draw(request, response, "review_cosign", form, review=review, status=status, refused=refused, **more)


def _corrections(response: QuestionnaireResponse, stored: reviewing.Review) -> tuple[CorrectionLine, ...]:
    return shown_to_signers(response, reading_of(response, stored.patient_answers))


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(BOTH)
@fresh_sign_in_required
def addendum(request: HttpRequest, reference: str) -> HttpResponse:
    """Add to what was signed."""
    response = found(request, reference, Permission.SIGN_OFF)
    if request.method != "POST":
        return draw(request, response, "review_addendum", AddendumForm(unsent.take(request)))
    form = AddendumForm(request.POST)
    if not form.is_valid():
        return draw(request, response, "review_addendum", form, status=422)
    with nothing_else_known():
        try:
            text = form.cleaned_data["text"]
            actions.add_addendum(response_id=response.pk, text=text, by=request.user, now=timezone.now())
        except actions.NotSigned as error:
            return draw(request, response, "review_addendum", form, status=409, refused=str(error))
    return done(request, response, "The addendum is signed.")
