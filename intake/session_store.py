"""Sessions in the database, whose end is written down again only when it has moved by some seconds.

Every page of a visit moves the end (`SESSION_SAVE_EVERY_REQUEST`). Written each time, it would be a commit with nearly
every page, for which those who save answers would have to wait.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.sessions.backends import db

STEP = datetime.timedelta(seconds=20)
"""By so much at most a session may end before the page says so, and by a sixtieth of its time. Whoever is late is told,
with all that was typed."""


class SessionStore(db.SessionStore):
    """What a session holds is written at once; only its end, alone, waits."""

    _stored_end: datetime.datetime | None = None

    def _get_session_from_db(self) -> Any:
        found = super()._get_session_from_db()  # type: ignore[misc]
        self._stored_end = found and found.expire_date
        return found

    def save(self, must_create: bool = False) -> None:
        end = self.get_expiry_date()
        step = min(STEP, datetime.timedelta(seconds=self.get_expiry_age() / 60))
        if must_create or self.modified or self._stored_end is None or abs(end - self._stored_end) >= step:
            super().save(must_create)
            self._stored_end = end
