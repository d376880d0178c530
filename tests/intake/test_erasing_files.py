"""C45: what was erased is in no file, a killed erasure completes, and a restored older backup leaves it erased."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from intake import actions, audit
from intake.backups import stores
from intake.erasure import erased_list
from intake.models import QuestionnaireResponse, Revision
from tests.trust.amounts import amount

from .sample import later
from .test_erasing import erase

ON_SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def committed(transactional_db: None, sent: QuestionnaireResponse) -> QuestionnaireResponse:
    return sent


@pytest.mark.skipif(not ON_SQLITE, reason="the files of PostgreSQL are its own")
@pytest.mark.check("C45", required="0 bytes of it in the database and its log")
def test_no_byte_of_it_is_left_in_the_files(committed: QuestionnaireResponse, figure) -> None:
    row = QuestionnaireResponse.objects.get()
    wanted = [bytes(row.wrapped_key), bytes(row.document_ct), bytes(row.assessment_ct)]
    wanted += [bytes(revision.changes_ct) for revision in row.revisions.all()]
    files = [Path(str(connection.settings_dict["NAME"]) + end) for end in ("", "-wal")]
    assert all(any(secret[-40:] in file.read_bytes() for file in files) for secret in wanted)

    assert erase(row).is_pressed_out

    left = [secret for secret in wanted for file in files if file.exists() and secret[-40:] in file.read_bytes()]
    assert left == []
    figure(f"{len(wanted)} ciphertexts, 0 left")


KILLED = """
import os, signal, sys, threading
import django
django.setup()
from django.utils import timezone
from intake import actions
from intake.erasure import erased_list, registry, traces
from intake.models import QuestionnaireResponse
where = sys.argv[1]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def after(module, name):
    whole = getattr(module, name)
    setattr(module, name, lambda *given, **more: (whole(*given, **more), die()))
{"sessions": lambda: after(traces, "forget_in_sessions"),
 "rows": lambda: after(registry, "delete"),
 "list": lambda: after(erased_list, "append"),
 "commit": lambda: setattr(traces, "press_out", die)}[where]()
actions.erase(record=QuestionnaireResponse.objects.get(), reason="asked", by=None, now=timezone.now())
"""


@pytest.mark.check("C45", required="an erasure killed at any point is completed by the next")
@pytest.mark.parametrize("where", ["sessions", "rows", "list", "commit"])
def test_a_killed_erasure_completes(
    committed: QuestionnaireResponse, where: str, monkeypatch: pytest.MonkeyPatch, figure
) -> None:
    for _ in range(amount(quick=1, long=5)):
        assert killed(where) == -signal.SIGKILL
        if where != "commit":  # nothing was committed: everything is as it was
            assert bytes(QuestionnaireResponse.objects.get().wrapped_key)

    actions.finish_erasures(now=later(days=1))
    for response in QuestionnaireResponse.objects.all():
        erase(response)

    assert not Revision.objects.exists()
    assert not QuestionnaireResponse.objects.exists()
    assert audit.verify().is_intact
    assert erased_list.read(erased_list.path())
    figure("killed after each step, completed")


def killed(where: str) -> int:
    if not QuestionnaireResponse.objects.exists():
        return -signal.SIGKILL
    given = connection.settings_dict
    ring = Path(settings.KEYRING_FILE)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "intake.settings",
        "DATABASE_URL": address_of_database(given),
        "DATA_DIR": str(Path(settings.ERASURE_LIST).parent),
        "KEYRING_FILE": str(ring),
    }
    return subprocess.run([sys.executable, "-c", KILLED, where], env=environment, capture_output=True).returncode


def address_of_database(given: dict) -> str:
    """The database of this run, as `DATABASE_URL` for another process."""
    if ON_SQLITE:
        return f"sqlite:///{given['NAME']}"

    return stores._address({key: str(value) for key, value in stores._live().items()})
