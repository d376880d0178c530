"""The list of alerts: which are open and for how long, who was told when and how, and what could not be delivered."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake import access
from intake.alerts import liveness, numbers
from intake.alerts.ages import span
from intake.alerts.channels import CHANNELS
from intake.models import Alert, AlertDelivery
from intake.permissions import Permission

from .alert_lines import KIND_TITLES
from .wording import moment, times

SHOWN = 100
"""Open alerts on the page, the oldest; there are never so many while people answer them."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One open alert. `told` says who was told, when and how, each in a sentence."""

    alert: str
    reference: str
    clinic: str
    kind: str
    raised: str
    age: str
    is_late: bool
    told: tuple[str, ...]
    next: str


@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The open alerts of the clinics where somebody acknowledges them. It reads no answer."""
    clinics = list(access.clinics_of(request.user, Permission.ACKNOWLEDGE).values_list("pk", flat=True))
    if not clinics:
        raise Http404("There is no such page.")
    now = timezone.now()
    waiting = access.alerts_for(request.user).unacknowledged().prefetch_related("deliveries")
    found = list(waiting.order_by("created_at", "pk")[: SHOWN + 1])
    context = {
        "lines": [_line(alert, now) for alert in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "failed": [_failure(each) for each in liveness.failed_deliveries(clinics, now=now)[:SHOWN]],
        "numbers": numbers.count(clinics),
        "shows_clinic": len(clinics) > 1,
    }
    return render(request, "clinician/alerts.html", context)


def _line(alert: Alert, now: datetime.datetime) -> Line:
    clinic = alert.response.clinic
    zone = ZoneInfo(clinic.timezone)
    deliveries = sorted(alert.deliveries.all(), key=lambda each: (each.planned_at, each.name))
    is_overdue = alert.due_at <= now - liveness.LISTED_AFTER
    return Line(
        alert=str(alert.pk),
        reference=str(alert.response),
        clinic=clinic.name,
        kind=KIND_TITLES[Alert.Kind(alert.kind)],
        raised=moment(alert.created_at.astimezone(zone)),
        age=span(now - alert.created_at),
        is_late=alert.sent_at is None and (alert.failed_at is not None or is_overdue),
        told=tuple(_told(each, zone) for each in deliveries),
        next=_next(alert, now, zone),
    )


def _told(delivery: AlertDelivery, zone: ZoneInfo) -> str:
    to = f"{delivery.name} by {_channel(delivery)}"
    if delivery.bounced_at:
        return f"{to}: came back on {moment(delivery.bounced_at.astimezone(zone))}"
    if delivery.delivered_at:
        return f"{to}: delivered on {moment(delivery.delivered_at.astimezone(zone))}"
    since = moment(delivery.planned_at.astimezone(zone))
    return f"{to}: not delivered, tried {times(delivery.attempts)} since {since}"


def _channel(delivery: AlertDelivery) -> str:
    return CHANNELS[delivery.channel].TITLE.lower()


def _next(alert: Alert, now: datetime.datetime, zone: ZoneInfo) -> str:
    """When somebody is told next, unless it is acknowledged before."""
    at = alert.due_at if alert.escalate_at is None else alert.escalate_at
    if at <= now:
        return "as soon as the worker comes to it"
    return moment(at.astimezone(zone))


def _failure(delivery: AlertDelivery) -> str:
    zone = ZoneInfo(delivery.clinic.timezone)
    about = str(delivery.alert.response) if delivery.alert else "Test message"
    return f"{about}: {_told(delivery, zone)}"
