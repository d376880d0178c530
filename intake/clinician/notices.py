"""One's own settings: how to hear of new submissions."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import access, actions
from intake.models import NoticeChoice
from intake.permissions import Permission


class NoticeForm(forms.Form):
    """How often a person is told."""

    choice = forms.ChoiceField(
        label="Tell me by e-mail of new questionnaires",
        choices=[
            (NoticeChoice.Choice.AT_ONCE, "At once, each time one is sent"),
            (NoticeChoice.Choice.DAILY, "Once a day, at 8 in the morning"),
            (NoticeChoice.Choice.NONE, "Not at all"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how often you are told.", "invalid_choice": "Choose one of the answers."},
    )

    def __init__(self, data: Any = None, *, chosen: str) -> None:
        super().__init__(data, initial={"choice": chosen})
        self.helper = FormHelper()
        self.helper.add_input(Submit("save", "Save"))


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """The choice of the person who is signed in, and nobody else's."""
    if not access.may_somewhere(request.user, Permission.SEE_WHO_HAS_SENT):
        raise Http404("There is no such page.")
    stored = getattr(request.user, "notice_choice", None)
    chosen = stored.choice if stored else NoticeChoice.Choice.NONE
    form = NoticeForm(request.POST if request.method == "POST" else None, chosen=chosen)
    if request.method == "POST" and form.is_valid():
        choice = NoticeChoice.Choice(form.cleaned_data["choice"])
        try:
            actions.choose_notices(user=request.user, choice=choice, now=timezone.now())
        except actions.NotPermitted as error:  # the role went away meanwhile
            raise Http404("There is no such page.") from error
        messages.success(request, "Saved.")
        return redirect("clinician:notices")
    return render(request, "clinician/notices.html", {"form": form}, status=422 if form.errors else 200)
