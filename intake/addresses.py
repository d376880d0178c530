"""Where a request comes from."""

from __future__ import annotations

import ipaddress

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
        if not _is_proxy(nearest):
            break
        nearest = hop
    return nearest


def _is_proxy(written: str) -> bool:
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address  # as a server that listens on [::] sees IPv4
    return any(address in ipaddress.ip_network(each) for each in settings.TRUSTED_PROXIES)
