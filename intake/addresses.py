"""Where a request comes from."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of whoever sent a request, for limits and nothing else.

    `X-Forwarded-For` is believed only from a proxy in `TRUSTED_PROXIES`, and read from the right: whatever a client
    wrote itself stands further left than what our proxies added.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    forwarded = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    for hop in reversed(forwarded):
        if nearest not in settings.TRUSTED_PROXIES:
            break
        nearest = hop
    return nearest
