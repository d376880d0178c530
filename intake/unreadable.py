"""What is stored and does not open: changed, moved, or sealed under a key that is gone. Nothing of it is shown."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from . import actions, vault
from .patient import errors

logger = logging.getLogger(__name__)


class UnreadableMiddleware:
    """Answers with a page that says so, and writes it into the audit record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, vault.VaultError):
            return None
        table, row, field = vault.place_of(exception)
        logger.error("A stored value does not open: %s %s", table, field)
        by = request.user if request.user.is_authenticated else None
        actions.record_unreadable(table=table, row=row, field=field, by=by, now=timezone.now())
        if by is None or errors.is_patient_path(request.path):
            return errors.unreadable(request)
        return render(request, "clinician/unreadable.html", {"table": table, "row": row}, status=409)
