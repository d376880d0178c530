"""The names in stored cases: which things a case mentions, and a case by a thing's new name.

A case names things of the questionnaire in its answers, its parameters and what it expects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from screening.engine.renaming import Renaming
from screening.engine.symbols import Symbols
from screening.engine.uses import Kind, Thing, Use, named, thing_of_code
from screening.exchange.cases import Case

EXPECTED: Mapping[str, Kind] = {
    "flags": "flag", "optional": "flag", "unresolved": "flag", "inconsistencies": "inconsistency", "notes": "note",
    "scores": "score", "must_not": "flag",
}  # fmt: skip
"""What each part of an expectation names. A `must_not` is a flag, or a flag and a severity."""


def uses_in(cases: Iterable[Case], symbols: Symbols) -> list[Use]:
    """Every mention in the cases, each once for each place."""
    return list(dict.fromkeys(use for case in cases for use in _uses_in(case, symbols)))


def _uses_in(case: Case, symbols: Symbols) -> Iterator[Use]:
    owner, words = Thing("case", case.id), f"case {case.id}"
    for thing in _answered(case.answers, symbols):
        yield Use(of=thing, owner=owner, words=f"{words}, answers")
    for name in case.parameters:
        yield Use(of=Thing("parameter", name), owner=owner, words=f"{words}, parameters")
    yield Use(of=Thing("profile", case.profile), owner=owner, words=f"{words}, profile")
    for field, kind in EXPECTED.items():
        for line in getattr(case.expect, field) or ():
            yield Use(of=Thing(kind, line.partition(" ")[0]), owner=owner, words=f"{words}, what is expected")


def _answered(answers: Mapping[str, Any], symbols: Symbols) -> Iterator[Thing]:
    for link_id, answer in answers.items():
        yield named(symbols, link_id)
        yield from _in_answer(link_id, answer, symbols)


def _in_answer(link_id: str, answer: Any, symbols: Symbols) -> Iterator[Thing]:
    """The codes of one answer, and for a repeating group the answers of its entries."""
    value = answer.get("value") if _is_long(answer) else answer
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield thing_of_code(symbols, link_id, entry)
        elif isinstance(entry, Mapping) and isinstance(entry.get("code"), str):
            yield thing_of_code(symbols, link_id, entry["code"])
        elif isinstance(entry, Mapping) and _is_group(link_id, symbols):
            yield from _answered(entry, symbols)


def _is_long(answer: Any) -> bool:
    return isinstance(answer, Mapping) and "state" in answer


def _is_group(link_id: str, symbols: Symbols) -> bool:
    question = symbols.questions.get(link_id)
    return question is not None and question.type == "group"


def renamed_case(case: Case, renaming: Renaming) -> Case:
    """The case by the new name of a thing."""
    return msgspec.structs.replace(
        case,
        answers=_renamed_answers(case.answers, renaming),
        parameters={renaming.of("parameter", name): value for name, value in case.parameters.items()},
        expect=msgspec.structs.replace(case.expect, **_renamed_expectation(case, renaming)),
    )


def _renamed_answers(answers: Mapping[str, Any], renaming: Renaming) -> dict[str, Any]:
    return {renaming.name(name): _renamed_answer(name, answer, renaming) for name, answer in answers.items()}


def _renamed_answer(link_id: str, answer: Any, renaming: Renaming) -> Any:
    if _is_long(answer):
        value = {"value": _renamed_answer(link_id, answer["value"], renaming)} if "value" in answer else {}
        return {**answer, **value}
    if isinstance(answer, list):
        return [_renamed_answer(link_id, entry, renaming) for entry in answer]
    if isinstance(answer, str):
        return renaming.code(link_id, answer)
    if isinstance(answer, Mapping) and isinstance(answer.get("code"), str):
        return {**answer, "code": renaming.code(link_id, answer["code"])}
    if isinstance(answer, Mapping) and _is_group(link_id, renaming.symbols):
        return _renamed_answers(answer, renaming)
    return answer


def _renamed_expectation(case: Case, renaming: Renaming) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for field, kind in EXPECTED.items():
        value = getattr(case.expect, field)
        if isinstance(value, dict):
            changed[field] = {renaming.of(kind, name): expected for name, expected in value.items()}
        elif value is not None:
            changed[field] = tuple(_renamed_line(line, kind, renaming) for line in value)
    return changed


def _renamed_line(line: str, kind: Kind, renaming: Renaming) -> str:
    name, space, severity = line.partition(" ")
    return f"{renaming.of(kind, name)}{space}{severity}"


def without_answers(case: Case, link_ids: frozenset[str]) -> Case:
    """The case without its answers to these questions, in entries of groups as well."""
    return msgspec.structs.replace(case, answers=_without(case.answers, link_ids))


def _without(answers: Any, link_ids: frozenset[str]) -> Any:
    if isinstance(answers, list):
        return [_without(entry, link_ids) for entry in answers]
    if not isinstance(answers, Mapping):
        return answers
    return {name: _without(answer, link_ids) for name, answer in answers.items() if name not in link_ids}
