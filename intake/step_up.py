"""Showing anew who one is, before what cannot be taken back: signing, publishing, changing roles, exporting, erasing.

Put `@fresh_sign_in_required` on a view. Whoever signed in, or showed who they are, within the last ten minutes passes;
anybody else is asked for their password or second factor first and comes back to the same address.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from . import unsent

FRESH = 10 * 60
"""Seconds for which a sign-in counts as fresh."""

View = Callable[..., HttpResponseBase]


def is_fresh(request: HttpRequest) -> bool:
    """Whether the signed-in person showed who they are within the last ten minutes, in this session."""
    shown = [record.get("at", 0) for record in get_authentication_records(request, request.user)]
    return bool(shown) and time.time() - max(shown) <= FRESH


def ask_again(request: HttpRequest, *, keeps_post: bool = True, back: str = "") -> HttpResponseRedirect:
    """To the page that asks for the password or second factor, and back, or to `back`. What was posted waits,
    encrypted, unless the page could not show it again."""
    if request.method == "POST" and keeps_post:
        unsent.hold(request, str(request.user.pk))
    query = urlencode({REDIRECT_FIELD_NAME: back or request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")


def fresh_sign_in_required(view: View) -> View:
    """A view for those who showed within the last ten minutes who they are."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_again(request)

    return checked
