"""What an editor does to a draft besides saving one page: rename and remove. Moving is in `arranging.py`.

Each is one transaction that first locks the questionnaire, as publishing does, so they wait for each other.
Nothing here reads the clock or knows a request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from screening import case_names, cases, history, models, publishing, rows
from screening.engine import checks
from screening.engine.definition import Definition, canonical_json
from screening.engine.mistakes import RuleError
from screening.engine.renaming import Change, Renaming, changes, renamed
from screening.engine.symbols import read_symbols
from screening.engine.uses import Kind, Thing, Use, inside, uses, uses_of
from screening.exchange.cases import Case

KINDS: dict[type[Any], tuple[Kind, str]] = {
    models.Section: ("section", "link_id"),
    models.Question: ("question", "link_id"),
    models.Option: ("option", "code"),
    models.Instrument: ("instrument", "key"),
    models.Score: ("score", "link_id"),
    models.Variable: ("variable", "link_id"),
    models.Flag: ("flag", "link_id"),
    models.Note: ("note", "link_id"),
    models.Inconsistency: ("inconsistency", "link_id"),
    models.Vocabulary: ("vocabulary", "key"),
    models.MedicineClass: ("class", "key"),
    models.MedicineGroup: ("medicine group", "key"),
    models.Medicine: ("medicine", "code"),
    models.Parameter: ("parameter", "key"),
    models.Profile: ("profile", "key"),
    models.Source: ("source", "key"),
}
"""What a row stands for, and the column of its name."""

RENAMED = frozenset(KINDS) - {models.Profile}
"""What can be renamed. A clinic chooses its profile by the key, so that stays."""


class EditRefused(Exception):  # noqa: N818 (named for the event)
    """Nothing was changed; `reasons` says why, `uses` what stands in the way."""

    def __init__(self, reasons: Iterable[str], uses: Iterable[Use] = ()) -> None:
        self.reasons, self.uses = tuple(reasons), tuple(uses)
        super().__init__("\n".join(self.reasons))


class Plan(NamedTuple):
    """A renaming worked out and not yet done. `seen` names the draft it was worked out for."""

    thing: Thing
    new: str
    changes: tuple[Change, ...]
    seen: str
    before: Definition
    after: Definition
    cases: tuple[tuple[Case, Case], ...]


NAME_STAYS = (
    "The names of a published instrument’s items and answers are kept with its wording, because points, stored answers "
    "and FHIR exports of every version are matched by them. To use another name in rules, add a variable."
)


def lock(questionnaire: models.Questionnaire) -> None:
    """Wait until nobody else edits or publishes this draft. To be called in a transaction."""
    models.Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)


def thing_of(row: Any) -> Thing:
    """What a row of a draft stands for."""
    kind, column = KINDS[type(row)]
    if isinstance(row, models.Option):
        return Thing(kind, row.code, row.question.link_id)
    within = row.vocabulary.key if hasattr(row, "vocabulary_id") else ""
    return Thing(kind, getattr(row, column), within)


def standing_in_the_way(questionnaire: models.Questionnaire, removed: Collection[Any]) -> list[Use]:
    """What mentions any of these rows or what is part of them, and would be left pointing at nothing.

    Answers of cases to a removed question do not stand in the way: they go with it.
    """
    definition, stored = read(questionnaire), _cases(questionnaire)
    things = _all_of(definition, removed)
    everything = [*uses(definition), *case_names.uses_in(stored, read_symbols(definition))]
    return list({use.words: use for use in uses_of(things, everything) if not _goes_with(use, things)}.values())


def _goes_with(use: Use, things: Collection[Thing]) -> bool:
    asked = use.of if use.of.kind != "option" else Thing("question", use.of.within)
    return use.owner.kind == "case" and use.words.endswith(", answers") and asked in things


def _all_of(definition: Definition, removed: Collection[Any]) -> frozenset[Thing]:
    return frozenset().union(*(inside(definition, thing_of(row)) for row in with_items(removed) if type(row) in KINDS))


def with_items(removed: Collection[Any]) -> list[Any]:
    """The rows, and the questions that go with an instrument: its items mean nothing without it."""
    found = list(removed)
    for row in removed:
        if isinstance(row, models.Instrument):
            found += models.Question.objects.filter(
                section__questionnaire=row.questionnaire_id, link_id__in=row.items, instrument=row.key
            )
    return found


def read(questionnaire: models.Questionnaire) -> Definition:
    """The draft's definition. Raises `EditRefused` when a row cannot be read."""
    try:
        return publishing.definition_from_rows(questionnaire)
    except msgspec.ValidationError as error:
        raise EditRefused([f"The draft cannot be read: {error}. Open Check, and correct that row first."]) from error


def _cases(questionnaire: models.Questionnaire) -> list[Case]:
    try:
        return cases.stored(questionnaire)
    except msgspec.ValidationError as error:
        raise EditRefused([f"A stored case cannot be read: {error}. Correct that case first."]) from error


