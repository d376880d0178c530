"""Telling a monitor elsewhere that alerts are being delivered: when it hears nothing, it calls somebody."""

from __future__ import annotations

import datetime
import logging

from django.conf import settings

from . import liveness, web

logger = logging.getLogger(__name__)

EVERY = datetime.timedelta(minutes=1)


class Heartbeat:
    """Calls `HEARTBEAT_URL` at most once a minute, and only while nothing is late: silence is the alarm."""

    def __init__(self) -> None:
        self._called_at: datetime.datetime | None = None

    def call(self, *, now: datetime.datetime) -> bool:
        """Whether the monitor was told now. A monitor that cannot be reached stops nothing."""
        if not settings.HEARTBEAT_URL or not self._is_time(now) or _is_late(now):
            return False
        self._called_at = now
        try:
            status = web.request(settings.HEARTBEAT_URL, method="GET", may_be_private=True)
        except (OSError, ValueError, web.NotReachable) as error:
            logger.warning("The heartbeat monitor was not reached: %s", type(error).__name__)
            return False
        if not 200 <= status < 300:
            logger.warning("The heartbeat monitor answered %s", status)
        return 200 <= status < 300

    def _is_time(self, now: datetime.datetime) -> bool:
        return self._called_at is None or not datetime.timedelta(0) <= now - self._called_at < EVERY


def _is_late(now: datetime.datetime) -> bool:
    age = liveness.oldest_unsent_age(now=now)
    return age is not None and age > liveness.LATE_AFTER
