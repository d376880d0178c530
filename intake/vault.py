"""Encryption at rest.

Each response and each person has a random 256-bit data key. It encrypts every field of that record with AES-256-GCM;
the associated data names the table, the row and the field, so that a value copied to another place does not open. The
data key itself is kept beside the record, wrapped by a key of the key ring.

The key ring comes from the environment (`KEYRING`) or a file (`KEYRING_FILE`), never from `SECRET_KEY`:

    {"active": "2026a", "keys": {"2026a": "<base64 of 32 bytes>"}, "search": "<base64>", "audit": "<base64>"}

`keys` wrap data keys; `active` is used for new ones, the others still open old ones. `search` makes the keyed hashes
for exact-match search and `audit` the chain of the audit record; both stay the same when `keys` rotate.

Everything fails closed: what cannot be opened raises `VaultError` and nothing is returned in its place.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
import hashlib
import hmac
import json
import logging
import os
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import Model

if TYPE_CHECKING:
    from .models.fields import Enveloped

logger = logging.getLogger(__name__)

KEY_BYTES = 32
SECOND_FACTOR = "second factor of a staff member"
"""What the secrets of authenticator apps and recovery codes are sealed for."""
_NONCE_BYTES = 12
_FORMAT = b"\x01"


class VaultError(Exception):
    """Something could not be opened: it was changed, belongs elsewhere, or its key is not in the key ring."""


class NotAsStored(VaultError):  # noqa: N818 (named for the event)
    """A stored value was changed, or is not where it was stored. `place` names the table, the row and the field."""

    def __init__(self, what: str, place: bytes) -> None:
        super().__init__(f"{what}: {place.decode()}.")
        self.place = place


class KeyRingError(Exception):
    """The key ring is missing or cannot be used. The message says what is wrong and never contains a key."""


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class KeyRing:
    """The keys of one installation. It has no `repr`, so that a traceback or log cannot print it."""

    active: str
    keys: dict[str, bytes]
    search: bytes
    audit: bytes


@dataclasses.dataclass(frozen=True, repr=False)
class DataKey:
    """The opened key of one record."""

    secret: bytes

    def seal(self, plaintext: bytes, *, row: Model, field: str) -> bytes:
        """Encrypt one field of one row."""
        return _seal(self.secret, plaintext, _place(row, field))

    def open(self, sealed: bytes | memoryview, *, row: Model, field: str) -> bytes:
        """Decrypt one field of one row. Raises `VaultError` when it was changed or belongs elsewhere."""
        return _open(self.secret, bytes(sealed), _place(row, field))


def create_data_key(row: Enveloped) -> DataKey:
    """Give a new row its own random data key and put the wrapped form on it. The caller saves the row."""
    secret = secrets.token_bytes(KEY_BYTES)
    _wrap(row, secret)
    return DataKey(secret)


def data_key(row: Enveloped) -> DataKey:
    """The data key of a stored row. Raises `VaultError` when it cannot be unwrapped."""
    place = _place(row, f"wrapped_key/{row.key_id}")
    return DataKey(_open(_wrapping_key(keyring(), row.key_id), bytes(row.wrapped_key), place))


class Opener:
    """Opens one field of many rows, each under the data key of its record, without making models of them.

    `record` is the model that has the data key, `row` the model that has the field.
    """

    def __init__(self, record: type[Enveloped], row: type[Model], field: str) -> None:
        self._record, self._row, self._field = record._meta.db_table, row._meta.db_table, field
        self._rings: dict[str, tuple[AESGCM, Callable[[object], bytes]]] = {}
        self._place = _places(self._row, field)

    def open(self, record: object, key_id: str, wrapped: bytes | memoryview, row: object, sealed: bytes) -> bytes:
        """Decrypt the field of one row, given the ids of record and row. Raises `VaultError`."""
        if key_id not in self._rings:
            key = AESGCM(_wrapping_key(keyring(), key_id))
            self._rings[key_id] = key, _places(self._record, f"wrapped_key/{key_id}")
        key, place = self._rings[key_id]
        return _opened(AESGCM(_opened(key, bytes(wrapped), place(record))), bytes(sealed), self._place(row))


def wrap_anew(row: Enveloped) -> None:
    """Wrap a row's data key with the active key; what it encrypts stays as it is. The caller saves the row.

    Raises `VaultError` when the row's present key is not in the key ring.
    """
    _wrap(row, data_key(row).secret)


def keyed_hash(purpose: str, *parts: str) -> str:
    """A hash that cannot be computed, or guessed back, without the key ring. Equal parts give equal hashes.

    `purpose` keeps hashes of the same text apart, such as a clinic's names and another clinic's.
    """
    message = json.dumps([purpose, *parts], ensure_ascii=False).encode()
    return hmac.new(keyring().search, message, hashlib.sha256).hexdigest()


def searchable(text: str) -> str:
    """A name as it is compared: one case, no accents, single spaces.

    >>> searchable("  José  DÍAZ ") == searchable("jose diaz")
    True
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(symbol for symbol in decomposed if not unicodedata.combining(symbol))
    return " ".join(letters.split())


