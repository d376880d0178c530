"""C87: the commands of the documents run as they are written.

In every run each is read by the command that it names; in `make trust` those of docs/operations.md run in a shell, in
their order, in a clean directory. Only places of a server, references of records and the day of an appointment are put
in place of those written.
"""

from __future__ import annotations

import datetime
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, get_commands, load_command_class

from tests.trust.amounts import IS_LONG

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "operations.md"
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NOT_RUN = {
    "alert_bounced": "needs a message that came back (tests/intake/alerts)",
    "psql": "needs the server's own superuser (tests/intake/test_postgresql_role.py)",
}


def blocks_of(document: Path) -> list[str]:
    """The shell in a document: what stands between fences marked `sh`, without the indent of a list."""
    found = re.findall(r"(?ms)^( *)```sh\n(.*?)^ *```", document.read_text())
    return ["\n".join(line.removeprefix(indent) for line in text.splitlines()) for indent, text in found]


def commands_of(text: str) -> Iterator[str]:
    """Each command of a shell text: continued lines joined, without comments and empty lines."""
    for line in text.replace("\\\n", " ").splitlines():
        if shlex.split(line, comments=True):
            yield line


def written() -> list[tuple[str, str]]:
    """Every call of `manage.py` that stands alone on a line of a document, with the document's name."""
    found = []
    for path in DOCUMENTS:
        lines = [*blocks_of(path), *re.findall(r"(?m)^    (?:.*\| )?\S*python manage\.py .*$", path.read_text())]
        found += [(path.name, one) for text in lines for one in commands_of(text) if "manage.py " in one]
    return found


def misread(line: str) -> str:
    """What the command says against the options that a line gives it; empty when it takes them."""
    words = shlex.split(line.partition("manage.py ")[2], comments=True)
    command = load_command_class(get_commands()[words[0]], words[0])
    try:
        command.create_parser("manage.py", words[0]).parse_args(words[1:])
    except SystemExit as ended:
        return "" if not ended.code else "not understood"
    except CommandError as error:
        return str(error)
    return ""


@pytest.mark.check("C87", required="every command is read by what it names")
def test_every_command_has_the_options_that_it_is_written_with(figure) -> None:
    wrong = [f"{document}: {line}: {problem}" for document, line in written() if (problem := misread(line))]

    assert wrong == []
    assert len(written()) > 30
    figure(f"{len(written())} commands in {len(DOCUMENTS)} documents, 0 misread")


# --- run, in `make trust` ---


class CleanPlace:
    """A directory in which the guide is followed: its own data, and stand-ins for the places of a server."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.appointment = f"{datetime.date.today() + datetime.timedelta(days=7)}T14:30"  # one day, also over midnight
        for name in ("etc/screening", "mnt/backups", "srv/screening", "data"):
            (directory / name).mkdir(parents=True)
        self.references: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(self.directory / "data"),
            "KEYRING_FILE": str(self.directory / "etc/screening/keyring.json"),
        }

    def run(self, line: str) -> str:
        """One command, as a shell runs it. Raises `AssertionError` when it ends with a code other than 0."""
        for name, place in self._places().items():
            line = line.replace(name, place)
        script = f"set -euo pipefail\ncd {shlex.quote(str(ROOT))}\n{line}\n"
        done = subprocess.run(["bash", "-c", script], env=self.environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def _places(self) -> dict[str, str]:
        where = {name: f"{self.directory}/{name.strip('/')}/" for name in ("/etc/screening/", "/mnt/backups/")}
        where["sqlite:////srv/"] = f"sqlite:///{self.directory}/srv/"
        files = ("responses.json", "answers.csv", "responses.fhir.json", "copy.zip", "copy-without-notes.zip")
        where |= {f" {name}": f" {self.directory}/{name}" for name in files}
        where["2026-03-09T14:30"] = self.appointment  # one that lies ahead
        return where | self.references

    def name_records(self) -> None:
        """Put records that there are in place of the references in the guide: none with an alert that waits."""
        with sqlite3.connect(self.directory / "data" / "intake.sqlite3") as database:
            calm = database.execute(
                "SELECT r.reference, p.reference FROM intake_questionnaireresponse r JOIN intake_person p"
                " ON p.id = r.person_id WHERE r.status = 'sent' AND NOT EXISTS"
                " (SELECT 1 FROM intake_alert a JOIN intake_questionnaireresponse o ON o.id = a.response_id"
                "  WHERE o.person_id = p.id AND a.acknowledged_at IS NULL) ORDER BY p.reference, r.reference"
            ).fetchall()
        people = list(dict.fromkeys(person for _, person in calm))
        last = next(response for response, person in calm if person == people[-1])
        self.references = {"K7QM-3X4P": last, "R2D6-8WZN": people[0], "4HQX-TM7C": people[1]}


@pytest.fixture
def place(tmp_path: Path) -> CleanPlace:
    return CleanPlace(tmp_path)


@pytest.mark.skipif(not IS_LONG, reason="in make trust: some thirty processes, one after the other")
@pytest.mark.check("C87", required="every command of the guide ends with 0")
def test_the_guide_can_be_followed(place: CleanPlace, figure) -> None:
    ran = 0
    for block in blocks_of(GUIDE):
        for line in commands_of(block):
            if any(re.search(rf"\b{name}\b", line) for name in NOT_RUN):
                continue
            if "manage.py alerts" in line and not place.references:
                place.run("python manage.py demo --sample 6")  # the clinic "demo", with people to look after
                place.name_records()
            place.run(line)
            ran += 1

    assert (place.directory / "srv/screening/restored.sqlite3").exists()
    assert ran > 25
    figure(f"{ran} commands, each ended with 0")
