"""What staff pages need around their views."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

STAFF_PATHS = ("/staff/", "/accounts/")
LANGUAGE = "en"


class StaffLanguageMiddleware:
    """Staff pages are in English, whatever a browser prefers: a page half in another language misleads its reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(STAFF_PATHS):
            return self.get_response(request)
        with translation.override(LANGUAGE):
            response = self.get_response(request)
        response.headers["Content-Language"] = LANGUAGE
        return response
