"""Keeps invitation tokens out of the log: Django logs the path of a request that was refused or failed."""

from __future__ import annotations

import logging
import re

_TOKEN = re.compile(r"/i/[^/\s'\"]+")


class RedactTokens(logging.Filter):
    """Writes `/i/…` where a log record would have the path of an invitation."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redacted(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(redacted(arg) for arg in record.args)
        return True


def redacted(value: object) -> object:
    """A text without the token of an invitation; anything else as it is.

    >>> redacted("Not Found: /i/s3cret/")
    'Not Found: /i/…/'
    """
    return _TOKEN.sub("/i/…", value) if isinstance(value, str) else value


def keep_tokens_out() -> None:
    """Put the filter on every logger of Django that mentions paths. Doing it again changes nothing."""
    for name in ("django.request", "django.server", "django.security.csrf", "django.security.DisallowedHost"):
        logger = logging.getLogger(name)
        if not any(isinstance(present, RedactTokens) for present in logger.filters):
            logger.addFilter(RedactTokens())
