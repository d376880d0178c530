"""The document that a clinician reviews says what the questionnaire says."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from screening.engine.definition import Definition
from screening.exchange.clinical_document import clinical_document
from screening.exchange.yaml import load_definition

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(ROOT / "screening" / "content" / "ketamine")


@pytest.fixture(scope="module")
def document(definition: Definition) -> str:
    return clinical_document(definition)


def test_it_is_kept_current(document: str) -> None:
    kept = (ROOT / "docs" / "clinical.md").read_text(encoding="utf-8")
    assert kept == document, "Run: python manage.py clinical_document > docs/clinical.md"


def test_it_names_every_question_and_answer(definition: Definition, document: str) -> None:
    for section in definition.sections:
        for question in section.questions:
            for one in (question, *question.items):
                assert f"`{one.link_id}`" in document
                assert all(f"(`{option.code}`" in document for option in one.options)


def test_it_prints_every_rule_and_threshold(definition: Definition, document: str) -> None:
    for flag in definition.flags:
        assert all(f"`{rule.when}`" in document for rule in flag.rules), flag.link_id
    for parameter in definition.parameters:
        assert f"`{parameter.key}`" in document


def test_it_prints_every_source(definition: Definition, document: str) -> None:
    assert all(f"| {source.key} |" in document for source in definition.sources)


def test_it_marks_what_must_be_verified(document: str) -> None:
    assert "(to verify)" in document


def test_it_says_that_it_is_not_reviewed_and_has_room_to_sign(document: str) -> None:
    assert "**not yet reviewed by a clinician**" in document
    assert "| Signature | |" in document


def test_the_command_prints_it(document: str) -> None:
    out = StringIO()
    call_command("clinical_document", stdout=out)
    assert out.getvalue() == document
