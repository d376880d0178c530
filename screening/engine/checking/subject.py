"""What every check is given: the definition, its names and its rules."""

from __future__ import annotations

from dataclasses import dataclass

from screening.engine.definition import Definition
from screening.engine.dependencies import Dependencies
from screening.engine.hints import did_you_mean
from screening.engine.ruleset import Ruleset, read_rules
from screening.engine.symbols import Symbols, read_symbols

from .catalogue import CATALOGUE, Problem


@dataclass(frozen=True)
class Subject:
    """A definition under check."""

    definition: Definition
    symbols: Symbols
    rules: Ruleset
    dependencies: Dependencies


def read_subject(definition: Definition) -> Subject:
    """The names and rules of a definition, however broken."""
    symbols, rules = read_symbols(definition), read_rules(definition)
    return Subject(definition, symbols, rules, Dependencies(symbols, rules))


def problem(id: str, place: str, link_id: str = "", pointed: str = "", **values: object) -> Problem:  # noqa: A002
    """A problem of the catalogue. Raises `KeyError` for an id that is not in it."""
    entry = CATALOGUE[id]
    message, hint = entry.message.format_map(values), entry.hint.format_map(values)
    return Problem(
        id=id, severity=entry.severity, place=place, message=message, hint=hint, link_id=link_id, pointed=pointed
    )


def near(name: str, known: object) -> str:
    """ " (did you mean …?)" or nothing."""
    return did_you_mean(name, [str(one) for one in known]) if isinstance(known, list | tuple | dict | set) else ""
