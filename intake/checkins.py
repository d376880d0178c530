"""When a person is asked again. Pure: it is given every time, and asks no clock."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from .models import CheckInSchedule

DAY = datetime.timedelta(days=1)
LEAD = 3 * DAY
"""How long before a planned session the link goes out."""


def next_at(
    kind: str,
    days: int,
    *,
    sessions: Sequence[datetime.datetime],
    asked: Sequence[datetime.datetime],
    set_at: datetime.datetime,
    now: datetime.datetime,
) -> datetime.datetime | None:
    """When the next invitation is to be made; None while nothing is planned. It may lie in the past: then it is due.

    `sessions` are all that count, past and planned; `asked` is when the person was invited by this schedule.

    >>> monday = datetime.datetime(2026, 3, 2, 15)
    >>> def planned(kind, sessions=(), asked=(), now=monday):
    ...     found = next_at(kind, 14, sessions=sessions, asked=asked, set_at=monday, now=now)
    ...     return found and (found - monday) / DAY
    >>> planned("every_days"), planned("every_days", [monday + 5 * DAY], now=monday + 6 * DAY)
    (14.0, 19.0)
    >>> planned("every_days", asked=[monday + 14 * DAY]), planned("every_visit")
    (28.0, None)
    >>> planned("every_visit", [monday + 10 * DAY]), planned("every_visit", [monday - DAY])
    (7.0, None)
    """
    if kind == CheckInSchedule.Kind.EVERY_DAYS:
        held = [at for at in sessions if at <= now]
        return max([set_at, *held, *asked]) + days * DAY
    # A session whose link has gone out is asked about; one that is over needs none any more.
    planned = [at for at in sessions if at > now and not any(at - LEAD <= one for one in asked)]
    return max(min(planned) - LEAD, set_at) if planned else None
