"""Encryption at rest: what is sealed opens only where it was sealed, and with the keys it was sealed with."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import vault

PLAIN_KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="  # 32 times the letter A


def row(pk: str = "1", table: str = "intake_thing") -> Any:
    return SimpleNamespace(pk=pk, _meta=SimpleNamespace(db_table=table), key_id="", wrapped_key=b"")


@pytest.fixture
def thing() -> Any:
    found = row()
    vault.create_data_key(found)
    return found


class TestDataKeys:
    def test_it_opens_what_it_sealed(self, thing: Any) -> None:
        sealed = vault.data_key(thing).seal(b"secret", row=thing, field="a")

        assert vault.data_key(thing).open(sealed, row=thing, field="a") == b"secret"

    def test_it_gives_every_row_its_own_key(self, thing: Any) -> None:
        other = row("2")
        vault.create_data_key(other)

        assert vault.data_key(thing).secret != vault.data_key(other).secret

    def test_it_never_seals_twice_alike(self, thing: Any) -> None:
        key = vault.data_key(thing)

        assert key.seal(b"secret", row=thing, field="a") != key.seal(b"secret", row=thing, field="a")

    @pytest.mark.parametrize(
        ("pk", "table", "field"),
        [("2", "intake_thing", "a"), ("1", "intake_other", "a"), ("1", "intake_thing", "b")],
    )
    def test_it_refuses_a_value_that_was_moved(self, thing: Any, pk: str, table: str, field: str) -> None:
        key = vault.data_key(thing)
        sealed = key.seal(b"secret", row=thing, field="a")

        with pytest.raises(vault.VaultError):
            key.open(sealed, row=row(pk, table), field=field)

    def test_it_refuses_a_wrapped_key_of_another_row(self, thing: Any) -> None:
        thief = row("2")
        thief.key_id, thief.wrapped_key = thing.key_id, thing.wrapped_key

        with pytest.raises(vault.VaultError):
            vault.data_key(thief)

    @pytest.mark.check("C70", required="any flipped bit, cut or move is refused")
    @given(st.data())
    def test_it_notices_any_flipped_bit_or_cut(self, data: st.DataObject) -> None:
        thing = row()
        key = vault.create_data_key(thing)
        sealed = bytearray(key.seal(b"an answer", row=thing, field="a"))
        if data.draw(st.booleans()):
            bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
            sealed[bit // 8] ^= 1 << bit % 8
        else:
            del sealed[data.draw(st.integers(0, len(sealed) - 1)) :]

        with pytest.raises(vault.VaultError):
            key.open(bytes(sealed), row=thing, field="a")

    def test_it_says_which_key_is_missing(self, thing: Any) -> None:
        thing.key_id = "2019"

        with pytest.raises(vault.VaultError, match="2019"):
            vault.data_key(thing)


class TestTexts:
    def test_it_opens_what_it_sealed(self) -> None:
        assert vault.open_text(vault.seal_text("JBSWY3DP", purpose="a"), purpose="a") == "JBSWY3DP"

    def test_it_refuses_another_purpose(self) -> None:
        with pytest.raises(vault.VaultError):
            vault.open_text(vault.seal_text("JBSWY3DP", purpose="a"), purpose="b")

    def test_it_refuses_what_was_spaced_out(self) -> None:
        """Another spelling of the same bytes is not what was stored."""
        sealed = vault.seal_text("JBSWY3DP", purpose="a")

        with pytest.raises(vault.VaultError):
            vault.open_text(f"{sealed[:20]} {sealed[20:]}", purpose="a")

    @pytest.mark.parametrize("stored", ["", "JBSWY3DP", "1:not base64!", "1:", "nokey:AAAA"])
    def test_it_refuses_what_was_never_sealed(self, stored: str) -> None:
        with pytest.raises(vault.VaultError):
            vault.open_text(stored, purpose="a")


class TestKeyedHash:
    def test_it_is_the_same_for_the_same_text(self) -> None:
        assert vault.keyed_hash("name", "c", "rosa") == vault.keyed_hash("name", "c", "rosa")

    def test_it_differs_by_purpose_clinic_and_split(self) -> None:
        hashes = {
            vault.keyed_hash("name", "c", "rosa"),
            vault.keyed_hash("other", "c", "rosa"),
            vault.keyed_hash("name", "d", "rosa"),
            vault.keyed_hash("name", "cr", "osa"),
        }
        assert len(hashes) == 4

    def test_it_needs_the_search_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = vault.keyed_hash("name", "rosa")
        monkeypatch.setenv("KEYRING", vault.new_keyring())
        vault.forget_keys()

        assert vault.keyed_hash("name", "rosa") != before


class TestKeyRing:
    def test_it_does_not_depend_on_the_secret_key(self, thing: Any, settings: Any) -> None:
        sealed = vault.data_key(thing).seal(b"secret", row=thing, field="a")
        settings.SECRET_KEY = "another"

        assert vault.data_key(thing).open(sealed, row=thing, field="a") == b"secret"

    def test_it_opens_old_data_after_another_key_became_active(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ring = json.loads(vault.new_keyring(key_id="old"))
        monkeypatch.setenv("KEYRING", json.dumps(ring))
        vault.forget_keys()
        thing = row()
        sealed = vault.create_data_key(thing).seal(b"secret", row=thing, field="a")
        ring["keys"]["new"] = json.loads(vault.new_keyring())["search"]
        monkeypatch.setenv("KEYRING", json.dumps({**ring, "active": "new"}))
        vault.forget_keys()

        assert vault.data_key(thing).open(sealed, row=thing, field="a") == b"secret"
        fresh = row("2")
        vault.create_data_key(fresh)
        assert (thing.key_id, fresh.key_id) == ("old", "new")

    def test_it_makes_a_development_file_that_only_the_owner_reads(
        self, tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.KEYRING_FILE = tmp_path / "deep" / "down" / "keyring.json"
        vault.forget_keys()

        with caplog.at_level(logging.WARNING):
            vault.keyring()

        assert stat.S_IMODE(settings.KEYRING_FILE.stat().st_mode) == 0o600
        assert str(settings.KEYRING_FILE) in caplog.text
        written = json.loads(settings.KEYRING_FILE.read_text())
        assert not any(key in caplog.text for key in (*written["keys"].values(), written["search"], written["audit"]))
        assert [each.name for each in settings.KEYRING_FILE.parent.iterdir()] == ["keyring.json"]

    def test_it_refuses_to_invent_keys_elsewhere(self, tmp_path: Path, settings: Any) -> None:
        settings.KEYRING_FILE, settings.IS_EMBEDDED = tmp_path / "keyring.json", False
        vault.forget_keys()

        with pytest.raises(vault.KeyRingError, match=r"keyring\.json"):
            vault.keyring()
        assert not settings.KEYRING_FILE.exists()

    def test_it_never_replaces_a_key_ring(self, tmp_path: Path) -> None:
        path = tmp_path / "keyring.json"
        vault.write_keyring(path)
        before = path.read_text()

        with pytest.raises(FileExistsError):
            vault.write_keyring(path)
        assert path.read_text() == before

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"active": "other"}, "active"),
            ({"keys": {}}, "keys"),
            ({"keys": {"1": "c2hvcnQ="}}, "keys.1"),
            ({"search": None}, "search"),
            ({"audit": "not base64"}, "audit"),
            ({"audit": f"{PLAIN_KEY[:8]} {PLAIN_KEY[8:]}"}, "audit"),
            ({"active": "k" * 65, "keys": {"k" * 65: PLAIN_KEY}}, "too long"),
            ({"active": "a:b", "keys": {"a:b": PLAIN_KEY}}, "has a colon"),
        ],
    )
    def test_it_names_what_is_wrong_and_shows_no_key(self, change: dict[str, Any], named: str) -> None:
        ring = {**json.loads(vault.new_keyring()), **change}

        with pytest.raises(vault.KeyRingError, match=named) as refused:
            vault.parse_keyring(json.dumps(ring), where="a test")

        secrets = [value for value in (ring["search"], ring["audit"]) if value]
        assert not any(secret in str(refused.value) for secret in secrets)

    def test_a_name_of_64_letters_is_none_too_long(self) -> None:
        ring = vault.parse_keyring(vault.new_keyring(key_id="k" * 64), where="a test")

        assert ring.active == "k" * 64

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"'])
    def test_it_refuses_what_is_not_a_key_ring(self, text: str) -> None:
        with pytest.raises(vault.KeyRingError):
            vault.parse_keyring(text, where="a test")

    def test_it_cannot_be_printed(self) -> None:
        ring = vault.keyring()

        assert "search" not in repr(ring)
        assert repr(ring.search) not in repr(ring)
