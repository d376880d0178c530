"""C87, in part: what the guide for a server ships can be read by what it is for, and names what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import dj_database_url
import pytest

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, tmp_path: Path):
    for each in UNITS:  # the programs are where the guide installs them, not here
        (tmp_path / each.name).write_text(re.sub(r"(?m)^ExecStart=.*", "ExecStart=/bin/true", each.read_text()))

    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", str(tmp_path / unit.name)],
        capture_output=True, text=True,
    )  # fmt: skip

    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, complaints) == (0, [])


def test_every_setting_of_the_example_is_explained():
    names = re.findall(r"(?m)^([A-Z_]+)=", (DEPLOY / "environment.example").read_text())
    listed = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))

    assert {name.removesuffix("_FILE") if name == "SECRET_KEY_FILE" else name for name in names} <= listed


def test_the_address_of_the_database_is_one():
    (address,) = re.findall(r"(?m)^DATABASE_URL=(.*)", (DEPLOY / "environment.example").read_text())
    found = dj_database_url.parse(address)

    assert (found["NAME"], found["USER"]) == ("screening", "screening")


def test_the_log_of_nginx_has_no_link_and_no_referrer():
    written = (DEPLOY / "nginx.conf").read_text()

    assert re.search(r"~\^/i/\s+/i/-;", written)
    assert re.search(r"~\^/accounts/password/reset/key/\s+/accounts/password/reset/key/-;", written)
    (form,) = re.findall(r"log_format screening '(.*)';", written)
    assert "$logged_path" in form
    assert not re.search(r"\$request\b|\$request_uri|\$args|\$http_referer|\$uri", form)


def test_every_server_of_nginx_says_what_it_logs_and_no_error_names_a_request():
    """Where nothing is said, nginx writes the first line of every request; its errors carry it below `emerg`."""
    servers = re.findall(r"(?ms)^server \{.*?^\}", (DEPLOY / "nginx.conf").read_text())

    assert len(servers) == 2
    for server in servers:
        (access,) = re.findall(r"access_log (.*);", server)
        (errors,) = re.findall(r"error_log (.*);", server)
        assert access == "off" or access.endswith(" screening")
        assert errors.endswith(" emerg")


def test_caddy_logs_no_request():
    """Without an access log it still writes down the request of an error, as while the product restarts."""
    written = (DEPLOY / "Caddyfile").read_text()
    options, site = re.fullmatch(r"(?ms)#.*?^\{\n(.*?)^\}\n+(^screening.*)", written).groups()

    assert " ".join(options.split()) == "log { format filter { wrap json fields { request delete } } }"
    assert not re.search(r"(?m)^\s*log", site)


@pytest.mark.parametrize("path", ["backup.sh"])
def test_a_script_can_be_run(path: str):
    assert (DEPLOY / path).stat().st_mode & 0o100
    assert subprocess.run(["bash", "-n", str(DEPLOY / path)]).returncode == 0


def test_the_nightly_backup_is_verified_by_a_role_of_its_own(tmp_path: Path):
    app = tmp_path / "app"
    (app / ".venv/bin").mkdir(parents=True)
    python = app / ".venv/bin/python"
    python.write_text('#!/bin/sh\necho "$2 ${DATABASE_URL_FILE:-$DATABASE_URL}" >>"$DATA_DIR/calls"\n')
    python.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "DATABASE_URL": "product"}

    by_file = {"DATABASE_URL_FILE": "product's file", "VERIFY_DATABASE_URL": "verifier"}
    for more in ({}, {"VERIFY_DATABASE_URL": "verifier"}, by_file):
        subprocess.run([str(DEPLOY / "backup.sh"), str(tmp_path)], cwd=app, env=environment | more, check=True)

    assert (tmp_path / "calls").read_text().splitlines() == [
        *("backup product", "verify_backup product", "verify_audit product"),
        *("backup product", "verify_backup verifier", "verify_audit product"),
        *("backup product's file", "verify_backup verifier", "verify_audit product's file"),
    ]


def nightly(tmp_path: Path, product: str) -> subprocess.CompletedProcess[bytes]:
    """The script of the night beside eighteen old backups, with a shell script in the place of the product."""
    (tmp_path / "app/.venv/bin").mkdir(parents=True)
    python = tmp_path / "app/.venv/bin/python"
    python.write_text(f"#!/bin/sh\n{product}\n")
    python.chmod(0o755)
    kept = tmp_path / "kept"
    kept.mkdir()
    for day in range(10, 28):
        (kept / f"2020-01-{day}T020000Z.backup").touch()
    env = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path)}
    return subprocess.run([str(DEPLOY / "backup.sh"), str(kept)], cwd=tmp_path / "app", env=env)


def test_the_nightly_backup_keeps_the_newest(tmp_path: Path):
    """With a stand-in for the product, which only makes a file where it is told to."""
    done = nightly(tmp_path, '[ "$2" = backup ] && touch "$3"\necho "$2" >>"$DATA_DIR/calls"')

    names = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert done.returncode == 0
    assert len(names) == 14
    assert names[0] == "2020-01-15T020000Z.backup"
    assert (tmp_path / "calls").read_text().split() == ["backup", "verify_backup", "verify_audit"]


def test_old_backups_go_also_while_the_audit_record_is_not_as_anchored(tmp_path: Path):
    done = nightly(tmp_path, '[ "$2" != verify_audit ]')

    assert done.returncode == 1
    assert len(list((tmp_path / "kept").iterdir())) == 14
