"""What several models share."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Enveloped(models.Model):
    """A row with its own data key, wrapped by the key ring's key `key_id`. See `intake.vault`."""

    key_id = models.CharField(max_length=64)
    wrapped_key = models.BinaryField()

    class Meta:
        abstract = True


def pair(model: str, verb: str, *, message: str) -> models.CheckConstraint:
    """`<verb>_at` and `<verb>_by` are both set or both empty: nothing is done without somebody having done it."""
    at, by = f"{verb}_at__isnull", f"{verb}_by__isnull"
    return models.CheckConstraint(
        condition=Q(**{at: True, by: True}) | Q(**{at: False, by: False}),
        name=f"{model}_{verb}_at_and_by",
        violation_error_message=message,
    )
