"""`manage.py confirm_crisis_contacts`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions, crisis_contacts
from intake.management.base import PlainCommand, clinic_named
from intake.models import Clinic, User


class Command(PlainCommand):
    help = (
        "Confirm a clinic's crisis contacts in the name of one of its administrators, who has checked every number. "
        "Patients can start, and the clinic's questionnaire be published, only then."
    )
    example = "python manage.py confirm_crisis_contacts north --by ada@north.example"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", help="the clinic's name in addresses (slug)")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who checked them")
        parser.add_argument("--contacts", type=Path, metavar="FILE", help="a JSON list of contacts to keep instead")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        clinic = clinic_named(options["clinic"])
        user = User.objects.filter(email__iexact=options["by"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is nobody with the address {options['by']}. Make an account with create_staff.")
        clinic = actions.confirm_crisis_contacts(
            clinic=clinic, by=user, now=timezone.now(), contacts=_contacts(options["contacts"])
        )
        data = {"clinic": clinic.slug, "confirmed_by": user.email, "contacts": clinic.crisis_contacts}
        self.report(data, as_json=options["json"], words=_words(clinic, user))


def _contacts(path: Path | None) -> list[dict[str, Any]] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read as JSON: {error}.") from error
    if not isinstance(found, list) or not all(isinstance(contact, dict) for contact in found):
        raise CommandError(f"{path}: write a list of contacts, each an object with key, title, call, text or url.")
    return found


def _words(clinic: Clinic, user: User) -> str:
    lines = [
        f"  {contact['title'][clinic.languages[0]]}: {crisis_contacts.in_words(contact)}"
        for contact in clinic.crisis_contacts
    ]
    return "\n".join([f"{user.name} confirmed the crisis contacts of {clinic.name}:", *lines])
