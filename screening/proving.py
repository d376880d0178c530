"""Proofs of drafts, made once for each content, in a thread of their own so that a page need not wait for them.

One proof is made at a time: z3 shares one memory in a process. It takes a while to load, and is loaded when something
is proved. What was proved is kept in memory, and in the cache for the other processes of the installation that run the
same proofs.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from django.core.cache import cache
from django.db import DatabaseError, connections

from screening.engine.definition import Definition, Review, canonical_json

if TYPE_CHECKING:
    from screening.proofs import Report

logger = logging.getLogger(__name__)

TOTAL = 25.0
"""Seconds for all proofs about one draft, which a person waits for. What is left then is "not proved"."""

PATIENCE: float | None = 1.0
"""Seconds that a page waits for a proof before it says that one is being made. None: until it is made."""

KEPT = 8
"""Reports kept in memory: Check, Publish and the publishing itself look at the same content."""

AGAIN = 60.0
"""Seconds after which what was not proved is tried again: there may be more time then."""

DAY = 24 * 3600.0
"""Seconds for which the cache keeps a report."""

_reports: dict[bytes, tuple[float, Report]] = {}
_running: dict[bytes, tuple[float, concurrent.futures.Future[Report]]] = {}
_guard = threading.Lock()
_prover = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="proofs")


def report(definition: Definition) -> Report:
    """What the proofs say of a definition that the checks found no error in. Waits for it."""
    document = _document(definition)
    known = _known(document)
    return known if known is not None else _result(document, _begin(document, definition)[1], None)


def soon(definition: Definition) -> Report | int:
    """The same for a page: the seconds since the proof began, when it takes longer than a page should wait."""
    document = _document(definition)
    if (known := _known(document)) is not None:
        return known
    if (elsewhere := _begun_elsewhere(document)) is not None:
        return elsewhere
    begun, made = _begin(document, definition)
    try:
        return _result(document, made, PATIENCE)
    except concurrent.futures.TimeoutError:
        return int(time.monotonic() - begun)


def _document(definition: Definition) -> bytes:
    """What is proved: the content. Who reviewed it says nothing to a proof, so a sign-off asks for no new one."""
    return canonical_json(msgspec.structs.replace(definition, review=Review()))


def _begin(document: bytes, definition: Definition) -> tuple[float, concurrent.futures.Future[Report]]:
    """The proof of this content, begun now or before."""
    with _guard:
        if document not in _running:
            proof = _prover.submit(_prove, document, definition)
            _running[document] = (time.monotonic(), proof)
            _prover.submit(_share, document, proof)
        return _running[document]


def _prove(document: bytes, definition: Definition) -> Report:
    """Kept here, whether or not somebody still waits for it."""
    from screening import proofs

    made = proofs.prove(definition, total=TOTAL)
    _remember(document, made)
    _no_longer_runs(document)
    return made


def _share(document: bytes, proof: concurrent.futures.Future[Report]) -> None:
    """Give the other processes what was proved. After the proof, not in it: who waits for it may lock the database."""
    try:
        if proof.exception() is None:
            made = proof.result()
            cache.set(_key(document), msgspec.json.encode(made).decode(), AGAIN if made.not_proved else DAY)
        cache.delete(f"{_key(document)}:begun")
    except DatabaseError as error:
        logger.warning("What was proved is not kept for the other processes: %s", type(error).__name__)
    finally:
        connections.close_all()


def _result(document: bytes, proof: concurrent.futures.Future[Report], patience: float | None) -> Report:
    """The report. A proof that broke off says so once: the next begins anew."""
    try:
        return proof.result(patience)
    finally:
        if proof.done() and proof.exception() is not None:
            _no_longer_runs(document)


def _no_longer_runs(document: bytes) -> None:
    with _guard:
        _running.pop(document, None)


def _remember(document: bytes, made: Report) -> None:
    with _guard:
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

    try:
        found = msgspec.json.decode(stored, type=Report)
    except (msgspec.DecodeError, TypeError):  # kept in another form: it is made again
        return None
    _remember(document, found)
    return found


def _begun_elsewhere(document: bytes) -> int | None:
    """The seconds since another process began this proof; None when it is for this one to make. Whoever began and
    was stopped is not waited for longer than a proof can take."""
    key, now = f"{_key(document)}:begun", time.time()
    if document in _running or cache.add(key, now, TOTAL + 5):
        return None
    return max(0, int(now - cache.get(key, now)))


def _sources() -> bytes:
    """A hash of what proofs are made with: a release that proves something else must not read what another said."""
    folder, hashed = Path(__file__).parent, hashlib.sha256()
    for path in sorted([*folder.glob("proofs/**/*.py"), *folder.glob("engine/**/*.py")]):
        hashed.update(path.read_bytes())
    return hashed.digest()


_SOURCES = _sources()


def _key(document: bytes) -> str:
    return f"proofs:{hashlib.sha256(_SOURCES + document).hexdigest()}"
