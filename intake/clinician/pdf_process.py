"""Turns pages into PDFs beside the product: `python -m intake.clinician.pdf_process STYLE_SHEET...`.

It knows neither the settings nor the database. Through standard input, a socket, each page comes as a socket of its
own. A page is read, laid out and answered by a child that is forked for it and ends with it: what it may use is
limited, and no word of it stays anywhere. This process reads no page; it keeps the library, the fonts and the style
sheets at hand. It ends when the product's end of the socket is closed, or when nothing was asked for a while
and what it took is answered.

A page is one JSON object: `html`, `paper` and `seconds`, how long it may take by the clock. The answer is the number of
bytes of the document (in eight bytes, the highest first) and the document, which is empty where the Pango library is
missing. No answer, or less of one, is a document that was not finished.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.urls import URLFetcher

MEMORY = 2 * 1024**3
"""Bytes of address space: a page that asks for more ends its child and nothing else."""
PROCESSOR_SECONDS = 10
"""How long a layout may work. A busy machine is no reason to give a document up; an endless layout is."""
IDLE_SECONDS = 600.0
"""After so long without a page, the memory is given back."""
FINISHING_SECONDS = 30.0
"""How long pages that were taken last may take until then; the product waits no longer for any."""
LENGTH = 8
"""Bytes that say how long the document is."""
FIRST_PAGE = "<html lang=en><title>x</title><p>page <b>of</b> <i>words</i><ul><li>one</ul><table><tr><th>a<td>b</table>"


def main(paths: list[str]) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a service manager tells all: this one ends after the product
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for children that ended
    styles = tuple(Path(path).read_text(encoding="utf-8") for path in paths)
    has_library = _has_library()
    with socket.socket(fileno=sys.stdin.fileno()) as product:
        try:
            for page in _pages(product):
                if os.fork() == 0:
                    product.close()
                    _answer(page, styles)
                page.close()
                if has_library:
                    _warm_up(styles)  # after the first page is on its way, so that it need not wait
        except TimeoutError:
            _let_finish()
    os.killpg(0, signal.SIGKILL)  # nobody waits for what a child is still writing
    return 0


def _has_library() -> bool:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return False
    return True


def _pages(product: socket.socket) -> Iterator[socket.socket]:
    """Each page, until the product's end is closed. Raises `TimeoutError` after the last when none came for a while."""
    product.settimeout(IDLE_SECONDS)
    try:
        yield from _sent(product)
    except TimeoutError:
        product.shutdown(socket.SHUT_RD)  # the product is refused from now on; what it sent just now is still read
        yield from _sent(product)
        raise


def _sent(product: socket.socket) -> Iterator[socket.socket]:
    while received := socket.recv_fds(product, 1, 1)[1]:
        yield socket.socket(fileno=received[0])


def _let_finish() -> None:
    """Wait for the children: the product is there and waits for what they write. All end together if it takes long."""
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(0, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, FINISHING_SECONDS, 1)  # and again, should it ring just before the wait begins
    with contextlib.suppress(ChildProcessError):
        os.wait()  # as ended children are ignored, this returns when there is none any more


@functools.cache
def _warm_up(styles: tuple[str, ...]) -> None:
    render(FIRST_PAGE, styles)
    gc.collect()
    gc.freeze()


def _answer(page: socket.socket, styles: tuple[str, ...]) -> NoReturn:
    """Read one page, send its document, and end. The system ends it when it takes too long."""
    try:
        _limit_resources()
        with page, page.makefile("rb") as asked:
            given = json.load(asked)
            signal.setitimer(signal.ITIMER_REAL, given["seconds"])
            gc.disable()  # this process is gone before it would pay
            size = f"@page {{ size: {given['paper']} }}"
            written = render(given["html"], (*styles, size)) if _has_library() else b""
            page.sendall(len(written).to_bytes(LENGTH) + written)
    finally:
        os._exit(0)  # whatever happened: nothing of the parent runs on in its child


def _limit_resources() -> None:
    import resource

    for what, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, PROCESSOR_SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def render(html: str, styles: tuple[str, ...]) -> bytes:
    """A tagged PDF/UA-1 document of a page. Nothing is fetched: not from the network, not from this machine."""
    import weasyprint

    document = weasyprint.HTML(string=html, url_fetcher=refusing(), media_type="print")
    sheets = [_sheet(text) for text in styles]
    written: bytes = document.write_pdf(stylesheets=sheets, pdf_variant="pdf/ua-1", pdf_tags=True)
    return written


@functools.cache
def _sheet(text: str) -> CSS:
    import weasyprint

    return weasyprint.CSS(string=text, url_fetcher=refusing())


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
