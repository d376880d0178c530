"""The commands in docs/fhir.md work as they are written, on a small questionnaire in the place of the starter."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import call_command

from screening.exchange.yaml import dump_definition
from tests.screening.samples import small

GUIDE = Path(__file__).parents[4] / "docs" / "fhir.md"
COMMANDS = re.findall(r"^python manage\.py (.+_questionnaire .+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.django_db
def test_each_command_does_what_the_guide_says(tmp_path, monkeypatch, version):
    (tmp_path / "small.yaml").write_text(dump_definition(small()), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    for command in COMMANDS:
        words = command.replace("screening/content/ketamine", "small.yaml").replace("ketamine_screening", "small")
        out = io.StringIO()
        call_command(*shlex.split(words), stdout=out, stderr=out)

    assert len(COMMANDS) == 3
    assert out.getvalue().startswith("Loaded “from_fhir”: 3 questions, 1 flags")
