"""The form of a backup file: a line that names its key, then numbered pieces sealed with AES-256-GCM.

Each piece is bound to the first line, to its number and to whether it is the last: a file that was changed, cut off,
or put together from two is refused. Piece 0 is the manifest; the others are the copy of the database.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from intake import vault

PIECE = 1 << 20
"""Bytes of the copy in one piece."""
LARGEST_MANIFEST = 64 << 20
"""Bytes: it lists what was erased, so it grows over the years."""
_LINE = re.compile(rb"screening backup 1, key ([^\n]{1,64}), salt ([0-9a-f]{32})\n")
_LONGEST_LINE = 200


class BackupDamaged(Exception):  # noqa: N818 (named for the event)
    """The file is not a backup, was changed, or is not whole. The message says where."""


def seal(path: Path, manifest: bytes, copy: BinaryIO) -> None:
    """Write a new backup file. Raises `FileExistsError`, `OSError`, `vault.KeyRingError`."""
    key_id, salt = vault.keyring().active, secrets.token_hex(16)
    first = f"screening backup 1, key {key_id}, salt {salt}\n".encode()
    cipher = _cipher(key_id, salt.encode())
    with path.open("xb") as file:
        file.write(first)
        for number, (piece, is_last) in enumerate(_pieces(manifest, copy)):
            sealed = cipher.encrypt(_nonce(number), piece, _bound(first, number, is_last))
            file.write(len(sealed).to_bytes(4, "big") + sealed)


def _pieces(manifest: bytes, copy: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    yield manifest, False
    piece = copy.read(PIECE)
    while True:
        following = copy.read(PIECE)
        yield piece, not following
        if not following:
            return
        piece = following


def is_backup(path: Path) -> bool:
    """Whether a file calls itself a backup of this product."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _LINE.fullmatch(file.readline(_LONGEST_LINE)) is not None


def unseal(path: Path) -> Iterator[bytes]:
    """The manifest, then the copy piece by piece. Raises `BackupDamaged`, `vault.VaultError` for an unknown key."""
    with path.open("rb") as file:
        first = file.readline(_LONGEST_LINE)
        found = _LINE.fullmatch(first)
        if found is None:
            raise BackupDamaged(f"{path} is not a backup of this product.")
        cipher = _cipher(found[1].decode("utf-8", "replace"), found[2])
        number, is_last = 0, False
        while not is_last:
            piece, is_last = _opened(cipher, file, first, number, path)
            yield piece
            number += 1
        if file.read(1):
            raise BackupDamaged(f"{path} goes on after its end.")


def _opened(cipher: AESGCM, file: BinaryIO, first: bytes, number: int, path: Path) -> tuple[bytes, bool]:
    """A piece and whether it is the last."""
    sealed = file.read(min(int.from_bytes(file.read(4), "big"), PIECE + 4096 if number else LARGEST_MANIFEST))
    for is_last in (False, True):
        try:
            return cipher.decrypt(_nonce(number), sealed, _bound(first, number, is_last)), is_last
        except (InvalidTag, ValueError):
            continue
    raise BackupDamaged(f"{path} was changed, is cut off, or was made with another key ring: piece {number} of it.")


def _cipher(key_id: str, salt: bytes) -> AESGCM:
    return AESGCM(vault.key_for(f"backup {salt.decode()}", key_id=key_id))


def _nonce(number: int) -> bytes:
    """Never used twice: every backup has a key of its own, by its salt."""
    return number.to_bytes(12, "big")


def _bound(first: bytes, number: int, is_last: bool) -> bytes:
    return first + number.to_bytes(8, "big") + bytes([is_last])
