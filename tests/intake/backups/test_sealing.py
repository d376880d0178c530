"""The form of a backup file: whatever is done to it, it opens as it was written or not at all."""

from __future__ import annotations

import base64
import io
import json
import stat
from pathlib import Path

import pytest

from intake import vault
from intake.backups import sealing

COPY = bytes(range(256)) * 40
MANIFEST = b'{"made": "today"}'


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "PIECE", 4096)


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return sealed(tmp_path / "one.backup", COPY)


def sealed(path: Path, copy: bytes) -> Path:
    sealing.seal(path, MANIFEST, io.BytesIO(copy))
    return path


def opened(path: Path) -> tuple[bytes, bytes]:
    manifest, *pieces = sealing.unseal(path)
    return manifest, b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 10_240])
def test_what_was_sealed_comes_back(tmp_path: Path, size: int) -> None:
    assert opened(sealed(tmp_path / "b", COPY[:size])) == (MANIFEST, COPY[:size])


def test_nothing_of_the_copy_can_be_read_in_it(tmp_path: Path) -> None:
    path = sealed(tmp_path / "b", b"a word that nobody may read " * 400)

    assert b"nobody may read" not in path.read_bytes()


def test_the_same_copy_never_makes_the_same_file(tmp_path: Path, backup: Path) -> None:
    assert sealed(tmp_path / "two.backup", COPY).read_bytes()[60:] != backup.read_bytes()[60:]


def test_it_never_writes_over_a_file(backup: Path) -> None:
    with pytest.raises(FileExistsError):
        sealed(backup, b"other")
    assert opened(backup) == (MANIFEST, COPY)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.02, 0.3, 0.6, 0.9, 0.999])
def test_one_changed_bit_is_noticed_anywhere(backup: Path, share: float) -> None:
    content = bytearray(backup.read_bytes())
    content[int(share * len(content))] ^= 1
    backup.write_bytes(content)

    with pytest.raises((sealing.BackupDamaged, vault.VaultError)):
        opened(backup)


@pytest.mark.parametrize("kept", [0, 10, 79, 90, 200, 5000, -5000, -17, -1])
def test_a_cut_off_file_is_refused(backup: Path, kept: int) -> None:
    backup.write_bytes(backup.read_bytes()[:kept])

    with pytest.raises(sealing.BackupDamaged):
        opened(backup)


def test_a_file_that_lacks_a_piece_in_the_middle_is_refused(backup: Path) -> None:
    content = backup.read_bytes()
    first = content.index(b"\n") + 1
    start = first + 4 + int.from_bytes(content[first : first + 4], "big")
    after = start + 4 + int.from_bytes(content[start : start + 4], "big")
    backup.write_bytes(content[:start] + content[after:])

    with pytest.raises(sealing.BackupDamaged, match="piece 1"):
        opened(backup)


def test_pieces_of_two_backups_do_not_go_together(tmp_path: Path, backup: Path) -> None:
    other = sealed(tmp_path / "two.backup", COPY)
    content, donor = backup.read_bytes(), other.read_bytes()
    assert len(content) == len(donor)
    backup.write_bytes(content[:5000] + donor[5000:])

    with pytest.raises(sealing.BackupDamaged):
        opened(backup)


def test_a_file_that_goes_on_after_its_end_is_refused(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes() + b"x")

    with pytest.raises(sealing.BackupDamaged, match="goes on after its end"):
        opened(backup)


def test_another_file_is_called_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk.\n" * 500)

    with pytest.raises(sealing.BackupDamaged, match="is not a backup of this product"):
        opened(path)


def test_a_key_that_is_not_in_the_ring_is_named(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYRING", vault.new_keyring(key_id="another"))
    vault.forget_keys()

    with pytest.raises(vault.VaultError, match="is not in the key ring"):
        opened(backup)


def test_another_ring_with_a_key_of_the_same_name_opens_nothing(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_id = vault.keyring().active
    monkeypatch.setenv("KEYRING", vault.new_keyring(key_id=key_id))
    vault.forget_keys()

    with pytest.raises(sealing.BackupDamaged, match="another key ring"):
        opened(backup)


def test_a_rotated_ring_still_opens_it(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = vault.keyring()
    newer = json.loads(vault.new_keyring(key_id="newer"))
    newer["keys"] |= {key_id: base64.b64encode(key).decode() for key_id, key in ring.keys.items()}
    monkeypatch.setenv("KEYRING", json.dumps(newer))
    vault.forget_keys()

    assert opened(backup) == (MANIFEST, COPY)


def test_the_file_is_not_more_open_than_the_umask(backup: Path) -> None:
    assert not stat.S_IMODE(backup.stat().st_mode) & 0o022
