"""What happens to every request before and after its view."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse

from . import access, edge, logs, second_factor, staff_sessions, step_up, unsent

GetResponse = Callable[[HttpRequest], HttpResponseBase]

HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}

# A whole page in itself: whatever was sent, no template, session or database is touched to answer it.
REFUSAL = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>This could not be read</title></head>
<body><h1>This could not be read</h1>
<p>What your browser sent contains something that cannot be stored. Nothing was changed.</p>
<p>Go back, check what you typed or pasted, and send it again.</p></body></html>
"""


class EdgeMiddleware:
    """Outermost: refuses hostile requests, and puts the same headers on everything that leaves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.id = secrets.token_hex(8)  # type: ignore[attr-defined]
        logs.request_id.set(request.id)  # type: ignore[attr-defined]
        response = self._refusal(request) or self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        for name, value in (HEADERS | staff_sessions.headers(request)).items():
            response[name] = value
        for name, value in policies(request).items():
            response.setdefault(name, value)
        if not request.path_info.startswith(settings.STATIC_URL) and "public" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "no-store"
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        try:
            edge.inspect(request)
        except edge.Hostile as hostile:
            return _plain(hostile.status)
        except (SuspiciousOperation, MultiPartParserError):  # too many fields, too much data, parts that do not fit
            return _plain(400)
        except OSError:  # the client went away while sending
            return _plain(400)
        return None


def _plain(status: int) -> HttpResponse:
    return HttpResponse(REFUSAL, status=status)


def policies(request: HttpRequest) -> dict[str, str]:
    """What an answer lacks that never reached the middleware for it: a refusal, a static file."""
    found = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    if not settings.DEBUG:  # Django's own pages about errors would be refused
        found["Content-Security-Policy"] = build_policy()
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        found["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    return found


class StaffSessionMiddleware:
    """Ends a staff session that lay unused or lasted too long, before anything is answered from it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and not staff_sessions.go_on(request):
            request.ended_for = str(request.user.pk)  # type: ignore[attr-defined]
            logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """What was posted too late waits for the same person to sign in again. A forged post never comes this far."""
        if request.method != "POST" or request.user.is_authenticated or not hasattr(view, "typed_comes_back"):
            return None
        writer = getattr(request, "ended_for", "") or unsent.writer_of(request)
        if writer:
            unsent.hold(request, writer)
        return redirect_to_login(unsent.where_it_waits(view, request.get_full_path()))


class SecondFactorMiddleware:
    """Somebody who signed in without a second factor reaches only the pages that set one up or sign out."""

    # Where one signs in, shows the second factor again, or leaves.
    OPEN = frozenset(
        {
            "account_login",
            "account_logout",
            "account_reauthenticate",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "health_live",
            "health_ready",
        }
    )

    # Only for somebody who has none yet: otherwise a stolen password could add a factor of the thief's own.
    SETTING_UP = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not request.user.is_authenticated or name in self.OPEN or second_factor.is_present(request):
            return None
        if second_factor.is_set_up(request.user):
            return HttpResponseRedirect(reverse("mfa_reauthenticate"))
        return None if name in self.SETTING_UP else HttpResponseRedirect(reverse("mfa_activate_totp"))


class StepUpMiddleware:
    """Asks editors anew who they are before a version is published or retired. Our own pages ask for it themselves."""

    RETIRE = "admin:screening_retire"
    STEPS = frozenset({"admin:screening_publish", RETIRE})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        name = request.resolver_match.view_name if request.resolver_match else ""
        # Whoever may not edit is refused by the editor; asking them for a password would promise otherwise.
        if name not in self.STEPS or not access.is_editor(request) or step_up.is_fresh(request):
            return None
        # The address that retires a version shows nothing: one comes back to the page with its button.
        back = reverse("admin:screening_questionnaireversion_change", kwargs={"object_id": kwargs["pk"]})
        return step_up.ask_again(
            request, keeps_post=hasattr(view, "typed_comes_back"), back=back if name == self.RETIRE else ""
        )
