"""Documents stay true: what they list is compared with what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from screening.engine import language

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


def rules_in_the_guide() -> list[str]:
    """The examples in the table of docs/rules.md: what stands in backquotes in its second column."""
    lines = (ROOT / "docs/rules.md").read_text().splitlines()
    rows = [line.split("|")[2] for line in lines if line.startswith("| ") and "`" in line]
    return [example for row in rows for example in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("example", rules_in_the_guide())
def test_every_example_of_a_rule_is_a_rule(example: str):
    assert language.to_text(language.parse(example))


def part_of(document: str, heading: str) -> str:
    """What stands under a heading of a document."""
    return (ROOT / document).read_text().split(f"## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("heading", "word"),
    [
        ("A question type", r'"(?:partial_date|blood_pressure)"'),
        ("An operator of the rule language", r"\bWithin[,(]"),
    ],
)
def test_extending_names_every_file_that_knows_the_types_or_the_operators(heading: str, word: str):
    named = re.findall(r"`((?:screening|intake|templates|tests)/[^`]*)`", part_of("docs/extending.md", heading))
    files = [path for app in ("screening", "intake") for path in (ROOT / app).rglob("*.py")]
    known = {str(path.relative_to(ROOT)) for path in files if re.search(word, path.read_text())}

    assert [path for path in named if not (ROOT / path).exists()] == []
    assert sorted(path for path in known if not path.startswith(tuple(named))) == []


def test_every_check_of_the_start_is_explained():
    sources = "".join(path.read_text() for path in (ROOT / "intake").glob("checks.py"))

    ids = set(re.findall(r'id="(intake\.[EW]\d+)"', sources))

    assert ids
    assert ids == set(re.findall(r"intake\.[EW]\d+", (ROOT / "docs/operations.md").read_text()))


def test_every_setting_is_listed_with_its_meaning():
    sources = (ROOT / "intake/settings.py").read_text() + (ROOT / "gunicorn.conf.py").read_text()
    names = set(re.findall(r'env(?:iron)?\.(?!setdefault)\w+\("([A-Z_]+)"', sources))
    listed = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operations.md").read_text()))

    assert names <= listed, names - listed


@pytest.mark.parametrize("path", ["README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))])
def test_links_between_documents_lead_somewhere(path: str):
    for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / path).read_text()):
        assert (ROOT / path).parent.joinpath(target).exists(), f"{path} links to {target}"


def test_the_decisions_that_sources_name_exist():
    named = {
        (str(path.relative_to(ROOT)), name)
        for part in ("screening", "intake", "tests", "benchmarks", "tools")
        for path in (ROOT / part).rglob("*.py")
        for name in re.findall(r"docs/decisions/([\w-]+\.md)", path.read_text())
    }

    assert named
    assert [(path, name) for path, name in sorted(named) if not (ROOT / "docs/decisions" / name).exists()] == []


def test_the_commands_that_documents_name_exist():
    commands = set(get_commands())
    named = {
        name
        for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
        for name in re.findall(r"manage\.py (\w+)", path.read_text())
    }

    assert named <= commands, named - commands


def test_every_decision_has_a_number_of_its_own():
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]

    assert sorted(set(numbers)) == sorted(numbers)
