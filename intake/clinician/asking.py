"""Asking the patient again: staff choose which missing answers, and a link opens only those questions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import actions, invitees, records, reviewing, unsent
from intake.invitees import Details
from intake.models import QuestionnaireResponse
from intake.permissions import Permission
from intake.reviewing import Review
from screening.engine.definition import Question

from .invitation_forms import HowForm
from .invitations import made
from .review import reading_of
from .review_pages import found, nothing_else_known
from .views import opened
from .wording import Reading, label, said, words
from .worklist import who

SETTLES = "These would settle what could not be ruled out"
Part = tuple[str, list[tuple[str, str]]]
"""A heading, and under it questions to choose: the link_id, and the question with its present answer."""


class AskForm(HowForm):
    """Which questions, and how the link reaches the patient. `key` becomes the invitation's id."""

    button = "Make the link"
    key = forms.UUIDField(widget=forms.HiddenInput)
    questions = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one question.",
            "invalid_choice": "One of these questions has an answer by now. Choose again.",
        },
    )
    email = forms.CharField(
        label="E-mail address of the patient",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Needed to send the link or reminders. The e-mail names no question and no answer.",
    )
    field_order = ("key", "questions", "how", "email", "remind")

    def __init__(self, offered: Iterable[Part], email: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4(), "email": email})
        self.offered = list(offered)
        self.fields["questions"].choices = self.offered

    @property
    def parts(self) -> list[tuple[str, list[Any]]]:
        """Each heading with the boxes under it."""
        boxes = iter(self["questions"])
        return [(title, [next(boxes) for _ in choices]) for title, choices in self.offered]


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose questions without an answer. The link is mailed, or shown once."""
    response = found(request, reference, Permission.ENTER_ANSWERS)
    review = reviewing.review_of(response)
    form = AskForm(_parts(review), _email_of(response), unsent.typed_in(request))
    if request.method != "POST":
        return _draw(request, response, form)
    if not form.is_valid():
        return _draw(request, response, form, status=422)
    with nothing_else_known():
        return _ask(request, response, form)


def _ask(request: HttpRequest, response: QuestionnaireResponse, form: AskForm) -> HttpResponse:
    try:
        invited = actions.ask_again(
            response_id=response.pk,
            questions=form.cleaned_data["questions"],
            by=request.user,
            now=timezone.now(),
            details=Details(name=who(response), email=form.cleaned_data["email"]),
            send=form.sends,
            remind=form.cleaned_data["remind"],
            invitation_id=form.cleaned_data["key"],
        )
    except ValidationError as error:
        form.refuse(error)
    except actions.AlreadyAsked as waiting:
        return _draw(request, response, form, status=409, waiting=str(waiting.invitation_id))
    except (actions.NotPermitted, actions.NoSuchResponse, actions.NotSent):
        raise
    except actions.AlreadyInvited:
        return redirect("clinician:invitation", form.cleaned_data["key"])
    except actions.Refused as refused:
        form.add_error(None, str(refused))
    else:
        return made(request, invited, "The link is sent by e-mail in a moment. It opens only the questions you chose.")
    return _draw(request, response, form, status=422)


def _draw(
    request: HttpRequest, response: QuestionnaireResponse, form: AskForm, *, status: int = 200, waiting: str = ""
) -> HttpResponse:
    context = {
        "response": opened(request, str(response), as_what="review"),
        "who": who(response) or str(response),
        "form": form,
        "has_errors": form.is_bound and bool(form.errors),
        "waiting": waiting,
        "action": reverse("clinician:ask_again", args=[str(response)]),
    }
    return render(request, "clinician/review_ask.html", context, status=status)


def _email_of(response: QuestionnaireResponse) -> str:
    """Where the first link went, or the address that the patient wrote down."""
    invited = invitees.details_of(response.invitation).email if response.invitation else ""
    return invited or (records.read_identity(response.person).get("email", "") if response.person else "")


def _parts(review: Review) -> list[Part]:
    """The missing answers: first those that would settle something, then all others by section."""
    reading = reading_of(review.response, review.answers)
    missing = set(review.missing)
    settling = [name for flag in review.with_later.unresolved for name in flag.questions if name in missing]
    first = list(dict.fromkeys(settling))
    parts = [(SETTLES, [_choice(reading.compiled.questions[name], reading) for name in first])]
    for section in reading.definition.sections:
        flat = [one for question in section.questions for one in (question, *question.items)]
        left = [one for one in flat if one.link_id in missing and one.link_id not in first]
        parts.append((words(section.title), [_choice(question, reading) for question in left]))
    return [part for part in parts if part[1]]


def _choice(question: Question, reading: Reading) -> tuple[str, str]:
    now = said(question, reading.answers.get(question.link_id), reading.definition)
    return question.link_id, f"{label(question)}: {now}"
