"""The cache as it is configured, in the database: what lies there is read, never run."""

from __future__ import annotations

import base64
import datetime
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from intake import limits
from intake import settings as product

pytestmark = pytest.mark.django_db
LATER = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _as_configured() -> Iterator[None]:
    """Other tests keep their counts in memory; these keep them where an installation does."""
    with override_settings(CACHES=product.CACHES):
        call_command("createcachetable", verbosity=0)
        yield


class Planted:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def plant(key: str, value: str) -> None:
    """A row as somebody writes it who holds the database."""
    ends = connection.ops.adapt_datetimefield_value(timezone.now() + LATER)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache WHERE cache_key = %s", [key])
        cursor.execute("INSERT INTO cache (cache_key, value, expires) VALUES (%s, %s, %s)", [key, value, ends])


def rows() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        return dict(cursor.fetchall())


def age(key: str) -> None:
    """Let a row be over."""
    over = connection.ops.adapt_datetimefield_value(timezone.now() - LATER)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cache SET expires = %s WHERE cache_key = %s", [over, key])


@pytest.mark.check("C71", required="who writes the table of the cache runs nothing in a web process")
class TestPlanted:
    def test_a_pickle_is_not_run_and_is_no_error(self, tmp_path: Path) -> None:
        ran = tmp_path / "ran"
        plant(":1:planted", base64.b64encode(pickle.dumps(Planted(ran))).decode())

        assert cache.get("planted", "nothing") == "nothing"
        assert cache.get_many(["planted"]) == {}
        assert not ran.exists()

    def test_a_pickle_in_place_of_the_tries_at_signing_in(self, tmp_path: Path, client: Client) -> None:
        """The key is public, as it names only the address of whoever tries."""
        sign_in = {"login": "nobody@north.example", "password": "not-the-password"}
        client.post("/accounts/login/", sign_in)
        counted = [key for key in rows() if "127.0.0.1" in key]
        ran = tmp_path / "ran"
        for key in counted:
            plant(key, base64.b64encode(pickle.dumps(Planted(ran))).decode())

        assert counted
        assert client.post("/accounts/login/", sign_in).status_code == 200
        assert not ran.exists()
        assert all(json.loads(value) for value in rows().values())

    @pytest.mark.parametrize("written", ["", "gASVCgAAAAA=", "[1, 2", "[" * 100_000, "9" * 5_000, "not JSON"])
    def test_what_is_no_json_is_missing(self, written: str) -> None:
        plant(":1:planted", written)

        assert cache.get("planted") is None
        cache.set("planted", 1)
        assert cache.get("planted") == 1


class TestKept:
    @pytest.mark.parametrize("value", [1.5, [1.5, 2.25], True, "y", "ключ \x00 \u2028", {"begun": [1]}, []])
    def test_a_value_is_kept_as_json(self, value: Any) -> None:
        cache.set("kept", value)

        assert cache.get("kept") == value
        assert json.loads(rows()[":1:kept"]) == value

    def test_the_later_value_counts(self) -> None:
        cache.set("kept", 1)
        cache.set("kept", 2)

        assert cache.get_many(["kept", "other"]) == {"kept": 2}
        assert cache.get_many([]) == {}

    @pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()])
    def test_what_json_cannot_say_is_an_error_at_once(self, value: Any) -> None:
        with pytest.raises(TypeError):
            cache.set("kept", value)

    def test_only_the_first_is_added(self) -> None:
        assert [cache.add("lock", 1), cache.add("lock", 2)] == [True, False]
        assert cache.get("lock") == 1

    def test_what_is_over_is_missing_and_makes_room(self) -> None:
        cache.add("lock", 1)
        age(":1:lock")

        assert cache.get("lock") is None
        assert cache.add("lock", 2)
        assert cache.get("lock") == 2

    def test_it_is_kept_for_as_long_as_it_says(self) -> None:
        cache.set("for-ever", 1, None)
        cache.set("over", 1, 0)

        assert cache.get_many(["for-ever", "over"]) == {"for-ever": 1}
        assert cache.touch("for-ever", 60)
        assert not cache.touch("unknown", 60)
        assert cache.get("for-ever") == 1

    def test_it_goes(self) -> None:
        cache.set("kept", 1)
        cache.delete("kept")

        assert cache.get("kept") is None

    def test_a_full_table_makes_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(caches["default"], "_max_entries", 3)
        for number in range(8):
            cache.set(f"kept-{number}", number)

        assert len(rows()) <= 4
        assert cache.get("kept-7") == 7

    def test_a_write_that_fails_is_no_error_as_in_djangos_own(self) -> None:
        """`limits.wait_for` looks whether its count was kept."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE cache")

        assert cache.add("lock", 1) is False
        cache.set("lock", 1)

    def test_limits_are_counted_in_it(self) -> None:
        now = timezone.now().timestamp()
        found = [limits.wait_for(limits.RESUME, "203.0.113.9", now=now) for _ in range(11)]

        assert found == [0] * 10 + [6]
