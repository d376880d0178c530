"""Acknowledging an alert: who has seen it writes what they did, and the worklist calms."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from intake import access, actions, records, unsent
from intake.models import Alert

from .forms import AcknowledgeForm
from .views import opened, show


@unsent.keeps_what_was_typed(comes_back=False)
@require_POST
def acknowledge(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """Keep who has seen an alert and what they did. What was typed comes back whenever it was not kept."""
    alert = access.get_alert_or_404(request.user, alert_id)
    form = AcknowledgeForm(alert.pk, request.POST)
    if not form.is_valid():
        return _again(request, alert, {"refused": form}, status=422)
    note = form.cleaned_data["note"]
    try:
        actions.acknowledge_alert(alert_id=alert.pk, by=request.user, note=note, now=timezone.now())
    except actions.AlreadyAcknowledged:
        return _already(request, alert, note)
    except actions.NotPermitted as error:  # the role went away meanwhile: the same as never there
        raise Http404("There is no such alert.") from error
    return _done(request, alert)


def _done(request: HttpRequest, alert: Alert) -> HttpResponse:
    messages.success(request, "Acknowledged. Your note is kept with the alert.", extra_tags="safety")
    return redirect(reverse("clinician:summary", args=[str(alert.response)]) + "#safety-title")


def _already(request: HttpRequest, alert: Alert, note: str) -> HttpResponse:
    """A second click leads on; somebody else's acknowledgement is shown beside the note that was not kept."""
    alert.refresh_from_db()
    if alert.acknowledged_by == request.user and records.read_note(alert) == note:
        return _done(request, alert)
    return _again(request, alert, {"not_kept": note}, status=409)


def _again(request: HttpRequest, alert: Alert, more: dict[str, object], *, status: int) -> HttpResponse:
    response = opened(request, str(alert.response), as_what="summary")
    return show(request, response, status=status, **more)
