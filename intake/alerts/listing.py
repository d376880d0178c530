"""Alerts as rows for operators: ids, times and counts; nothing about the person or the reason."""

from __future__ import annotations

import datetime

from intake.models import Alert, AlertDelivery
from intake.references import grouped


def as_row(alert: Alert) -> dict[str, object]:
    """One alert for a listing, with every message it caused."""
    state = "sent" if alert.sent_at else "failed" if alert.failed_at else "waiting"
    deliveries = sorted(alert.deliveries.all(), key=lambda each: (each.rung, each.planned_at, str(each.pk)))
    return {
        "id": str(alert.pk),
        "response": grouped(alert.response.reference),
        "clinic": alert.response.clinic.slug,
        "state": state,
        "step": alert.rung,
        "attempts": sum(each.attempts for each in deliveries),
        "created_at": _iso(alert.created_at),
        "due_at": _iso(alert.due_at),
        "sent_at": _iso(alert.sent_at),
        "failed_at": _iso(alert.failed_at),
        "escalate_at": None if alert.acknowledged_at else _iso(alert.escalate_at),
        "acknowledged_at": _iso(alert.acknowledged_at),
        "deliveries": [_delivery(each) for each in deliveries],
    }


def _delivery(delivery: AlertDelivery) -> dict[str, object]:
    return {
        "id": str(delivery.pk),
        "step": delivery.rung,
        "channel": delivery.channel,
        "planned_at": _iso(delivery.planned_at),
        "attempts": delivery.attempts,
        "delivered_at": _iso(delivery.delivered_at),
        "failed_at": _iso(delivery.failed_at),
        "bounced_at": _iso(delivery.bounced_at),
    }


def _iso(when: datetime.datetime | None) -> str | None:
    return when.isoformat() if when else None
