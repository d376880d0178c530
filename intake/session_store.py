"""Sessions in the database, under digests of their keys, whose end is written down again only when it has moved by some
seconds.

A key is what a browser holds: whoever reads the table, or a backup of it, must not become one of those signed in.

Every page of a visit moves the end (`SESSION_SAVE_EVERY_REQUEST`). Written each time, it would be a commit with nearly
every page, for which those who save answers would have to wait.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

STEP = datetime.timedelta(seconds=20)
"""By so much at most a session may end before the page says so, and by a sixtieth of its time. Whoever is late is told,
with all that was typed."""


OWN = "_session"
"""Where a session's data names its digest: its row, copied under another key, opens nothing."""


def digest_of(key: str) -> str:
    """What stands for the key of a session wherever it is stored. A key is random (165 bits), so it needs no salt; 160
    bits fill the column that Django gives it."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """What a session holds is written at once; only its end, alone, waits. `session_key` is the browser's key; the
    database has its digest. WSGI needs the methods of one thread only: the others are not for use."""

    _stored_end: datetime.datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        stored = Session.objects.filter(session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now())
        found = stored.first()
        if found is None:
            self._session_key = None
        self._stored_end = found and found.expire_date
        return found

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        if data.pop(OWN, "") == digest_of(self.session_key or ""):
            return data
        self._session_key = None
        return {}

    def exists(self, session_key: str) -> bool:
        return super().exists(digest_of(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        made = super().create_model_instance(data)
        made.session_key = digest_of(made.session_key)
        made.session_data = self.encode(data | {OWN: made.session_key})
        return made

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            super().delete(digest_of(key))

    def save(self, must_create: bool = False) -> None:
        end = self.get_expiry_date()
        step = min(STEP, datetime.timedelta(seconds=self.get_expiry_age() / 60))
        if must_create or self.modified or self._stored_end is None or abs(end - self._stored_end) >= step:
            super().save(must_create)
            self._stored_end = end
