"""`manage.py create_staff`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from intake import actions
from intake.management.base import PlainCommand, clinic_named
from intake.permissions import ROLES


class Command(PlainCommand):
    help = "Give somebody a role in a clinic, and an account if they have none. Roles:\n" + "\n".join(
        f"  {role.key:<11} {role.description}" for role in ROLES.values()
    )
    example = 'python manage.py create_staff ada@north.example --name "Ada Osei" --role clinician --clinic north-clinic'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address: they sign in with it")
        parser.add_argument("--name", required=True, help="the person's name, as it stands under what they sign")
        parser.add_argument("--role", required=True, help=f"one of {', '.join(ROLES)}")
        parser.add_argument("--clinic", required=True, metavar="SLUG", help="the clinic's slug")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        created = actions.create_staff(
            email=options["email"],
            name=options["name"],
            role=options["role"],
            clinic=clinic_named(options["clinic"]),
            now=timezone.now(),
        )
        data = {
            "id": str(created.user.pk),
            "email": created.user.email,
            "role": options["role"],
            "clinic": options["clinic"],
            "password": created.password,
        }
        words = f"{created.user.email} is now {options['role']} at {options['clinic']}."
        if created.password:
            words += f"\nFirst password, shown once: {created.password}\nThey set up a second factor when they sign in."
        else:
            words += "\nThey had an account already: whoever holds its password and second factor has this role now."
        self.report(data, as_json=options["json"], words=words)
