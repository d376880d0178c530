"""A clinic's list of decisions, kept by those who manage the clinic."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake import access, actions, audit_reading, unsent
from intake.models import Clinic

from .drawn import DrawnForm
from .forms import PlainForm


class DispositionsForm(DrawnForm, PlainForm):
    """One decision a line, in the order to be shown."""

    submit_label = "Save the list"

    dispositions = forms.CharField(
        label="Decisions, one a line",
        help_text="Clinicians see them in this order. None is chosen for them.",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=4000,
        error_messages={"required": "Name at least two decisions."},
    )


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The list of the clinic that somebody manages, or a choice between several."""
    clinics = list(access.managed_clinics(request.user))
    if not clinics:
        raise Http404("There is no such clinic.")
    if len(clinics) == 1:
        return redirect("clinician:dispositions", clinics[0].slug)
    return render(request, "clinician/dispositions_choose.html", {"clinics": clinics})


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def dispositions(request: HttpRequest, slug: str) -> HttpResponse:
    """The list as it is; POST replaces it."""
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    form = _form(clinic, unsent.typed_in(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "clinician/dispositions.html", {"clinic": clinic, "form": form}, status=_status(form))
    try:
        wanted = form.cleaned_data["dispositions"].splitlines()
        actions.set_dispositions(
            clinic=clinic, dispositions=wanted, by=request.user, now=timezone.now(), seen=clinic.dispositions
        )
    except ValidationError as error:
        form.add_error("dispositions", error.message_dict["dispositions"])
        return render(request, "clinician/dispositions.html", {"clinic": clinic, "form": form}, status=422)
    except actions.ChangedMeanwhile:  # since this request began: it is looked at as if it had come now
        return dispositions(request, slug)
    except actions.NotPermitted as error:  # the role went away meanwhile: the same as never there
        raise Http404("There is no such clinic.") from error
    messages.success(request, "Saved. What was signed before keeps its words.")
    return redirect("clinician:dispositions", clinic.slug)


def _form(clinic: Clinic, data: QueryDict | None) -> DispositionsForm:
    stored = {"dispositions": "\n".join(clinic.dispositions)}
    return DispositionsForm(
        data, stored=stored, changed_by=lambda _: audit_reading.who_did("clinic.dispositions_changed", clinic)
    )


def _status(form: DispositionsForm) -> int:
    return 422 if form.errors else 200
