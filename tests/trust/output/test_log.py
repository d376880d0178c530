"""The log: one event is one line of JSON, whatever somebody typed, and nothing of anybody's is in it."""

from __future__ import annotations

import datetime
import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import OperationalError
from django.template import TemplateSyntaxError
from django.test import Client

from intake import access, actions, logs, records, vault
from intake.clinician import pdf, views
from intake.models import Clinic, User
from intake.patient import answering, sessions
from tests.intake.patient.conftest import read
from tests.intake.sample import NOW
from tests.intake.test_canary import everything
from tests.trust.amounts import amount

ODD = (
    "\r\n2026 ERROR root forged",
    "\n{}",
    "\u2028x",
    "\x85x",
    "\x1b[2Jx",
    '"}\n{"level": "x"}',
    "%s%n",
    "\0",
    "\ud800",
    "é",
)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the console of an installation writes."""
    console = next(
        handler
        for handler in logging.getLogger().handlers
        if any(isinstance(present, logs.PlacesOnly) for present in handler.filters)
    )
    stream, formatter = console.setStream(text := io.StringIO()), console.formatter  # type: ignore[attr-defined]
    console.setFormatter(logs.JsonLines())
    yield text
    console.setStream(stream)  # type: ignore[attr-defined]
    console.setFormatter(formatter)


@pytest.mark.check("C85", required="lines = events; JSON, UTC, the id of the request")
def test_every_event_is_one_line(written: io.StringIO, figure) -> None:
    count = amount(300, 10_000)
    for number in range(count):
        text = ODD[number % len(ODD)]
        try:
            raise ValueError(text)
        except ValueError:
            logging.getLogger("intake.x").error("%s happened to %s", number, text, exc_info=number % 3 == 0)

    lines = written.getvalue().splitlines()
    events = [json.loads(line) for line in lines]
    assert len(events) == count
    assert [event["message"].split(" ", 1)[0] for event in events] == [str(number) for number in range(count)]
    assert {event["level"] for event in events} == {"ERROR"}
    assert all(datetime.datetime.fromisoformat(event["at"]).utcoffset() == datetime.timedelta(0) for event in events)
    assert sum("places" in event for event in events) == len(range(0, count, 3))
    figure(f"{count} hostile values, {len(lines)} lines")


@pytest.mark.check("C85", required="the id of the request")
@pytest.mark.django_db
def test_an_event_names_its_request(written: io.StringIO, monkeypatch) -> None:
    monkeypatch.setattr(access, "get_clinic_or_404", lambda _: 1 / 0)

    answer = Client(raise_request_exception=False).get("/start/north/")

    (event,) = [json.loads(line) for line in written.getvalue().splitlines()]
    assert event["request"] == answer["X-Request-ID"]
    assert event["places"][0] == "ZeroDivisionError"


@pytest.mark.check("C85", required="on one's own machine too")
def test_the_plain_form_has_one_line_as_well() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "a\r\nb\u2028c\x1b[2J %s", ("é\n",), None)

    assert logs.PlainLines("{levelname} {message}", style="{").format(record) == "INFO a\\r\\nb\\u2028c\\x1b[2J é\\n"


SERVER = """
import runpy
from gunicorn.config import Config
from gunicorn.glogging import Logger

found, config = runpy.run_path("gunicorn.conf.py"), Config()
for name in ("logconfig_dict", "loglevel"):
    config.set(name, found[name])
log = Logger(config)
log.warning("Invalid request from ip=%s: %s", "192.0.2.1", "a\\r\\n{}\u2028b")
try:
    raise ValueError("somebody's answer")
except ValueError as error:
    log.exception("Error handling request %s", "/i/s3cret/")
    log.error("Failed: %s", error)
log.info("Not written")
"""


@pytest.mark.check("C85", required="the server's own lines too")
def test_the_servers_own_lines_are_of_the_same_form() -> None:
    done = subprocess.run([sys.executable, "-c", SERVER], cwd=settings.BASE_DIR, capture_output=True, text=True)

    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert (done.returncode, done.stdout) == (0, "")
    assert [event["logger"] for event in events] == ["gunicorn.error"] * 3
    assert events[1]["message"] == "Error handling request /i/…/"
    assert events[1]["places"][0] == "ValueError"
    assert events[2]["message"] == "Failed: ValueError"
    assert "answer" not in done.stderr


class Canaries:
    """Words that are nobody's, each used once."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self) -> str:
        self.made.append(f"Quetzal{len(self.made):02d}xylophon")
        return self.made[-1]


