"""A clinic with patients in a database of its own, and the product serving it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
SETTINGS = "benchmarks.web.settings"
PATIENCE = 120


class Patient(NamedTuple):
    """Somebody at the first page: their session, and the response it opens."""

    session: str
    response: str


def prepare(folder: str, *, patients: int) -> list[Patient]:
    """Set the product up in this process with a clinic, its questionnaire and so many patients."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "DATA_DIR": folder, "SITE_ORIGIN": f"http://127.0.0.1:{_port()}"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0, skip_checks=True)
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    clinic, version = make_clinic()
    return [_patient(clinic, version) for _ in range(patients)]


def make_clinic() -> tuple[Any, Any]:
    """A clinic whose patients answer the neutral questionnaire of `workload`."""
    from django.utils import timezone

    from benchmarks import workload
    from intake import actions, crisis_contacts
    from screening import publishing
    from screening.engine.definition import canonical_json
    from screening.models import QuestionnaireVersion

    now = timezone.now()
    definition = workload.definition(workload.make())
    draft = publishing.rows_from_definition(definition)
    document = canonical_json(definition)
    version = QuestionnaireVersion.objects.create(
        questionnaire=draft, number=1, document=document.decode(), sha256=publishing.sha256_of(document),
        published_at=now, published_by="Bench",
    )  # fmt: skip
    clinic = actions.create_clinic(
        name="Bench", slug="bench", country="US", timezone="UTC", languages=["en"], alert_email="desk@bench.example",
        questionnaire=draft, now=now,
    )  # fmt: skip
    clinic.crisis_contacts = crisis_contacts.for_country("US")
    clinic.crisis_confirmed_by = actions.create_staff(
        email="desk@bench.example", name="Desk", role="admin", clinic=clinic, now=now
    ).user
    clinic.crisis_confirmed_at = now
    clinic.save()
    return clinic, version


def _patient(clinic: Any, version: Any) -> Patient:
    from django.utils import timezone

    from benchmarks.web.models import Filled
    from intake import actions
    from intake.patient import sessions
    from intake.session_store import SessionStore

    begun = actions.start(clinic=clinic, version=version, language="en", now=timezone.now()).response
    session = SessionStore()
    session.update({**sessions.contents(begun), "filled": Filled.objects.create(clinic=clinic).pk})
    session.create()
    return Patient(session.session_key or "", str(begun.pk))


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def served(*, workers: int, with_worker: bool = False, log: Path = Path(os.devnull)) -> Iterator[list[int]]:
    """The product under gunicorn, with its background worker if wanted; gives the ids of both processes. What they
    print goes to `log`."""
    environment = {**os.environ, "WEB_WORKERS": str(workers)}
    commands = [["gunicorn", "intake.wsgi"]] + ([["django", "worker"]] if with_worker else [])
    with log.open("ab") as said:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT
            )
            for command in commands
        ]
    try:
        _wait_for(f"{os.environ['SITE_ORIGIN']}/bench/nothing")
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _wait_for(address: str) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.URLError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


def memory_of(processes: list[int]) -> float:
    """Megabytes of the processes and all they started, shared pages counted once; 0 where the system does not tell."""
    return sum(_proportional(pid) for pid in _with_children(processes)) / 1024


def _with_children(processes: list[int]) -> set[int]:
    found, waiting = set(), list(processes)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += map(int, task.read_text().split())
    return found


def _proportional(pid: int) -> int:
    path = Path(f"/proc/{pid}/smaps_rollup")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
