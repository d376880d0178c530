"""Draft rows ↔ `Definition`, driven by one table: which model stores which Struct.

Column names are the Struct's field names, so the rest is read from the Structs: a field that holds Structs of the table
becomes rows of its own, a single Struct (`safety`) becomes columns with its name in front (`safety_panel_when`), and
everything else is a column. A field added to a Struct needs a column of the same name and nothing here; a test says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec
from django.db.models import F

from screening import models
from screening.engine import definition as structs
from screening.engine.definition import Definition

Struct = type[msgspec.Struct]
Row = Any  # a `models.Questionnaire` or a `models.Draft`; columns are read by name

MODELS: Mapping[Struct, type[Any]] = {
    structs.Definition: models.Questionnaire,
    structs.Section: models.Section,
    structs.Question: models.Question,
    structs.Option: models.Option,
    structs.Instrument: models.Instrument,
    structs.Score: models.Score,
    structs.Band: models.Band,
    structs.Variable: models.Variable,
    structs.Flag: models.Flag,
    structs.Rule: models.Rule,
    structs.Note: models.Note,
    structs.Inconsistency: models.Inconsistency,
    structs.Vocabulary: models.Vocabulary,
    structs.MedicineClass: models.MedicineClass,
    structs.MedicineGroup: models.MedicineGroup,
    structs.Medicine: models.Medicine,
    structs.Parameter: models.Parameter,
    structs.Profile: models.Profile,
    structs.Source: models.Source,
}

GAP = 10  # between positions, so that a row can be put between two others without moving them


class Shape(NamedTuple):
    """How the fields of one Struct are stored: in columns, in columns of an embedded Struct, in rows."""

    columns: tuple[str, ...]
    embedded: Mapping[str, tuple[str, ...]]
    children: Mapping[str, Struct]


@cache
def shape(struct: Struct) -> Shape:
    """The shape of a Struct of `MODELS`."""
    columns: list[str] = []
    embedded: dict[str, tuple[str, ...]] = {}
    children: dict[str, Struct] = {}
    for field in msgspec.structs.fields(struct):
        inner = next(iter(get_args(field.type)), None)
        if isinstance(inner, type) and inner in MODELS:
            children[field.name] = inner
        elif isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            embedded[field.name] = field.type.__struct_fields__
        else:
            columns.append(field.name)
    return Shape(tuple(columns), embedded, children)


def read(questionnaire: models.Questionnaire) -> Definition:
    """The definition that the rows say, in one query for each model.

    Raises `msgspec.ValidationError` when a row holds something that its Struct cannot, and for an item of a group that
    is in another section: it would go when that section is removed.
    """
    rows = {model: _by_owner(model, questionnaire) for model in MODELS.values() if model is not models.Questionnaire}
    _refuse_strays(rows[models.Question])
    return msgspec.convert(_plain(Definition, questionnaire, rows), Definition)


def _refuse_strays(questions: Mapping[tuple[str, Any], list[Row]]) -> None:
    section_of = {one.pk: one.section_id for listed in questions.values() for one in listed}
    for name, pk in questions:
        if name == "parent" and {one.section_id for one in questions[name, pk]} != {section_of.get(pk)}:
            items = ", ".join(str(one) for one in questions[name, pk])
            raise msgspec.ValidationError(
                f"Items that are not in the section of their group: {items}. Save the page of the group; they follow it"
            )


def _by_owner(model: type[Any], questionnaire: models.Questionnaire) -> dict[tuple[str, Any], list[Row]]:
    grouped: dict[tuple[str, Any], list[Row]] = {}
    for row in model.objects.filter(**{model.QUESTIONNAIRE: questionnaire}).order_by("position", "pk"):
        grouped.setdefault(row.owner(), []).append(row)
    return grouped


def _plain(struct: Struct, row: Row, rows: Mapping[type[Any], Mapping[tuple[str, Any], list[Row]]]) -> dict[str, Any]:
    stored = shape(struct)
    plain = {name: getattr(row, name) for name in stored.columns}
    for name, inner in stored.embedded.items():
        plain[name] = {field: getattr(row, f"{name}_{field}") for field in inner}
    for name, child in stored.children.items():
        model = MODELS[child]
        key = (owner_name(model, MODELS[struct]), row.pk)
        plain[name] = [_plain(child, entry, rows) for entry in rows[model].get(key, ())]
    return plain


def owner_name(model: type[Any], owner: type[Any]) -> str:
    """The foreign key of `model` that points at `owner`."""
    names: tuple[str, ...] = model.OWNERS
    return next(name for name in names if model._meta.get_field(name).related_model is owner)


def write(definition: Definition, questionnaire: models.Questionnaire) -> None:
    """Make the rows of `questionnaire` say `definition`. Its key, versions and cases stay. Call it in a transaction."""
    key = questionnaire.key
    for child in shape(Definition).children.values():
        MODELS[child].objects.filter(questionnaire_id=questionnaire.pk).delete()
    for name, value in _columns(definition).items():
        setattr(questionnaire, name, value)
    questionnaire.key = key or definition.key
    questionnaire.edits += 1
    questionnaire.save()
    _write_children(Definition, [(definition, questionnaire)])


def _columns(value: msgspec.Struct) -> dict[str, Any]:
    stored = shape(type(value))
    columns = {name: msgspec.to_builtins(getattr(value, name)) for name in stored.columns}
    for name, inner in stored.embedded.items():
        columns |= {f"{name}_{field}": msgspec.to_builtins(getattr(getattr(value, name), field)) for field in inner}
    return columns


def _write_children(struct: Struct, owners: Iterable[tuple[msgspec.Struct, Row]]) -> None:
    """Level by level, so that a level is one insert however many owners it has."""
    for name, child in shape(struct).children.items():
        pairs = [pair for value, owner in owners for pair in _new_rows(getattr(value, name), child, owner)]
        if pairs:
            MODELS[child].objects.bulk_create([row for _, row in pairs])
            _write_children(child, pairs)


def _new_rows(values: Iterable[msgspec.Struct], struct: Struct, owner: Row) -> list[tuple[msgspec.Struct, Row]]:
    pairs = []
    for number, value in enumerate(values, start=1):
        row = MODELS[struct](position=number * GAP, **_columns(value))
        row.belong_to(owner)
        pairs.append((value, row))
    return pairs


def revise(questionnaire: models.Questionnaire, *, before: Definition, after: Definition) -> None:
    """Make the rows that say `before` say `after`, which has the same rows. Call it in a transaction.

    Only what differs is written, and every page that shows a changed row counts an edit: whoever has it open is told.
    """
    rows = {model: _by_owner(model, questionnaire) for model in MODELS.values() if model is not models.Questionnaire}
    pages: set[tuple[type[Any], int]] = set()
    for row, columns in _revised(before, after, questionnaire, rows):
        type(row).objects.filter(pk=row.pk).update(**columns)
        for name, value in columns.items():
            setattr(row, name, value)
        page = page_of(row)
        pages.add((type(page), page.pk))
    for model, pk in pages:
        model.objects.filter(pk=pk).update(edits=F("edits") + 1)


def _revised(
    before: msgspec.Struct,
    after: msgspec.Struct,
    row: Row,
    rows: Mapping[type[Any], Mapping[tuple[str, Any], list[Row]]],
) -> Iterator[tuple[Row, dict[str, Any]]]:
    was, now = _columns(before), _columns(after)
    if columns := {name: now[name] for name in now if now[name] != was[name]}:
        yield row, columns
    for name, child in shape(type(before)).children.items():
        model = MODELS[child]
        own = rows[model].get((owner_name(model, type(row)), row.pk), ())
        for pair in zip(getattr(before, name), getattr(after, name), own, strict=True):
            yield from _revised(*pair, rows)


def page_of(row: Row) -> Row:
    """The row whose page in the admin shows this one: options, rules, bands, classes and groups stand on others."""
    owner = {models.Option: "question", models.Rule: "flag", models.Band: "score"}
    owner |= {models.MedicineClass: "vocabulary", models.MedicineGroup: "vocabulary"}
    return getattr(row, owner[type(row)]) if type(row) in owner else row