def audit_mac(message: bytes) -> str:
    """The keyed hash that links one audit record to the one before."""
    return hmac.new(keyring().audit, message, hashlib.sha256).hexdigest()


def seal_text(text: str, *, purpose: str) -> str:
    """Encrypt a short text that has no record of its own, such as the secret of a staff member's second factor."""
    ring = keyring()
    sealed = _seal(_purpose_key(ring.keys[ring.active], purpose), text.encode(), purpose.encode())
    return f"{ring.active}:{base64.b64encode(sealed).decode()}"


def open_text(sealed: str, *, purpose: str) -> str:
    """What `seal_text` sealed. Raises `VaultError`."""
    key_id, _, encoded = sealed.partition(":")
    try:
        payload = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise VaultError("A stored secret is not in the form it was stored in.") from error
    return _open(_purpose_key(_key(keyring(), key_id), purpose), payload, purpose.encode()).decode()


def key_for(purpose: str, *, key_id: str) -> bytes:
    """32 bytes for one purpose under one key of the ring. Raises `KeyRingError`, `VaultError` for an unknown key."""
    return _purpose_key(_key(keyring(), key_id), purpose)


# --- the key ring ---


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
    # Written whole under another name, then linked: another process never reads half a key ring.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(new_keyring(key_id=key_id))
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)


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


# --- AES-256-GCM ---


def _key(ring: KeyRing, key_id: str) -> bytes:
    try:
        return ring.keys[key_id]
    except KeyError as error:
        raise VaultError(f"The key “{key_id}” is not in the key ring. Put it back to open what it sealed.") from error


def _wrap(row: Enveloped, secret: bytes) -> None:
    ring = keyring()
    row.key_id = ring.active
    row.wrapped_key = _seal(_wrapping_key(ring, ring.active), secret, _place(row, f"wrapped_key/{ring.active}"))


def _wrapping_key(ring: KeyRing, key_id: str) -> bytes:
    return _purpose_key(_key(ring, key_id), "wrap data keys")


@functools.lru_cache(maxsize=64)
def _purpose_key(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that what one purpose sealed can never be opened as another's."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def _place(row: Model, field: str) -> bytes:
    return json.dumps([row._meta.db_table, str(row.pk), field]).encode()


def _places(table: str, field: str) -> Callable[[object], bytes]:
    """`_place` of any row of one table whose id needs no escaping, such as a UUID."""
    before, after = json.dumps([table])[:-1], f", {json.dumps(field)}]"
    return lambda pk: f'{before}, "{pk}"{after}'.encode()


def _seal(key: bytes, plaintext: bytes, place: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, plaintext, place)


def _open(key: bytes, sealed: bytes, place: bytes) -> bytes:
    return _opened(AESGCM(key), sealed, place)


def _opened(key: AESGCM, sealed: bytes, place: bytes) -> bytes:
    if sealed[:1] != _FORMAT:
        raise NotAsStored("A stored value has no known format", place)
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return key.decrypt(nonce, ciphertext, place)
    except (InvalidTag, ValueError) as error:
        raise NotAsStored("A stored value was changed or is not where it was stored", place) from error
