"""What may be reached of questionnaires, and of the replays of a draft."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from intake.models import Clinic, ImpactRun
from intake.permissions import Permission
from screening.models import Questionnaire

from .rights import Visitor, clinics_of, may_somewhere


def is_editor(request: HttpRequest) -> bool:
    """Whether a role allows editing questionnaires now: one taken away closes the editor at the next request."""
    return may_somewhere(request.user, Permission.EDIT_QUESTIONNAIRE)


def may_publish(user: Visitor) -> bool:
    """Whether somebody's account and roles allow publishing now, as for a page of the editor."""
    return bool(user.is_active and getattr(user, "is_staff", False)) and may_somewhere(
        user, Permission.EDIT_QUESTIONNAIRE
    )


def get_draft_questionnaire_or_404(request: HttpRequest, pk: int) -> Questionnaire:
    """A questionnaire for somebody who may edit it. Raises `Http404`."""
    may_edit = bool(getattr(request.user, "is_staff", False)) and is_editor(request)
    found = Questionnaire.objects.filter(pk=pk).first() if may_edit else None
    if found is None:
        raise Http404("There is no such questionnaire.")
    return found


def reviewable_questionnaires(user: Visitor) -> QuerySet[Questionnaire]:
    """The questionnaires whose drafts a person may review: all of them, for those who may sign for patients."""
    return Questionnaire.objects.all() if may_somewhere(user, Permission.SIGN_OFF) else Questionnaire.objects.none()


def get_reviewable_questionnaire_or_404(request: HttpRequest, pk: int) -> Questionnaire:
    """A questionnaire for somebody who may sign for patients, and so may review it. Raises `Http404`."""
    found = reviewable_questionnaires(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such questionnaire.")
    return found


def questionnaires() -> QuerySet[Questionnaire]:
    """Every draft: whoever edits questionnaires edits all of them."""
    return Questionnaire.objects.order_by("key")


def impact_runs_for(user: Visitor) -> QuerySet[ImpactRun]:
    """The replays whose every clinic is one that a person edits questionnaires for."""
    mine = clinics_of(user, Permission.EDIT_QUESTIONNAIRE).values("pk")
    found = ImpactRun.objects.filter(clinics__in=mine).exclude(clinics__in=Clinic.objects.exclude(pk__in=mine))
    return found.distinct().select_related("questionnaire", "requested_by")


def get_impact_run_or_404(user: Visitor, impact_id: uuid.UUID) -> ImpactRun:
    """One replay that a person may see the counts of. Raises `Http404`."""
    run = impact_runs_for(user).filter(pk=impact_id).first()
    if run is None:
        raise Http404("There is no such replay.")
    return run


def get_impact_to_review_or_404(user: Visitor, impact_id: uuid.UUID) -> ImpactRun:
    """One replay of responses some of which a person may read. Raises `Http404`."""
    readable = clinics_of(user, Permission.READ_ANSWERS).values("pk")
    run = ImpactRun.objects.filter(pk=impact_id, clinics__in=readable).select_related("questionnaire").first()
    if run is None:
        raise Http404("There is no such replay.")
    return run


def reads_all_of(user: Visitor, run: ImpactRun) -> bool:
    """Whether a person may read every response that a replay looked at."""
    readable = clinics_of(user, Permission.READ_ANSWERS).values("pk")
    return not run.clinics.exclude(pk__in=readable).exists()
