"""Runs a command with `DATABASE_URL` naming a fresh PostgreSQL server, which is thrown away afterwards.

    python tools/with_postgres.py .venv/bin/pytest

The server listens on a socket in a temporary directory only. PostgreSQL refuses to run as root, so root hands it to
the `postgres` user that Debian's package makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from glob import glob
from pathlib import Path

SETTINGS = ["-c", "listen_addresses=", "-c", "max_connections=100", "-c", "synchronous_commit=on"]


def find_binaries() -> Path:
    """The directory that holds initdb and pg_ctl, newest version first; exits with advice when there is none."""
    on_path = shutil.which("initdb")
    found = sorted(glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True) or ([on_path] if on_path else [])
    if not found:
        sys.exit("PostgreSQL is needed. On Debian: sudo apt-get install postgresql")
    return Path(found[0]).parent


def as_server_user(command: list[str]) -> None:
    """Run a server command, as `postgres` when we are root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


def main(command: list[str]) -> int:
    binaries = find_binaries()
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    data = home / "data"
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    try:
        as_server_user([f"{binaries}/initdb", "-D", str(data), "-U", "screening", "-A", "trust", "-E", "UTF8"])
        options = " ".join([*SETTINGS, "-k", str(home)])
        as_server_user(
            [f"{binaries}/pg_ctl", "-D", str(data), "-w", "-t", "600", "-l", str(home / "log"), "-o", options, "start"]
        )
        url = f"postgres://screening@/postgres?host={home}"
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode
    finally:
        if (data / "postmaster.pid").exists():
            as_server_user([f"{binaries}/pg_ctl", "-D", str(data), "-m", "immediate", "stop"])
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
