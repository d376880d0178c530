"""Answers to those who are too fast. Whatever they typed stays on the page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from intake import limits
from intake.addresses import client_address

from . import errors

View = Callable[..., HttpResponse]


def limited(limit: limits.Limit) -> Callable[[View], View]:
    """For a view whose POST starts work for somebody unknown: counted by the address it comes from."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            wait = wait_of(request, limit) if request.method == "POST" else 0
            return too_fast(request, wait) if wait else view(request, *args, **kwargs)

        return wrapped

    return decorate


def wait_of(request: HttpRequest, limit: limits.Limit) -> int:
    """Seconds that whoever sent a request must wait; 0 for none."""
    return limits.wait_for(limit, limits.network_of(client_address(request)))


def too_fast(request: HttpRequest, wait: int) -> HttpResponse:
    """The page again with everything that was posted and a button to send it, or a short word to a script."""
    if "autosave" in request.POST:
        return told(JsonResponse({"error": "too fast"}, status=429), wait)
    context = {"fields": errors.posted_again(request), "action": request.path, "wait": wait}
    response = render(request, "patient/wait.html", context, status=429)
    add_never_cache_headers(response)
    return told(response, wait)


def told(response: HttpResponse, wait: int) -> HttpResponse:
    """A refusal that says in its header how long to wait."""
    response["Retry-After"] = str(wait)
    return response
