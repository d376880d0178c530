"""The order of a draft's sections and questions: move one up or down, put it elsewhere, duplicate a question.

Each is one transaction under the draft's lock (`editing.lock`). A place is no part of a row's own page, so moving it
disturbs nobody who has the page open; moving a question to another section counts as an edit of it.
"""

from __future__ import annotations

from typing import Any, Literal

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q

from screening import editing, history, models, rows
from screening.editing import EditRefused
from screening.engine.mistakes import RuleError
from screening.engine.renaming import Renaming, renamed_rule
from screening.engine.symbols import read_symbols
from screening.engine.uses import Thing

Direction = Literal["up", "down"]
Row = Any  # a `models.Section` or a `models.Question`

NAMED = (models.Section, models.Question, models.Score, models.Variable, models.Parameter)
"""What shares one space of names."""


def siblings(row: Row) -> list[Row]:
    """The rows among which this one has its place, in order: sections, a section's questions, or a group's items."""
    if isinstance(row, models.Section):
        return list(row.questionnaire.sections.order_by("position", "pk"))
    owner = row.parent.items if row.parent_id else row.section.questions.filter(parent=None)
    return list(owner.order_by("position", "pk"))


@transaction.atomic
def move(
    *, questionnaire: models.Questionnaire, row: Row, direction: Direction, user: AbstractBaseUser | None = None
) -> str:
    """One place up or down; a question at the end of its section goes on to the next. Returns where it is, in words.

    Raises `EditRefused` when there is no further place.
    """
    editing.lock(questionnaire)
    row.refresh_from_db()
    step = {"up": -1, "down": 1}[direction]
    listed = siblings(row)
    index = listed.index(row) + step
    if 0 <= index < len(listed):
        return _put(row, _owner(row), index, user)
    section = _beside(row, step) if isinstance(row, models.Question) and not row.parent_id else None
    if section is None:
        raise EditRefused([f"“{row}” cannot go further {direction}."])
    return _put(row, section, 0 if step == 1 else section.questions.filter(parent=None).count(), user)


def _owner(row: Row) -> Any:
    return row.questionnaire if isinstance(row, models.Section) else row.parent or row.section


def _beside(question: models.Question, step: int) -> models.Section | None:
    sections = siblings(question.section)
    index = sections.index(question.section) + step
    return sections[index] if 0 <= index < len(sections) else None


@transaction.atomic
def put(
    *,
    questionnaire: models.Questionnaire,
    row: Row,
    before: Row | None,
    section: models.Section | None,
    user: AbstractBaseUser | None = None,
) -> str:
    """To the place of `before`, a row of its own kind; without one, to the end of `section`. Returns where it is.

    Raises `EditRefused` for an item of a group that would leave the group, and for anything that would enter one.
    """
    editing.lock(questionnaire)
    row.refresh_from_db()
    owner = _owner(before) if before is not None else section or _owner(row)
    groups = [one for one in (owner, _owner(row)) if isinstance(one, models.Question)]
    if groups and owner != _owner(row):
        raise EditRefused([f"Only the items of “{groups[0]}” have their places in it."])
    listed = [one for one in _listed(owner) if one != row]
    return _put(row, owner, listed.index(before) if before is not None else len(listed), user)


def _listed(owner: Any) -> list[Row]:
    if isinstance(owner, models.Questionnaire):
        return list(owner.sections.order_by("position", "pk"))
    found = owner.items if isinstance(owner, models.Question) else owner.questions.filter(parent=None)
    return list(found.order_by("position", "pk"))


def _put(row: Row, owner: Any, index: int, user: AbstractBaseUser | None) -> str:
    said = _placed(row, owner, index)
    history.note(row, user, said)
    return said


def _placed(row: Row, owner: Any, index: int) -> str:
    listed = [one for one in _listed(owner) if one != row]
    listed.insert(index, row)
    if isinstance(owner, models.Section) and row.section_id != owner.pk:
        into_section(row, owner)
    for number, one in enumerate(listed, start=1):
        if one.position != number * rows.GAP:
            type(one).objects.filter(pk=one.pk).update(position=number * rows.GAP)
    return f"“{row}” is now {index + 1} of {len(listed)} in “{owner}”."


def into_section(question: models.Question, section: models.Section) -> None:
    """Write that a question is in a section. The items of a group follow it; each row that moves counts an edit."""
    moved = models.Question.objects.filter(Q(pk=question.pk) | Q(parent=question)).exclude(section=section)
    moved.update(section=section, edits=F("edits") + 1)
    question.section = section


@transaction.atomic
def duplicate(
    *, questionnaire: models.Questionnaire, question: models.Question, user: AbstractBaseUser | None = None
) -> models.Question:
    """A copy of a question with its options, or of a group with its items, right after it and under names of its own.

    A role and an instrument belong to one question only, so a copy has neither.
    """
    editing.lock(questionnaire)
    question.refresh_from_db()
    taken = _names(questionnaire)
    items = list(question.items.order_by("position", "pk"))
    names = {one.link_id: _free(one.link_id, taken) for one in (question, *items)}
    copy = _copied(question, names[question.link_id])
    for item in items:
        inner = _copied(item, names[item.link_id], parent_id=copy.pk)
        for field in ("ask_when", "stale_when"):
            setattr(inner, field, _among_copies(questionnaire, getattr(inner, field), names))
        inner.save()
    listed = siblings(question)
    _placed(copy, _owner(question), listed.index(question) + 1)
    history.note(copy, user, f"Copied from “{question}”.", is_new=True)
    return copy


def _names(questionnaire: models.Questionnaire) -> set[str]:
    taken: set[str] = set()
    for model in NAMED:
        column = editing.KINDS[model][1]
        taken.update(model.objects.filter(**{model.QUESTIONNAIRE: questionnaire}).values_list(column, flat=True))
    return taken


def _free(name: str, taken: set[str]) -> str:
    """A name that nothing has: `stroke_copy`, then `stroke_copy_2`. It counts as taken from now on."""
    found, number = f"{name}_copy", 1
    while found in taken:
        number += 1
        found = f"{name}_copy_{number}"
    taken.add(found)
    return found


def _copied(question: models.Question, name: str, **changes: Any) -> models.Question:
    options = list(question.options.order_by("position", "pk"))
    columns = {field.attname: getattr(question, field.attname) for field in question._meta.concrete_fields}
    columns |= {"id": None, "link_id": name, "role": None, "instrument": "", "edits": 0} | changes
    copy = models.Question.objects.create(**columns)
    for option in options:
        option.pk, option.question, option.edits = None, copy, 0
    models.Option.objects.bulk_create(options)
    return copy


def _among_copies(questionnaire: models.Questionnaire, rule: str, names: dict[str, str]) -> str:
    """An item's rule, about the copies of its fellow items. A rule that cannot be read stays as it is."""
    symbols = read_symbols(editing.read(questionnaire))
    for old, new in names.items():
        try:
            rule = renamed_rule(rule, Renaming(thing=Thing("question", old), new=new, symbols=symbols))
        except RuleError:
            return rule
    return rule
