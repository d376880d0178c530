"""What is logged: one line for each event, no token in the path of a request, no word from the message of an error."""

from __future__ import annotations

import datetime
import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar

from django.conf import settings

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The name of the request that is being answered, as its `X-Request-ID` says; empty outside of one."""

_TOKEN = re.compile(r"(/i/|/accounts/role/|/accounts/password/reset/key/)[^/\s'\"]+")


class RedactTokens(logging.Filter):
    """Writes `…` where a path in a log record has the token of an invitation, a role or a link to choose a password."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redacted(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(redacted(arg) for arg in record.args)
        return True


def redacted(value: object) -> object:
    """A text without the tokens of links; anything else as it is.

    >>> redacted("Not Found: /i/s3cret/"), redacted("Not Found: /accounts/password/reset/key/3-s3cret/")
    ('Not Found: /i/…/', 'Not Found: /accounts/password/reset/key/…/')
    """
    return _TOKEN.sub(r"\1…", value) if isinstance(value, str) else value


class AlwaysPlaces(logging.Filter):
    """Writes of an error only what kind it is and where it happened.

    The message of an error often holds the value that caused it, and that may be an answer. It asks no setting, so the
    server's own log has it before the product is loaded.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            record.exc_text = places(record.exc_info[1])
        record.exc_info = None
        if isinstance(record.args, tuple):
            record.args = tuple(kind(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
        if isinstance(record.msg, BaseException):
            record.msg = kind(record.msg)
        return True


class PlacesOnly(AlwaysPlaces):
    """The same, but while debugging on one's own machine errors are written whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        return True if settings.DEBUG else super().filter(record)


class JsonLines(logging.Formatter):
    """Each event as one line of JSON in ASCII, so that no text of anybody's begins a line of its own. Times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        event = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": request_id.get(),
            "places": (record.exc_text or "").splitlines(),
        }
        return json.dumps({name: value for name, value in event.items() if value})


class PlainLines(logging.Formatter):
    """For reading on one's own machine: what would begin a new line is written as an escape."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the library's name)
        return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in super().formatMessage(record))


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
