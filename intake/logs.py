"""Keeps out of the log what it could repeat: tokens in the paths of requests, and words in the messages of errors."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator

from django.conf import settings

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


class PlacesOnly(logging.Filter):
    """Writes of an error only what kind it is and where it happened.

    The message of an error often holds the value that caused it, and that may be an answer. While debugging on one's
    own machine, errors are written whole.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if settings.DEBUG:
            return True
        if record.exc_info and record.exc_info[1]:
            record.exc_text = places(record.exc_info[1])
        record.exc_info = None
        if isinstance(record.args, tuple):
            record.args = tuple(kind(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
        if isinstance(record.msg, BaseException):
            record.msg = kind(record.msg)
        return True


def kind(error: BaseException) -> str:
    """The type of an error, without its message.

    >>> kind(ValueError("somebody's answer"))
    'ValueError'
    """
    return type(error).__qualname__


def places(error: BaseException) -> str:
    """The error, what it came from, and for each the lines of code that were being run; never a value."""
    return "\n".join(line for each in _chain(error) for line in (kind(each), *_lines(each)))


def _lines(error: BaseException) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def keep_tokens_out() -> None:
    """Put the filter on every logger of Django that mentions paths. Doing it again changes nothing."""
    for name in ("django.request", "django.server", "django.security.csrf", "django.security.DisallowedHost"):
        logger = logging.getLogger(name)
        if not any(isinstance(present, RedactTokens) for present in logger.filters):
            logger.addFilter(RedactTokens())
