"""Proving the whole starter questionnaire."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure

CONTENT = Path(__file__).parent.parent / "screening/content/ketamine"
SECONDS = 20


def run() -> Iterator[Figure]:
    """All proofs once, as a publication does."""
    from screening import proofs
    from screening.exchange.yaml import load_definition

    definition = load_definition(CONTENT)
    begun = time.perf_counter()
    report = proofs.prove(definition)
    yield Figure("all proofs of the starter questionnaire", time.perf_counter() - begun, "s", at_most=SECONDS)
    yield Figure("  proved", report.proved, "")
