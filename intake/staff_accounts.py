"""How staff sign in: accounts are given, never opened by oneself, and second factors are kept encrypted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.account import forms, views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context as allauth_context
from allauth.core import ratelimit
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from . import actions, audit, known_browsers, vault
from .addresses import client_address
from .models import User

WAYS_TO_CONFIRM = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use the authenticator app or a recovery code",
    "mfa_reauthenticate:webauthn": "Use a passkey or security key",
}
"""What the ways to show who one is are called, by the library's name for each."""


class StaffAccountAdapter(DefaultAccountAdapter):
    """No sign-up; links and addresses as the rest of the product builds them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """A browser where this person has signed in before is counted apart: strangers who guess lock nobody out."""
        known = known_browsers.mark(request, str(credentials.get("email", "")))
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}{known}"

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """With the right password the session gets a new key: one that somebody planted before is worth nothing."""
        user = super().authenticate(request, **credentials)
        if user is not None:
            request.session.cycle_key()
        return user

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        """Signed in, with the second factor where there is one: from now on this browser is known."""
        response = super().post_login(request, user, **how)
        known_browsers.remember(response, user)
        return response

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """The library's ways, called as the rest of the pages call them."""
        return [way | {"description": WAYS_TO_CONFIRM[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def set_password(self, user: User, password: str) -> None:
        """Recorded in the same transaction: a change by somebody signed in, a reset by whoever has the mailed link."""
        request = allauth_context.request
        is_own = request is not None and request.user == user
        actor, action = (
            (audit.staff(user), "staff.password_changed") if is_own else (audit.ANONYMOUS, "staff.password_reset")
        )
        with transaction.atomic():
            super().set_password(user, password)
            audit.record(actor=actor, action=action, now=timezone.now(), user=user.pk)


def set_password_link(user: User) -> str:
    """A link with which somebody new chooses a password: it works once, for three days, and is stored nowhere."""
    key = forms.default_token_generator.make_token(user)
    kwargs = {"uidb36": user_pk_to_url_str(user), "key": key}
    return f"{settings.SITE_ORIGIN}{reverse('account_reset_password_from_key', kwargs=kwargs)}"


class ResetPasswordForm(forms.ResetPasswordForm):
    """Asks for a link to the account that was given exactly this address. The worker mails it (`password_mail.py`):
    nothing is sent while the page waits, and to an address without account nothing at all."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        actions.ask_for_new_password(email=email, now=timezone.now())
        return email


_change_when_fresh = reauthentication_required(views.password_change, app="allauth.account")


def password_change(request: HttpRequest) -> HttpResponse:
    """Choose a new password, after showing again who one is: an open session alone must not take over an account."""
    if not request.user.has_usable_password():
        return redirect("account_reset_password")
    try:
        return _change_when_fresh(request)
    except ReauthenticationRequired:
        if request.method != "POST":
            raise
        return redirect("account_change_password")  # else the library would put the passwords typed in the session


class StaffMfaAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed by the vault before they are stored."""

    def encrypt(self, text: str) -> str:
        return vault.seal_text(text, purpose=vault.SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.open_text(encrypted_text, purpose=vault.SECOND_FACTOR)

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)


class AuthenticateForm(base_forms.AuthenticateForm):
    """A code at signing in. Wrong ones are counted as wrong passwords are: somebody who has the password and guesses
    keeps nobody out of a browser where they have signed in before."""

    def clean_code(self) -> str:
        forget = _count_try(self.user)
        code = str(self.cleaned_data["code"])
        factors = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        ordered = list(factors.order_by("-type"))  # the app before recovery codes: a failure is told of the first
        for factor in ordered:
            if factor.wrap().validate_code(code):
                factor.user, self.authenticator = self.user, factor
                forget()
                return code
        if ordered:
            self._emit_authentication_failed(ordered[0])
        raise StaffMfaAdapter().validation_error("incorrect_code")


class AuthenticateWebAuthnForm(webauthn_forms.AuthenticateWebAuthnForm):
    """A passkey at signing in, counted in the same way."""

    def clean_credential(self) -> Authenticator:
        forget = _count_try(self.user)
        credential = self.cleaned_data["credential"]
        webauthn.parse_authentication_response(credential)
        found = webauthn.complete_authentication(self.user, credential)
        forget()
        return found


def _count_try(user: User) -> Callable[[], None]:
    """Count one try of a second factor in this browser; what is given forgets the count. Raises `ValidationError`."""
    request = allauth_context.request
    key = f"second-factor-{user.pk}{known_browsers.mark(request, user.email)}"
    if not ratelimit.consume(request, action="login_failed", key=key):
        raise StaffAccountAdapter(request).validation_error("too_many_login_attempts")
    return partial(ratelimit.clear, request, action="login_failed", key=key)
