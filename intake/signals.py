"""Records in the audit record what other apps do: sign-ins, refused sign-ins, second factors, published versions.

Ids only: never what was typed.
"""

from __future__ import annotations

import datetime
from typing import Any

from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from screening.models import ClinicalReview, QuestionnaireVersion, ScheduledPublication
from screening.signals import (
    draft_reviewed,
    publication_cancelled,
    publication_held_back,
    publication_planned,
    version_published,
    version_retired,
)

from . import audit, second_factor, staff_sessions
from .models import User


@receiver(user_logged_in)
def record_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    staff_sessions.begin(request, user)
    _record(audit.staff(user), "staff.signed_in", user=user.pk)


@receiver(user_logged_out)
def record_sign_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    staff_sessions.leave_nothing_behind(request)
    if user is not None:
        _record(audit.staff(user), "staff.signed_out", user=user.pk)


@receiver(user_login_failed)
def record_refused_sign_in(credentials: dict[str, Any], **_: Any) -> None:
    """Names the account if there is one, so that an attack on it shows. What was typed stays out."""
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    account = User.objects.filter(email=typed).first()
    _record(audit.ANONYMOUS, "staff.sign_in_refused", **({"user": account.pk} if account else {}))


@receiver(authentication_failed)
def record_refused_second_factor(user: User, authenticator: Any, **_: Any) -> None:
    """Somebody who got this far has the password, or the session: it must show."""
    _record(audit.ANONYMOUS, "staff.second_factor_refused", user=user.pk, kind=authenticator.type)


@receiver(authenticator_added)
def record_second_factor(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Somebody who has just shown that the new factor works need not show it again."""
    if authenticator.type in second_factor.TYPES:
        second_factor.accept(request, user)
    _record(audit.staff(user), "staff.second_factor_added", user=user.pk, kind=authenticator.type)


@receiver([authenticator_removed, authenticator_reset])
def record_second_factor_removed(user: User, authenticator: Any, **_: Any) -> None:
    _record(audit.staff(user), "staff.second_factor_changed", user=user.pk, kind=authenticator.type)


@receiver(version_published)
def record_published(version: QuestionnaireVersion, user: User | None, now: datetime.datetime, **_: Any) -> None:
    _record_version("questionnaire.published", version, user, now)


@receiver(version_retired)
def record_retired(version: QuestionnaireVersion, user: User | None, now: datetime.datetime, **_: Any) -> None:
    _record_version("questionnaire.retired", version, user, now)


@receiver(draft_reviewed)
def record_reviewed(review: ClinicalReview, user: User | None, now: datetime.datetime, **_: Any) -> None:
    actor = audit.staff_or_operator(user)
    audit.record(actor=actor, action="questionnaire.reviewed", now=now, review=review.pk, sha256=review.sha256)


@receiver(publication_planned)
def record_planned(planned: ScheduledPublication, user: User, now: datetime.datetime, **_: Any) -> None:
    _record_plan(audit.staff(user), "publication.planned", planned, now)


@receiver(publication_cancelled)
def record_plan_cancelled(planned: ScheduledPublication, user: User, now: datetime.datetime, **_: Any) -> None:
    _record_plan(audit.staff(user), "publication.cancelled", planned, now)


@receiver(publication_held_back)
def record_held_back(planned: ScheduledPublication, now: datetime.datetime, **_: Any) -> None:
    _record_plan(audit.SYSTEM, "publication.held_back", planned, now)


def _record_plan(actor: str, action: str, planned: ScheduledPublication, now: datetime.datetime) -> None:
    audit.record(actor=actor, action=action, now=now, publication=planned.pk, sha256=planned.sha256)


def _record_version(action: str, version: QuestionnaireVersion, user: User | None, now: datetime.datetime) -> None:
    """Within the transaction of what it records: neither exists without the other."""
    actor = audit.staff_or_operator(user)
    audit.record(actor=actor, action=action, now=now, version=version.pk, sha256=version.sha256)


def _record(actor: str, action: str, **objects: Any) -> None:
    with transaction.atomic():
        audit.record(actor=actor, action=action, now=timezone.now(), **objects)
