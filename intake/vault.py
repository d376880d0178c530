"""Encryption at rest.

Each response and each person has a random 256-bit data key. It encrypts every field of that record with AES-256-GCM;
the associated data names the table, the row and the field, so that a value copied to another place does not open. The
data key itself is kept beside the record, wrapped by a key of the key ring.

The key ring that everything hangs on is in `intake.key_ring`.

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
import secrets
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db.models import Model

from .key_ring import (
    KEY_BYTES,
    KeyRing,
    KeyRingError,
    forget_keys,
    keyring,
    new_keyring,
    parse_keyring,
    write_keyring,
)

if TYPE_CHECKING:
    from .models.fields import Enveloped

__all__ = [
    "KEY_BYTES",
    "DataKey",
    "KeyRing",
    "KeyRingError",
    "NotAsStored",
    "Opener",
    "VaultError",
    "audit_mac",
    "create_data_key",
    "data_key",
    "forget_keys",
    "key_for",
    "keyed_hash",
    "keyring",
    "new_keyring",
    "open_text",
    "parse_keyring",
    "place_of",
    "seal_text",
    "searchable",
    "wrap_anew",
    "write_keyring",
]

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


def place_of(error: VaultError) -> tuple[str, str, str]:
    """The table, the row and the field of what did not open; empty where no row is to blame, as for a key that is gone.

    >>> place_of(NotAsStored("Changed", b'["a_table", "7", "body_ct"]')), place_of(VaultError("No key"))
    (('a_table', '7', 'body_ct'), ('', '', ''))
    """
    if not isinstance(error, NotAsStored):
        return "", "", ""
    try:
        table, row, field = json.loads(error.place)
    except ValueError:  # a text of its own, such as the secret of a second factor
        return error.place.decode(), "", ""
    return table, row, field


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
