"""`manage.py create_clinic`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.text import slugify

from intake import actions, crisis_contacts
from intake.management.base import PlainCommand
from screening.models import Questionnaire


class Command(PlainCommand):
    help = "Set up a clinic. Its crisis contacts start from those known for the country and await confirmation."
    example = (
        'python manage.py create_clinic "North Clinic" --country US --timezone America/New_York '
        "--phone '(202) 555-0142' --alert-email desk@north.example"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the clinic's name, as patients know it")
        parser.add_argument("--slug", help="its name in addresses; made from the name when not given")
        parser.add_argument("--country", required=True, help="ISO 3166 code, such as US")
        parser.add_argument("--timezone", required=True, help="IANA name, such as America/New_York")
        parser.add_argument("--alert-email", required=True, help="where to write when a response needs review")
        parser.add_argument("--phone", default="", help="where patients call the clinic; shown on their pages")
        parser.add_argument("--email", default="", help="where patients write to the clinic; shown on their pages")
        parser.add_argument("--language", action="append", help="a language offered; repeat it; default: en")
        parser.add_argument("--profile", default="us", help="label profile: us (default) or eu")
        parser.add_argument("--questionnaire", help="key of the questionnaire it offers")
        parser.add_argument("--emergency-number", default="", help="needed where we know no number of the country")
        parser.add_argument(
            "--part2", action="store_true", help="a 42 CFR Part 2 programme: notices about substance-use answers"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, **options: Any) -> None:
        clinic = actions.create_clinic(
            name=options["name"],
            slug=options["slug"] or slugify(options["name"]),
            country=options["country"],
            timezone=options["timezone"],
            languages=options["language"] or ["en"],
            phone=options["phone"],
            email=options["email"],
            alert_email=options["alert_email"],
            profile=options["profile"],
            questionnaire=_questionnaire(options["questionnaire"]),
            contacts=crisis_contacts.for_country(options["country"], emergency=options["emergency_number"]),
            part2=options["part2"],
            now=timezone.now(),
        )
        data = {"id": str(clinic.pk), "slug": clinic.slug, "name": clinic.name}
        self.report(data, as_json=options["json"], words=f"Made the clinic {clinic.name} ({clinic.slug}).")


def _questionnaire(key: str | None) -> Questionnaire | None:
    if key is None:
        return None
    found = Questionnaire.objects.filter(key=key).first()
    if found is None:
        known = ", ".join(Questionnaire.objects.values_list("key", flat=True)) or "none: load one first"
        raise CommandError(f"There is no questionnaire “{key}”. There are: {known}.")
    return found
