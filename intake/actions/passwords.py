"""Asking for a link to choose a new password."""

from __future__ import annotations

import datetime

from django.db import transaction

from intake.models import PasswordReset, User


def ask_for_new_password(*, email: str, now: datetime.datetime) -> None:
    """Have the worker mail a link to the account that has this address (in small letters), if there is one.

    A row is written either way: neither the page nor the time it takes tells whether there is an account. The audit
    record hears of the new password, not of the asking: anybody may ask.
    """
    with transaction.atomic():
        user = User.objects.filter(email=email, is_active=True).first()
        PasswordReset.objects.create(user=user, asked_at=now)
