"""The key ring: the keys that everything about people is encrypted with.

The key ring comes from the environment (`KEYRING`) or a file (`KEYRING_FILE`), never from `SECRET_KEY`:

    {"active": "2026a", "keys": {"2026a": "<base64 of 32 bytes>"}, "search": "<base64>", "audit": "<base64>"}

`keys` wrap data keys; `active` is used for new ones, the others still open old ones. `search` makes the keyed hashes
for exact-match search and `audit` the chain of the audit record; both stay the same when `keys` rotate.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
import logging
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings

from .config import write_once

logger = logging.getLogger(__name__)

KEY_BYTES = 32


class KeyRingError(Exception):
    """The key ring is missing or cannot be used. The message says what is wrong and never contains a key."""


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class KeyRing:
    """The keys of one installation. It has no `repr`, so that a traceback or log cannot print it."""

    active: str
    keys: dict[str, bytes]
    search: bytes
    audit: bytes


@functools.cache
def keyring() -> KeyRing:
    """The installation's keys, read once for each process. Raises `KeyRingError`."""
    written = os.environ.get("KEYRING", "").strip()
    if written:
        return parse_keyring(written, where="the environment variable KEYRING")
    path = Path(settings.KEYRING_FILE)
    if settings.IS_EMBEDDED and not path.exists():
        _create_development_keyring(path)
    try:
        return parse_keyring(path.read_text(), where=str(path))
    except OSError as error:
        raise KeyRingError(f"The key ring {path} cannot be read ({error.strerror}).") from error


def forget_keys(**_: Any) -> None:
    """Read the key ring again at the next use."""
    keyring.cache_clear()


def new_keyring(*, key_id: str = "1") -> str:
    """A fresh key ring as JSON text: random keys, one of them active."""
    return json.dumps(
        {
            "active": key_id,
            "keys": {key_id: _new_key()},
            "search": _new_key(),
            "audit": _new_key(),
        },
        indent=2,
    )


def write_keyring(path: Path, *, key_id: str = "1") -> None:
    """Write a fresh key ring that only its owner can read. Raises `FileExistsError` rather than replace one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_once(path, new_keyring(key_id=key_id))


def parse_keyring(text: str, *, where: str) -> KeyRing:
    """Read a key ring. Raises `KeyRingError` naming everything that is wrong, without showing any of it."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise KeyRingError(f"The key ring in {where} is not JSON.") from error
    problems = _problems(data)
    if problems:
        raise KeyRingError(f"The key ring in {where} cannot be used: {' '.join(problems)}")
    keys = {key_id: _decoded(key) for key_id, key in data["keys"].items()}
    return KeyRing(active=data["active"], keys=keys, search=_decoded(data["search"]), audit=_decoded(data["audit"]))


def _problems(data: Any) -> list[str]:
    if not isinstance(data, dict) or not isinstance(data.get("keys"), dict) or not data["keys"]:
        return ["“keys” must name at least one key."]
    named = {f"keys.{key_id}": key for key_id, key in data["keys"].items()}
    named |= {name: data.get(name) for name in ("search", "audit")}
    problems = [f"“{name}” must be base64 of {KEY_BYTES} bytes." for name, key in named.items() if not _decoded(key)]
    problems += [
        f"“{key_id}” is too long or has a colon." for key_id in data["keys"] if len(key_id) > 64 or ":" in key_id
    ]
    if data.get("active") not in data["keys"]:
        problems.append("“active” must name one of the keys.")
    return problems


def _decoded(key: Any) -> bytes:
    """The 32 bytes of a base64 key; empty when it is anything else."""
    try:
        decoded = base64.b64decode(key, validate=True)
    except (TypeError, ValueError):
        return b""
    return decoded if len(decoded) == KEY_BYTES else b""


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _create_development_keyring(path: Path) -> None:
    try:
        write_keyring(path)
    except FileExistsError:
        return  # another process was first
    logger.warning(
        "Made a development key ring at %s. Everything about people is encrypted with it: lose it and they are lost.",
        path,
    )
