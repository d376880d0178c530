"""How staff sign in: accounts are given, never opened by oneself, and second factors are kept encrypted."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from . import vault
from .addresses import client_address

_PURPOSE = "second factor of a staff member"


class StaffAccountAdapter(DefaultAccountAdapter):
    """No sign-up; links and addresses as the rest of the product builds them."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built from our own origin: the Host header of whoever asked for the mail must not reach it."""
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.SITE_ORIGIN}{path}"


class StaffMfaAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed by the vault before they are stored."""

    def encrypt(self, text: str) -> str:
        return vault.seal_text(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.open_text(encrypted_text, purpose=_PURPOSE)

    def get_totp_issuer(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)
