"""What a patient may count on: who reads answers that cannot wait, and when, from the same rota that the alerts follow.

The sentences are in the language that is active. They promise no more than the rota does: hours that the clinic did
not state are not made up, and whom nobody is on call for is told that nobody reads.
"""

from __future__ import annotations

import datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext

from intake.models import Clinic

from . import rota


def who_reads(clinic: Clinic, *, now: datetime.datetime) -> tuple[str, ...]:
    """Sentences for a patient of a clinic, as things stand at a time."""
    plan = rota.of(clinic)
    if plan.hours is None:
        return (gettext("The clinic has not said when it reads answers that cannot wait. Do not wait for a call."),)
    if not any(plan.hours):
        return (gettext("Nobody at the clinic reads answers that cannot wait at fixed times. Do not wait for a call."),)
    stated = gettext("Staff read answers that cannot wait at these times: %(hours)s (clinic time).")
    return (stated % {"hours": "; ".join(_in_words(plan.hours))}, *_outside(plan, now))


def _outside(plan: rota.Rota, now: datetime.datetime) -> tuple[str, ...]:
    opening = plan.next_opening(now)
    if plan.has_on_call():
        return (gettext("Outside these hours a message goes to staff on call. They may not see it at once."),)
    if plan.is_open(now) or opening is None:
        return (gettext("Outside these hours nobody reads them."),)
    said = gettext("It is now outside these hours. Nobody reads them until %(day)s, %(time)s (clinic time).")
    return (said % {"day": _day(opening.weekday()), "time": _time(opening.time())},)


def _in_words(hours: tuple[rota.Span | None, ...]) -> list[str]:
    """The hours, days in a row with the same ones together."""
    runs: list[tuple[int, int, rota.Span]] = []
    for day, span in enumerate(hours):
        if span is None:
            continue
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == span:
            runs[-1] = (runs[-1][0], day, span)
        else:
            runs.append((day, day, span))
    return [_run(*run) for run in runs]


def _run(first: int, last: int, span: rota.Span) -> str:
    times = {"opens": _time(span[0]), "closes": _time(span[1])}
    if first == last:
        return gettext("%(day)s, %(opens)s to %(closes)s") % {"day": _day(first), **times}
    days = {"first": _day(first), "last": _day(last)}
    return gettext("%(first)s to %(last)s, %(opens)s to %(closes)s") % {**days, **times}


def _day(number: int) -> str:
    return str(WEEKDAYS[number])


def _time(time: datetime.time) -> str:
    return str(time_format(time, "TIME_FORMAT"))
