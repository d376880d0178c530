"""The summary as a PDF, from the page's own HTML, written by a process that can be ended (`pdf_process.py`).

A layout can take for ever, whatever a style sheet is careful about; so it gets a time limit, few at a time run, and
whoever asked is told to print from the browser instead.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from .pdf_process import MISSING

STYLE_SHEETS = ("intake/site.css", "intake/staff.css")
LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "PH", "CL", "CO"})
TIME_LIMIT = 30.0
"""Seconds for one document, and for waiting until its turn comes: more than the processor time its writer has."""
AT_ONCE = 2
"""Documents that one process of the product writes at the same time."""
KNOWN_NAMES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "XDG_CACHE_HOME")
"""What of the environment the writer is given: no key and no password of ours."""
FONTS = Path(__file__).parent / "fonts" / "fonts.conf"
"""The font that a document is set in comes with us: with a machine's own, a sheet that fits here may not fit there."""

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
        return _written(json.dumps({"html": breakable(html), "styles": _styles(paper)}).encode())
    finally:
        _turns.release()


def _written(page: bytes) -> bytes:
    command = [sys.executable, "-m", "intake.clinician.pdf_process"]
    try:
        # What the writer reports could name what a page holds: it belongs in no log.
        done = subprocess.run(  # noqa: S603 (our own module)
            command,
            input=page,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env=_environment(),
            timeout=TIME_LIMIT,
        )
    except subprocess.TimeoutExpired:
        _log.warning("A PDF was not finished in %s seconds and was given up.", TIME_LIMIT)
        raise PdfNotFinished("The document was not finished in time.") from None
    if done.returncode == MISSING:
        raise PdfUnavailable("The Pango library could not be loaded.")
    if done.returncode:
        _log.error("The writer of a PDF ended with code %s.", done.returncode)
        raise PdfNotFinished("The writer of the document failed.")
    return done.stdout


def _environment() -> dict[str, str]:
    known = {name: os.environ[name] for name in KNOWN_NAMES if name in os.environ}
    return known | {"FONTCONFIG_FILE": str(FONTS)}


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


@functools.lru_cache(maxsize=2)
def _styles(paper: str) -> list[str]:
    """The product's own style sheets and the size of the sheet."""
    texts = [Path(str(finders.find(name))).read_text(encoding="utf-8") for name in STYLE_SHEETS]
    return [*texts, f"@page {{ size: {paper} }}"]
