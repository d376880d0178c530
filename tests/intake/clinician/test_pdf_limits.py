"""Writing a PDF is bounded: in time, in number, and in what its process knows."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from intake.clinician import pdf
from intake.clinician.pdf_writer import Writer
from intake.models import Clinic

from .conftest import Send
from .sample import summary_of

PAGE = "<html lang=en><title>x</title><p>page</p>"
# A grid cell with one long text: the layout that is known to take for ever.
ENDLESS = f'{PAGE}<div style="display:grid;grid-template-columns:1fr 1fr"><p>{"word " * 40_000}</p></div>'


@pytest.mark.check("C65", required="a layout has a time limit")
def test_a_layout_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "TIME_LIMIT", 2.0)

    with pytest.raises(pdf.PdfNotFinished, match="in time"):
        pdf.write_pdf(ENDLESS, paper="A4")


@pytest.mark.check("C65", required="a layout has a time limit")
def test_the_product_does_not_wait_for_a_writer_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    silent, held = Writer(), list[socket.socket]()
    monkeypatch.setattr(silent, "_hand_over", lambda page: held.append(page.dup()))

    with pytest.raises(TimeoutError):
        silent.write(b"", seconds=0.05)

    held[0].close()


@pytest.mark.check("C65", required="a layout has a time limit")
def test_a_writer_that_takes_too_long_is_ended_by_its_own_clock() -> None:
    endless = (
        "import socket, time\n"
        "from intake.clinician import pdf_process\n"
        "pdf_process._has_library = lambda: True\n"
        "pdf_process.render = lambda *page: time.sleep(600)\n"
        "product, page = socket.socketpair()\n"
        """product.sendall(b'{"html": "", "paper": "A4", "seconds": 0.01}')\n"""
        "product.shutdown(socket.SHUT_WR)\n"
        "pdf_process._answer(page, ())"
    )

    ended = subprocess.run([sys.executable, "-c", endless], cwd=settings.BASE_DIR, timeout=300)

    assert ended.returncode == -signal.SIGALRM


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
    """Each waits for another one, and then a moment for a third."""
    running, most, lock, two = 0, 0, threading.Lock(), threading.Barrier(2)

    def slow(page: bytes) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        two.wait(300)
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
def test_the_longest_text_that_is_kept_is_printed_in_time(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the time of the processor, which is the same on a busy machine; that of the clock is not."""
    monkeypatch.setattr(pdf, "TIME_LIMIT", 600.0)
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

    ended = subprocess.run([sys.executable, "-c", endless], cwd=settings.BASE_DIR, timeout=300)

    assert ended.returncode == -signal.SIGXCPU
