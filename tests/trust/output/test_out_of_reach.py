"""What leaves the product reaches nothing it should not: the writer of PDFs, spreadsheets, headers, links."""

from __future__ import annotations

import csv
import http.server
import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from intake import actions, exporting, records
from intake.clinician import pdf
from intake.models import Clinic, User
from tests.intake.sample import Tab
from tests.trust.access.test_access_matrix import asked_routes
from tests.trust.amounts import IS_LONG
from tests.trust.installation import Objects, ask
from tests.trust.output.payloads import FORMULAS


class _Listener(http.server.BaseHTTPRequestHandler):
    hits: list[str] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/again")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def listener() -> Iterator[str]:
    """A server on this machine that notes who calls."""
    _Listener.hits.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Listener) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


FETCHES = (
    '<img src="{}">',
    '<img srcset="{} 2x">',
    '<link rel="attachment" href="{}">',
    '<a rel="attachment" href="{}">x</a>',
    '<link rel="stylesheet" href="{}">',
    "<style>@import '{}';</style>",
    '<style>@font-face {{ font-family: x; src: url("{}") }} p {{ font-family: x }}</style>',
    '<div style="background: url({})">x</div>',
    '<div style="content: url({}); list-style-image: url({})">x</div>',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{}" width="9" height="9"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="{}#x"/></svg>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<iframe src="{}"></iframe>',
    '<input type="image" src="{}">',
    '<base href="{}/"><img src="x.png">',
    '<meta http-equiv="refresh" content="0;url={}">',
)
SECRET = "Zanzibarian Quokka"


@pytest.mark.check("C40", required="0 calls, 0 contents of files, also where markup is not escaped at all")
def test_the_writer_of_pdfs_fetches_nothing(listener: str, tmp_path: Path, figure) -> None:
    """Escaping is proved elsewhere; here the writer is given the markup itself, as if all of that had failed."""
    planted = tmp_path / "secret.txt"
    planted.write_text(SECRET)
    (tmp_path / "secret.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20"><text y="15">{SECRET}</text></svg>'
    )
    targets = (listener, planted.as_uri(), (tmp_path / "secret.svg").as_uri(), str(planted), "ftp://127.0.0.1:9/x")
    parts = [fetch.format(*[target] * 2) for fetch in FETCHES for target in targets]
    html = f"<!doctype html><html lang='en'><title>x</title><body><p>Kept</p>{''.join(parts)}</body></html>"

    written = pdf.write_pdf(html, paper="A4")

    document = pypdf.PdfReader(io.BytesIO(written))
    text = "".join(page.extract_text() for page in document.pages)
    assert "Kept" in text
    assert SECRET.split()[0] not in text
    assert SECRET.encode() not in written
    assert not document.attachments
    assert _Listener.hits == []
    figure(f"{len(parts)} ways to fetch, 0 calls, 0 contents")


@pytest.mark.check("C41", required="0 cells that run, rows come back whole, columns stay apart")
@pytest.mark.django_db
def test_no_cell_of_an_export_runs(clinic: Clinic, version, figure) -> None:
    now = timezone.now()
    for number, formula in enumerate(FORMULAS):
        response = actions.start(clinic=clinic, version=version, language="en", now=now).response
        typed = f'{formula} "quoted", and; more\nsecond line'
        Tab(response).finish(now=now, family_name=typed, given_name=f"Row {number}")
        actions.submit(response_id=response.pk, now=now)
        actions.add_correction(response_id=response.pk, words=formula, about="", attempt="x", now=now)

    out = io.StringIO(newline="")
    call_command("export", clinic.slug, "-", "--format", "csv", stdout=out)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))

    assert tuple(rows[0]) == exporting.COLUMNS
    assert len(set(rows[0])) == len(rows[0])
    assert {len(row) for row in rows} == {len(exporting.COLUMNS)}
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if re.match(r"[=+\-@\t\r\0＝＋－＠]", cell)] == []
    assert sum("and; more" in cell for cell in cells) == len(FORMULAS)
    figure(f"{len(cells)} cells, 0 run")


@pytest.mark.check("C58", required="what is exported equals what is stored")
@pytest.mark.django_db
def test_an_export_is_what_is_stored(clinic: Clinic, version, figure) -> None:
    now, stored = timezone.now(), {}
    texts = ('Plain "quoted", text', "Línea 😀 مرحبا", "a\r\nb", "x" * 300, "' leading")
    for text in texts:
        response = actions.start(clinic=clinic, version=version, language="en", now=now).response
        Tab(response).finish(now=now, family_name=text, stroke="yes", plan_now="no")
        response = actions.submit(response_id=response.pk, now=now)
        stored[str(response)] = records.read_answers_of(response)

    out, table = io.StringIO(), io.StringIO(newline="")
    call_command("export", clinic.slug, "-", stdout=out)
    call_command("export", clinic.slug, "-", "--format", "csv", stdout=table)

    read = {one["reference"]: one["answers"] for one in json.loads(out.getvalue())}
    assert set(read) == set(stored)
    for reference, answers in stored.items():
        for link_id, answer in read[reference].items():
            assert answer["state"] == answers[link_id].state
            if answer["state"] == "answered" and isinstance(answers[link_id].value, str):
                assert answer["value"] == answers[link_id].value
        asked = {link_id for link_id in answers if answers[link_id].state != "skipped" or link_id in read[reference]}
        assert set(read[reference]) == asked
    lines = list(csv.DictReader(io.StringIO(table.getvalue(), newline="")))
    assert len(lines) == sum(map(len, read.values()))
    for line in lines:
        answer = read[line["reference"]][line["question"]]
        assert line["answer"].removeprefix("'") == str(answer["in_words"]).removeprefix("'")
        assert (line["state"], line["wording"]) == (answer["state"], answer["wording"])
    figure(f"{len(lines)} answers of {len(stored)} responses, all equal")


