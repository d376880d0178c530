"""What the settings refuse at the start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from intake import config

ROOT = Path(__file__).resolve().parent.parent.parent


def start(tmp_path: Path, **given: str | None) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own, with nothing of ours in its environment."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environment = {**kept, "DATA_DIR": str(tmp_path), "SECRET_KEY": "a" * 60, **given}
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", "import intake.settings as s; print(s.DEBUG)"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_debugging_for_anyone_to_see_stops_the_start(tmp_path: Path) -> None:
    done = start(tmp_path, DEBUG="True", SITE_ORIGIN="https://forms.example.org")

    assert done.returncode != 0
    assert "DEBUG" in done.stderr
    assert "Set DEBUG=False" in done.stderr
    assert "https://forms.example.org" in done.stderr


@pytest.mark.parametrize(
    ("debug", "origin"),
    [
        ("True", "http://127.0.0.1:8000"),
        ("True", "http://localhost:8000"),
        ("False", "https://forms.example.org"),
    ],
)
def test_it_starts_otherwise(tmp_path: Path, debug: str, origin: str) -> None:
    done = start(tmp_path, DEBUG=debug, SITE_ORIGIN=origin)

    assert done.stdout.strip() == debug


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    done = start(tmp_path, DEBUG="True", SITE_ORIGIN="https://forms.example.org", SECRET_KEY=None)

    assert "Set DEBUG=False" in done.stderr
    assert "SECRET_KEY" in done.stderr


@pytest.mark.parametrize("written", ["proxy", "10.0.0.1/8", "127.0.0.1;127.0.0.2"])
def test_what_is_no_address_of_a_proxy_stops_the_start(tmp_path: Path, written: str) -> None:
    done = start(tmp_path, TRUSTED_PROXIES=f"127.0.0.1, {written}")

    assert done.returncode != 0
    assert written in done.stderr
    assert "Write addresses such as 127.0.0.1" in done.stderr


@pytest.mark.check("C21", required="a mail server as the guide writes it is used")
class TestTheMailServer:
    @pytest.mark.parametrize("place", ["docs/operations.md", "deploy/environment.example"])
    def test_what_the_guide_writes_is_one(self, place: str) -> None:
        written = re.findall(r"smtp\+tls://[^`\s]+", (ROOT / place).read_text())

        assert written
        for url in written:
            found = config.parse_mail_url(url)
            assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
            assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (587, True)

    @pytest.mark.parametrize(
        "url", ["smtp+tsl://mail.example:587", "mail.example:587", "smtp+tls://", "https://a.example"]
    )
    def test_what_is_none_stops_the_start(self, tmp_path: Path, url: str) -> None:
        done = start(tmp_path, EMAIL_URL=url)

        assert done.returncode != 0
        assert "This is no mail server. Write smtp+tls://" in done.stderr

    @pytest.mark.parametrize(
        "url", ["smpt://user:pass-word@a.example", "user:pass-word@a.example", "smtp+tls://user:pass-word/x@a.example"]
    )
    def test_a_mistake_shows_no_password(self, tmp_path: Path, url: str) -> None:
        done = start(tmp_path, EMAIL_URL=url)

        assert "This is no mail server." in done.stderr
        assert "pass-word" not in done.stderr


def test_a_secret_of_ones_own_machine_is_made_once_and_never_read_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, write = tmp_path / "data" / "secret_key", config.write_once

    def second(path: Path, text: str) -> None:
        write(path, "of another process")
        write(path, text)

    with monkeypatch.context() as patched:
        patched.setattr(config, "write_once", second)
        assert config.development_secret(place) == "of another process"
    assert config.development_secret(place) == "of another process"
    assert [path.name for path in place.parent.iterdir()] == ["secret_key"]
    assert place.stat().st_mode & 0o777 == 0o600
