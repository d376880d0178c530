"""A clinic to try the product with. Everything in it is made up, and nothing is made twice."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import transaction
from django.urls import reverse

import screening
from screening import publishing
from screening.engine.answers import Answer, read_answers
from screening.engine.definition import Definition, Role
from screening.exchange.cases import Case, load_cases
from screening.exchange.yaml import ContentError, load_definition
from screening.models import Questionnaire, QuestionnaireVersion

from . import access, actions, records, rules
from .demonstration_over_time import send_check_ins
from .models import Clinic, QuestionnaireResponse, User
from .sample_patients import SAMPLES, SamplePatient

SLUG = "demo"
CONTENT = Path(screening.__file__).parent / "content" / "ketamine"
CHECK_IN = Path(screening.__file__).parent / "content" / "check_in"
# Public on purpose: this runs only where nobody else can reach it.
PASSWORD = "calm-river-lantern"  # noqa: S105
STAFF = {
    "clinician@demo.example": ("Dr. Robin Demo", "clinician"),
    "admin@demo.example": ("Alex Demo", "admin"),
}
EXPECTATION = {
    "en": "A clinician reads your answers on the next working day, before your consultation.",
    "es": "Un profesional clínico lee sus respuestas el siguiente día laborable, antes de su consulta.",
}


ROTA: dict[str, Any] = {
    "hours": [["09:00", "17:00"]] * 5 + [None, None],
    "first_wait_minutes": 15,
    "second_wait_minutes": 30,
    "repeat_minutes": 60,
}
CONTACTS: tuple[dict[str, Any], ...] = (
    {"name": "Front desk", "address": "alerts@demo.example", "step": 1, "duty": "hours"},
    {"name": "On-call clinician", "address": "on-call@demo.example", "step": 1, "duty": "out_of_hours"},
    {"name": "Dr. Robin Demo", "address": "clinician@demo.example", "step": 2, "duty": "always"},
    {"name": "Medical director", "address": "director@demo.example", "step": 3, "duty": "always"},
)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


class CannotSetUp(Exception):  # noqa: N818 (named for the event)
    """The demo cannot be made. The message lists every reason."""


def set_up(*, now: datetime.datetime, samples: int = 0) -> dict[str, Any]:
    """Make what is missing and say where everything is. Raises `CannotSetUp`."""
    clinic = Clinic.objects.filter(slug=SLUG).first() or _clinic(now)
    check_in = _questionnaire("ketamine_check_in", CHECK_IN, now)
    version = access.current_version(clinic.questionnaire)
    if version is None:
        raise CannotSetUp("The demo clinic's questionnaire has no published version. Publish one first.")
    _staff(clinic, now)
    is_new = not clinic.invitations.exists()
    invited = actions.invite(clinic=clinic, by=None, now=now, language="en") if is_new else None
    if _samples(clinic, version, samples, now):
        send_check_ins(clinic=clinic, questionnaire=check_in, cases={one.id: one for one in load_cases(CHECK_IN)})
    return {
        "clinic": clinic.slug,
        "version": version.number,
        "patient_url": settings.SITE_ORIGIN + reverse("patient:start", args=[clinic.slug]),
        "invitation_url": invited.url if invited else None,
        "staff_url": settings.SITE_ORIGIN + reverse("clinician:worklist"),
        "staff": [{"email": email, "password": PASSWORD, "role": role} for email, (_, role) in STAFF.items()],
    }


def _clinic(now: datetime.datetime) -> Clinic:
    return actions.create_clinic(
        name="Demo Clinic",
        slug=SLUG,
        country="US",
        timezone="America/New_York",
        languages=["en", "es"],
        phone="(202) 555-0142",
        email="front-desk@demo.example",
        alert_email="alerts@demo.example",
        expectation=EXPECTATION,
        questionnaire=_questionnaire("ketamine_screening", CONTENT, now),
        now=now,
    )


def _questionnaire(key: str, path: Path, now: datetime.datetime) -> Questionnaire:
    """A starter questionnaire, loaded and published unless it is."""
    try:
        questionnaire = Questionnaire.objects.filter(key=key).first()
        if access.current_version(questionnaire) is None:
            questionnaire = _published(path, questionnaire, now)
    except ContentError as error:
        raise CannotSetUp(f"The starter questionnaire cannot be loaded:\n{error}") from error
    except publishing.PublishRefused as error:
        found = "\n".join(f"  {problem.id}: {problem.message}" for problem in error.problems)
        raise CannotSetUp(f"The starter questionnaire cannot be published:\n{found}") from error
    return questionnaire


@transaction.atomic
def _published(path: Path, into: Questionnaire | None, now: datetime.datetime) -> Questionnaire:
    questionnaire = publishing.rows_from_definition(load_definition(path), into=into)
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=load_cases(path))
    # Nobody has reviewed the starter, and the demo does not pretend that somebody did: staff pages say so.
    publishing.publish(
        questionnaire=questionnaire, by="Demo", now=now, note="Starter questionnaire", as_unreviewed=True
    )
    return questionnaire


def _cases() -> list[Case]:
    return load_cases(CONTENT)


def _staff(clinic: Clinic, now: datetime.datetime) -> None:
    for email, (name, role) in STAFF.items():
        user = User.objects.filter(email=email).first()
        if user is None:
            made = actions.create_staff(email=email, name=name, role=role, clinic=clinic, password=PASSWORD, now=now)
            user = made.user
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, generate_totp_secret())
    admin = User.objects.get(email="admin@demo.example")
    if clinic.crisis_confirmed_at is None:
        actions.confirm_crisis_contacts(clinic=clinic, by=admin, now=now)
        clinic.refresh_from_db()
    if not hasattr(clinic, "alert_rota"):
        _rota(clinic, admin, now)


def _rota(clinic: Clinic, admin: User, now: datetime.datetime) -> None:
    actions.set_rota(clinic=clinic, **ROTA, by=admin, now=now)
    for contact in CONTACTS:
        actions.add_contact(clinic=clinic, channel="email", **contact, by=admin, now=now)


# --- made-up responses ---


def _samples(clinic: Clinic, version: QuestionnaireVersion, wanted: int, now: datetime.datetime) -> bool:
    """Send the answers of made-up patients, through the same actions as anybody's, until there are enough; whether any
    were sent."""
    present = QuestionnaireResponse.objects.filter(clinic=clinic, status="sent").count()
    if present >= wanted:
        return False
    cases = {case.id: case for case in _cases()}
    for number in range(present, wanted):
        # The first came five weeks ago and has answered check-ins since; the others came in over the last days.
        ago = datetime.timedelta(days=36) if number == 0 else datetime.timedelta(hours=5 * number)
        _send(clinic, version, cases, SAMPLES[number % len(SAMPLES)], now - ago)
    return True


def _send(
    clinic: Clinic,
    version: QuestionnaireVersion,
    cases: Mapping[str, Case],
    sample: SamplePatient,
    now: datetime.datetime,
) -> None:
    definition = publishing.definition_of(version)
    day = rules.day_at(clinic, now)
    given = moved(sample.answers_from(cases, cases["baseline"].answers), day - cases[sample.cases[0]].as_of)
    answers = read_answers(definition, given, on=day) | _named(definition, sample.name, day)
    first = read_answers(definition, dict(sample.at_first), on=day)
    response = actions.start(clinic=clinic, version=version, language=sample.language, now=now).response
    pages = [*_pages(definition, answers | first), *(_pages(definition, answers) if first else ())]
    for number, (section, part) in enumerate(pages, start=1):
        saved = actions.save_answers(
            response_id=response.pk,
            answers=part,
            posted_section=section,
            base_revision=number - 1,
            client_id="demo",
            client_sequence=number,
            now=now,
        )
        answers_so_far = records.read_answers_of(saved.response)
        if rules.assess(saved.response, answers_so_far, now=now).safety_panel:
            actions.record_panel_shown(response_id=response.pk, now=now)
    actions.submit(response_id=response.pk, now=now)


def moved(value: Any, span: datetime.timedelta) -> Any:
    """An answer with its days and months moved, so that what was two weeks ago in a case is two weeks ago today.

    >>> moved({"when": "2026-02-16", "since": "2026-01", "year": "2019"}, datetime.timedelta(days=30))
    {'when': '2026-03-18', 'since': '2026-02', 'year': '2019'}
    """
    match value:
        case dict():
            return {key: moved(inside, span) for key, inside in value.items()}
        case list():
            return [moved(inside, span) for inside in value]
        case str() if _DAY.fullmatch(value):
            return (datetime.date.fromisoformat(value) + span).isoformat()
        case str() if _MONTH.fullmatch(value):
            return (datetime.date.fromisoformat(f"{value}-15") + span).isoformat()[:7]
        case _:
            return value


def _pages(definition: Definition, answers: dict[str, Answer]) -> Iterator[tuple[str, dict[str, Answer]]]:
    for section in definition.sections:
        asked = {question.link_id for question in section.questions}
        asked |= {item.link_id for question in section.questions for item in question.items}
        yield section.link_id, {link_id: answer for link_id, answer in answers.items() if link_id in asked}


def _named(definition: Definition, name: tuple[str, str], day: datetime.date) -> dict[str, Answer]:
    texts: dict[Role | None, str] = {"given_name": name[0], "family_name": name[1]}
    return {
        question.link_id: Answer(state="answered", value=texts[question.role], on=day)
        for question in definition.questions()
        if question.role in texts
    }
