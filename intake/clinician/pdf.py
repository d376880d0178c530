"""The summary as a PDF, from the page's own HTML, written by a process that can be ended (`pdf_process.py`).

A layout can take for ever, whatever a style sheet is careful about; so it gets a time limit, few at a time run, and
whoever asked is told to print from the browser instead.
"""

from __future__ import annotations

import json
import logging
import re
import threading

from .pdf_writer import WriterFailed, writer

LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "PH", "CL", "CO"})
TIME_LIMIT = 30.0
"""Seconds for one document, and for waiting until its turn comes: more than the processor time its writer has."""
AT_ONCE = 2
"""Documents that one process of the product writes at the same time."""

_log = logging.getLogger(__name__)
_turns = threading.BoundedSemaphore(AT_ONCE)


class PdfUnavailable(Exception):  # noqa: N818 (named for the event)
    """The renderer cannot be loaded on this machine: the Pango library is missing."""


class PdfNotFinished(Exception):  # noqa: N818
    """The document was not written in time, or its writer failed. Printing from the browser still works."""


def write_pdf(html: str, *, paper: str) -> bytes:
    """A tagged PDF/UA-1 document of a page. `paper` is `A4` or `Letter`. Raises `PdfUnavailable`, `PdfNotFinished`."""
    if not _turns.acquire(timeout=TIME_LIMIT):
        raise PdfNotFinished("Other documents are being written.")
    try:
        return _written(json.dumps({"html": breakable(html), "paper": paper, "seconds": TIME_LIMIT}).encode())
    finally:
        _turns.release()


def _written(page: bytes) -> bytes:
    try:
        document = writer.write(page, seconds=TIME_LIMIT)
    except TimeoutError:
        _log.warning("A PDF was not finished in %s seconds and was given up.", TIME_LIMIT)
        raise PdfNotFinished("The document was not finished in time.") from None
    except WriterFailed:
        _log.error("The writer of a PDF ended before it was done.")
        raise PdfNotFinished("The writer of the document failed.") from None
    if not document:
        raise PdfUnavailable("The Pango library could not be loaded.")
    return document


_WORD = r"(?:&[^;\s<]{1,10};|[^\s<>&])"
_ENDLESS = re.compile(rf"{_WORD}{{1000,}}+(?![^<>]*>)")
_PIECE = re.compile(rf"{_WORD}{{100}}")


def breakable(html: str) -> str:
    """The page with places to break in words of a thousand letters and more: looking for them takes the layout ages.

    >>> breakable("<p>" + "x" * 1000 + "</p>").count("\u200b"), breakable("<p>" + "x" * 999 + "</p>").count("\u200b")
    (10, 0)
    """
    return _ENDLESS.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), html)


def paper_of(country: str) -> str:
    """The sheet that printers of a country hold.

    >>> paper_of("US"), paper_of("DE")
    ('Letter', 'A4')
    """
    return "Letter" if country.upper() in LETTER_COUNTRIES else "A4"
