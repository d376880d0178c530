"""The page that a mailed link opens: somebody with an account takes on a role in another clinic."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from intake import actions, role_offers, second_factor
from intake.models import RoleOffer, User
from intake.permissions import ROLES


class NewPasswordForm(SetPasswordForm):
    """Django's, with errors that say what to do."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(user, data)
        self.fields["new_password1"].error_messages["required"] = "Enter a new password."
        again = self.fields["new_password2"]
        again.label, again.help_text = "The new password again", ""
        again.error_messages["required"] = "Enter the new password a second time."


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
def role_offer(request: HttpRequest, token: str) -> HttpResponse:
    """Which role at which clinic; POST accepts it with a new password. Looking at it changes nothing."""
    offer = role_offers.live_offer(token, now=timezone.now())
    if offer is None:
        return render(request, "clinician/role_offer_over.html", status=404)
    form = NewPasswordForm(offer.user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _draw(request, offer, form)
    return _accept(request, offer, form)


def _accept(request: HttpRequest, offer: RoleOffer, form: NewPasswordForm) -> HttpResponse:
    try:
        actions.accept_role(
            offer_id=offer.pk,
            password=form.cleaned_data["new_password1"],
            has_shown_second_factor=_has_shown(request, offer),
            now=timezone.now(),
        )
    except actions.OfferOver:
        return render(request, "clinician/role_offer_over.html", status=404)
    except (actions.OnlyAdministrator, ValidationError) as error:
        form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        return _draw(request, offer, form)
    logout(request)
    return redirect("account_reset_password_from_key_done")


def _has_shown(request: HttpRequest, offer: RoleOffer) -> bool:
    """Whether whoever has this page open is signed in to the account, with its second factor."""
    return request.user == offer.user and second_factor.is_present(request)


def _draw(request: HttpRequest, offer: RoleOffer, form: NewPasswordForm) -> HttpResponse:
    context = {
        "offer": offer,
        "role": ROLES[offer.role],
        "form": form,
        "is_sign_in_needed": second_factor.is_set_up(offer.user) and not _has_shown(request, offer),
    }
    return render(request, "clinician/role_offer.html", context, status=422 if form.is_bound else 200)
