"""An error in a page is logged by its kind and place. What somebody typed is in none of it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from intake import access, logs
from intake.models import Clinic

CANARY = "Xylophonia-Quetzal"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the console of the real configuration writes."""
    console = next(
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler)
        and any(isinstance(present, logs.PlacesOnly) for present in handler.filters)
    )
    text = io.StringIO()
    before = console.setStream(text)
    yield text
    console.setStream(before)


def broken(*_: Any, **__: Any) -> None:
    answer = CANARY
    try:
        {}[answer]
    except KeyError as error:
        wrong = ValueError(f"“{answer}” is no clinic")
        wrong.add_note(answer)
        raise wrong from error


@pytest.mark.check("C36", required="0 in the log of an error")
def test_a_failed_page_is_logged_without_what_was_typed(
    clinic: Clinic, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "get_clinic_or_404", broken)

    page = Client(raise_request_exception=False).post("/start/north/", {"name": CANARY})

    log = written.getvalue()
    assert page.status_code == 500
    assert CANARY not in log
    # The page gives back what was typed, to be sent again; nowhere else does it stand.
    assert CANARY not in page.content.decode().replace(f'value="{CANARY}"', "")
    assert "Internal Server Error: /start/north/" in log
    assert "ValueError\n" in log
    assert "KeyError\n" in log
    assert "test_logs.py:" in log
    assert "in broken" in log


@pytest.mark.parametrize("log", [logging.getLogger("intake"), logging.getLogger("django.db"), logging.getLogger()])
def test_an_error_given_to_a_log_is_named_by_its_kind(log: logging.Logger, written: io.StringIO) -> None:
    log.error("It failed: %s", ValueError(CANARY))
    log.error(ValueError(CANARY))

    assert CANARY not in written.getvalue()
    assert written.getvalue().count("ValueError") == 2


def test_no_other_handler_of_django_writes_errors() -> None:
    assert logging.getLogger("django").handlers == []


def test_errors_are_whole_while_debugging(written: io.StringIO, settings: Any) -> None:
    settings.DEBUG = True

    try:
        broken()
    except ValueError:
        logging.getLogger("intake").exception("It failed")

    assert CANARY in written.getvalue()


def test_errors_that_come_from_each_other_end() -> None:
    first, second = ValueError(), KeyError()
    first.__context__, second.__context__ = second, first

    assert logs.places(first) == "ValueError\nKeyError"
