"""Where a response stands on the worklist: a few facts about it, and what the database works out from them.

The facts are written by the action that changes them, in its transaction, on the locked row. The order is a generated
column: no action can forget to work it out, and it is never behind its facts (docs/decisions/0091-worklist.md).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, F, GeneratedField, Index, Q, Value, When
from django.db.models.functions import Coalesce

from .alert import Alert


class Urgency(models.IntegerChoices):
    """The order of the worklist."""

    URGENT_WAITING = 0
    WAITING = 1
    URGENT = 2
    UNRESOLVED_SAFETY = 3
    UNOPENED = 4
    OPENED = 5
    SIGNED = 6


KINDS: tuple[str, ...] = tuple(Alert.Kind.values)
"""The kinds of alerts; each has its fact, `alerted_<kind>`."""

SENT = Q(sent_at__isnull=False)
UNSENT = Q(sent_at__isnull=True)
IS_ALERTED = Q(*((f"alerted_{kind}", True) for kind in KINDS), _connector=Q.OR)
IS_LISTED = SENT | IS_ALERTED
# What was not sent has no assessment: its alerts stand in for one.
IS_URGENT = Q(top_severity=4) | (UNSENT & (Q(alerted_at_once=True) | Q(alerted_urgent=True)))
IS_UNRESOLVED = Q(has_unresolved_safety=True) | (UNSENT & Q(alerted_unresolved_safety=True))
IS_UNOPENED = Q(opened_at__isnull=True) | Q(unread_corrections__gt=0)


def _generated(field: models.Field[Any, Any], *cases: When, default: Value | None = None) -> GeneratedField:
    """The value of the first case that holds, worked out by the database whenever the row is written."""
    expression = Case(*cases, default=default or Value(None), output_field=field)
    return GeneratedField(expression=expression, output_field=field, db_persist=True)


def _number() -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(null=True)


class Listed(models.Model):
    """What the worklist shows, orders and narrows by.

    Facts: `alert_waits` (nobody has acknowledged some alert), `alerted_<kind>` (there is or was such an alert), and
    `is_signed` (a signature is on all that is known now).
    Generated, and empty for a draft that called for nobody: `urgency`, an `Urgency`, for those who read answers;
    `plain_urgency` for those who do not, which tells nothing of answers and is empty until sending; `listed_at`, when
    it was sent or else started; `shown_severity`, 4 (urgent) to 0 (nothing raised, nothing left open), empty for
    anything else; `is_unresolved`, `is_unopened`.
    """

    alert_waits = models.BooleanField(default=False)
    alerted_at_once = models.BooleanField(default=False)
    alerted_urgent = models.BooleanField(default=False)
    alerted_unresolved_safety = models.BooleanField(default=False)
    alerted_safety_panel = models.BooleanField(default=False)
    is_signed = models.BooleanField(default=False)
    urgency = _generated(
        _number(),
        When(~IS_LISTED, then=Value(None)),
        When(IS_URGENT & Q(alert_waits=True), then=Value(Urgency.URGENT_WAITING.value)),
        When(Q(alert_waits=True), then=Value(Urgency.WAITING.value)),
        When(Q(is_signed=True), then=Value(Urgency.SIGNED.value)),
        When(IS_URGENT, then=Value(Urgency.URGENT.value)),
        When(Q(has_unresolved_safety=True), then=Value(Urgency.UNRESOLVED_SAFETY.value)),
        When(IS_UNOPENED, then=Value(Urgency.UNOPENED.value)),
        default=Value(Urgency.OPENED.value),
    )
    plain_urgency = _generated(
        _number(),
        When(UNSENT, then=Value(None)),
        When(IS_UNOPENED, then=Value(Urgency.UNOPENED.value)),
        default=Value(Urgency.OPENED.value),
    )
    listed_at = _generated(
        models.DateTimeField(null=True), When(IS_LISTED, then=Coalesce(F("sent_at"), F("started_at")))
    )
    shown_severity = _generated(
        _number(),
        When(IS_URGENT, then=Value(4)),
        When(Q(top_severity__gt=0), then=F("top_severity")),
        When(SENT & Q(has_unresolved_safety=False), then=Value(0)),
    )
    is_unresolved = _generated(models.BooleanField(), When(IS_UNRESOLVED, then=Value(True)), default=Value(False))
    is_unopened = _generated(models.BooleanField(), When(IS_UNOPENED, then=Value(True)), default=Value(False))

    class Meta:
        abstract = True


COLUMNS = tuple(field.name for field in Listed._meta.local_fields)
"""What a patient's page and a save leave unread: asking for a column takes Django longer than the database."""

ORDER = ("urgency", "listed_at", "id")
ON_LIST = Q(urgency__isnull=False)


def _by(name: str, *facts: str, first: tuple[str, ...] = ("clinic",), only: Q | None = None) -> Index:
    """The list in its order, for one clinic, of those that a condition leaves. The facts of the condition stand at the
    end, so that whoever asks the index need not open the row."""
    condition = ON_LIST & only if only else ON_LIST
    return Index(fields=[*first, *ORDER, *facts], condition=condition, name=f"worklist_{name}")


INDEXES = [
    _by("all"),
    _by("unopened", "is_unopened", only=Q(is_unopened=True)),
    _by("unsigned", "is_signed", "sent_at", only=SENT & Q(is_signed=False)),
    _by("nobodys", "assigned_to", only=Q(assigned_to__isnull=True)),
    _by("assigned", first=("clinic", "assigned_to"), only=Q(assigned_to__isnull=False)),
    _by("unsent", "sent_at", only=UNSENT),
    _by("severity", first=("clinic", "shown_severity"), only=Q(shown_severity__isnull=False)),
    _by("unresolved", "is_unresolved", only=Q(is_unresolved=True)),
    *(_by(kind, f"alerted_{kind}", only=Q(**{f"alerted_{kind}": True})) for kind in KINDS),
    Index(
        fields=["clinic", "plain_urgency", "listed_at", "id"],
        condition=Q(plain_urgency__isnull=False),
        name="worklist_plain",
    ),
    Index(
        fields=["clinic", "-listed_at", "id", "urgency", "invitation"],
        condition=ON_LIST & Q(invitation__isnull=False),
        name="worklist_invited",
    ),
]
