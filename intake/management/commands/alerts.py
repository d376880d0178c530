"""`manage.py alerts`."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from intake import alerts
from intake.alerts import numbers
from intake.management.base import PlainCommand
from intake.models import Alert, Clinic


class Command(PlainCommand):
    help = "List alerts that nobody has acknowledged, oldest first: waiting, failed or sent. Ids and times only."
    example = "python manage.py alerts --json"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="acknowledged ones as well")
        parser.add_argument("--numbers", action="store_true", help="the three numbers instead of the list")
        parser.add_argument("--json", action="store_true", help="print one JSON list, or with --numbers one object")

    def run(self, **options: Any) -> None:
        if options["numbers"]:
            self._numbers(as_json=options["json"])
            return
        found = Alert.objects.all() if options["all"] else Alert.objects.unacknowledged()
        listed = found.select_related("response__clinic").prefetch_related("deliveries").order_by("created_at", "id")
        rows = [alerts.as_row(alert) for alert in listed]
        lines = [f"{row['created_at']}  {row['response']}  {row['state']}  tried {row['attempts']}×" for row in rows]
        self.report(rows, as_json=options["json"], words="\n".join(lines) or "No alerts.")

    def _numbers(self, *, as_json: bool) -> None:
        """Of every clinic. Exits with 1 when they do not agree."""
        found = numbers.count(Clinic.objects.values_list("pk", flat=True))
        counts = f"{found.disclosed} disclosures, {found.alerted} with alerts, {found.acknowledged} acknowledged."
        self.report(found.as_dict(), as_json=as_json, words=f"{counts} {found.sentence}")
        if not found.agree:
            sys.exit(1)
