"""Turns one page into a PDF in a process of its own: `python -m intake.clinician.pdf_process`.

It knows neither the settings nor the database. Standard input is one JSON object, `html` and `styles` (a list of
style sheets); standard output is the document. Exit code 3: the Pango library is missing.
"""

from __future__ import annotations

import functools
import json
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

MISSING = 3
MEMORY = 2 * 1024**3
"""Bytes of address space: a page that asks for more ends this process and nothing else."""
PROCESSOR_SECONDS = 10
"""How long a layout may work. A busy machine is no reason to give a document up; an endless layout is."""


@functools.lru_cache(maxsize=1)
def refusing() -> URLFetcher:
    """A fetcher that answers every address, of whatever scheme, with a refusal. The page needs none."""
    from weasyprint.urls import URLFetcher

    class RefusingFetcher(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> NoReturn:
            raise ValueError("The summary uses nothing from outside.")

    return RefusingFetcher()


def render(html: str, styles: list[str]) -> bytes:
    """A tagged PDF/UA-1 document of a page. Nothing is fetched: not from the network, not from this machine."""
    import weasyprint

    sheets = [weasyprint.CSS(string=text, url_fetcher=refusing()) for text in styles]
    document = weasyprint.HTML(string=html, url_fetcher=refusing(), media_type="print")
    written: bytes = document.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1", pdf_tags=True)
    return written


def _limit_resources() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for what, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def main() -> int:
    _limit_resources()
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return MISSING
    given = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(render(given["html"], given["styles"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
