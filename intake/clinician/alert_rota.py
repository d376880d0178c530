"""A clinic's alert rota: who is told, when, in which order, and a test message to each."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import access, actions, unsent, vault
from intake.alerts import liveness
from intake.alerts import rota as plans
from intake.alerts.channels import CHANNELS
from intake.models import AlertContact, AlertDelivery, AlertRota, Clinic
from intake.step_up import ask_again, is_fresh

from .rota_forms import ContactForm, RotaForm
from .wording import moment, times

GONE = "This contact was changed or removed by somebody else. Look at the rota as it is now."


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The rota of the clinic that somebody manages, or a choice between several."""
    clinics = list(access.managed_clinics(request.user))
    if not clinics:
        raise Http404("There is no such clinic.")
    if len(clinics) == 1:
        return redirect("clinician:alert_rota", clinics[0].slug)
    return render(request, "clinician/alert_rotas.html", {"clinics": clinics})


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def rota(request: HttpRequest, slug: str) -> HttpResponse:
    """The rota as it is; POST saves reading hours and the times of the ladder."""
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    stored = getattr(clinic, "alert_rota", None)
    if request.method != "POST":
        return _page(request, clinic, RotaForm(unsent.take(request), rota=stored))
    if not is_fresh(request):
        return ask_again(request)
    form = RotaForm(request.POST, rota=stored)
    if not form.is_valid():
        return _page(request, clinic, form, status=422)
    waits = {name: form.cleaned_data[name] for name in ("first_wait_minutes", "second_wait_minutes", "repeat_minutes")}
    try:
        seen = stored or AlertRota(clinic=clinic)
        actions.set_rota(clinic=clinic, hours=form.hours, **waits, by=request.user, now=timezone.now(), seen=seen)
    except actions.ChangedMeanwhile:  # since this request began: it is looked at as if it had come now
        return rota(request, slug)
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    messages.success(request, "Saved. Patients now read these hours on their pages.")
    return redirect("clinician:alert_rota", clinic.slug)


def _page(request: HttpRequest, clinic: Clinic, form: RotaForm, *, status: int = 200, secret: str = "") -> HttpResponse:
    now = timezone.now()
    tests = {each.contact_id: each for each in liveness.latest_tests().filter(clinic=clinic)}
    contacts = [_line(contact, tests.get(contact.pk), clinic) for contact in access.contacts_of(clinic)]
    context = {
        "clinic": clinic,
        "form": form,
        "contacts": contacts,
        "has_hours": hasattr(clinic, "alert_rota"),
        "is_uncovered": not plans.of(clinic).has_on_call(),
        "failed": [_failure(each, clinic) for each in liveness.failed_deliveries([clinic.pk], now=now)],
        "secret": secret,
    }
    return render(request, "clinician/alert_rota.html", context, status=status)


def _line(contact: AlertContact, test: AlertDelivery | None, clinic: Clinic) -> dict[str, object]:
    return {
        "id": contact.pk,
        "name": contact.name,
        "channel": CHANNELS[contact.channel].TITLE,
        "address": vault.open_text(contact.address_sealed, purpose=plans.ADDRESS),
        "step": contact.step,
        "duty": contact.get_duty_display(),
        "test": _test_in_words(test, clinic),
    }


def _test_in_words(test: AlertDelivery | None, clinic: Clinic) -> str:
    if test is None:
        return "No test yet"
    if test.bounced_at:
        return f"Came back on {_local(test.bounced_at, clinic)}"
    if test.delivered_at:
        return f"Delivered on {_local(test.delivered_at, clinic)}"
    if test.failed_at:
        return f"Not delivered, tried {times(test.attempts)}, latest on {_local(test.failed_at, clinic)}"
    return f"On its way since {_local(test.planned_at, clinic)}"


def _failure(delivery: AlertDelivery, clinic: Clinic) -> str:
    what = "An alert" if delivery.alert_id else "A test message"
    how = "came back" if delivery.bounced_at else f"was not delivered (tried {times(delivery.attempts)})"
    return f"{what} to {delivery.name} of {_local(delivery.planned_at, clinic)} {how}."


def _local(at: datetime.datetime, clinic: Clinic) -> str:
    return moment(at.astimezone(ZoneInfo(clinic.timezone)))


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Put somebody on the rota."""
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    if not is_fresh(request):
        return ask_again(request)
    form = ContactForm(unsent.typed_in(request), button="Add to the rota")
    if request.method != "POST" or not form.is_valid():
        return _contact_page(request, clinic, form)
    try:
        added = actions.add_contact(clinic=clinic, **form.cleaned_data, by=request.user, now=timezone.now())
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    return _kept(request, clinic, added, "Added. Send a test message to see that it arrives.")


@unsent.keeps_what_was_typed(comes_back=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, slug: str, contact_id: UUID) -> HttpResponse:
    """Change a contact of the rota."""
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    contact = access.get_contact_or_404(clinic, contact_id)
    if not is_fresh(request):
        return ask_again(request)
    initial = {
        "name": contact.name,
        "channel": contact.channel,
        "address": vault.open_text(contact.address_sealed, purpose=plans.ADDRESS),
        "step": contact.step,
        "duty": contact.duty,
    }
    form = ContactForm(unsent.typed_in(request), initial=initial, button="Save this contact")
    if request.method != "POST" or not form.is_valid():
        return _contact_page(request, clinic, form, contact)
    try:
        changed = actions.change_contact(contact=contact, **form.cleaned_data, by=request.user, now=timezone.now())
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    except actions.NoSuchContact:
        return _gone(request, clinic)
    return _kept(request, clinic, changed, "Saved. Send a test message to see that it arrives.")


def _contact_page(
    request: HttpRequest, clinic: Clinic, form: ContactForm, contact: AlertContact | None = None
) -> HttpResponse:
    context = {"clinic": clinic, "form": form, "contact": contact}
    return render(request, "clinician/alert_contact.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, clinic: Clinic, added: actions.AddedContact, said: str) -> HttpResponse:
    """Back to the rota; a new secret is part of this one page only."""
    messages.success(request, said)
    if not added.secret:
        return redirect("clinician:alert_rota", clinic.slug)
    return _page(request, clinic, RotaForm(rota=getattr(clinic, "alert_rota", None)), secret=added.secret)


@require_POST
def remove(request: HttpRequest, slug: str, contact_id: UUID) -> HttpResponse:
    """Take somebody off the rota."""
    return _act(request, slug, contact_id, actions.remove_contact, "Removed from the rota.")


@require_POST
def test(request: HttpRequest, slug: str, contact_id: UUID) -> HttpResponse:
    """Send a test message through the outbox that alerts use."""
    return _act(request, slug, contact_id, actions.send_test, "A test message is on its way. Look here again shortly.")


def _act(request: HttpRequest, slug: str, contact_id: UUID, action: Callable[..., object], said: str) -> HttpResponse:
    clinic = access.get_managed_clinic_or_404(request.user, slug)
    contact = access.get_contact_or_404(clinic, contact_id)
    if not is_fresh(request):
        return ask_again(request, keeps_post=False, back=reverse("clinician:alert_rota", args=[clinic.slug]))
    try:
        action(contact=contact, by=request.user, now=timezone.now())
    except actions.NotPermitted as error:
        raise Http404("There is no such clinic.") from error
    except actions.NoSuchContact:
        return _gone(request, clinic)
    messages.success(request, said)
    return redirect("clinician:alert_rota", clinic.slug)


def _gone(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    messages.warning(request, GONE)
    return redirect("clinician:alert_rota", clinic.slug)
