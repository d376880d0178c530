"""Breaks the product in known ways, one at a time, in a copy, and sees that the tests of the check notice.

    python -m tools.known_bad                   # every known-bad change; prints one line for each
    python -m tools.known_bad csv synchronous   # those whose names begin so

The tests must pass on the copy as it is, and fail once it is broken: a change that no test notices, or that only keeps
the tests from running, exits with 1.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FAILED = 1
"""How pytest exits when tests ran and some failed; anything higher means that they could not run."""


@dataclass(frozen=True)
class KnownBad:
    """A mistake somebody could make: what is replaced in which file, and the tests of the check that must notice."""

    name: str
    check: str
    changes: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]


DELIVER = """    try:
        _send(delivery)
    except Exception"""
LOOKED_AT = """    if request.method != "POST":
        response = render(request, "patient/invitation.html", _bare())"""
KNOWN_BAD = (
    KnownBad(
        "synchronous is NORMAL, and nothing reads it back",
        "C02",
        (
            ("intake/settings.py", "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"),
            ("intake/durability.py", '"synchronous": ("2"', '"synchronous": ("1"'),
        ),
        ("tests/trust/durability/test_power_cut.py",),
    ),
    KnownBad(
        "a copy names the other person of a match",
        "C75",
        (
            (
                "intake/subject_access/rows.py",
                "[references[key] for key in (row.person_id, row.other_id) if key in references]",
                "[str(row.person), str(row.other)]",
            ),
        ),
        ("tests/intake/test_subject_access.py",),
    ),
    KnownBad(
        "an alert is marked as sent before it is sent",
        "C18",
        (
            (
                "intake/alerts/delivering.py",
                DELIVER,
                DELIVER.replace("try:", "try:\n        _mark_sent(attempt, clock())"),
            ),
        ),
        ("tests/intake/alerts/test_faults.py",),
    ),
    KnownBad(
        "one filter by clinic is dropped",
        "C24",
        (
            (
                "intake/access/staff.py",
                "QuestionnaireResponse.objects.filter(clinic__in=clinics_of(user, permission))",
                "QuestionnaireResponse.objects.all()",
            ),
        ),
        ("tests/trust/access/test_access_matrix.py",),
    ),
    KnownBad(
        "looking at a link uses it up",
        "C30",
        (
            (
                "intake/patient/starting.py",
                LOOKED_AT,
                LOOKED_AT.replace(
                    '"POST":\n',
                    '"POST":\n        if used := access.live_invitation(token, now=timezone.now()):\n'
                    "            used.expires_at = timezone.now()\n            used.save()\n",
                ),
            ),
        ),
        ("tests/intake/patient/test_getting_in.py::test_looking_at_an_invitation_changes_nothing_however_often",),
    ),
    KnownBad(
        "the summary believes that answers are markup",
        "C38",
        (("templates/clinician/_line_answer.html", "{{ line.answer }}", "{{ line.answer|safe }}"),),
        ("tests/intake/clinician/test_summary_page.py",),
    ),
    KnownBad(
        "csv: what heads an answer is not made harmless",
        "C41",
        (
            (
                "intake/exporting.py",
                "[_cell(value) for value in (*head, *line, ",
                "[*head, *line[:2], *(_cell(value) for value in line[2:]), *(_cell(value) for value in (",
            ),
            ("intake/exporting.py", '["substance_use"]["notice"])])', '["substance_use"]["notice"],))])'),
        ),
        ("tests/intake/test_exporting.py",),
    ),
    KnownBad(
        "the audit chain is compared with no anchor",
        "C44",
        (("intake/audit.py", "waiting = _by_number(anchors)", "waiting = dict[int, set[str]]()"),),
        ("tests/intake/test_audit.py",),
    ),
    KnownBad(
        "a restoration does not erase again what was erased",
        "C45",
        (("intake/backups/archive.py", "        _erase_again(erased, tried, folder)\n", ""),),
        ("tests/intake/backups/test_restoring_erased.py",),
    ),
    KnownBad(
        "changing the key encrypts ciphertext",
        "C69",
        (
            (
                "intake/actions/rotating.py",
                "vault.seal_text(vault.open_text(sealed, purpose=purpose), purpose=purpose)",
                "vault.seal_text(sealed, purpose=purpose)",
            ),
        ),
        ("tests/intake/test_rotating.py",),
    ),
)


def apply(bad: KnownBad, tree: Path) -> None:
    """Break a copy of the product. Raises `LookupError` when a place to change is not there exactly once."""
    for file, old, new in bad.changes:
        text = (tree / file).read_text()
        if text.count(old) != 1:
            raise LookupError(f"{bad.name}: “{old}” is {text.count(old)} times in {file}")
        (tree / file).write_text(text.replace(old, new))


def restore(bad: KnownBad, tree: Path) -> None:
    """Make the copy as it was."""
    for file, _, _ in bad.changes:
        shutil.copy(ROOT / file, tree / file)


def copy_into(tree: Path) -> None:
    """Everything that belongs to the product and its tests."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for file in listed.splitlines():
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tree / file)


def run_tests(bad: KnownBad, tree: Path) -> tuple[bool, str]:
    """Whether the tests pass in the copy, and what they print. Raises `RuntimeError` when they cannot run."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *bad.tests]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    if done.returncode > FAILED:
        raise RuntimeError(f"{bad.name}: the tests could not run.\n{done.stdout[-2000:]}")
    return done.returncode == 0, done.stdout


def is_noticed(bad: KnownBad, tree: Path) -> bool:
    """Whether the tests pass before the change and fail after it."""
    passed, said = run_tests(bad, tree)
    if not passed:
        raise RuntimeError(f"{bad.name}: its tests fail without any change.\n{said[-2000:]}")
    apply(bad, tree)
    try:
        return not run_tests(bad, tree)[0]
    finally:
        restore(bad, tree)


def main(names: list[str]) -> int:
    chosen = [bad for bad in KNOWN_BAD if not names or bad.name.startswith(tuple(names))]
    missed = 0
    with tempfile.TemporaryDirectory(prefix="known-bad-") as directory:
        copy_into(Path(directory))
        for bad in chosen:
            noticed = is_noticed(bad, Path(directory))
            missed += not noticed
            print(f"{bad.check}  {'noticed' if noticed else 'NOT NOTICED'}  {bad.name}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} known-bad changes are noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
