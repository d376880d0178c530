"""Proofs of drafts, made once for each content, in a thread of their own so that a page need not wait for them.

One proof is made at a time: z3 shares one memory in a process. It takes a while to load, and is loaded when something
is proved. What was proved is kept in memory, and in the cache for the other processes of the installation.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import time
from typing import TYPE_CHECKING

import msgspec
from django.core.cache import cache

from screening.engine.definition import Definition, canonical_json

if TYPE_CHECKING:
    from screening.proofs import Report

TOTAL = 25.0
"""Seconds for all proofs about one draft, which a person waits for. What is left then is "not proved"."""

PATIENCE: float | None = 1.0
"""Seconds that a page waits for a proof before it says that one is being made. None: until it is made."""

KEPT = 8
"""Reports kept in memory: Check, Publish and the publishing itself look at the same content."""

AGAIN = 60.0
"""Seconds after which what was not proved is tried again: there may be more time then."""

DAY = 24 * 3600.0
"""Seconds for which the cache keeps a report: a new release may prove more."""

_reports: dict[bytes, tuple[float, Report]] = {}
_running: dict[bytes, tuple[float, concurrent.futures.Future[Report]]] = {}
_prover = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="proofs")


def report(definition: Definition) -> Report:
    """What the proofs say of a definition that the checks found no error in. Waits for it."""
    document = canonical_json(definition)
    known = _known(document)
    return known if known is not None else _result(document, _begin(document, definition)[1], None)


def soon(definition: Definition) -> Report | int:
    """The same for a page: the seconds since the proof began, when it takes longer than a page should wait."""
    document = canonical_json(definition)
    if (known := _known(document)) is not None:
        return known
    if (elsewhere := _begun_elsewhere(document)) is not None:
        return elsewhere
    begun, made = _begin(document, definition)
    try:
        return _result(document, made, PATIENCE)
    except concurrent.futures.TimeoutError:
        return int(time.monotonic() - begun)


def _begin(document: bytes, definition: Definition) -> tuple[float, concurrent.futures.Future[Report]]:
    """The proof of this content, begun now or before."""
    if document not in _running:
        _running[document] = (time.monotonic(), _prover.submit(_prove, definition))
    return _running[document]


def _prove(definition: Definition) -> Report:
    from screening import proofs

    return proofs.prove(definition, total=TOTAL)


def _result(document: bytes, proof: concurrent.futures.Future[Report], patience: float | None) -> Report:
    """The report, kept for this process and the others. A proof that broke off is not kept: the next begins anew."""
    try:
        made = proof.result(patience)
    finally:
        if proof.done():
            _running.pop(document, None)
            cache.delete(f"{_key(document)}:begun")
    _remember(document, made)
    cache.set(_key(document), msgspec.json.encode(made), AGAIN if made.not_proved else DAY)
    return made


def _remember(document: bytes, made: Report) -> None:
    while len(_reports) >= KEPT:
        _reports.pop(next(iter(_reports)), None)
    _reports[document] = (time.monotonic(), made)


def _known(document: bytes) -> Report | None:
    known = _reports.get(document)
    if known is not None:
        is_good = not known[1].not_proved or time.monotonic() - known[0] < AGAIN
        return known[1] if is_good else None
    stored = cache.get(_key(document))
    if stored is None:
        return None
    from screening.proofs import Report

    _remember(document, found := msgspec.json.decode(stored, type=Report))
    return found


def _begun_elsewhere(document: bytes) -> int | None:
    """The seconds since another process began this proof; None when it is for this one to make. Whoever began and
    was stopped is not waited for longer than a proof can take."""
    key, now = f"{_key(document)}:begun", time.time()
    if document in _running or cache.add(key, now, TOTAL + 5):
        return None
    return max(0, int(now - cache.get(key, now)))


def _key(document: bytes) -> str:
    return f"proofs:{hashlib.sha256(document).hexdigest()}"
