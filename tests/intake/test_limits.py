"""Buckets that refill: some at once, then steadily; hashed keys; what happens when the cache fails."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.management import call_command
from django.test import override_settings

from intake import limits
from intake import settings as product

SLOW = limits.Limit(name="slow", burst=3, per_second=0.5)
STRICT = limits.Limit(name="strict", burst=3, per_second=0.5, must_hold=True)
IN_DATABASE = {"default": product.CACHES["default"]}


def waits(*times: float, limit: limits.Limit = SLOW, who: str = "203.0.113.9") -> list[int]:
    return [limits.wait_for(limit, who, now=1_000_000 + moment) for moment in times]


@pytest.fixture
def broken_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError("no cache")

    for name in settings.CACHES:
        monkeypatch.setattr(caches[name], "get", fail)


def test_some_may_be_done_at_once_and_no_more() -> None:
    assert waits(0, 0, 0, 0) == [0, 0, 0, 2]


def test_it_refills_steadily() -> None:
    assert waits(0, 0, 0, 1.9, 2.0, 2.0, 4.0, 8.1, 8.1, 8.1) == [0, 0, 0, 1, 0, 2, 0, 0, 0, 2]


def test_a_refusal_does_not_lengthen_the_wait() -> None:
    assert waits(0, 0, 0, 1, 1, 1, 2) == [0, 0, 0, 1, 1, 1, 0]


@pytest.mark.check("C68", required="after the clock was put back nobody waits longer than for one to refill")
def test_a_clock_that_is_put_back_holds_nobody_up() -> None:
    assert waits(3_600, 3_600, 0, 0, 2, 2) == [0, 0, 0, 2, 0, 2]


def test_it_counts_each_apart() -> None:
    waits(0, 0, 0)

    assert waits(0, who="203.0.113.10") == [0]
    assert waits(0, limit=STRICT) == [0]


@pytest.mark.parametrize("limit", [limits.START, limits.INVITATION, limits.RESUME])
def test_ten_a_minute_for_an_address(limit: limits.Limit) -> None:
    assert [wait > 0 for wait in waits(*[0] * 11, limit=limit)] == [False] * 10 + [True]
    assert sum(wait == 0 for wait in waits(*range(1, 61), limit=limit)) == 10


def test_twenty_saves_at_once_and_five_a_second() -> None:
    assert sum(wait == 0 for wait in waits(*[0] * 30, limit=limits.SAVE)) == 20
    assert sum(wait == 0 for wait in waits(*[1] * 30, limit=limits.SAVE)) == 5


@pytest.mark.django_db
def test_a_save_is_counted_without_a_commit(django_assert_num_queries: Any) -> None:
    with override_settings(CACHES={**settings.CACHES, **IN_DATABASE}), django_assert_num_queries(0):
        assert waits(0, limit=limits.SAVE) == [0]


def test_it_stores_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    monkeypatch.setattr(cache, "set", lambda key, *_: keys.append(key))

    waits(0)

    assert len(keys[0]) == 64
    assert "203.0.113.9" not in keys[0]


def test_it_is_kept_no_longer_than_until_all_may_be_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept_for: list[int] = []
    monkeypatch.setattr(cache, "set", lambda *given: kept_for.append(given[2]))

    waits(0)

    assert kept_for == [3]  # one is refilled in two seconds, and a second more


@pytest.mark.django_db
@override_settings(CACHES=IN_DATABASE)
def test_it_works_in_the_database() -> None:
    call_command("createcachetable", verbosity=0)

    assert waits(0, 0, 0, 0, limit=STRICT) == [0, 0, 0, 2]


def test_saving_goes_on_without_a_cache_and_the_log_says_so(
    broken_cache: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert waits(0, limit=limits.SAVE) == [0]

    assert "“save” could not be kept: ConnectionError" in caplog.text


@pytest.mark.check("C35", required="the limit fails closed")
def test_guessing_does_not_go_on_without_a_cache(broken_cache: None) -> None:
    assert waits(0, limit=limits.RESUME) == [limits.CLOSED_FOR]


def test_guessing_does_not_go_on_when_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "set", lambda *_: None)

    assert waits(0, limit=limits.RESUME) == [limits.CLOSED_FOR]
