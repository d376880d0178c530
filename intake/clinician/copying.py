"""The page that gives a copy of everything that is kept about a person, for the person themselves."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import access, actions, unsent
from intake.step_up import fresh_sign_in_required
from intake.subject_access import files

from .forms import PlainForm


class CopyForm(PlainForm):
    """Whether private notes are part of it."""

    submit_label = "Make the copy"

    notes = forms.ChoiceField(
        label="Private notes of clinicians",
        help_text="Notes of psychotherapy that are kept apart may be left out in the United States (45 CFR 164.524). "
        "The copy then says that there are some. Ask who advises you.",
        choices=[("included", "Include them"), ("left_out", "Leave them out")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether private notes are part of the copy."},
    )


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def person_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """What is in the copy, and with POST the copy itself. Somebody who may not read answers meets a missing page."""
    found = access.get_person_or_404(request.user, reference)
    form = CopyForm(unsent.typed_in(request))
    if request.method != "POST" or not form.is_valid():  # what was chosen before signing in anew is shown, not done
        context = {"person": found, "form": form}
        return render(request, "clinician/person_copy.html", context, status=422 if form.errors else 200)
    with_notes = form.cleaned_data["notes"] == "included"
    copy = actions.copy_of(record=found, by=request.user, now=timezone.now(), with_notes=with_notes)
    content = files.zipped(copy, ZoneInfo(found.clinic.timezone))
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="copy-{found}.zip"'
    return answer
