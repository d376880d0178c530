"""The summary as a PDF, from the page's own HTML. Nothing is fetched: not from the network, not from this machine."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from django.contrib.staticfiles import finders

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.urls import URLFetcher

STYLE_SHEETS = ("intake/site.css", "intake/staff.css")
LETTER_COUNTRIES = frozenset({"US", "CA", "MX", "PH", "CL", "CO"})


class PdfUnavailable(Exception):  # noqa: N818 (named for the event)
    """The renderer cannot be loaded on this machine: the Pango library is missing."""


def write_pdf(html: str, *, paper: str) -> bytes:
    """A tagged PDF/UA-1 document of a page. `paper` is `A4` or `Letter`. Raises `PdfUnavailable`."""
    weasyprint = _renderer()
    document = weasyprint.HTML(string=html, url_fetcher=_refusing(), media_type="print")
    return document.write_pdf(stylesheets=_style_sheets(paper), pdf_variant="pdf/ua-1", pdf_tags=True)


def paper_of(country: str) -> str:
    """The sheet that printers of a country hold.

    >>> paper_of("US"), paper_of("DE")
    ('Letter', 'A4')
    """
    return "Letter" if country.upper() in LETTER_COUNTRIES else "A4"


def _renderer() -> ModuleType:
    """The renderer, loaded late: it costs 40 MB and needs Pango. Raises `PdfUnavailable`."""
    try:
        import weasyprint
    except OSError as error:
        raise PdfUnavailable("The Pango library could not be loaded.") from error
    # It reports every style it leaves out, and could name what a page holds: neither belongs in a log.
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return weasyprint


@functools.lru_cache(maxsize=1)
def _refusing() -> URLFetcher:
    """A fetcher that answers every address, of whatever scheme, with a refusal. The page needs none."""
    _renderer()
    from weasyprint.urls import URLFetcher

    class RefusingFetcher(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
            raise ValueError("The summary uses nothing from outside.")

    return RefusingFetcher()


@functools.lru_cache(maxsize=2)
def _style_sheets(paper: str) -> list[CSS]:
    """The product's own style sheets and the size of the sheet, parsed once: parsing takes half a second."""
    texts = [Path(str(finders.find(name))).read_text(encoding="utf-8") for name in STYLE_SHEETS]
    css = _renderer().CSS
    return [css(string=text, url_fetcher=_refusing()) for text in (*texts, f"@page {{ size: {paper} }}")]
