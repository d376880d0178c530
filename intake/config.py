"""Helpers for `settings.py`: the environment, read strictly. Every mistake is reported at once when it is sealed.

A secret comes from `NAME`, or from the file that `NAME_FILE` names.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_email_url
from environs import EnvError, FileAwareEnv, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent

env = FileAwareEnv(eager=False, strip_whitespace=True)


@env.parser_for("origin")  # type: ignore[untyped-decorator]
def parse_origin(value: str) -> str:
    """An address such as `https://forms.example.org`. Plain http is accepted for this machine itself only."""
    origin = value.rstrip("/")
    parts = urlsplit(origin)
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(origin))
    if not parts.hostname or parts.path or parts.query or not is_allowed:
        raise EnvError(f"“{value}” is not an origin. Write https:// and the host name; http:// is only for localhost.")
    return origin


@env.parser_for("https_url")  # type: ignore[untyped-decorator]
def parse_https_url(value: str) -> str:
    """A complete https address, or nothing. Plain http is accepted for this machine itself only."""
    parts = urlsplit(value)
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(value))
    if value and not (parts.hostname and is_allowed):
        raise EnvError(f"“{value}” is not an address that can be called. Write it whole, with https://.")
    return value


@env.parser_for("networks")  # type: ignore[untyped-decorator]
def parse_networks(value: str) -> list[str]:
    """Addresses and networks with commas between them, in their usual spelling.

    >>> parse_networks("127.0.0.1, 2001:DB8:0::/32")
    ['127.0.0.1/32', '2001:db8::/32']
    """
    try:
        return [str(ipaddress.ip_network(each.strip())) for each in value.split(",") if each.strip()]
    except ValueError as error:
        raise EnvError(f"{error}. Write addresses such as 127.0.0.1, or networks such as 10.0.0.0/8.") from None


SCHEMES = {"smtp+tls": "submission", "smtp+ssl": "submission"}
"""What the library calls the schemes of `EMAIL_URL` that it does not know."""


@env.parser_for("mail_url")  # type: ignore[untyped-decorator]
def parse_mail_url(value: str) -> dict[str, Any]:
    """Django's settings for a mail server; none for an empty text.

    `smtp+tls` begins in the clear and changes over (port 587), `smtp+ssl` is encrypted from the first byte (465). The
    library passes over a scheme that it does not know, and mail would stay where it is.

    >>> [parse_mail_url("smtp+tls://me:word@host")[f"EMAIL_{name}"] for name in ("HOST", "PORT", "USE_TLS", "USE_SSL")]
    ['host', 587, True, False]
    >>> [parse_mail_url("smtp+ssl://me:word@host")[f"EMAIL_{name}"] for name in ("HOST", "PORT", "USE_TLS", "USE_SSL")]
    ['host', 465, False, True]
    """
    if not value:
        return {}
    scheme, _, rest = value.partition("://")
    try:
        found = dj_email_url.parse(f"{SCHEMES.get(scheme, scheme)}://{rest}")
    except ValueError:  # its words may hold a part of the password
        found = {}
    if "EMAIL_BACKEND" not in found or (scheme in SCHEMES and not found["EMAIL_HOST"]):
        raise EnvError(
            "This is no mail server. Write smtp+tls://user:password@host:587, with signs such as / in them as %2F."
        )
    if scheme == "smtp+ssl":
        found |= {"EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False, "EMAIL_PORT": urlsplit(value).port or 465}
    return {name: setting for name, setting in found.items() if name.startswith("EMAIL_")}


def is_loopback(origin: str) -> bool:
    """Whether an origin can be reached from this machine only.

    >>> is_loopback("http://127.0.0.1:8000"), is_loopback("https://forms.example.org")
    (True, False)
    """
    return urlsplit(origin).hostname in ("127.0.0.1", "localhost", "::1")


def with_options(database: dict[str, Any] | None, **defaults: object) -> dict[str, Any]:
    """A database's settings with these options of its connection, where its address does not name others. What could
    not be read, and is reported when the environment is sealed, stays empty.

    >>> with_options({"NAME": "copy", "OPTIONS": {"connect_timeout": 9}}, connect_timeout=3, keepalives_idle=30)
    {'NAME': 'copy', 'OPTIONS': {'connect_timeout': 9, 'keepalives_idle': 30}}
    """
    return {**database, "OPTIONS": {**defaults, **database.get("OPTIONS", {})}} if database else {}


def debug_only_on(origin: str) -> Callable[[bool], None]:
    """A check of `DEBUG`: pages of errors that show settings and answers are for this machine itself."""

    def check(debug: bool) -> None:
        if debug and not is_loopback(origin):
            raise ValidationError(
                "Debugging shows settings and what patients typed to whoever meets an error, so it works on this "
                f"machine only. Set DEBUG=False, or SITE_ORIGIN to a localhost address instead of {origin}."
            )

    return check


def development_secret(path: Path) -> str:
    """A random secret kept in the data directory and made on first use, for an origin on this machine only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        with contextlib.suppress(FileExistsError):  # another process was first
            write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def write_once(path: Path, text: str) -> None:
    """Write a file that only its owner can read. Raises `FileExistsError` rather than replace one."""
    # Written whole under another name, then linked: another process never reads half of it.
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
