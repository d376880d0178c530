"""C71: the product's own role on PostgreSQL does all of its work, and cannot undo what protects the record.

`deploy/postgresql.sql` is run as it is, but for the role's name, in a transaction that is rolled back.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from intake import actions, audit
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from screening import publishing
from screening.models import QuestionnaireVersion

from .sample import NOW, later
from .test_subject_access import fill

SQL = Path(__file__).parents[2] / "deploy" / "postgresql.sql"
ROLE = "screening_of_a_test"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.check("C71", required="a role of its own that can do its work and cannot undo the guards"),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
]


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def as_the_product(clinic: Clinic, clinician: User) -> None:
    """From here on, everything is asked by the product's role; the cast was there before."""
    grants = re.sub(r"\b(TO|FROM) screening;", rf"\1 {ROLE};", SQL.read_text())
    run(f"CREATE ROLE {ROLE}")
    run(re.sub(r"(?m)^(BEGIN|COMMIT);$", "", grants))
    run(f"SET LOCAL ROLE {ROLE}")


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner|must be superuser"), transaction.atomic():
        run(statement)


FORBIDDEN = (
    "UPDATE intake_auditrecord SET action = 'x'",
    "DELETE FROM intake_auditrecord",
    "TRUNCATE intake_auditrecord",
    "DROP TRIGGER intake_auditrecord_no_update ON intake_auditrecord",
    "ALTER TABLE intake_auditrecord DISABLE TRIGGER ALL",
    "ALTER TABLE intake_auditrecord RENAME TO gone",
    "CREATE OR REPLACE FUNCTION intake_auditrecord_no_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "DROP TABLE intake_auditrecord",
    "SET session_replication_role = replica",
    "UPDATE intake_revision SET number = number",
    "UPDATE intake_reviewentry SET number = number",
    "UPDATE intake_signoff SET signed_at = signed_at",
    "UPDATE intake_correction SET number = number",
    "UPDATE intake_packedrecord SET layout = layout",
    "UPDATE intake_personmatch SET decision = decision",
    "UPDATE intake_erasure SET reason = reason",
    "DELETE FROM intake_erasure",
    "UPDATE screening_questionnaireversion SET document = document",
    "DELETE FROM screening_questionnaireversion",
    "ALTER TABLE screening_questionnaireversion DISABLE TRIGGER ALL",
    "TRUNCATE intake_questionnaireresponse CASCADE",
    "DELETE FROM django_migrations",
    "CREATE TABLE public.mine (id int)",
)


def test_it_cannot_undo_what_protects_the_record(as_the_product: None, figure) -> None:
    for statement in FORBIDDEN:
        refused(statement)

    figure(f"{len(FORBIDDEN)} statements, each refused")


def test_it_can_do_all_of_its_work(
    as_the_product: None, clinic: Clinic, version: QuestionnaireVersion, clinician: User
) -> None:
    """Invited, answered, alerted, corrected, reviewed, copied, put on hold and off, and erased; a version retired."""
    response = fill(clinic, version, clinician, "Qwx")
    assert response.person is not None
    actions.copy_of(record=response.person, by=clinician, now=NOW)
    actions.lift_hold(record=response.person, now=NOW)
    actions.rotate_keys(now=NOW)
    actions.erase(record=response.person, reason="asked", by=None, now=later(days=1))
    publishing.retire(version=version, by="Somebody", now=NOW)

    assert not QuestionnaireResponse.objects.exists()
    assert AuditRecord.objects.filter(action="person.erased").exists()
    assert audit.verify().is_intact
