"""How the product is served: nothing starts that a system check calls an error."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from screening import triggers

pytestmark = pytest.mark.usefixtures("transactional_db")

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def on_starting() -> Callable[[object], None]:
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))["on_starting"]


def test_it_starts_where_all_is_well(on_starting) -> None:
    on_starting(None)


def test_it_refuses_to_start_without_the_triggers(on_starting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "missing", lambda _: ["version_is_immutable"])

    with pytest.raises(SystemExit, match=r"intake\.E003.*version_is_immutable"):
        on_starting(None)


def test_it_leaves_no_connection_for_the_workers_to_share(on_starting) -> None:
    connection.ensure_connection()

    on_starting(None)

    assert connection.connection is None
