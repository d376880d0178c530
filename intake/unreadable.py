"""What is stored and does not open: changed, moved, or sealed under a key that is gone. Nothing of it is shown."""

from __future__ import annotations

import json
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
        table, row, field = place_of(exception)
        logger.error("A stored value does not open: %s %s", table, field)
        by = request.user if request.user.is_authenticated else None
        actions.record_unreadable(table=table, row=row, field=field, by=by, now=timezone.now())
        if not request.path.startswith("/staff/"):
            return errors.unreadable(request)
        return render(request, "clinician/unreadable.html", {"table": table, "row": row}, status=409)


def place_of(error: vault.VaultError) -> tuple[str, str, str]:
    """The table, the row and the field of what did not open; empty where no row is to blame, as for a key that is gone.

    >>> place_of(vault.NotAsStored("Changed", b'["a_table", "7", "body_ct"]')), place_of(vault.VaultError("No key"))
    (('a_table', '7', 'body_ct'), ('', '', ''))
    """
    if not isinstance(error, vault.NotAsStored):
        return "", "", ""
    try:
        table, row, field = json.loads(error.place)
    except ValueError:  # a text of its own, such as the secret of a second factor
        return error.place.decode(), "", ""
    return table, row, field
