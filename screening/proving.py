"""Proofs of drafts, made once for each content. z3 takes a while to load: it is loaded when something is proved."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from screening.engine.definition import Definition, canonical_json

if TYPE_CHECKING:
    from screening.proofs import Report

TOTAL = 25.0
"""Seconds for all proofs about one draft, which a person waits for. What is left then is "not proved"."""

KEPT = 8
"""Reports kept in memory: Check, Publish and the publishing itself look at the same content."""

AGAIN = 60.0
"""Seconds after which what was not proved is tried again: there may be more time then."""

_reports: dict[bytes, tuple[float, Report]] = {}


def report(definition: Definition) -> Report:
    """What the proofs say of a definition that the checks found no error in."""
    from screening import proofs

    document = canonical_json(definition)
    known = _reports.get(document)
    if known is not None and (not known[1].not_proved or time.monotonic() - known[0] < AGAIN):
        return known[1]
    made = proofs.prove(definition, total=TOTAL)
    while len(_reports) >= KEPT:
        _reports.pop(next(iter(_reports)), None)
    _reports[document] = (time.monotonic(), made)
    return made
