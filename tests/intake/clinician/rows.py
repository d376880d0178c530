"""The rows of the worklist as somebody sees them."""

from __future__ import annotations

from django.test.utils import CaptureQueriesContext

from intake.clinician import worklist
from intake.models import User

URL = "/staff/"


def names(user: User, after: str = "") -> list[str]:
    return [row.who for row in worklist.page_of(user, after=after).rows]


def row_of(user: User, who: str) -> worklist.Row:
    return next(row for row in worklist.page_of(user).rows if row.who == who)


def cost(queries: CaptureQueriesContext) -> int:
    """Queries, those of session, menu and audit included; not the marks of nested transactions, and not the lock of
    the audit record on PostgreSQL, which SQLite has no need of."""
    free = ("SAVEPOINT", "pg_advisory_xact_lock")
    return sum(not any(word in query["sql"] for word in free) for query in queries.captured_queries)
