"""Documents stay true: what they list is compared with what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def direct_dependencies(file: str) -> list[str]:
    """The names in a requirements file, without extras and versions."""
    lines = (ROOT / file).read_text().splitlines()
    return [re.split(r"[\[~=<> ]", line)[0] for line in lines if line and line[0].isalpha()]


@pytest.mark.parametrize("name", direct_dependencies("requirements.in"))
def test_every_library_has_a_row_that_says_why(name: str):
    assert name in (ROOT / "docs/decisions/0001-libraries.md").read_text()


@pytest.mark.parametrize("file", ["requirements", "requirements-dev"])
def test_every_direct_dependency_is_pinned_with_its_reason(file: str):
    pins = (ROOT / f"{file}.txt").read_text()

    for name in direct_dependencies(f"{file}.in"):
        assert re.search(rf"(?m)^{re.escape(name)}(\[.*\])?==\S+ +# \w", pins), name


def test_decisions_say_context_decision_consequences_and_how_a_break_would_show():
    for path in (ROOT / "docs/decisions").glob("*.md"):
        text = path.read_text()
        for part in ("**Context.**", "**Decision.**", "**Consequences.**", "**How we would notice it breaking.**"):
            assert part in text, f"{path.name} lacks {part}"


def test_the_license_is_apache_2():
    assert "Apache License" in (ROOT / "LICENSE").read_text()[:200]


def test_nothing_names_a_machine():
    """No path of the machine that a file was written on, in anything that is published."""
    suffixes = {".py", ".md", ".yaml", ".html", ".sh", ".toml", ".txt", ".css", ".js"}
    skipped = {".venv", "var", "staticfiles", "node_modules", ".git"}
    pattern = re.compile(r"/(?:wo" r"rk|ho" r"me|ro" r"ot)/\w")

    offenders = [
        path.relative_to(ROOT)
        for path in ROOT.rglob("*")
        if path.suffix in suffixes and not skipped & set(path.parts) and pattern.search(path.read_text())
    ]

    assert offenders == []
