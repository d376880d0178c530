"""Whether this installation lives, and whether it does its work. For monitors: no personal data, no sign-in."""

from __future__ import annotations

import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from . import alerts, durability, replica, vault
from .models import QuestionnaireResponse


@login_not_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when answers can be stored and alerts are being delivered; 503 otherwise, with what is wrong."""
    found = state(now=timezone.now())
    return JsonResponse(found, status=200 if found["ready"] else 503)


def state(*, now: datetime.datetime) -> dict[str, object]:
    """Every part by name: “ok” or one sentence on what is wrong. The replica, if there is one, is as this process
    last saw it, and not waited for: nobody's answers or alerts depend on it."""
    parts = {"keyring": _keyring(), "database": _database()}
    if parts["database"] == "ok":
        parts["migrations"] = _migrations()
    if parts.get("migrations") == "ok":
        parts |= {"worker": _worker(now), "alerts": _alerts(now), "alert_tests": _alert_tests(now)}
        if parts["keyring"] == "ok":
            parts["keyring"] = _opens_stored_data()
    return {
        "ready": set(parts.values()) == {"ok"},
        "parts": parts,
        "oldest_unsent_alert_seconds": _oldest_unsent(now) if "alerts" in parts else None,
        **({"replica": replica.watch.state(now=now)} if replica.is_set() else {}),
    }


def _keyring() -> str:
    try:
        vault.keyring()
    except vault.KeyRingError:
        return "The key ring is missing or cannot be used."
    return "ok"


def _opens_stored_data() -> str:
    """The keys open what is stored: a wrong key ring is found before anybody waits for a page."""
    latest = QuestionnaireResponse.objects.exclude(wrapped_key=b"").order_by("-started_at").first()
    try:
        if latest is not None:
            vault.data_key(latest)
    except vault.VaultError:
        return "The key ring does not open what is stored."
    return "ok"


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found = durability.weaknesses(connection)
    except ImproperlyConfigured as error:
        return str(error)
    except DatabaseError:
        return "The database cannot be used."
    return " ".join(found) or "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(pending)} migrations are pending: run manage.py migrate." if pending else "ok"


def _worker(now: datetime.datetime) -> str:
    return "ok" if alerts.is_worker_alive(now=now) else "The worker has not been seen for two minutes."


def _alerts(now: datetime.datetime) -> str:
    age = alerts.oldest_unsent_age(now=now)
    return "ok" if age is None or age <= alerts.LATE_AFTER else "An alert is due and has not been delivered."


def _alert_tests(now: datetime.datetime) -> str:
    failed = alerts.failed_tests(now=now).count()
    return f"{failed} test messages were not delivered." if failed else "ok"


def _oldest_unsent(now: datetime.datetime) -> int | None:
    age = alerts.oldest_unsent_age(now=now)
    return None if age is None else int(age.total_seconds())
