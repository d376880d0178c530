"""The summary on screen and as a PDF: complete, escaped, fetched from nowhere, and only for those who may read it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake import actions
from intake.clinician import pdf, pdf_process
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from tests.intake.sample import NOW, Tab, unknown

from .conftest import Send, SignIn
from .rows import cost
from .sample import summary_of

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '<img src="file:///etc/passwd">',
    "<link rel=attachment href=file:///etc/passwd>",
    "<style>@import url(http://127.0.0.1:9/x)</style>",
    "<svg><image href='http://127.0.0.1:9/y'/></svg>",
    "<object data=file:///etc/hostname></object>",
    "{{7*7}}{% debug %}{% include 'base.html' %}",
    "{0.__class__} %(x)s ${7*7}",
    "javascript:alert(1)",
)


def pdf_of(changes: dict[str, Any] | None = None) -> pypdf.PdfReader:
    html = render_to_string("clinician/summary.html", {"summary": summary_of(changes), "frame": "base_document.html"})
    return pypdf.PdfReader(io.BytesIO(pdf.write_pdf(html, paper="A4")))


def text_of(document: pypdf.PdfReader) -> str:
    """All words in order, without the spaces and line ends that the layout brings."""
    return "".join("".join(page.extract_text().split()) for page in document.pages)


def packed(text: str) -> str:
    return "".join(text.split())


def spots(page: pypdf.PageObject) -> list[float]:
    """Where each run of text begins, in points from the left."""
    found: list[float] = []

    def visit(text: str, cm: Any, tm: Any, font: Any, size: Any) -> None:
        if text.strip():
            found.append(tm[4] * cm[0] + cm[4])

    page.extract_text(visitor_text=visit)
    return found


def url(response: QuestionnaireResponse | str, end: str = "") -> str:
    return f"/staff/responses/{response}/{end}"


class TestPage:
    def test_it_works(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, stroke="yes", stroke_when=unknown("not_sure"))

        page = desk.get(url(response))

        text = page.content.decode()
        assert page.status_code == 200
        assert page["Cache-Control"].startswith("no-store")
        for words in (
            "Rosa Example",
            "stroke_ever",
            "Because",
            "Rule, reason and sources",
            "Not sure",
            "only people decide",
        ):
            assert words in text
        assert "not yet been reviewed by a clinician" in text

    def test_it_finds_a_reference_as_people_type_it(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic)

        assert desk.get(url(response.reference.lower())).status_code == 200

    def test_it_says_what_became_of_the_alert_and_of_help(
        self, desk: Client, tab: Tab, draft: QuestionnaireResponse, clinician: User
    ) -> None:
        tab.save(plan_now="yes")
        actions.record_panel_shown(response_id=draft.pk, now=NOW)

        text = desk.get(url(draft)).content.decode()

        assert "The patient was shown crisis contacts before anything else on 2 Mar 2026, 10:00." in text
        assert "Nobody has been told yet: 2 alerts have waited, the first since 10:00 on 2 Mar 2026." in text
        assert "An answer that cannot wait (plan_now?).<" in text
        assert "Not sent yet" in text

    def test_it_names_who_acknowledged_and_what_they_did(
        self, desk: Client, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic, plan_now="yes")
        for alert in response.alerts.all():
            actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called, safe at home.", now=NOW)

        assert (
            "acknowledged by Clara on 2 Mar 2026, 10:00: Called, safe at home."
            in desk.get(url(response)).content.decode()
        )

    def test_it_keeps_to_one_language_whatever_the_browser_asks_for(
        self, desk: Client, send: Send, clinic: Clinic
    ) -> None:
        page = desk.get(url(send(clinic)), headers={"Accept-Language": "es"}).content.decode()

        assert '<html lang="en"' in page
        assert "Saltar" not in page

    def test_it_records_who_read_it_and_who_was_first(
        self, desk: Client, send: Send, clinic: Clinic, clinician: User
    ) -> None:
        response = send(clinic)

        desk.get(url(response))

        latest = AuditRecord.objects.order_by("-seq")[0]
        response.refresh_from_db()
        assert (latest.action, latest.actor) == ("response.read", f"user:{clinician.pk}")
        assert latest.objects_named == {"response": str(response.pk), "read_as": "summary"}
        assert response.opened_by == clinician

    def test_it_costs_at_most_twelve_queries(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, plan_now="yes", harm_thoughts="yes")

        with CaptureQueriesContext(connection) as queries:
            desk.get(url(response))

        assert cost(queries) <= 12

    def test_it_refuses_to_be_posted_to(self, desk: Client, send: Send, clinic: Clinic) -> None:
        assert desk.post(url(send(clinic))).status_code == 405

    @pytest.mark.check("C38", required="nothing unescaped")
    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_it_escapes_what_patients_wrote(self, payload: str, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, payload, family_name=payload)

        text = desk.get(url(response)).content.decode()

        assert not re.search(r"<(script(?! src)|img|link rel=.?attachment|style|svg|object)", text)
        assert "49" not in re.sub(r"[0-9a-f]{8}|[A-Z0-9]{4}-[A-Z0-9]{4}", "", text.split("<main")[1])

    def test_it_has_no_inline_style_or_script(self, desk: Client, send: Send, clinic: Clinic) -> None:
        text = desk.get(url(send(clinic))).content.decode()

        assert " style=" not in text
        assert " onclick=" not in text
        assert "<style" not in text


class TestWrongPerson:
    @pytest.mark.parametrize("end", ["", "summary.pdf"])
    def test_another_clinics_response_looks_exactly_like_a_missing_one(
        self, end: str, sign_in: SignIn, outsider: User, send: Send, clinic: Clinic
    ) -> None:
        response = send(clinic)
        browser = sign_in(outsider)

        others, missing = browser.get(url(response, end)), browser.get(url("AAAA-AAAA", end))

        assert others.status_code == missing.status_code == 404
        assert others.content == missing.content
        assert b"Rosa" not in others.content

    @pytest.mark.parametrize("role", ["front_desk", "admin", "auditor"])
    @pytest.mark.parametrize("end", ["", "summary.pdf"])
    def test_only_clinicians_read_answers(
        self, end: str, role: str, sign_in: SignIn, request: pytest.FixtureRequest, send: Send, clinic: Clinic
    ) -> None:
        page = sign_in(request.getfixturevalue(role)).get(url(send(clinic), end))

        assert page.status_code == 404
        assert b"Rosa" not in page.content

    @pytest.mark.parametrize("end", ["", "summary.pdf"])
    def test_it_sends_anybody_else_to_sign_in(self, end: str, client: Client, send: Send, clinic: Clinic) -> None:
        page = client.get(url(send(clinic), end))

        assert page.status_code == 302
        assert page["Location"].startswith("/accounts/login/")

    def test_it_sends_a_password_only_session_to_set_up_a_second_factor(
        self, client: Client, clinician: User, send: Send, clinic: Clinic
    ) -> None:
        client.force_login(clinician)

        assert client.get(url(send(clinic)))["Location"].startswith("/accounts/2fa/")

    def test_a_refused_reading_is_not_recorded_as_one(
        self, sign_in: SignIn, front_desk: User, send: Send, clinic: Clinic
    ) -> None:
        response = send(clinic)

        sign_in(front_desk).get(url(response))

        response.refresh_from_db()
        assert response.opened_at is None
        assert not AuditRecord.objects.filter(action="response.read").exists()

    @pytest.mark.parametrize("reference", ["x", "K7QM3X4P1", "..%2f..", "%00", "é" * 9])
    def test_a_reference_that_cannot_be_one_is_missing(self, reference: str, desk: Client) -> None:
        assert desk.get(f"/staff/responses/{reference}/").status_code in (400, 404)


class TestPdfView:
    def test_it_works(self, desk: Client, send: Send, clinic: Clinic) -> None:
        response = send(clinic, stroke="yes")

        answer = desk.get(url(response, "summary.pdf"))

        document = pypdf.PdfReader(io.BytesIO(answer.content))
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'attachment; filename="summary-{response}.pdf"'
        assert answer["Cache-Control"].startswith("no-store")
        assert "RosaExample" in text_of(document)
        assert round(document.pages[0].mediabox.width) == 612  # Letter, as the clinic is in the United States

    def test_it_records_the_reading_as_a_pdf(self, desk: Client, send: Send, clinic: Clinic) -> None:
        desk.get(url(send(clinic), "summary.pdf"))

        assert AuditRecord.objects.order_by("-seq")[0].objects_named["read_as"] == "pdf"

    def test_it_says_what_to_do_when_the_renderer_is_missing(
        self, desk: Client, send: Send, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(html: str, *, paper: str) -> bytes:
            raise pdf.PdfUnavailable("The Pango library could not be loaded.")

        monkeypatch.setattr(pdf, "write_pdf", missing)
        response = send(clinic)

        page = desk.get(url(response, "summary.pdf"))

        assert page.status_code == 503
        assert f"/staff/responses/{response}/" in page.content.decode()
        assert "print it from the browser" in page.content.decode()


@pytest.fixture(scope="module")
def hard() -> pypdf.PdfReader:
    """Everything that layouts lose: long text, a long word, other scripts, payloads."""
    long = "FIRSTWORD " + " ".join(f"w{n}" for n in range(3300)) + " LASTWORD"
    return pdf_of(
        {
            "given_name": "x" * 250 + "MIDDLE" + "y" * 244,
            "family_name": PAYLOADS[2] + PAYLOADS[4],
            "reason": long[:19_900] + " LASTWORD",
            "place": "שלום 😀 مرحبا بك",
            "thoughts": {"state": "declined"},
            "smoker": {"state": "skipped", "typed": {"": "UNREADABLE?"}},
            "stroke": {"state": "not_sure"},
            "pregnant": {"state": "skipped"},
            "pills": ["PILLONE", "PILLTWO"],
            "events": [{"event_what": "STAYONE"}, {"event_what": "STAYTWO"}],
        }
    )


class TestPdf:
    def test_it_cuts_nothing(self, hard: pypdf.PdfReader) -> None:
        text = text_of(hard)

        for sentinel in ("FIRSTWORD", "w1600w1601", "LASTWORD", "PILLONE", "PILLTWO", "STAYONE", "STAYTWO", "😀"):
            assert sentinel in text
        assert "x" * 250 + "MIDDLE" + "y" * 244 in text

    def test_it_keeps_right_to_left_text(self, hard: pypdf.PdfReader) -> None:
        letters = set(text_of(hard))

        assert set("שלום") <= letters
        assert set("مرحبا") <= letters

    def test_it_tells_each_state_apart(self, hard: pypdf.PdfReader) -> None:
        text = text_of(hard)

        for words in (
            "Not sure",
            "Prefer not to say",
            "Skipped",
            "Could not be read: “UNREADABLE?”",
            "Not asked:",
        ):
            assert packed(words) in text

    def test_it_stays_inside_the_sheet(self, hard: pypdf.PdfReader) -> None:
        for page in hard.pages:
            assert all(0 <= x <= float(page.mediabox.width) for x in spots(page))

    def test_it_numbers_its_pages_and_names_the_record_on_each(self, hard: pypdf.PdfReader) -> None:
        count = len(hard.pages)

        for number, page in enumerate(hard.pages, start=1):
            text = packed(page.extract_text())
            assert f"Page{number}of{count}" in text
            assert "K7QM-3X4P" in text
            assert "Confidentialhealthinformation·asof2Mar2026,14:05" in text

    def test_it_is_a_tagged_document_with_title_and_language(self, hard: pypdf.PdfReader) -> None:
        root = hard.trailer["/Root"].get_object()

        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en"
        assert "/StructTreeRoot" in root
        assert hard.metadata.title == "Summary K7QM-3X4P"
        assert b"pdfuaid" in root["/Metadata"].get_object().get_data()

    def test_it_shows_payloads_as_the_text_they_are(self, hard: pypdf.PdfReader) -> None:
        assert packed('<img src="file:///etc/passwd">') in text_of(hard)

    def test_it_holds_nothing_from_this_machine(self, hard: pypdf.PdfReader) -> None:
        assert "root:x:" not in text_of(hard)
        assert not hard.attachments
        assert not [name for page in hard.pages for name in page.images]

    def test_the_face_sheet_of_a_calm_patient_is_one_page(self) -> None:
        pages = [packed(page.extract_text()) for page in pdf_of({"smoker": "yes"}).pages]

        assert "Theabsenceofaflagisnotclearance" in pages[0]
        assert "Whyeachpointwasraised" in pages[1]

    def test_every_flag_of_fifty_is_printed(self) -> None:
        flags = [f"FLAG{n}END" for n in range(50)]
        summary = summary_of({"smoker": "yes"})
        html = render_to_string(
            "clinician/summary.html", {"summary": _with_flags(summary, flags), "frame": "base_document.html"}
        )

        text = text_of(pypdf.PdfReader(io.BytesIO(pdf.write_pdf(html, paper="Letter"))))

        assert [flag for flag in flags if flag not in text] == []


def _with_flags(summary: Any, titles: list[str]) -> Any:
    import msgspec

    replace = msgspec.structs.replace
    group = next(one for one in summary.groups if one.key == "information")
    points = tuple(replace(group.points[0], title=title) for title in titles)
    groups = tuple(replace(one, points=points) if one is group else one for one in summary.groups)
    return replace(summary, groups=groups)


class TestRefusingFetcher:
    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1:9/x",
            "https://example.org/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "ftp://x/",
            "/etc/passwd",
        ],
    )
    def test_it_refuses_every_address(self, address: str) -> None:
        with pytest.raises(ValueError, match="nothing from outside"):
            pdf_process.refusing()(address)

    def test_it_is_asked_and_refuses_when_markup_gets_through(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("LOCALSECRET")
        uses = ('<img src="{0}">', '<link rel=attachment href="{0}">', '<link rel=stylesheet href="{0}">')
        markup = "".join(use.format(secret.as_uri()) for use in uses)
        html = f"<html lang=en><title>x</title><p>page</p>{markup}</html>"

        written = pdf.write_pdf(html, paper="A4")

        assert b"LOCALSECRET" not in written
        assert not pypdf.PdfReader(io.BytesIO(written)).attachments
