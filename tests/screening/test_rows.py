"""Rows and definitions say the same, byte for byte."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings

import screening
from screening import models, publishing, rows
from screening.engine import definition as structs
from screening.engine.definition import canonical_json, from_json
from screening.exchange.yaml import load_definition
from tests.screening.samples import any_definition, both, full, small

CONTENT = Path(screening.__file__).parent / "content" / "ketamine"

pytestmark = pytest.mark.django_db


def back(definition: structs.Definition) -> structs.Definition:
    """The definition after a journey through the rows, read afresh."""
    stored = publishing.rows_from_definition(definition)
    return publishing.definition_from_rows(models.Questionnaire.objects.get(pk=stored.pk))


@pytest.mark.parametrize("definition", [small(), full(), load_definition(CONTENT)], ids=["small", "full", "starter"])
def test_it_gives_back_the_same_bytes(definition):
    assert canonical_json(back(definition)) == canonical_json(definition)


@settings(max_examples=30)
@given(definition=any_definition())
def test_it_gives_back_the_same_bytes_for_any_definition(definition):
    with transaction.atomic():
        assert canonical_json(back(definition)) == canonical_json(definition)
        transaction.set_rollback(True)


@settings(max_examples=50)
@given(definition=any_definition())
def test_equal_definitions_have_equal_bytes(definition):
    written = canonical_json(definition)

    assert canonical_json(from_json(written)) == written
    assert from_json(written) == msgspec.convert(msgspec.to_builtins(definition), structs.Definition)


@pytest.mark.parametrize("struct", rows.MODELS, ids=lambda struct: struct.__name__)
def test_every_field_of_a_struct_is_stored(struct):
    shape = rows.shape(struct)
    columns = {field.name for field in rows.MODELS[struct]._meta.concrete_fields}
    embedded = {f"{name}_{field}" for name, fields in shape.embedded.items() for field in fields}

    assert set(shape.columns) | embedded <= columns
    assert {*shape.columns, *shape.embedded, *shape.children} == set(struct.__struct_fields__)


def test_every_struct_of_a_definition_has_rows_or_columns():
    inline = {structs.Citation, structs.Safety, structs.Review}
    every = {one for one in vars(structs).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)}

    assert every - inline - {msgspec.Struct} == set(rows.MODELS)


def test_it_reads_in_one_query_for_each_model(draft):
    with CaptureQueriesContext(connection) as queries:
        publishing.definition_from_rows(draft)

    assert len(queries) == len(rows.MODELS) - 1


def test_it_keeps_the_order_when_positions_are_moved(draft):
    first, second = draft.sections.order_by("position")
    first.position, second.position = second.position, first.position
    first.save()
    second.save()

    assert [section.link_id for section in publishing.definition_from_rows(draft).sections] == ["feelings", "brain"]


def test_it_replaces_a_draft_and_keeps_its_versions_and_cases(version):
    draft = version.questionnaire

    publishing.rows_from_definition(small(title=both("Other")), into=draft)

    assert publishing.definition_from_rows(draft).title == both("Other")
    assert draft.versions.get() == version
    assert draft.cases.count() == 1
    assert models.Section.objects.count() == 2


def test_it_counts_the_edit_when_it_replaces_a_draft(draft):
    edits = draft.edits

    assert publishing.rows_from_definition(small(), into=draft).edits == edits + 1


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_it_refuses_what_would_read_back_differently_and_changes_nothing(draft, value):
    before = canonical_json(publishing.definition_from_rows(draft))

    with pytest.raises(publishing.DraftNotStored, match="cannot be stored"):
        publishing.rows_from_definition(
            small(parameters=(structs.Parameter(key="p", title="p", value=value),)), into=draft
        )

    assert canonical_json(publishing.definition_from_rows(draft)) == before


def test_it_refuses_a_number_the_database_cannot_hold(db):
    question = structs.Question(link_id="q", type="text", text=both("Q"), maximum_length=10**30)
    section = structs.Section(link_id="s", title=both("S"), questions=(question,))

    with pytest.raises(publishing.DraftNotStored):
        publishing.rows_from_definition(small(sections=(section,)))

    assert not models.Questionnaire.objects.exists()


def test_a_row_that_belongs_to_nothing_says_so():
    with pytest.raises(ValueError, match="belongs to nothing"):
        models.Section(pk=3).owner()
    with pytest.raises(ValueError, match="cannot belong to Flag"):
        models.Option().belong_to(models.Flag())
