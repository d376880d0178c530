"""What every test shares. The cast of people lives beside the tests that need them (`tests/intake/conftest.py`)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings

from intake import triggers as intake_triggers
from intake.clinician import pdf
from intake.erasure import erased_list
from screening import proving
from screening import triggers as screening_triggers
from tests.trust.amounts import IS_LONG
from tests.trust.reporter import (
    figure,
    pytest_collection_finish,
    pytest_runtest_logreport,
    pytest_runtest_makereport,
)

__all__ = ["figure", "pytest_collection_finish", "pytest_runtest_logreport", "pytest_runtest_makereport"]

# The same code is tried with the same examples, so that a run says something about the change and not about the day;
# HYPOTHESIS_PROFILE=long looks for new ones.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=100,
    print_blob=True,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=10_000, derandomize=False)
settings.register_profile("trust", parent=settings.get_profile("default"), max_examples=5_000)
# A busy machine is slow, not wrong: what ends endless work in tests is its processor time, or that a test hangs.
proving.TOTAL = pdf.TIME_LIMIT = 600.0
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "trust" if IS_LONG else "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys run last: when a unit is broken, its own small test should be the first to say so."""
    items.sort(key=lambda item: "journeys" in str(item.path))


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    """Limits are counted in the cache: no test is slowed by those before it."""
    cache.clear()


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits refill with time: on a slow machine a try more would be allowed."""
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)


@pytest.fixture(autouse=True)
def _nothing_erased_yet() -> Iterator[None]:
    """The list of what was erased stands beside the database, and is no part of a transaction that is rolled back."""
    yield
    erased_list.path().unlink(missing_ok=True)


@pytest.fixture
def transactional_db(transactional_db: None) -> Iterator[None]:
    """The database is emptied after such a test, which the triggers refuse; so they are taken away first."""
    intake_triggers.install(connection)
    screening_triggers.install(connection)
    yield
    intake_triggers.remove(connection)
    screening_triggers.remove(connection)
