"""The process that writes PDFs: warm, but no document knows of another, and nothing stays when something ends."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
from django.conf import settings

from intake.clinician import pdf, pdf_process, pdf_writer
from intake.clinician.pdf_writer import Writer

from .test_pdf_limits import ENDLESS, PAGE

needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")


writer = pdf_writer.writer


@pytest.fixture
def fresh_writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    """One that was not started yet, which `pdf.write_pdf` uses."""
    started = Writer()
    monkeypatch.setattr(pdf, "writer", started)
    yield started
    started.end()


def text_of(document: bytes) -> str:
    """What its one page says, without what is printed at the foot of each."""
    (page,) = pypdf.PdfReader(io.BytesIO(document)).pages
    return page.extract_text().splitlines()[0]


def page_saying(words: str) -> str:
    return f"<html lang=en><title>x</title><p>{words}</p>"


def children_of(pid: int | None) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def has_ended(pid: int, *, within: float = 300.0) -> bool:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended, _, _ = select.select([handle], [], [], within)
    os.close(handle)
    return bool(ended)


class TestWarm:
    def test_the_same_process_writes_document_after_document(self) -> None:
        first, before = pdf.write_pdf(page_saying("one"), paper="A4"), writer.pid
        second = pdf.write_pdf(page_saying("two"), paper="Letter")

        assert (text_of(first), text_of(second), writer.pid) == ("one", "two", before)

    def test_two_at_once_get_each_their_own(self) -> None:
        found: dict[str, str] = {}

        def write(words: str) -> None:
            found[words] = text_of(pdf.write_pdf(page_saying(words), paper="A4"))

        threads = [threading.Thread(target=write, args=(f"person {number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == {f"person {number}": f"person {number}" for number in range(4)}

    @needs_proc
    @pytest.mark.check(
        "C36", required="0 words in the arguments of the process that writes PDFs; after it, 0 in memory"
    )
    def test_no_word_of_a_document_stays(self) -> None:
        pdf.write_pdf(page_saying("Zanzibarian Quokka"), paper="A4")
        pdf.write_pdf(PAGE, paper="A4")  # after it, what was to be warmed is warm

        held = memory_of(writer.pid)

        assert pdf_process.FIRST_PAGE.encode() in held
        assert b"Quokka" not in held
        assert b"pdf_process" in (arguments := Path(f"/proc/{writer.pid}/cmdline").read_bytes())
        assert b"Quokka" not in arguments

    @needs_proc
    def test_it_is_forked_while_nothing_else_runs_in_it(self) -> None:
        for _ in range(2):
            pdf.write_pdf(PAGE, paper="A4")

        assert "Threads:\t1\n" in Path(f"/proc/{writer.pid}/status").read_text()

    @needs_proc
    def test_it_is_told_no_secret(self, fresh_writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("SECRET_KEY", "DATABASE_URL", "KEYRING_FILE", "EMAIL_URL", "DJANGO_SETTINGS_MODULE"):
            monkeypatch.setitem(os.environ, name, "s3cret")

        for _ in range(2):  # after the second nothing is being warmed, which opens and closes files
            pdf.write_pdf(PAGE, paper="A4")

        told = Path(f"/proc/{fresh_writer.pid}/environ").read_bytes()
        assert b"s3cret" not in told
        assert b"PATH=" in told
        assert {os.readlink(f"/proc/{fresh_writer.pid}/fd/{number}") for number in (1, 2)} == {"/dev/null"}
        assert not [path for path in Path(f"/proc/{fresh_writer.pid}/fd").iterdir() if "sqlite" in os.readlink(path)]


class TestEnds:
    @needs_proc
    def test_an_endless_page_ends_its_child_and_nothing_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pdf.write_pdf(PAGE, paper="A4")
        before = writer.pid
        monkeypatch.setattr(pdf, "TIME_LIMIT", 1.0)

        with pytest.raises(pdf.PdfNotFinished, match="in time"):
            pdf.write_pdf(ENDLESS, paper="A4")

        assert all(has_ended(child) for child in children_of(before))
        monkeypatch.undo()
        assert writer.write(asked(PAGE), seconds=600).startswith(b"%PDF")
        assert writer.pid == before

    def test_a_child_that_ended_for_its_time_was_not_finished_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its own clock may ring before the product is heard to wait."""
        clock = iter((0.0, 30.0))
        monkeypatch.setattr(pdf_writer, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        unheard = Writer()
        monkeypatch.setattr(unheard, "_hand_over", lambda page: None)

        with pytest.raises(TimeoutError):
            unheard.write(b"", seconds=30)

    @needs_proc
    def test_a_page_whose_child_dies_is_not_finished_and_the_next_one_is(self) -> None:
        pdf.write_pdf(PAGE, paper="A4")
        assert all(has_ended(child) for child in children_of(writer.pid))
        errors: list[Exception] = []
        thread = threading.Thread(target=lambda: errors.append(failure_of(ENDLESS)))
        thread.start()
        while thread.is_alive() and not children_of(writer.pid):
            pass
        os.kill(children_of(writer.pid)[0], signal.SIGKILL)
        thread.join()

        assert str(errors[0]) == "The writer of the document failed."
        assert pdf.write_pdf(PAGE, paper="A4").startswith(b"%PDF")

    def test_after_it_was_killed_there_is_another(self) -> None:
        pdf.write_pdf(PAGE, paper="A4")
        before = writer.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        assert has_ended(before)

        assert pdf.write_pdf(PAGE, paper="A4").startswith(b"%PDF")

        assert writer.pid != before

    def test_a_stop_of_all_processes_lets_it_finish(self) -> None:
        pdf.write_pdf(PAGE, paper="A4")
        before = writer.pid
        assert before is not None
        os.kill(before, signal.SIGTERM)

        assert pdf.write_pdf(PAGE, paper="A4").startswith(b"%PDF")
        assert writer.pid == before

    def test_a_missing_library_is_said(
        self, fresh_writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library pango')")
        monkeypatch.setattr(pdf_writer, "_environment", lambda: {"PATH": os.environ["PATH"], "PYTHONPATH": tmp_path})

        for _ in range(2):
            with pytest.raises(pdf.PdfUnavailable):
                pdf.write_pdf(PAGE, paper="A4")

    def test_after_long_without_a_page_it_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf_process, "IDLE_SECONDS", 0.001)
        product, theirs = socket.socketpair()
        with product, theirs:
            with pytest.raises(TimeoutError):
                list(pdf_process._pages(theirs))
            with pytest.raises(ConnectionError):
                product.sendall(b"p")

    def test_what_it_had_taken_by_then_is_written(self, fresh_writer: Writer) -> None:
        with leaving_with_a_page(seconds=600) as (process, product, page):
            fresh_writer._running = process, product

            assert text_of(fresh_writer.write(asked(page_saying("another")), seconds=600)) == "another"
            assert fresh_writer.pid != process.pid
            page.sendall(asked(page_saying("taken")))
            page.shutdown(socket.SHUT_WR)

            answer = b"".join(iter(lambda: page.recv(65_536), b""))
            assert text_of(answer[pdf_process.LENGTH :]) == "taken"
            assert has_ended(process.pid)

    def test_what_it_had_taken_by_then_holds_it_up_for_so_long_only(self) -> None:
        with leaving_with_a_page(seconds=0.01) as (process, _, page):
            assert page.recv(1) == b""
            assert has_ended(process.pid)


LEAVING = """
import sys
from intake.clinician import pdf_process
pdf_process.IDLE_SECONDS, pdf_process.FINISHING_SECONDS = 0.001, float(sys.argv[1])
finish = pdf_process._let_finish
def told():
    print("leaving", flush=True)
    finish()
pdf_process._let_finish = told
pdf_process.main([])
"""


@contextlib.contextmanager
def leaving_with_a_page(*, seconds: float) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket, socket.socket]]:
    """A process that had nothing to do for long when it took a page, of which nothing was sent yet."""
    product, theirs = socket.socketpair()
    page, taken = socket.socketpair()
    page.settimeout(600)
    with theirs, taken:
        socket.send_fds(product, [b"p"], [taken.fileno()])
        process = subprocess.Popen(
            [sys.executable, "-c", LEAVING, str(seconds)],
            cwd=settings.BASE_DIR,
            stdin=theirs,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    with product, page, process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"leaving\n"
        yield process, product, page


class TestWithTheProduct:
    SCRIPT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "intake.settings"
from intake.clinician.pdf_writer import writer
page = sys.argv[1].encode()
writer.write(page, seconds=600)
of_product = writer.pid
if (fork := os.fork()) == 0:
    writer.write(page, seconds=600)
    print(of_product, os.getpid(), writer.pid, flush=True)
sys.stdin.read()
"""

    def test_it_ends_with_its_product_though_a_fork_of_that_lives_on(self) -> None:
        product = subprocess.Popen(
            [sys.executable, "-c", self.SCRIPT, asked(PAGE)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with product:
            assert product.stdout is not None
            of_product, fork, of_fork = map(int, product.stdout.readline().split())
            assert len({product.pid, of_product, fork, of_fork}) == 4

            product.kill()
            assert has_ended(of_product)
            assert not has_ended(fork, within=0)

            os.kill(fork, signal.SIGKILL)
            assert has_ended(of_fork)


def asked(html: str) -> bytes:
    return json.dumps({"html": html, "paper": "A4", "seconds": 600}).encode()


def failure_of(html: str) -> Exception:
    try:
        pdf.write_pdf(html, paper="A4")
    except Exception as error:
        return error
    raise AssertionError("It was written.")


def memory_of(pid: int | None) -> bytes:
    """Everything that a process has written to its memory."""
    held = bytearray()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if "rw" in rights:
                begin, end = (int(place, 16) for place in span.split("-"))
                memory.seek(begin)
                held += memory.read(end - begin)
    return bytes(held)
