"""Writing a PDF is bounded: in time, in number, and in what its process knows."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from intake.clinician import pdf
from intake.models import Clinic

from .conftest import Send
from .sample import summary_of

PAGE = "<html lang=en><title>x</title><p>page</p>"
# A grid cell with one long text: the layout that is known to take for ever.
ENDLESS = f'{PAGE}<div style="display:grid;grid-template-columns:1fr 1fr"><p>{"word " * 40_000}</p></div>'


@pytest.mark.check("C65", required="a layout has a time limit")
def test_a_layout_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIME_LIMIT", 2.0)
    begun = time.monotonic()

    with pytest.raises(pdf.PdfNotFinished):
        pdf.write_pdf(ENDLESS, paper="A4")

    assert time.monotonic() - begun < 8


def test_it_is_given_up_with_a_page_that_says_to_print(
    desk: Client, send: Send, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "TIME_LIMIT", 0.01)
    response = send(clinic)

    page = desk.get(f"/staff/responses/{response}/summary.pdf")

    assert page.status_code == 503
    assert "print it from the browser" in page.content.decode()
    assert "Pango" not in page.content.decode()


@pytest.mark.check("C65", required="two PDFs at a time")
def test_no_more_than_two_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def slow(page: bytes) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return b"%PDF"

    monkeypatch.setattr(pdf, "_written", slow)
    threads = [threading.Thread(target=pdf.write_pdf, args=(PAGE,), kwargs={"paper": "A4"}) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 2


def test_whoever_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIME_LIMIT", 0.05)
    monkeypatch.setattr(pdf, "_turns", threading.BoundedSemaphore(1))
    pdf._turns.acquire()

    with pytest.raises(pdf.PdfNotFinished, match="Other documents"):
        pdf.write_pdf(PAGE, paper="A4")


def test_a_turn_is_given_back_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(pdf, "_written", lambda page: 1 / 0)

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            pdf.write_pdf(PAGE, paper="A4")


@pytest.mark.parametrize("text", ["x" * 20_000, "word " * 4_000], ids=["one word", "many words"])
def test_the_longest_text_that_is_kept_is_printed_in_time(text: str) -> None:
    summary = summary_of({"smoker": {"state": "skipped", "typed": {"": text}}, "reason": text[:19_900]})
    html = render_to_string("clinician/summary.html", {"summary": summary, "frame": "base_document.html"})

    assert pdf.write_pdf(html, paper="A4").startswith(b"%PDF")


def test_a_writer_that_works_too_long_is_ended_by_the_system() -> None:
    endless = (
        "from intake.clinician import pdf_process\n"
        "pdf_process.PROCESSOR_SECONDS = 1\n"
        "pdf_process._limit_resources()\n"
        "while True: pass"
    )

    ended = subprocess.run([sys.executable, "-c", endless], cwd=settings.BASE_DIR, timeout=60)

    assert ended.returncode == -signal.SIGXCPU
