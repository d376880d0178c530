"""Erasing for good, in two steps: which record and why; then what goes, what stays, and the reference once more.

Whoever erases sees no name and no answer, only references and how much there is.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake import access, actions, references, unsent
from intake.erasure import finding, registry
from intake.models import Erasure
from intake.permissions import Permission
from intake.step_up import fresh_sign_in_required

from .forms import PlainForm

ERASE = Permission.ERASE_RECORDS
BY_HAND = [reason for reason in Erasure.Reason if reason != Erasure.Reason.RETENTION]
"""Why somebody erases; what was kept for long enough goes by itself."""


class WhichForm(PlainForm):
    """The record, and why it goes."""

    submit_label = "Show what would be erased"
    kind = forms.ChoiceField(
        label="What to erase",
        choices=Erasure.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what to erase."},
    )
    reference = forms.CharField(
        label="Its reference",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "width-10", "autocomplete": "off"}),
        error_messages={"required": "Enter the reference."},
    )
    reason = forms.ChoiceField(
        label="Why",
        choices=[(reason.value, reason.label) for reason in BY_HAND],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )


class ConfirmForm(PlainForm):
    """The reference once more."""

    submit_label = "Erase for good"
    confirm = forms.CharField(
        label="Enter the reference again",
        max_length=20,
        widget=forms.TextInput(attrs={"class": "width-10", "autocomplete": "off"}),
        error_messages={"required": "Enter the reference of the record again."},
    )


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def erase(request: HttpRequest) -> HttpResponse:
    """Which record, and why. Nothing is erased here."""
    if not access.may_somewhere(request.user, ERASE):
        raise Http404("There is no such page.")
    form = WhichForm(unsent.typed_in(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        record = _record(request, given["kind"], given["reference"])
        if record is not None:
            address = reverse("clinician:erase_record", args=[given["kind"], str(record)])
            return redirect(f"{address}?{urlencode({'reason': given['reason']})}")
        form.add_error("reference", _missing(request, given["kind"], given["reference"]))
    return render(request, "clinician/erase.html", {"form": form}, status=422 if form.errors else 200)


def _record(request: HttpRequest, kind: str, reference: str) -> finding.Record | None:
    return finding.record_named(kind, reference, access.clinics_of(request.user, ERASE))


def _missing(request: HttpRequest, kind: str, reference: str) -> str:
    stone = finding.tombstone_of(kind, reference, access.clinics_of(request.user, ERASE))
    if stone is not None:
        return f"It was erased on {stone.erased_at:%Y-%m-%d}. Nothing is left to erase."
    return "There is no such record at your clinics. Check the reference, and whether it is a response or a person."


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def erase_record(request: HttpRequest, kind: str, reference: str) -> HttpResponse:
    """What goes and what stays; POST with the reference once more erases it."""
    record = _record(request, kind, reference) if kind in Erasure.Kind.values else None
    if record is None:
        raise Http404("There is no such record.")
    reason = request.GET.get("reason", "")
    if reason not in BY_HAND:
        return redirect("clinician:erase")
    form = ConfirmForm(unsent.typed_in(request))
    if request.method == "POST" and form.is_valid():
        if references.normalised(form.cleaned_data["confirm"]) != record.reference:
            form.add_error("confirm", f"This is not the reference of the record, {record}. Nothing was erased.")
        elif refusal := _erased(request, record, reason):
            form.add_error(None, refusal)
        else:
            messages.success(request, f"Erased for good: {Erasure.Kind(kind).label.lower()}, {reference}.")
            return redirect("clinician:erase")
    return _confirm_page(request, record, kind, reason, form)


def _erased(request: HttpRequest, record: finding.Record, reason: str) -> str:
    """Why it was refused; empty when it is erased."""
    try:
        actions.erase(record=record, reason=reason, by=request.user, now=timezone.now())
    except actions.NotPermitted as error:
        raise Http404("There is no such record.") from error
    except actions.Refused as error:
        return str(error)
    return ""


def _confirm_page(
    request: HttpRequest, record: finding.Record, kind: str, reason: str, form: ConfirmForm
) -> HttpResponse:
    scope = actions.scope_of(record)
    context = {
        "record": record,
        "kind": Erasure.Kind(kind).label,
        "reason": Erasure.Reason(reason).label,
        "goes": registry.amounts(scope),
        "references": registry.references_of(scope),
        "refusal": _refusal(scope),
        "form": form,
    }
    return render(request, "clinician/erase_record.html", context, status=422 if form.errors else 200)


def _refusal(scope: registry.Scope) -> str:
    try:
        actions.refuse_to_erase(scope)
    except actions.Refused as error:
        return str(error)
    return ""
