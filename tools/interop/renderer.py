"""LHC-Forms in a headless browser: shows a Questionnaire with somebody's answers, and says which items are shown."""

from __future__ import annotations

import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

SCRIPTS = (
    "webcomponent/assets/lib/zone.min.js",
    "webcomponent/runtime.js",
    "webcomponent/polyfills.js",
    "webcomponent/main.js",
    "fhir/R4/lformsFHIR.min.js",
)
PAGE = "interop.html"

_KEEP = "questionnaire => { window.questionnaire = questionnaire; }"
_SHOW = """async response => {
  const form = LForms.Util.convertFHIRQuestionnaireToLForms(window.questionnaire, 'R4');
  const filled = LForms.Util.mergeFHIRDataIntoLForms('QuestionnaireResponse', response, form, 'R4');
  await LForms.Util.addFormToPage(filled, 'form', {fhirVersion: 'R4'});
}"""
_SHOWN = """() => Array.from(document.querySelectorAll('#form lhc-item'))
  .filter(item => item.offsetParent !== null && item.getClientRects().length)
  .map(item => item.id.replace(/^item-/, '').replace(/(\\/\\d+)+$/, ''))"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the requests are ours."""


@contextmanager
def renderer(package: Path) -> Iterator[Renderer]:
    """LHC-Forms from its unpacked package, on a page of its own; closed at the end."""
    folder = package / "dist" / "lforms"
    scripts = "".join(f'<script src="{name}"></script>' for name in SCRIPTS)
    (folder / PAGE).write_text(
        f'<!doctype html><meta charset="utf-8"><title>Form</title><div id="form"></div>{scripts}'
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is missing. On Debian: sudo apt-get install chromium")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_address[1]}/{PAGE}")
            page.wait_for_function("window.LForms && LForms.Util && LForms.FHIR")
            yield Renderer(page)
            browser.close()
    finally:
        server.shutdown()


class Renderer:
    """One page. `show` must come before `shown`."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def keep(self, questionnaire: dict[str, Any]) -> None:
        """Take the Questionnaire that is shown from now on."""
        self.page.evaluate(_KEEP, questionnaire)

    def shown(self, response: dict[str, Any], seconds: float = 10) -> frozenset[str]:
        """The linkIds of the items that are on the page once the form has come to rest."""
        self.page.evaluate(_SHOW, response)
        before: list[str] = []
        for _ in range(int(seconds * 5)):
            self.page.wait_for_timeout(200)
            now = self.page.evaluate(_SHOWN)
            if now and now == before:
                return frozenset(now)
            before = now
        raise TimeoutError("The form did not come to rest.")
