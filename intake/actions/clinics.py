"""Setting up a clinic."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.db import transaction

from intake import audit, crisis_contacts, retention
from intake.alerts import escalation
from intake.models import AlertDelivery, Clinic, SecurityNotice, User
from screening.models import Questionnaire

from . import security
from .refusals import ChangedMeanwhile, managed


def create_clinic(
    *,
    name: str,
    slug: str,
    country: str,
    timezone: str,
    languages: list[str],
    alert_email: str,
    now: datetime.datetime,
    profile: str = "us",
    questionnaire: Questionnaire | None = None,
    expectation: dict[str, str] | None = None,
    contacts: list[dict[str, Any]] | None = None,
    phone: str = "",
    email: str = "",
    part2: bool = False,
) -> Clinic:
    """A new clinic. `contacts` defaults to the crisis contacts we know for the country, awaiting confirmation.

    `part2`: it is a 42 CFR Part 2 programme.
    `phone` and `email` are shown to patients; `alert_email` is for staff alone.

    Raises Django's `ValidationError` with everything that is wrong, by field.
    """
    clinic = Clinic(
        name=name.strip(), slug=slug, country=country.upper(), timezone=timezone, languages=languages,
        profile=profile, questionnaire=questionnaire, expectation=expectation or {},
        crisis_contacts=crisis_contacts.for_country(country) if contacts is None else contacts,
        phone=phone.strip(), email=email, alert_email=alert_email,
        part2_mode=Clinic.Part2Mode.NOTICE if part2 else Clinic.Part2Mode.OFF, created_at=now,
    )  # fmt: skip
    _refuse_mistakes(clinic)
    with transaction.atomic():
        clinic.save(force_insert=True)
        audit.record(actor=audit.OPERATOR, action="clinic.created", now=now, clinic=clinic.pk)
    return clinic


def set_invitation_mail(
    *,
    clinic: Clinic,
    by: User,
    now: datetime.datetime,
    reminder_limit: int,
    mail_names_clinic: bool,
    seen: Clinic | None = None,
) -> Clinic:
    """How often an invitation is reminded of, and whether e-mails name the clinic. What was planned stays planned.
    `seen`: the clinic as `by` looked at it.

    Raises `NotPermitted`, `ChangedMeanwhile`, and Django's `ValidationError` for too many reminders.
    """
    with transaction.atomic():
        current = managed(
            clinic, by, refusal="Only an administrator of this clinic can change how invitations are sent."
        )
        wanted = {"reminder_limit": reminder_limit, "mail_names_clinic": mail_names_clinic}
        for name in _changed(current, wanted, seen):
            setattr(current, name, wanted[name])
        current.clean_fields(exclude={field.name for field in Clinic._meta.fields} - {"reminder_limit"})
        current.save(update_fields=["reminder_limit", "mail_names_clinic"])
        audit.record(actor=audit.staff(by), action="clinic.invitation_mail_set", now=now, clinic=current.pk)
    return current


def _refuse_mistakes(clinic: Clinic) -> None:
    problems = {
        "timezone": [] if _is_timezone(clinic.timezone) else ["Write an IANA name such as America/New_York."],
        "languages": [] if clinic.languages else ["Name at least one language."],
        "crisis_contacts": crisis_contacts.problems(clinic.crisis_contacts, clinic.languages),
    }
    try:
        clinic.full_clean(exclude=["crisis_contacts", "languages"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            problems.setdefault(field, []).extend(messages)
    found = {field: messages for field, messages in problems.items() if messages}
    if found:
        raise ValidationError(found)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


CHANGEABLE = frozenset(
    {
        "name",
        "phone",
        "email",
        "alert_email",
        "timezone",
        "languages",
        "profile",
        "parameters",
        "expectation",
        "draft_alert_minutes",
        "retention_days",
        "shows_changed_answers",
    }
)
"""What an administrator changes on the clinic's page. Responses that were begun keep the settings they began with."""


def change_clinic(
    *, clinic: Clinic, changes: dict[str, Any], by: User, now: datetime.datetime, seen: Clinic | None = None
) -> Clinic:
    """Change settings of a clinic. A language in which the crisis contacts have no words is refused. Another
    `alert_email` is told of the open alerts at once; a shorter time to keep answers counts after some days
    (`retention.SHORTER_COUNTS_AFTER`). The clinic's people are told of both.

    `seen`: the clinic as `by` looked at it. What `changes` leave as it was seen stays as it is.

    Raises `NotPermitted`, `ChangedMeanwhile`, `ValueError` for a field that is not changed here, and Django's
    `ValidationError` with everything that is wrong, by field.
    """
    if strange := sorted(set(changes) - CHANGEABLE):
        raise ValueError(f"Not changed here: {', '.join(strange)}.")
    with transaction.atomic():
        current = managed(clinic, by, refusal="Only an administrator of this clinic changes its settings.")
        changed = _changed(current, changes, seen)
        if "retention_days" in changed:
            _put_off(current, changes["retention_days"], by, now)
        for name in changed:
            setattr(current, name, changes[name])
        _refuse_mistakes(current)
        if changed:
            current.save(update_fields=[*changed, "retention_before", "retention_counts_at"])
            if "alert_email" in changed:
                _tell_the_new_address(current, now)
                security.notify(current, SecurityNotice.Kind.ALERTS, by, now)
            audit.record(
                actor=audit.staff(by), action="clinic.changed", now=now, clinic=current.pk, fields=" ".join(changed)
            )
    return current


def _changed(current: Clinic, changes: dict[str, Any], seen: Clinic | None) -> list[str]:
    """Which fields change. Raises `ChangedMeanwhile` when one of them is not any more as it was seen."""
    looked_at = seen or current
    wanted = {name for name, value in changes.items() if getattr(looked_at, name) != value}
    changed = sorted(name for name in wanted if getattr(current, name) != changes[name])
    if any(getattr(current, name) != getattr(looked_at, name) for name in changed):
        raise ChangedMeanwhile("Somebody changed these settings meanwhile. Look at the page again.")
    return changed


def _put_off(clinic: Clinic, days: int | None, by: User, now: datetime.datetime) -> None:
    """A shorter time counts after some days, and the clinic's people are told: what it erases never comes back."""
    before, counts_at = None, None
    if retention.is_shortened(clinic, to=days, now=now):
        before, counts_at = retention.days_kept(clinic, now=now), now + retention.SHORTER_COUNTS_AFTER
        security.notify(clinic, SecurityNotice.Kind.RETENTION, by, now, detail=str(days))
    clinic.retention_before, clinic.retention_counts_at = before, counts_at


def _tell_the_new_address(clinic: Clinic, now: datetime.datetime) -> None:
    """Whatever went to the old one, or is still tried there, goes to the new one in the worker's next round."""
    to_the_clinic = AlertDelivery.objects.filter(clinic=clinic, contact=None)
    to_the_clinic.pending().update(leased_until=None)
    escalation.tell_now(to_the_clinic, now=now)
