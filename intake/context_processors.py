"""What every page's template may use besides its own context."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """`is_embedded`: this is a trial on one machine, and the page says that it is not for care."""
    return {"is_embedded": settings.IS_EMBEDDED}
