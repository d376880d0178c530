"""When somebody who was invited is reminded. Pure: it is given every time, and asks no clock."""

from __future__ import annotations

import datetime

DAY = datetime.timedelta(days=1)
DAYS_AFTER = (3, 7, 10, 13)
"""Days after the link was made."""


def times(
    *,
    made_at: datetime.datetime,
    expires_at: datetime.datetime,
    appointment_at: datetime.datetime | None,
    limit: int,
) -> tuple[datetime.datetime, ...]:
    """The times of at most `limit` reminders, in order: the day before the appointment, then days after the link.

    None is less than a day after the link or another reminder, nor once the link or the appointment is over.

    >>> made = datetime.datetime(2026, 3, 2, 15)
    >>> def days(appointment=None, limit=2):
    ...     found = times(made_at=made, expires_at=made + 14 * DAY, appointment_at=appointment, limit=limit)
    ...     return [(at - made) / DAY for at in found]
    >>> days(), days(made + 6 * DAY), days(made + 4 * DAY, limit=4), days(limit=0)
    ([3.0, 7.0], [3.0, 5.0], [3.0], [])
    """
    end = min(expires_at, appointment_at or expires_at)
    wanted = [] if appointment_at is None else [appointment_at - DAY]
    wanted += [made_at + number * DAY for number in DAYS_AFTER]
    chosen: list[datetime.datetime] = []
    for at in wanted:
        if made_at + DAY <= at < end and all(abs(at - other) >= DAY for other in chosen):
            chosen.append(at)
    return tuple(sorted(chosen[:limit]))
