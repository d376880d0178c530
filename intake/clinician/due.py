"""By when the first action of a point was due, where that is past on the day the page is drawn."""

from __future__ import annotations

import datetime

from .wording import day

SAME_DAY = "same working day"
"""The content says by when to act in words; these name a day."""
SATURDAY = 5


def was_due(action: str, *, sent: datetime.date, drawn: datetime.date | None) -> str:
    """“Was due on” and the working day (Monday to Friday) of sending, or the next; empty while that day is not over.

    >>> friday, monday = datetime.date(2026, 11, 27), datetime.date(2026, 11, 30)
    >>> was_due("Review on the same working day.", sent=friday, drawn=monday)
    'Was due on 27 Nov 2026.'
    >>> was_due("Review on the same working day.", sent=friday, drawn=friday)
    ''
    """
    if drawn is None or SAME_DAY not in action:
        return ""
    due = sent
    while due.weekday() >= SATURDAY:
        due += datetime.timedelta(days=1)
    return f"Was due on {day(due)}." if drawn > due else ""
