"""How long something has waited, in words for staff."""

from __future__ import annotations

import datetime


def span(age: datetime.timedelta) -> str:
    """An age in its two largest units.

    >>> span(datetime.timedelta(seconds=20)), span(datetime.timedelta(minutes=61)), span(datetime.timedelta(days=2))
    ('less than a minute', '1 h 1 min', '2 d 0 h')
    """
    minutes = max(0, int(age.total_seconds()) // 60)
    hours, left = divmod(minutes, 60)
    if minutes < 1:
        return "less than a minute"
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {left} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"
