"""The clinician's summary and its PDF, as a signed-in clinician's browser asks for them."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Figure, amount, median_microseconds

FIRST, WARM = 4.0, 0.7
"""Seconds of a document: the first after a start, and each later one."""
RATIO = 2.0


def run() -> Iterator[Figure]:
    """Made-up responses of the demo clinic, read by its clinician."""
    with tempfile.TemporaryDirectory() as folder:
        page, browser = _set_up(folder)
        yield from _documents(browser, page)
        yield from _summaries(browser, page)


def _set_up(folder: str) -> tuple[str, Any]:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "intake.settings", "DATA_DIR": folder}
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)
    call_command("demo", sample=5, verbosity=0)
    return _opened()


def _opened() -> tuple[str, Any]:
    """The address of the response with most to say, and the browser of somebody who may read it."""
    from django.test import Client
    from django.urls import reverse

    from intake.models import QuestionnaireResponse, User
    from tests.browsers import signed_in

    clinician = User.objects.filter(memberships__role="clinician").first()
    browser = signed_in(clinician, Client(headers={"host": "127.0.0.1:8000"}))
    response = QuestionnaireResponse.objects.filter(status="sent").order_by("-top_severity").first()
    return reverse("clinician:summary", args=[response.reference]), browser


def _documents(browser: Any, page: str) -> Iterator[Figure]:
    first, *warm = [_seconds(browser, f"{page}summary.pdf") for _ in range(amount(small=2, full=10))]
    yield Figure("PDF of a summary, first after a start", first, "s", at_most=FIRST)
    yield Figure("PDF of a summary, each later one", statistics.median(warm), "s", at_most=WARM)


def _seconds(browser: Any, address: str) -> float:
    begun = time.perf_counter()
    answer = browser.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return time.perf_counter() - begun


def _summaries(browser: Any, page: str) -> Iterator[Figure]:
    from django.template import engines
    from django.test.utils import setup_test_environment, teardown_test_environment

    times = amount(small=3, full=60)
    whole = median_microseconds(lambda: _seconds(browser, page), times=times) / 1000
    setup_test_environment()  # it keeps what a template was given
    answer = browser.get(page)
    teardown_test_environment()
    template = engines["django"].get_template(answer.templates[0].name)
    context = answer.context[0].flatten()
    alone = median_microseconds(lambda: template.render(context), times=times) / 1000
    yield Figure("summary page, its template alone", alone, "ms")
    yield Figure("summary page, whole", whole, "ms")
    yield Figure("  beside its template", whole / alone, "×", at_most=RATIO)
