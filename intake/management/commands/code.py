"""`manage.py code`."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from intake import demonstration
from intake.management.base import PlainCommand


class Command(PlainCommand):
    help = "Print the present six digits of the demo sign-ins. Only for a trial on this machine."
    example = "python manage.py code clinician@demo.example"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="one sign-in; default: all demo sign-ins")

    def run(self, **options: Any) -> None:
        if not settings.IS_EMBEDDED:
            raise CommandError("Codes are printed for a trial on this machine only. Use the app on the person's phone.")
        emails = [options["email"]] if options["email"] else list(demonstration.STAFF)
        for email in emails:
            self.stdout.write(f"{_digits(email)}  {email}")


def _digits(email: str) -> str:
    found = Authenticator.objects.filter(user__email__iexact=email, type=Authenticator.Type.TOTP).first()
    if found is None:
        raise CommandError(f"{email} has no authenticator app set up here. Run `manage.py demo` first.")
    return str(format_hotp_value(hotp_value(decrypt(found.data["secret"]), int(time.time()) // 30)))
