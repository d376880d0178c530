"""Runs a command, on a small questionnaire in a directory."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from screening.exchange.yaml import dump_cases, dump_definition
from tests.screening.samples import case, small


def run(*arguments: str, **options) -> str:
    """What a command prints."""
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def failure(*arguments: str) -> tuple[int, str]:
    """The exit code and message with which a command fails."""
    with pytest.raises(CommandError) as failed:
        run(*arguments)
    return failed.value.returncode, str(failed.value)


@pytest.fixture
def folder(tmp_path) -> Path:
    """The small questionnaire and its case as a directory."""
    (tmp_path / "questionnaire.yaml").write_text(dump_definition(small()))
    (tmp_path / "cases.yaml").write_text(dump_cases([case()]))
    return tmp_path
