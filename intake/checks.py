"""Deployment mistakes, found at the start. docs/operations.md lists the ids."""

from __future__ import annotations

import ctypes.util
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from screening import triggers as versions

from . import durability, triggers, vault
from .alerts.channels import email


@register()
def keyring_check(**_: Any) -> list[CheckMessage]:
    """The key ring can be read."""
    try:
        vault.keyring()
    except vault.KeyRingError as error:
        hint = "Make one with `manage.py create_keyring PATH`, keep a copy elsewhere, and name it in KEYRING_FILE."
        return [Error(str(error), hint=hint, id="intake.E001")]
    return []


@register()
def durability_check(**_: Any) -> list[CheckMessage]:
    """The database keeps what it acknowledged."""
    try:
        connection.ensure_connection()
        found = durability.weaknesses(connection)
    except ImproperlyConfigured as error:
        found = [str(error)]
    except DatabaseError:
        return []  # not reachable: whatever needs it will say so, and /health/ready does
    hint = "Leave the database options of intake/settings.py as they are; SQLite needs a local disk."
    return [Error(problem, hint=hint, id="intake.E002") for problem in found]


@register()
def trigger_check(**_: Any) -> list[CheckMessage]:
    """The database itself refuses to change what must stay as it was."""
    try:
        absent = [*triggers.missing(connection), *versions.missing(connection)]
    except (DatabaseError, ImproperlyConfigured):
        return []  # the check above says why
    if not absent:
        return []
    hint = "Run `manage.py migrate --skip-checks`: it puts them back. Then find out who removed them."
    return [Error(f"The database lacks its triggers {', '.join(absent)}.", hint=hint, id="intake.E003")]


OWNER = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('intake_auditrecord')"


@register()
def owner_check(**_: Any) -> list[CheckMessage]:
    """On a server with PostgreSQL the tables belong to another role, which alone can remove their triggers."""
    if settings.IS_EMBEDDED or connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNER)
            is_owner = (cursor.fetchone() or (False,))[0]
    except (DatabaseError, ImproperlyConfigured):
        return []  # the checks above say why
    if not is_owner:
        return []
    hint = "Right for migrate and restore. Let web and worker be another role: docs/operations.md, “On a server”."
    return [Warning("This role owns the tables and could remove their triggers.", hint=hint, id="intake.W002")]


@register()
def replica_check(**_: Any) -> list[CheckMessage]:
    """The replica is one that PostgreSQL keeps, and not the database itself."""
    if durability.REPLICA not in settings.DATABASES:
        return []
    origin, copy = settings.DATABASES["default"], settings.DATABASES[durability.REPLICA]
    if {origin["ENGINE"], copy["ENGINE"]} != {"django.db.backends.postgresql"}:
        problem = (
            "A replica is a copy that PostgreSQL keeps of a PostgreSQL database; here one of the two is another kind."
        )
    elif _place(origin) == _place(copy):
        problem = "REPLICA_DATABASE_URL names the database itself."
    else:
        return []
    hint = "Name a server that follows the one in DATABASE_URL, or leave REPLICA_DATABASE_URL out: nothing needs it."
    return [Error(problem, hint=hint, id="intake.E004")]


def _place(database: dict[str, Any]) -> tuple[Any, ...]:
    options = database.get("OPTIONS", {})
    host, port = (str(database.get(part) or options.get(part.lower(), "")) for part in ("HOST", "PORT"))
    return host, port or "5432", database["NAME"]


@register()
def mail_check(**_: Any) -> list[CheckMessage]:
    """On a server mail leaves it. What lies in a file reaches nobody, and would count as delivered."""
    if email.has_mail_server():
        return []
    hint = "Set EMAIL_URL to your mail server, such as smtp+tls://user:password@mail.example.org:587."
    return [Error("No mail server is set, so alerts would reach nobody.", hint=hint, id="intake.E005")]


@register()
def proxy_check(**_: Any) -> list[CheckMessage]:
    """On a server something stands in front that ends https. Unnamed, it would be the one client of every limit."""
    if settings.IS_EMBEDDED or settings.TRUSTED_PROXIES:
        return []
    hint = "Set TRUSTED_PROXIES to the address of the proxy in front, such as 127.0.0.1."
    return [Error("No proxy is named, so all clients would share one limit.", hint=hint, id="intake.E006")]


@register()
def pdf_check(**_: Any) -> list[CheckMessage]:
    """The library that writes PDF files is there. Without it, printing from the browser still works."""
    if ctypes.util.find_library("pango-1.0"):
        return []
    hint = "Install libpango (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0)."
    return [Warning("PDF files cannot be made: libpango is missing.", hint=hint, id="intake.W001")]