@transaction.atomic
def remove(*, questionnaire: models.Questionnaire, removed: Collection[Any]) -> int:
    """Take rows out of the draft, and the answers to removed questions out of its cases; returns how many cases.

    Versions that were published keep them. Raises `EditRefused` with the uses while anything else mentions them.
    """
    lock(questionnaire)
    if found := standing_in_the_way(questionnaire, removed):
        raise EditRefused(["It is in use, so nothing was removed."], found)
    things = _all_of(read(questionnaire), removed)
    link_ids = frozenset(thing.name for thing in things if thing.kind == "question")
    pairs = [(case, case_names.without_answers(case, link_ids)) for case in _cases(questionnaire)]
    changed = _store_cases(questionnaire, pairs)
    for row in with_items(removed):
        row.delete()
    return changed


def _store_cases(questionnaire: models.Questionnaire, pairs: Iterable[tuple[Case, Case]]) -> int:
    """Write the cases that differ, each counting an edit."""
    changed = [(was, now) for was, now in pairs if was != now]
    for _, now in changed:
        columns = {name: msgspec.to_builtins(getattr(now, name)) for name in ("answers", "parameters", "expect")}
        questionnaire.cases.filter(key=now.id).update(**columns, edits=F("edits") + 1)
    return len(changed)


def plan_renaming(*, row: Any, questionnaire: models.Questionnaire, new: str) -> Plan:
    """What a new name would change. Raises `EditRefused` when it cannot be given, with every reason."""
    thing, before, stored = thing_of(row), read(questionnaire), _cases(questionnaire)
    if not new or new == thing.name:
        raise EditRefused(["Enter a name that is not the old one."])
    if title := _locked_by(before, thing):
        raise EditRefused([f"{thing} belongs to {title}. {NAME_STAYS}"])
    try:
        after = renamed(before, thing, new)
    except RuleError as error:
        raise EditRefused(
            [f"A rule of this draft cannot be read: {error} Open Check, and correct it first."]
        ) from error
    if reasons := _new_problems(before, after):
        raise EditRefused(reasons)
    renaming = Renaming(thing=thing, new=new, symbols=read_symbols(before))
    pairs = tuple((case, case_names.renamed_case(case, renaming)) for case in stored)
    seen = publishing.sha256_of(canonical_json(before) + msgspec.json.encode(stored))
    found = (*changes(before, after), *_case_changes(pairs))
    return Plan(thing, new, found, seen, before, after, pairs)


def _locked_by(definition: Definition, thing: Thing) -> str:
    """The title of the locked instrument that a thing is, or is an item or an answer of; empty for anything else."""
    question = thing.within if thing.kind == "option" else thing.name
    for one in definition.instruments:
        is_it = thing == Thing("instrument", one.key)
        if one.wording_sha256 and (is_it or (thing.kind in ("question", "option") and question in one.items)):
            return one.title
    return ""


def _new_problems(before: Definition, after: Definition) -> list[str]:
    """What the checks find wrong only under the new name: a word of the language, a name that is taken."""
    known = [found.id for found in checks.errors(before)]
    reasons = []
    for found in checks.errors(after):
        if found.id in known:
            known.remove(found.id)
        else:
            reasons.append(f"{found.place}: {found.message} {found.hint}".rstrip())
    return reasons


def _case_changes(pairs: Iterable[tuple[Case, Case]]) -> Iterator[Change]:
    for was, now in pairs:
        if was != now:
            told = [msgspec.to_builtins({"answers": case.answers, **_expected(case)}) for case in (was, now)]
            yield Change(f"case {was.id}", *(_only_other(one, other) for one, other in (told, reversed(told))))


def _expected(case: Case) -> dict[str, Any]:
    return {"parameters": case.parameters, **msgspec.to_builtins(case.expect)}


def _only_other(one: dict[str, Any], other: dict[str, Any]) -> str:
    """What one says and the other does not, as JSON."""
    found = {}
    for name, value in one.items():
        if value != other.get(name):
            found[name] = _only_here(value, other.get(name))
    return msgspec.json.encode(found).decode()


def _only_here(value: Any, theirs: Any) -> Any:
    if isinstance(value, dict) and isinstance(theirs, dict):
        return {key: value[key] for key in value if value[key] != theirs.get(key)}
    return value


@transaction.atomic
def rename(
    *, row: Any, questionnaire: models.Questionnaire, new: str, seen: str, user: AbstractBaseUser | None = None
) -> Plan:
    """Give a row another name, in everything that names it. `seen` is that of the plan the editor looked at.

    Raises `EditRefused` when the draft or its cases were changed since.
    """
    lock(questionnaire)
    plan = plan_renaming(row=row, questionnaire=questionnaire, new=new)
    if plan.seen != seen:
        raise EditRefused(["Somebody changed the draft after this page was opened. Look at the changes again."])
    rows.revise(questionnaire, before=plan.before, after=plan.after)
    _store_cases(questionnaire, plan.cases)
    row.refresh_from_db()
    history.note(row, user, f"Renamed from “{plan.thing.name}” to “{plan.new}”, in {len(plan.changes)} places.")
    return plan
