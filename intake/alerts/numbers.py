"""Three numbers that must agree: responses with a disclosure, those with an alert, and those whose alerts were seen."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable

from django.db.models import Count, Exists, OuterRef, Q

from intake.models import Alert, QuestionnaireResponse
from intake.references import grouped

NAMED = 20
"""How many references are named where something does not agree."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Numbers:
    """Counts of responses. `without_alert` and `without_disclosure` are references, and empty when all is well."""

    disclosed: int
    alerted: int
    acknowledged: int
    without_alert: tuple[str, ...]
    without_disclosure: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Whether every disclosure has an alert and every alert a disclosure."""
        return not (self.without_alert or self.without_disclosure)

    @property
    def open(self) -> int:
        """The responses that have an alert which nobody has acknowledged."""
        return self.alerted - self.acknowledged

    @property
    def sentence(self) -> str:
        """What the numbers mean, for people."""
        if not self.agree:
            named = ", ".join((*self.without_alert, *self.without_disclosure))
            return (
                f"The numbers do not agree: {named}. Open each of these responses now, then tell whoever looks after "
                "this installation. An alert may be missing."
            )
        if self.open:
            have = "1 response has" if self.open == 1 else f"{self.open} responses have"
            return f"Every disclosure has its alert. {have} an alert that nobody has acknowledged yet."
        return "The numbers agree: every disclosure has its alert, and every alert was acknowledged."

    def as_dict(self) -> dict[str, object]:
        """For `manage.py alerts --numbers --json`."""
        return {**dataclasses.asdict(self), "agree": self.agree, "open": self.open}


def count(clinics: Iterable[uuid.UUID]) -> Numbers:
    """The numbers of some clinics. Test messages are never counted."""
    alerts = Alert.objects.filter(response=OuterRef("pk"))
    responses = QuestionnaireResponse.objects.filter(clinic__in=clinics).annotate(
        is_alerted=Exists(alerts), is_open=Exists(alerts.unacknowledged())
    )
    disclosed = Q(disclosed_at__isnull=False)
    found = responses.aggregate(
        disclosed=Count("pk", filter=disclosed),
        alerted=Count("pk", filter=Q(is_alerted=True)),
        acknowledged=Count("pk", filter=Q(is_alerted=True, is_open=False)),
    )
    return Numbers(
        **found,
        without_alert=_named(responses.filter(disclosed, is_alerted=False)),
        without_disclosure=_named(responses.filter(~disclosed, is_alerted=True)),
    )


def _named(responses) -> tuple[str, ...]:
    references = responses.order_by("started_at", "pk").values_list("reference", flat=True)
    return tuple(map(grouped, references[:NAMED]))
