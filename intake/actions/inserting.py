"""New rows with a random reference that people read aloud."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from intake.models import Person, QuestionnaireResponse
from intake.references import new_reference


def insert(row: QuestionnaireResponse | Person) -> None:
    """Insert a new row; a reference that is taken is drawn again. Any other `IntegrityError` is the caller's."""
    while not _is_inserted(row):
        row.reference = new_reference()


def _is_inserted(row: QuestionnaireResponse | Person) -> bool:
    """False where the reference is taken. The savepoint keeps what the transaction did before."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        if not type(row)._base_manager.filter(reference=row.reference).exists():
            raise
        return False
    return True
