"""C80: libraries are pinned with hashes and listed with licences; no secret is in the repository; settings are hard."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from intake import vault
from tools import supply

ROOT = Path(__file__).parent.parent.parent
PINS = supply.pins()


@pytest.mark.check("C80", required="every pin has a hash")
def test_production_installs_what_is_pinned_and_only_files_with_a_known_hash(figure):
    pinned = dict(
        re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", (ROOT / "requirements.txt").read_text())
    )

    assert {pin.name: pin.version for pin in PINS} == {name.lower(): version for name, version in pinned.items()}
    assert all(pin.hashes for pin in PINS)
    figure(f"{len(PINS)} libraries, each with hashes")


def test_the_page_of_licences_is_up_to_date():
    listed = supply.listed()

    assert {name: version for name, (version, _) in listed.items()} == {pin.name: pin.version for pin in PINS}
    for name, (_, licence) in listed.items():
        assert licence not in ("", "not known"), f"{name}: python -m tools.supply licences, or write it by hand"
        assert supply.licence_of(name) in ("", licence), f"{name}: python -m tools.supply licences"


# Under several licences, one of which an open product can choose, or under one that binds the library itself only.
LEFT_TO_CHOOSE = {"pyphen", "psycopg", "psycopg-binary", "qrcode"}


def test_no_library_asks_for_more_than_an_open_product_can_give():
    for name, (_, licence) in supply.listed().items():
        if name not in LEFT_TO_CHOOSE:
            assert not re.search(r"GPL|General Public|Proprietary|Commercial", licence), f"{name} is under {licence}"


def test_the_bill_of_materials_names_each_library_once():
    found = supply.sbom()

    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    components = found["components"]
    assert isinstance(components, list)
    assert [one["purl"] for one in components] == [f"pkg:pypi/{pin.name}@{pin.version}" for pin in PINS]
    assert all(one["licenses"] for one in components)


@pytest.mark.check("C80", required="0 secrets in the repository")
def test_no_secret_is_in_the_repository(figure):
    found = list(supply.secrets())

    assert found == []
    figure("0 secrets")


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN " + "PRIVATE KEY-----",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "ABCDEFGHIJKLMNOP",
        "ghp_" + "a" * 36,
        'SECRET_KEY = "' + "x" * 40 + '"',
    ],
)
def test_a_secret_would_be_found_and_not_shown(secret: str):
    (found,) = supply.secrets_in("a.py", f"one\n{secret}\n")

    assert found.startswith("a.py:2: ")
    assert secret not in found


def test_a_key_ring_would_be_found():
    assert list(supply.secrets_in("a.json", vault.new_keyring()))
    assert supply.KEPT_APART.search("var/keyring.json")


@pytest.mark.check("C80", required="check --deploy: 0 warnings")
def test_the_settings_of_production_raise_no_warning(tmp_path: Path, figure):
    vault.write_keyring(tmp_path / "keyring.json")
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "SITE_ORIGIN": "https://screening.example",
        "SECRET_KEY": "Rk3v" * 20 + "-only-for-this-test",
        "KEYRING_FILE": str(tmp_path / "keyring.json"),
        "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
    figure("0 warnings")
