"""Which way imports point: `screening` knows no person, the engine knows no framework, audiences do not meet."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignObjectRel

ROOT = Path(__file__).parent.parent

# The package on the left may import nothing that starts with a name on the right.
FORBIDDEN = {
    "screening": ("intake",),
    "screening/engine": ("intake", "django", "screening.models", "screening.publishing", "screening.cases"),
    "intake/patient": ("intake.clinician", "intake.authoring"),
    "intake/clinician": ("intake.patient", "intake.authoring"),
    # A preview shows a patient's pages and reaches no record of anybody.
    "intake/authoring": (
        "intake.clinician",
        "intake.actions",
        "intake.models",
        "intake.records",
        "intake.vault",
        "intake.key_ring",
    ),
    "intake/questions": ("intake.patient", "intake.clinician", "intake.authoring", "intake.actions"),
    "intake/models": ("intake.actions", "intake.patient", "intake.clinician", "intake.authoring"),
    "intake/actions": ("intake.patient", "intake.clinician", "intake.authoring"),
}
ENGINE_LIBRARIES = {"msgspec", "lark"}


def imported_names(path: Path) -> set[str]:
    """Every module that a file imports, relative imports resolved."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def files_of(package: str) -> list[Path]:
    return [path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_only_downwards(package: str):
    forbidden = FORBIDDEN[package]

    offences = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files_of(package)
        for name in imported_names(path)
        if any(name == word or name.startswith(f"{word}.") for word in forbidden)
    ]

    assert offences == []


def test_the_engine_needs_only_the_standard_library_msgspec_and_lark():
    allowed = set(sys.stdlib_module_names) | ENGINE_LIBRARIES | {"screening"}

    strangers = {
        name.split(".")[0] for path in files_of("screening/engine") for name in imported_names(path) if name
    } - allowed

    assert strangers == set()


def test_views_reach_records_through_access_and_write_through_actions():
    """`Model.objects` in a view reaches past the clinic; `.save(` or `.delete(` is a write that nobody audits."""
    views = [*files_of("intake/patient"), *files_of("intake/clinician"), *files_of("intake/authoring")]

    offences = [
        f"{path.relative_to(ROOT)} uses {word}"
        for path in views
        for word in (".objects", ".save(", ".delete(", ".bulk_create(")
        if word in path.read_text()
    ]

    assert offences == []


WRITES = re.compile(
    r"(?<!cache)\.(?:save|bulk_create|bulk_update|get_or_create|update_or_create|create|delete|log_actions)\("
    r"|(?:(?<!globals\()\)|objects)\.update\("
    r"|\.update\(\s*(?:\*\*|\w+=)"  # of a query that has a name; a dictionary is given as it is
    r"|(?<!BEFORE )\b(?:INSERT INTO|DELETE FROM|UPDATE) [\w{\"%]+"
)
WRITERS = {
    "intake/actions/": "people and what belongs to them: one verb each, with its audit record",
    "intake/audit.py": "the audit record, within the transaction of the action",
    "intake/erasure/": "rows and sessions that `intake/actions/erasing.py` takes away",
    "intake/packed.py": "the answers of a response once more, packed for replaying rules",
    "intake/alerts/": "the worker's outbox of alerts: steps, attempts, deliveries, and that it is alive",
    "intake/invitation_mail.py": "the worker's outbox of invitations",
    "intake/notices.py": "the worker's outbox of notices to staff",
    "intake/security_mail.py": "the worker's outbox of security notices",
    "intake/password_mail.py": "the worker's outbox of links to choose a new password",
    "intake/role_offers.py": "the worker's outbox of offered roles",
    "intake/database_cache.py": "counts and locks that processes share",
    "intake/session_store.py": "a session, when it holds something new or its end has moved",
    "intake/models/staff.py": "the manager method that Django calls to make an account",
    "screening/history.py": "who changed a draft, kept where the admin keeps it",
    "screening/publishing.py": "versions",
    "screening/scheduling.py": "publications at a time, carried out by the worker",
    "screening/editing.py": "renaming through a whole draft",
    "screening/rows.py": "a draft from a definition",
    "screening/arranging.py": "the order of a draft, and copies within it",
    "screening/case_keeping.py": "a preview kept as a case",
    "screening/sign_off.py": "a clinician's review of a draft",
    "screening/admin/base.py": "the editor's forms, with their lock against two editors at once",
}
"""Everything that writes to the database, and what. Whoever adds a file says why it is not one of these."""


def relations() -> set[str]:
    """Every name that leads from one row to several others: what is set, added or removed there is written."""
    ours = [model for model in apps.get_models() if model._meta.app_label in ("intake", "screening")]
    fields = [field for model in ours for field in model._meta.get_fields(include_hidden=False)]
    back = {field.get_accessor_name() for field in fields if isinstance(field, ForeignObjectRel) and field.multiple}
    return back | {field.name for field in fields if field.many_to_many and not isinstance(field, ForeignObjectRel)}


def writes(source: str) -> bool:
    """Whether a file's text asks the database to change."""
    through = rf"\.(?:{'|'.join(sorted(relations()))})\.(?:set|add|remove|clear|a?create\w*|update|delete)\("
    return bool(WRITES.search(source) or re.search(through, source))


@pytest.mark.parametrize("written", ["run.clinics.set(clinics)", "clinic.alert_contacts.add(x)", "x.objects.create()"])
def test_a_write_is_known_as_one(written: str) -> None:
    assert writes(written)


@pytest.mark.parametrize("not_written", ["cache.set(key, 1)", "found.add(name)", "clinic.alert_contacts.filter()"])
def test_what_is_no_write_is_not_taken_for_one(not_written: str) -> None:
    assert not writes(not_written)


def test_only_these_write() -> None:
    all_files = [path for app in ("intake", "screening") for path in files_of(app)]
    files = [path for path in all_files if "engine" not in path.relative_to(ROOT).parts]
    found = {str(path.relative_to(ROOT)) for path in files if writes(path.read_text())}
    by_writer = {writer: [file for file in found if file.startswith(writer)] for writer in WRITERS}

    assert found - {file for files in by_writer.values() for file in files} == set()
    assert [writer for writer, files in by_writer.items() if not files] == []


@pytest.mark.parametrize(
    "written",
    [
        "unsent.update(failed_at=now)",
        "clinic.responses.update(**kept)",
        "LogEntry.objects.log_actions(",
        'execute("UPDATE intake_alert SET',
        'execute(f"INSERT INTO {table}',
        'execute("DELETE FROM intake_alert")',
    ],
)
def test_a_write_is_known_by_its_form(written: str) -> None:
    assert WRITES.search(written)


@pytest.mark.parametrize("read", ["found.update(names)", "request.session.update({KEY: slug})", 'cache.delete("key")'])
def test_what_stays_in_memory_is_no_write(read: str) -> None:
    assert not WRITES.search(read)
