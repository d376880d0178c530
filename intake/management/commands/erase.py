"""`manage.py erase`."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from intake import actions
from intake.erasure import finding
from intake.management import named_record
from intake.management.base import PlainCommand
from intake.models import Erasure


class Command(PlainCommand):
    help = (
        "Erase a response, or a person with everything of theirs, for good: keys, answers, history, notes, signatures, "
        "alerts, invitations. What stays is that it was erased, when and why. Asks for the reference a second time.\n"
        "You must know what the law makes you keep: export it first. A legal hold is refused."
    )
    example = "python manage.py erase --response K7QM-3X4P --reason asked --confirm K7QM-3X4P"

    def add_arguments(self, parser: CommandParser) -> None:
        named_record.add_to(parser)
        parser.add_argument("--reason", required=True, choices=[reason.value for reason in Erasure.Reason])
        parser.add_argument("--confirm", required=True, metavar="REFERENCE", help="the same reference again")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def _finish_others(self, now: datetime.datetime) -> None:
        """Complete what was cut short before. What cannot be completed keeps this one from nothing."""
        try:
            actions.finish_erasures(now=now)
        except actions.NotAllErased as error:
            self.stderr.write(str(error))

    def run(self, **options: Any) -> None:
        if not named_record.is_same(options, options["confirm"]):
            raise CommandError("The two references are not the same. Nothing was erased.")
        now = timezone.now()
        self._finish_others(now)
        if stone := finding.tombstone_of(*named_record.name_of(options)):
            data = {"erased": False, "rows": 0, "erased_at": stone.erased_at.isoformat()}
            self.report(data, as_json=options["json"], words=f"It was erased on {stone.erased_at:%Y-%m-%d}.")
            return
        done = actions.erase(record=named_record.find(options), reason=options["reason"], by=None, now=now)
        words = f"Erased: {done.rows} rows."
        if not done.is_pressed_out:
            words += " Old pages of the database could not be pressed out now; see “Erasing” in docs/operations.md."
        self.report(
            {"erased": True, "rows": done.rows, "erased_at": now.isoformat()}, as_json=options["json"], words=words
        )
