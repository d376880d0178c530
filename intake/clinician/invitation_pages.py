"""Beside the invitations: the clinic's start page and poster, a new code for a lost one, and how e-mails are sent."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake import access, actions, crisis_contacts, readiness, unsent
from intake.models import Clinic
from intake.permissions import Permission

from .invitation_forms import LostCodeForm, MailForm
from .invitations import chosen_clinic, clinics_to_invite_to
from .wording import LANGUAGE_NAMES

NO_DRAFT = "There is no unfinished questionnaire with this reference at your clinics."


@require_safe
def start_page(request: HttpRequest) -> HttpResponse:
    """The address where anybody may start, with its QR code, and a poster in one of the clinic's languages."""
    clinics = clinics_to_invite_to(request)
    clinic = chosen_clinic(clinics, request.GET.get("clinic", ""))
    language = request.GET.get("language") or clinic.languages[0]
    if language not in clinic.languages:
        raise Http404("There is no poster in this language.")
    context = {
        "clinic": clinic,
        "clinics": clinics,
        "language": language,
        "languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in clinic.languages],
        "url": settings.SITE_ORIGIN + reverse("patient:start", args=[clinic.slug]),
        "is_open": readiness.is_ready(clinic) and access.current_version(clinic.questionnaire) is not None,
        "emergency": crisis_contacts.emergency_number(clinic.crisis_contacts),
    }
    return render(request, "clinician/start_page.html", context)


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def lost_code(request: HttpRequest) -> HttpResponse:
    """A new code for somebody who lost theirs. It is shown once, to be told to the person."""
    clinics_to_invite_to(request)
    form = LostCodeForm(unsent.typed_in(request))
    if request.method != "POST":
        return render(request, "clinician/lost_code.html", {"form": form})
    if form.is_valid():
        try:
            reference = form.cleaned_data["reference"]
            response = access.get_draft_or_404(request.user, reference)
            code = actions.issue_resume_code(response_id=response.pk, by=request.user, now=timezone.now())
            return render(request, "clinician/new_code.html", {"code": code, "reference": str(response)})
        except (Http404, actions.Refused):  # another clinic's, a sent one and none at all answer alike
            form.add_error("reference", NO_DRAFT)
    return render(request, "clinician/lost_code.html", {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: HttpRequest) -> HttpResponse:
    """How often people are reminded, and whether e-mails name the clinic. For those who manage the clinic."""
    managed = access.clinics_of(request.user, Permission.MANAGE_CLINIC)
    clinics = [clinic for clinic in clinics_to_invite_to(request) if managed.filter(pk=clinic.pk).exists()]
    if not clinics:
        raise Http404("There are no settings here.")
    given = request.POST if request.method == "POST" else request.GET
    clinic = chosen_clinic(clinics, given.get("clinic", ""))
    form = MailForm(clinic, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _mail_page(request, form, clinic, clinics, status=422 if form.is_bound else 200)
    try:
        actions.set_invitation_mail(
            clinic=clinic,
            by=request.user,
            now=timezone.now(),
            reminder_limit=int(form.cleaned_data["reminder_limit"]),
            mail_names_clinic=form.cleaned_data["mail_names_clinic"],
            seen=clinic,
        )
    except actions.ChangedMeanwhile:  # since this request began: it is looked at as if it had come now
        return mail_settings(request)
    except actions.NotPermitted as error:  # the role went away meanwhile
        raise Http404("There are no settings here.") from error
    messages.success(request, "Saved. Invitations made from now on follow this.")
    return redirect(f"{reverse('clinician:invitation_mail')}?clinic={clinic.slug}")


def _mail_page(
    request: HttpRequest, form: MailForm, clinic: Clinic, clinics: list[Clinic], status: int
) -> HttpResponse:
    context = {"form": form, "clinic": clinic, "clinics": clinics}
    return render(request, "clinician/invitation_mail.html", context, status=status)
