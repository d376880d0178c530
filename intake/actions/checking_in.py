"""Sessions, the schedule of check-ins, and the invitations that come of it."""

from __future__ import annotations

import datetime
import uuid

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import access, audit, checkins, people, records
from intake.invitees import Details, is_email
from intake.models import CheckInSchedule, Invitation, Person, TreatmentSession, User
from intake.models.following import MOST_DAYS
from intake.permissions import Permission
from intake.vault import VaultError
from screening.models import Questionnaire

from .invitations import AlreadyInvited, invite
from .matching import NoSuchPerson
from .refusals import NotPermitted, Refused

FURTHEST = 366 * checkins.DAY
"""A session further away is a slip of the year."""
AGAIN = datetime.timedelta(hours=1)
"""After a check-in could not be made, such as while nothing is published."""


class AlreadyRecorded(Refused):
    """A session at this time is recorded: a form was sent twice."""


class NoSuchSession(Refused):
    """There is no such session, or it was withdrawn."""


class NoSchedule(Refused):
    """The person has no schedule that could end."""


def record_session(
    *, person_id: uuid.UUID, at: datetime.datetime, by: User, now: datetime.datetime
) -> TreatmentSession:
    """A session that took place, or is planned. The clock of the person's schedule starts from it.

    Raises `NoSuchPerson`, `AlreadyRecorded`, and Django's `ValidationError` for a time more than a year away.
    """
    if abs(at - now) > FURTHEST:
        raise ValidationError({"at": ["Enter a day within a year of today."]})
    with transaction.atomic():
        person = _locked(person_id, by)
        if TreatmentSession.objects.filter(person=person, at=at, withdrawn_at=None).exists():
            raise AlreadyRecorded("This session is recorded already.")
        session = TreatmentSession.objects.create(person=person, at=at, recorded_at=now, recorded_by=by)
        _set_clock(person, now)
        audit.record(actor=audit.staff(by), action="session.recorded", now=now, person=person.pk, session=session.pk)
    return session


def withdraw_session(*, session_id: uuid.UUID, by: User, now: datetime.datetime) -> TreatmentSession:
    """A session was recorded by mistake, or will not take place. It stays on record as withdrawn.

    Raises `NoSuchSession`, `NoSuchPerson`.
    """
    with transaction.atomic():
        person, session = _session(session_id, by)
        session.withdrawn_at, session.withdrawn_by = now, by
        session.save(update_fields=["withdrawn_at", "withdrawn_by"])
        _set_clock(person, now)
        audit.record(actor=audit.staff(by), action="session.withdrawn", now=now, person=person.pk, session=session.pk)
    return session


def _session(session_id: uuid.UUID, by: User) -> tuple[Person, TreatmentSession]:
    """A session that stands, and whose it is. The person is locked first, here and everywhere."""
    standing = TreatmentSession.objects.filter(pk=session_id, withdrawn_at=None)
    person_id = standing.values_list("person", flat=True).first()
    if person_id is None:
        raise NoSuchSession("This session was withdrawn already.")
    person = _locked(person_id, by)
    session = standing.select_for_update().filter(person=person).first()
    if session is None:  # withdrawn or moved to another person while we waited
        raise NoSuchSession("This session was withdrawn already.")
    return person, session


def set_schedule(
    *,
    person_id: uuid.UUID,
    questionnaire: Questionnaire,
    kind: str,
    days: int,
    email: str,
    language: str,
    by: User,
    now: datetime.datetime,
) -> CheckInSchedule:
    """From now on the worker invites this person by e-mail as the schedule says. An earlier schedule ends.

    Raises `NoSuchPerson`, `NotPermitted`, and Django's `ValidationError` with everything that is wrong, by field.
    """
    with transaction.atomic():
        person = _locked(person_id, by)
        _refuse_inviting(by, person)
        _refuse_mistakes(person, questionnaire, kind, days, email, language)
        CheckInSchedule.objects.filter(person=person, ended_at=None).update(ended_at=now, ended_by=by)
        schedule = CheckInSchedule(
            person=person, questionnaire=questionnaire, kind=kind, days=days, language=language, set_at=now, set_by=by
        )
        records.write_contact(schedule, records.Contact(email=email.strip()))
        schedule.next_at = _next(schedule, now)
        schedule.save(force_insert=True)
        audit.record(
            actor=audit.staff(by), action="schedule.set", now=now, person=person.pk, schedule=schedule.pk, kind=kind
        )
    return schedule


def end_schedule(*, person_id: uuid.UUID, by: User, now: datetime.datetime) -> None:
    """Nobody is invited by schedule any more. Links that went out keep working. Raises `NoSuchPerson`, `NoSchedule`."""
    with transaction.atomic():
        person = _locked(person_id, by)
        _refuse_inviting(by, person)
        schedule = _current(person)
        if schedule is None:
            raise NoSchedule("There is no schedule to end.")
        schedule.ended_at, schedule.ended_by, schedule.next_at = now, by, None
        schedule.save(update_fields=["ended_at", "ended_by", "next_at"])
        audit.record(actor=audit.staff(by), action="schedule.ended", now=now, person=person.pk, schedule=schedule.pk)


def invite_due_check_ins(*, now: datetime.datetime) -> int:
    """Make the invitations that schedules call for; how many were made. Twice at one time makes each once."""
    due = CheckInSchedule.objects.filter(ended_at=None, next_at__lte=now).order_by("next_at", "pk")
    return sum(_invite_by(schedule_id, now) for schedule_id in list(due.values_list("pk", flat=True)))


