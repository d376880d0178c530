"""The code that matters most, and the tests that are to notice when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Group:
    """Files and folders of the product, and the tests to run on them."""

    name: str
    code: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> list[str]:
        """Every Python file of the group, relative to the project."""
        paths = [ROOT / one for one in self.code]
        found = [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]
        return [str(file.relative_to(ROOT)) for file in found]


ENGINE = "screening/engine"
GROUPS = (
    Group(
        "rules",
        tuple(
            f"{ENGINE}/{name}.py"
            for name in (
                "logic",
                "functions",
                "intervals",
                "scores",
                "deciding",
                "flag_rules",
                "unresolved",
                "settling",
                "codegen",
            )
        ),
        tuple(
            f"tests/{ENGINE}/test_{name}.py"
            for name in (
                *("logic", "intervals", "scores", "deciding", "assessment", "switched_off", "agreement"),
                *("answers", "compiler", "doubling", "limits", "open_action", "truth_table", "uses"),
            )
        ),
    ),
    Group(
        "rights",
        ("intake/permissions.py", "intake/access"),
        (
            "tests/intake/test_access.py",
            "tests/intake/test_access_edges.py",
            "tests/intake/test_listing.py",
            "tests/trust/access/test_more_than_asked.py",
            "tests/trust/access/test_revoked.py",
            "tests/intake/patient/test_getting_in.py",
            "tests/intake/test_invitations.py",
            "tests/intake/test_reissuing.py",
            "tests/intake/test_security.py",
        ),
    ),
    Group(
        "links and codes",
        ("intake/actions/resuming.py", "intake/actions/invitations.py", "intake/limits.py"),
        (
            "tests/intake/test_resuming.py",
            "tests/intake/test_invitations.py",
            "tests/intake/test_reissuing.py",
            "tests/intake/test_limits.py",
        ),
    ),
    Group(
        "keys",
        ("intake/vault.py", "intake/key_ring.py"),
        ("tests/intake/test_vault.py", "tests/intake/test_ciphertext_tampering.py"),
    ),
    Group("audit", ("intake/audit.py",), ("tests/intake/test_audit.py", "tests/intake/test_audit_tampering.py")),
    Group(
        "alerts",
        ("intake/alerts", "intake/actions/alerting.py"),
        (
            "tests/intake/alerts",
            "tests/intake/test_alerting.py",
            "tests/intake/test_alerting_later.py",
            "tests/intake/clinician/test_alerts_page.py",
            "intake/alerts/ages.py",
        ),
    ),
)
