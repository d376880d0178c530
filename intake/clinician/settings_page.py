"""A clinic's own settings: how patients reach it, languages, label profile, times, and the crisis contacts."""

from __future__ import annotations

import datetime
import math
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake import access, actions, audit_reading, retention, unsent
from intake.models import Clinic
from intake.step_up import ask_again, is_fresh

from .crisis_page import in_words
from .drawn import DrawnForm
from .wording import LANGUAGE_NAMES, PROFILE_NAMES, moment

PLAIN = (
    "name",
    "phone",
    "email",
    "alert_email",
    "timezone",
    "profile",
    "draft_alert_minutes",
    "retention_days",
    "shows_changed_answers",
)
"""Fields of the form that are fields of the clinic as they are."""


class ClinicForm(DrawnForm):
    """What an administrator changes. The action refuses what the clinic's own rules refuse."""

    name = forms.CharField(label="Name", max_length=200, help_text="As patients know it.")
    phone = forms.CharField(label="Phone", max_length=32, required=False, help_text="Shown on patients’ pages.")
    email = forms.EmailField(label="E-mail", required=False, help_text="Shown on patients’ pages.")
    alert_email = forms.EmailField(label="E-mail for alerts", help_text="Only for staff; patients never see it.")
    timezone = forms.CharField(label="Time zone", max_length=64, help_text="Such as America/New_York.")
    languages = forms.MultipleChoiceField(
        label="Languages offered to patients",
        choices=list(LANGUAGE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one language."},
    )
    profile = forms.ChoiceField(
        label="Label profile", choices=list(PROFILE_NAMES.items()), help_text="Counts for questionnaires begun later."
    )
    expectation_en = forms.CharField(
        label="Who reads the answers and when (English)", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    expectation_es = forms.CharField(
        label="Who reads the answers and when (Spanish)", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    draft_alert_minutes = forms.IntegerField(
        label="Minutes until staff are told about a draft that was left", min_value=1, max_value=1440
    )
    retention_days = forms.IntegerField(
        label="Days that sent answers are kept", required=False, min_value=1, max_value=36_500,
        help_text="Empty: until somebody erases them.",
    )  # fmt: skip
    parameters = forms.CharField(
        label="Own values of named parameters",
        required=False,
        help_text="One a line, such as bp_high_systolic = 155. They count for questionnaires begun later.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shows_changed_answers = forms.BooleanField(
        label="Clinicians see answers that were changed before sending. Patients are told.", required=False
    )

    def clean_parameters(self) -> dict[str, float]:
        found = {}
        for line in self.cleaned_data["parameters"].splitlines():
            name, _, value = (part.strip() for part in line.partition("="))
            try:
                found |= {name: finite(value)} if line.strip() else {}
            except ValueError as error:
                raise ValidationError(f"“{line.strip()[:60]}” is not a name, an equals sign and a number.") from error
        return found

    @property
    def changes(self) -> dict[str, Any]:
        """The clinic's fields as they should be."""
        given = self.cleaned_data
        expectation = {language: given[f"expectation_{language}"].strip() for language in ("en", "es")}
        return {name: given[name] for name in PLAIN} | {
            "languages": given["languages"],
            "parameters": given["parameters"],
            "expectation": {language: text for language, text in expectation.items() if text},
        }


def finite(written: str) -> float:
    """A number that compares with others: a threshold of "nan" would never be reached. Raises `ValueError`."""
    if not math.isfinite(number := float(written)):
        raise ValueError(written)
    return number


def _form(clinic: Clinic, data: Any) -> ClinicForm:
    lines = [f"{name} = {str(value).removesuffix('.0')}" for name, value in clinic.parameters.items()]
    texts = {f"expectation_{language}": clinic.expectation.get(language, "") for language in ("en", "es")}
    plain = {name: getattr(clinic, name) for name in PLAIN}
    stored = {**plain, **texts, "languages": clinic.languages, "parameters": "\n".join(lines)}
    return ClinicForm(data, stored=stored, changed_by=partial(_changed_by, clinic))


def _changed_by(clinic: Clinic, name: str) -> str:
    field = "expectation" if name.startswith("expectation_") else name
    return audit_reading.who_did("clinic.changed", clinic, field=field)


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """To the clinic that somebody manages; with several, to the first, whose page leads to the others."""
    clinic = access.managed_clinics(request.user).order_by("name").first()
    if clinic is None:
        raise Http404("There is no such clinic.")
    return redirect("clinician:clinic", clinic.slug)


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def clinic(request: HttpRequest, slug: str) -> HttpResponse:
    """The settings as they are; POST saves them. A shorter time to keep answers is shown and confirmed first."""
    found, now = access.get_managed_clinic_or_404(request.user, slug), timezone.now()
    if request.method != "POST":
        return _page(request, found, _form(found, unsent.take(request)))
    form = _form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    is_shorter = retention.is_shortened(found, to=form.changes["retention_days"], now=now)
    if (is_shorter or form.changes["alert_email"] != found.alert_email) and not is_fresh(request):
        return ask_again(request)
    if is_shorter and request.POST.get("confirmed") != str(form.changes["retention_days"]):
        return _retention_page(request, found, form, now)
    return _saved(request, found, form, now)


def _saved(request: HttpRequest, found: Clinic, form: ClinicForm, now: datetime.datetime) -> HttpResponse:
    try:
        actions.change_clinic(clinic=found, changes=form.changes, by=request.user, now=now, seen=found)
    except ValidationError as error:
        for field, problems in error.message_dict.items():
            form.add_error(field if field in form.fields else None, problems)
        return _page(request, found, form)
    except actions.ChangedMeanwhile:  # since this request began: it is looked at as if it had come now
        return clinic(request, found.slug)
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    messages.success(request, "Saved.")
    return redirect("clinician:clinic", found.slug)


def _retention_page(request: HttpRequest, found: Clinic, form: ClinicForm, now: datetime.datetime) -> HttpResponse:
    """How many responses a shorter time erases, and when, before it is saved."""
    days, counts_at = form.changes["retention_days"], now + retention.SHORTER_COUNTS_AFTER
    context = {
        "clinic": found,
        "form": form,
        "days": days,
        "kept_for": retention.days_kept(found, now=now),
        "counts": _moment(counts_at, found),
        "goes": retention.sent_before(found, days, at=counts_at).count(),
        "all": retention.sent_before(found, 0, at=now).count(),
    }
    return render(request, "clinician/clinic_retention.html", context)


def _moment(at: datetime.datetime, clinic: Clinic) -> str:
    return moment(at.astimezone(ZoneInfo(clinic.timezone)))


def _page(request: HttpRequest, found: Clinic, form: ClinicForm) -> HttpResponse:
    context = {
        "clinic": found,
        "clinics": access.managed_clinics(request.user).order_by("name"),
        "form": form,
        "contacts": [in_words(each) for each in found.crisis_contacts],
        "put_off": _put_off(found, timezone.now()),
    }
    return render(request, "clinician/clinic.html", context, status=422 if form.errors else 200)


def _put_off(clinic: Clinic, now: datetime.datetime) -> str:
    """What is said while a shorter time to keep answers does not count yet; empty once it does."""
    if clinic.retention_counts_at is None or clinic.retention_counts_at <= now:
        return ""
    before = f"{clinic.retention_before} days" if clinic.retention_before else "until somebody erases them"
    return f"Until {_moment(clinic.retention_counts_at, clinic)} sent answers are kept as before: {before}."
