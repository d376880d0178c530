"""What the pages of a review share: who reaches them, how they are drawn, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from intake import access, actions
from intake.actions import opening
from intake.models import QuestionnaireResponse
from intake.permissions import Permission

from .review import ReviewPage, review_page
from .review_forms import ReviewForm
from .views import opened
from .worklist import who

MISSING = "There is no such response."


def found(request: HttpRequest, reference: str, permission: Permission) -> QuestionnaireResponse:
    """A sent response that this person may read and do something with. Raises `Http404`."""
    response = access.get_response_or_404(request.user, reference)
    if not response.is_sent or not access.may(request.user, permission, response.clinic):
        raise Http404(MISSING)
    return response


@contextmanager
def nothing_else_known() -> Iterator[None]:
    """What a person may not do, or what went away meanwhile, is the same as never there."""
    try:
        yield
    except (actions.NotPermitted, actions.NoSuchResponse, actions.NotSent, actions.NoSuchPoint) as error:
        raise Http404(MISSING) from error


def draw(
    request: HttpRequest,
    response: QuestionnaireResponse,
    template: str,
    form: ReviewForm,
    *,
    status: int = 200,
    refused: str = "",
    review: ReviewPage | None = None,
    **context: object,
) -> HttpResponse:
    """A page of a review, with the reading recorded. `refused` says why what was typed is not kept yet."""
    response = opened(request, str(response), as_what=opening.REVIEW)
    shown = {
        "response": response,
        "who": who(response) or str(response),
        "review": review or review_page(response),
        "form": form,
        "refused": refused,
        "has_errors": form.is_bound and not getattr(form, "is_unfinished", False) and bool(form.errors),
    }
    return render(request, f"clinician/{template}.html", {**shown, **context}, status=status)


def done(request: HttpRequest, response: QuestionnaireResponse, message: str) -> HttpResponse:
    """Back to the review on the summary, which says what was done."""
    messages.success(request, message, extra_tags="review")
    return redirect(reverse("clinician:summary", args=[str(response)]) + "#review-title")