BREAKS = ("%0d%0aX-Planted:%20yes", "%0aX-Planted:%20yes", "%E2%80%A8X-Planted:%20yes")
ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", "http:evil.example")


@pytest.mark.check("C42", required="0 planted headers, 0 ways off the site")
@pytest.mark.django_db
def test_no_address_plants_a_header_or_leads_elsewhere(cast, objects: dict[str, Objects], figure) -> None:
    asked = 0
    for number, route in enumerate(asked_routes()):
        who = "admin" if route.path.startswith("/admin/") else "clinician" if route.is_for_staff else "patient"
        broken, target = BREAKS[number % len(BREAKS)], ELSEWHERE[number % len(ELSEWHERE)]
        for value in (broken, target) if IS_LONG else ((broken, target)[number % 2],):
            query = "&".join(f"{name}={value}" for name in ("next", "return", "clinic", "language", "show", "after"))
            for method in ("GET", "POST") if IS_LONG else (("GET", "POST")[number // 2 % 2],):
                answer, _ = ask(
                    cast[who],
                    method,
                    route.address(objects["own"]),
                    data=query,
                    content_type="application/x-www-form-urlencoded",
                    QUERY_STRING=query,
                )
                asked += 1
                assert "X-Planted" not in answer, route.name
                assert not re.search(r"[\r\n]", "".join(f"{name}{value}" for name, value in answer.items())), route.name
                assert not re.match(r"(\w+:)?(//|/?\\)|javascript:", answer.get("Location", "")), route.name
                assert answer.status_code < 500 or route.name == "health_ready", route.name
    figure(f"{asked} requests, 0 planted headers, 0 ways off the site")


@pytest.mark.check("C42", required="signing in leads nowhere else")
@pytest.mark.django_db
@pytest.mark.parametrize("target", [*ELSEWHERE, "/staff/\r\nX-Planted: yes"])
def test_signing_in_leads_nowhere_else(clinician: User, target: str) -> None:
    answer = Client().post(
        f"/accounts/login/?next={target}",
        {"login": clinician.email, "password": "a-long-enough-secret", "next": target},
        QUERY_STRING="",
    )

    assert answer.status_code < 500
    assert "evil" not in answer.get("Location", "").partition("?")[0]
    assert "X-Planted" not in answer


@pytest.mark.check("C42", required="mailed links have the configured origin; hosts are believed from nobody")
@pytest.mark.django_db
def test_a_spoofed_host_reaches_no_link(clinic: Clinic, clinician: User, settings) -> None:
    settings.SITE_ORIGIN = "https://intake.north.example"
    spoofed = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_FORWARDED": "host=evil.example"}
    Client().post("/accounts/password/reset/", {"email": clinician.email}, **spoofed)
    call_command("worker", "--once")

    assert Client().get("/", HTTP_HOST="evil.example").status_code == 400
    assert "evil.example" not in Client().get("/start/north/", **spoofed).content.decode()
    (sent,) = mail.outbox
    assert "https://intake.north.example/accounts/password/reset/key/" in sent.body
    assert "evil" not in sent.body + str(sent.message())


@pytest.mark.check("C42", required="0 headers planted by names, addresses and languages")
@pytest.mark.django_db
def test_line_breaks_reach_no_mail_and_no_header(browser_of, clinician: User, clinic: Clinic) -> None:
    browser = browser_of(clinician)
    for value in (
        "x@x.example\r\nBcc: y@y.example",
        "x@x.example\nBcc: y@y.example",
        "x\u2028Bcc: y@y.example@x.example",
    ):
        data = {"clinic": clinic.slug, "language": "en", "name": value, "email": value, "send": "on"}
        assert browser.post("/staff/invitations/new/", data).status_code < 500
        assert Client().post("/accounts/password/reset/", {"email": value}).status_code < 500
    call_command("worker", "--once")

    assert all("y@y.example" not in each.recipients() for each in mail.outbox)
    assert all("\nBcc:" not in str(each.message()) for each in mail.outbox)
    for language in ("es\r\nX-Planted: yes", "x" * 5_000, "é", "*;q=\x7f"):
        answer = Client().get("/start/north/", HTTP_ACCEPT_LANGUAGE=language)
        assert answer.status_code == 200
        assert "X-Planted" not in answer


@pytest.mark.check("C42", required="file names hold a reference and nothing else")
@pytest.mark.django_db
def test_a_file_is_called_by_its_reference(browser_of, clinician: User, clinic: Clinic, send) -> None:
    response = send(clinic, 'Ana"\r\nX-Planted: yes')

    answer = browser_of(clinician).get(f"/staff/responses/{response}/summary.txt")

    assert answer["Content-Disposition"] == f'attachment; filename="summary-{response}.txt"'
