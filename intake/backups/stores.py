"""SQLite and PostgreSQL: a copy of one moment while the product is in use, and putting a copy into an empty place.

Places are database addresses as in `DATABASE_URL`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dj_database_url
from django.db import connection

from intake.one_moment import one_moment

LEFTOVER = 24 * 60 * 60
"""Seconds after which what was made for the moment is one that a killed process left behind."""


class PlaceNotUsable(Exception):  # noqa: N818 (named for the event)
    """A backup cannot be taken from, or put into, a place. The message says why and what to do."""


@contextlib.contextmanager
def moment(copy: Path) -> Iterator[None]:
    """Write a copy of the connected database to a file; inside, the connection reads the very moment it shows."""
    with one_moment():
        if connection.vendor == "sqlite":
            with contextlib.closing(sqlite3.connect(copy)) as target:
                connection.connection.backup(target)
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                snapshot = cursor.fetchone()[0]
            _run("pg_dump", ["--format=custom", f"--snapshot={snapshot}", f"--file={copy}"], _live())
        yield


def put(copy: Path, place: str) -> None:
    """Fill an empty place from a copy. Raises `PlaceNotUsable`; then the place holds nothing of use."""
    settings = settings_of(place)
    if settings["ENGINE"].endswith("sqlite3"):
        shutil.copyfile(copy, settings["NAME"])
        sync(Path(settings["NAME"]))
    else:
        options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        _run("pg_restore", [*options, f"--dbname={settings['NAME']}", str(copy)], settings)


def settings_of(place: str) -> dict[str, str]:
    """The settings of a database address. Raises `PlaceNotUsable` when it is none."""
    try:
        found = dj_database_url.parse(place)
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError) as error:
        raise PlaceNotUsable("Write the place as sqlite:////path/to/file.sqlite3 or postgres://…") from error
    if not found["ENGINE"].endswith(("sqlite3", "postgresql")):
        raise PlaceNotUsable("Only SQLite and PostgreSQL are supported.")
    return _plain(found)


def _live() -> dict[str, str]:
    return _plain(connection.settings_dict)


def _plain(found: Mapping[str, Any]) -> dict[str, str]:
    """A database's settings as text, with the folder of a local socket as its host."""
    kept = {key: str(found.get(key) or "") for key in ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD")}
    host = (found.get("OPTIONS") or {}).get("host")
    return kept | ({"HOST": str(host)} if host else {})


def refuse_unless_empty(place: str) -> None:
    """A restore never writes over anything. Raises `PlaceNotUsable`."""
    settings = settings_of(place)
    if settings["ENGINE"].endswith("sqlite3"):
        if Path(settings["NAME"]).exists():
            raise PlaceNotUsable(f"{settings['NAME']} is there already. Restore to a new file.")
        return
    query = "SELECT COUNT(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    if _run("psql", ["--tuples-only", "--no-align", f"--command={query}", settings["NAME"]], settings).strip() != "0":
        raise PlaceNotUsable(f"The database {settings['NAME']} is not empty. Make a new one with createdb.")


@contextlib.contextmanager
def scratch(folder: Path) -> Iterator[str]:
    """An empty place beside the connected database, thrown away afterwards."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'restored.sqlite3'}"
        return
    settings = {**_live(), "NAME": f"screening_verify_{int(time.time())}_{secrets.token_hex(8)}"}
    _throw_away_leftovers()
    _run("createdb", ["--maintenance-db", _live()["NAME"], settings["NAME"]], settings)
    try:
        yield _address(settings)
    finally:
        _drop(settings["NAME"])


def _throw_away_leftovers() -> None:
    """Databases of a verification that was killed: a copy of everything, also of what was erased since."""
    query = """
        SELECT datname FROM pg_database
        WHERE datname ~ '^screening_verify_[0-9]+_' AND pg_get_userbyid(datdba) = current_user
    """
    plainly = ["--no-psqlrc", "--tuples-only", "--no-align"]
    names = _run("psql", [*plainly, f"--command={query}", _live()["NAME"]], _live()).split()
    for name in names:
        if int(name.split("_")[2]) < time.time() - LEFTOVER:
            _drop(name)


def _drop(name: str) -> None:
    _run("dropdb", ["--maintenance-db", _live()["NAME"], "--force", "--if-exists", name], _live())


def _address(settings: dict[str, str]) -> str:
    user = ":".join(quote(settings[key], safe="") for key in ("USER", "PASSWORD") if settings[key])
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{user}@{port}/{settings['NAME']}?host={quote(settings['HOST'], safe='')}"


def _run(program: str, options: list[str], settings: dict[str, str]) -> str:
    """Run one of PostgreSQL's own programs. The password goes by the environment, which other users cannot see."""
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {variable: settings[key] for variable, key in named.items() if settings.get(key)}
    try:
        done = subprocess.run(  # noqa: S603 (no shell, and a program we name)
            [program, *options], env={**os.environ, **environment}, capture_output=True, text=True, check=True
        )
    except FileNotFoundError as error:
        raise PlaceNotUsable(f"{program} is missing. On Debian: sudo apt-get install postgresql-client") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().splitlines()
        raise PlaceNotUsable(f"{program} failed: {said[-1] if said else 'it gave no reason'}") from error
    return done.stdout


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
