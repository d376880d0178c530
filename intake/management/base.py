"""What every command of this app shares: an example in its help, and a sentence instead of a traceback."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from intake.actions import Refused
from intake.models import Clinic
from intake.vault import KeyRingError, VaultError
from screening.publishing import PublishRefused


class PlainCommand(BaseCommand):
    """Subclasses set `help` and `example` and write `run`. `report` prints either words or, with --json, one object."""

    example = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        epilog = f"example:\n  {self.example}"
        return super().create_parser(
            prog_name, subcommand, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.run(**options)
        except ValidationError as error:
            raise CommandError("\n".join(_sentences(error))) from error
        except (Refused, PublishRefused, KeyRingError, VaultError) as error:
            raise CommandError(str(error)) from error

    def run(self, **options: Any) -> None:
        """Do the work. Refusals of the actions become messages."""
        raise NotImplementedError

    def report(self, data: dict[str, Any] | list[Any], *, as_json: bool, words: str) -> None:
        """Print the result: one JSON document, or words for people."""
        self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) if as_json else words)


def clinic_named(slug: str) -> Clinic:
    """A clinic by its slug. Raises `CommandError` naming those there are."""
    clinic = Clinic.objects.filter(slug=slug).first()
    if clinic is None:
        known = ", ".join(Clinic.objects.values_list("slug", flat=True)) or "none yet: make one with create_clinic"
        raise CommandError(f"There is no clinic “{slug}”. There are: {known}.")
    return clinic


def _sentences(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    return [f"{field}: {message}" for field, messages in error.message_dict.items() for message in messages]
