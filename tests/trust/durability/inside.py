"""What a proof asks of an installation from inside: `python -m tests.trust.durability.inside WORD …`.

Prints one JSON document.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection

Answers = dict[str, dict[str, str]]
"""The text of each answer by question, by the reference of its response."""
PASSWORD = "a-long-enough-secret"
"""Of the administrator of the second clinic."""


def set_up() -> str:
    """An empty clinic with a published questionnaire of texts and a safety question."""
    from tests.intake.patient.conftest import open_clinic, publish
    from tests.trust.durability.definitions import NOTES

    call_command("migrate", verbosity=0)
    return open_clinic(publish(NOTES)).slug


def open_pier() -> str:
    """A second clinic with a questionnaire of its own; the address of its administrator."""
    from django.utils import timezone
    from msgspec.structs import replace

    from intake import actions
    from tests.intake.patient.conftest import open_clinic, publish
    from tests.trust.durability.definitions import NOTES

    clinic = open_clinic(publish(replace(NOTES, key="pier_notes")), name="Pier Clinic", slug="pier")
    email = "ada@pier.example"
    given = {"email": email, "name": "Ada", "role": "admin", "clinic": clinic, "password": PASSWORD}
    actions.create_staff(**given, now=timezone.now())
    return email


def publish_next() -> int:
    """The second version of the second clinic's questionnaire: one question is worded anew."""
    from django.utils import timezone
    from msgspec.structs import replace

    from screening import publishing
    from screening.models import Questionnaire, QuestionnaireVersion
    from tests.trust.durability.definitions import NOTES

    notes, safety = NOTES.sections
    first = replace(notes.questions[0], text={"en": "Worded anew", "es": "Otra cosa"})
    sections = (replace(notes, questions=(first, *notes.questions[1:])), safety)
    document = publishing.canonical_json(replace(NOTES, key="pier_notes", sections=sections))
    made = QuestionnaireVersion.objects.create(
        questionnaire=Questionnaire.objects.get(key="pier_notes"),
        number=2,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=timezone.now(),
        published_by="Dr. Reviewer",
    )
    return made.number


def fill(many: str) -> int:
    """So many drafts with answers, one of which calls staff."""
    from intake import actions
    from intake.models import Clinic
    from screening.models import QuestionnaireVersion
    from tests.intake.sample import NOW, Tab

    clinic = Clinic.objects.get(slug="harbor")
    version = QuestionnaireVersion.objects.get(questionnaire=clinic.questionnaire)
    for number in range(int(many)):
        draft = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        Tab(draft).save(note_1=f"n{number}", plan="yes" if number == 0 else "no")
    return int(many)


def go_back() -> bool:
    """To the first schema there was; what came later is gone with its tables."""
    for app in ("intake", "screening"):
        call_command("migrate", app, "0001", verbosity=0)
    return True


def triggers_missing() -> list[str]:
    """The triggers that a migration should have put back."""
    from intake import triggers as of_intake
    from screening import triggers as of_screening

    return [*of_intake.missing(connection), *of_screening.missing(connection)]


def answers() -> Answers:
    """What is stored now, opened with the keys of the installation."""
    from intake import records
    from intake.models import QuestionnaireResponse

    return {
        response.reference: {key: str(answer.value) for key, answer in records.read_answers_of(response).items()}
        for response in QuestionnaireResponse.objects.all()
    }


def answers_in(*files: str) -> list[dict[str, Any]]:
    """The same for copies of a SQLite database, each with what its integrity check says; a broken one says so."""
    return [_answers_of_copy(file) for file in files]


def _answers_of_copy(file: str) -> dict[str, Any]:
    connection.close()
    connection.settings_dict["NAME"] = file
    try:
        with connection.cursor() as cursor:
            integrity = cursor.execute("PRAGMA integrity_check").fetchone()[0]
        return {"integrity": integrity, "answers": answers(), **counts()}
    except Exception as error:
        return {"integrity": f"{type(error).__name__}: {error}", "answers": {}}


def counts() -> dict[str, Any]:
    """The numbers that must agree: responses that called staff and alerts, audit records and their chain. `waiting`
    alerts reached nobody yet; `leased` ones a worker has, or had, to itself."""
    from django.utils import timezone

    from intake import audit
    from intake.models import Alert, AlertDelivery, QuestionnaireResponse

    responses, alerts = QuestionnaireResponse.objects, Alert.objects
    tried = alerts.exclude(deliveries__tries=None)
    return {
        "disclosed": sorted(responses.exclude(disclosed_at=None).values_list("reference", flat=True)),
        "alerted": sorted(set(alerts.values_list("response__reference", flat=True))),
        "attempted": sorted(set(tried.values_list("response__reference", flat=True))),
        "delivered": sorted(set(alerts.exclude(sent_at=None).values_list("response__reference", flat=True))),
        "waiting": AlertDelivery.objects.wanted(now=timezone.now()).count(),
        "leased": AlertDelivery.objects.exclude(leased_until=None).count(),
        "sent": sorted(responses.exclude(sent_at=None).values_list("reference", flat=True)),
        "chain": audit.verify().is_intact,
    }


def counts_later(minutes: str) -> dict[str, Any]:
    """The same, after a round of deliveries as a worker does it some minutes from now."""
    from django.utils import timezone

    from intake import alerts

    later = datetime.timedelta(minutes=int(minutes))
    alerts.deliver_due(clock=lambda: timezone.now() + later)
    return counts()


def replica_state(minutes: str) -> tuple[str, str]:
    """What is said of the replica, and the alias that reports read, so many minutes from now, when a worker lives."""
    from django.utils import timezone

    from intake import alerts, replica

    now = timezone.now() + datetime.timedelta(minutes=int(minutes))
    alerts.beat(now=now)
    return replica.state(now=now), replica.read(str, now=now).found


def integrity() -> str:
    """What the database says of itself; PostgreSQL has no such command, and reads every table instead."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            return cursor.execute("PRAGMA integrity_check").fetchone()[0]
    call_command("dumpdata", output=str(Path("/dev/null")), verbosity=0)
    return "ok"


ALL = (
    set_up, open_pier, publish_next, fill, go_back, triggers_missing,
    answers, answers_in, counts, counts_later, replica_state, integrity,
)  # fmt: skip
WORDS: dict[str, Callable[..., Any]] = {each.__name__: each for each in ALL}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(WORDS[sys.argv[1]](*sys.argv[2:])))  # noqa: T201