def _invite_by(schedule_id: uuid.UUID, now: datetime.datetime) -> bool:
    with transaction.atomic():
        rows = CheckInSchedule.objects.select_for_update(of=("self",)).select_related("person__clinic", "questionnaire")
        schedule = rows.filter(pk=schedule_id, ended_at=None, next_at__lte=now).first()
        if schedule is None:  # ended, or another worker was first
            return False
        if _is_over(schedule, now):  # `failed_at` stays: somebody should still look why
            schedule.next_at = _next(schedule, now)
            schedule.save(update_fields=["next_at"])
            return False
        try:
            is_made = _invite(schedule, now)
        except (Refused, ValidationError, VaultError):
            schedule.failed_at, schedule.next_at = now, now + AGAIN
            schedule.save(update_fields=["failed_at", "next_at"])
            return False
        schedule.failed_at, schedule.next_at = None, _next(schedule, now, asked_now=True)
        schedule.save(update_fields=["failed_at", "next_at"])
    return is_made


def _is_over(schedule: CheckInSchedule, now: datetime.datetime) -> bool:
    """Whether the session that was to be asked about has begun meanwhile, with the worker away or failing."""
    if schedule.kind != CheckInSchedule.Kind.EVERY_VISIT:
        return False
    due = _next(schedule, now)
    return due is None or due > now


def _invite(schedule: CheckInSchedule, now: datetime.datetime) -> bool:
    """One invitation, unless an earlier one still waits to be answered: two at a time help nobody.

    Raises `NotPermitted` once the member of staff who set the schedule may not invite any more.
    """
    person = schedule.person
    _refuse_inviting(schedule.set_by, person)
    waiting = Invitation.objects.filter(person=person, revoked_at=None, expires_at__gt=now)
    if waiting.exclude(response__status__in=("sent", "deleted")).exists():
        return False
    sessions = TreatmentSession.objects.filter(person=person, withdrawn_at=None, at__gt=now).order_by("at")
    planned = sessions.values_list("at", flat=True).first()
    details = Details(
        name=people.name_of(person),
        email=records.read_contact(schedule).email,
        appointment_at=planned if planned and planned - now < 30 * checkins.DAY else None,
    )
    try:
        with transaction.atomic():
            invite(
                clinic=person.clinic,
                by=schedule.set_by,
                now=now,
                language=schedule.language,
                questionnaire=schedule.questionnaire,
                person=person,
                details=details,
                send=True,
                invitation_id=uuid.uuid5(schedule.pk, str(schedule.next_at)),
            )
    except AlreadyInvited:
        return False
    audit.record(actor=audit.SYSTEM, action="schedule.invited", now=now, person=person.pk, schedule=schedule.pk)
    return True


def _next(schedule: CheckInSchedule, now: datetime.datetime, *, asked_now: bool = False) -> datetime.datetime | None:
    sessions = TreatmentSession.objects.filter(person=schedule.person, withdrawn_at=None)
    made = Invitation.objects.filter(
        person=schedule.person, questionnaire=schedule.questionnaire, created_at__gte=schedule.set_at
    )
    asked = list(made.values_list("created_at", flat=True))
    return checkins.next_at(
        schedule.kind,
        schedule.days,
        sessions=list(sessions.values_list("at", flat=True)),
        asked=[*asked, now] if asked_now else asked,
        set_at=schedule.set_at,
        now=now,
    )


def _set_clock(person: Person, now: datetime.datetime) -> None:
    schedule = _current(person)
    if schedule is not None:
        schedule.next_at = _next(schedule, now)
        schedule.save(update_fields=["next_at"])


def _current(person: Person) -> CheckInSchedule | None:
    return CheckInSchedule.objects.select_for_update().filter(person=person, ended_at=None).first()


def _locked(person_id: uuid.UUID, by: User) -> Person:
    clinics = access.clinics_of(by, Permission.READ_ANSWERS)
    # Not locked against rows that name it: the worker, which locks a schedule first, never waits for us here.
    rows = Person.objects.select_for_update(of=("self",), no_key=True).select_related("clinic")
    person = rows.filter(pk=person_id, clinic__in=clinics).first()
    if person is None:
        raise NoSuchPerson("There is no such person.")
    return person


def _refuse_inviting(by: User, person: Person) -> None:
    if not access.may(by, Permission.INVITE, person.clinic):
        raise NotPermitted(f"You cannot invite patients to {person.clinic.name}.")


def _refuse_mistakes(
    person: Person, questionnaire: Questionnaire, kind: str, days: int, email: str, language: str
) -> None:
    problems: dict[str, list[str]] = {}
    if not is_email(email.strip()):
        problems["email"] = ["Enter the e-mail address to send the links to, such as name@example.org."]
    if kind not in CheckInSchedule.Kind.values:
        problems["kind"] = ["Choose when the person is asked again."]
    if not 1 <= days <= MOST_DAYS:
        problems["days"] = [f"Enter 1 to {MOST_DAYS} days."]
    if language not in person.clinic.languages:
        problems["language"] = ["Choose one of the clinic’s languages."]
    if access.current_version(questionnaire) is None:
        problems["questionnaire"] = ["Choose a published questionnaire."]
    if problems:
        raise ValidationError(problems)