FIELDS = ("given_name", "family_name", "phone", "birth_date.day", "birth_date.year", "anything")
BROKEN_FOR_PATIENTS = (
    (records, "read_document", OperationalError),
    (vault, "seal_text", ValueError),
    (answering, "section_form", TemplateSyntaxError),
)


def raising(error: type[Exception], canary: Canaries) -> Callable[..., None]:
    """A function that fails with a canary in its message."""

    def fail(*_: object, **__: object) -> None:
        raise error(canary())

    return fail


def patients_requests(opened: dict[str, str], canary: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a patient typed is saved, refused, too much, too late, or meets something broken."""

    def patient(*, checked: bool = False) -> Client:
        browser = Client(enforce_csrf_checks=checked, raise_request_exception=False)
        session = browser.session
        session.update(opened)
        session.save()
        return browser

    fields = read(patient().get("/q/about/")).fields

    def typed(**more: str) -> dict[str, object]:
        return {**fields, **{name: canary() for name in FIELDS}, **more}

    patient().post("/q/about/", typed())
    patient().post("/q/about/", typed(autosave="1"))
    patient(checked=True).post("/q/about/", typed())
    patient().post("/q/about/", typed(visit="another"))
    patient().post("/q/about/", typed(anything=canary() + "\0"))
    patient().post("/q/about/", typed(anything=canary() * 200_000))
    Client().post("/q/about/", typed())
    for module, name, error in BROKEN_FOR_PATIENTS:
        with monkeypatch.context() as patched:
            patched.setattr(module, name, raising(error, canary))
            patient().post("/q/about/", typed())


def staff_requests(desk: Client, at: str, canary: Canaries, monkeypatch: pytest.MonkeyPatch) -> None:
    """What staff typed, and a page and a document that fail."""
    desk.raise_request_exception = False
    desk.post(f"{at}note/", {"text": canary(), "-text": canary()})
    desk.post("/staff/search/", {"q": canary(), "query": canary()})
    desk.post("/staff/invitations/new/", {"clinic": "north", "language": "en", "name": canary(), "email": canary()})
    for target, name in ((pdf, "_written"), (views, "summary_of")):
        with monkeypatch.context() as patched:
            patched.setattr(target, name, raising(RuntimeError, canary))
            desk.get(f"{at}summary.pdf")


def strangers_requests(canary: Canaries) -> None:
    Client().post("/accounts/login/", {"login": f"{canary()}@x.example", "password": canary()})
    Client().post("/resume/", {"reference": canary(), "code": canary()})


def kept(written: io.StringIO, temporary: Path) -> dict[str, str]:
    """All that is readable afterwards, by where it is."""
    return {
        "log": written.getvalue(),
        "mails": "".join(str(each.message()) for each in mail.outbox),
        "sessions": "".join(str(session.get_decoded()) for session in Session.objects.all()),
        "temporary files": "".join(path.read_text(errors="replace") for path in temporary.rglob("*") if path.is_file()),
        "the database": everything().decode(errors="replace"),
    }


@pytest.mark.check("C36", required="0 of 60 canaries in logs, mails, sessions, cache, temporary files and at rest")
@pytest.mark.usefixtures("transactional_db")
def test_no_word_leaks_however_a_request_ends(
    written: io.StringIO, clinic: Clinic, version, clinician: User, send, browser_of, monkeypatch, tmp_path, figure
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    canary = Canaries()
    started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
    sent = send(clinic, canary(), family_name=canary())

    patients_requests(sessions.contents(started.response), canary, monkeypatch)
    staff_requests(browser_of(clinician), f"/staff/responses/{sent}/", canary, monkeypatch)
    strangers_requests(canary)

    found = kept(written, tmp_path)
    leaks = [
        f"{word} in {where}" for where, text in found.items() for word in canary.made if word.lower() in text.lower()
    ]
    assert leaks == []
    assert found["log"].count("Internal Server Error") + found["log"].count("Service Unavailable") >= 4
    assert len(canary.made) >= 60
    figure(f"{len(canary.made)} canaries, 0 found")
