"""What the writing of one questionnaire shares: the definition, its names and rules, and what readers will miss."""

from __future__ import annotations

from dataclasses import dataclass, field

from screening.engine.definition import Definition, Question
from screening.engine.dependencies import Dependencies
from screening.engine.ruleset import read_rules
from screening.engine.symbols import Symbols, read_symbols
from screening.engine.tree import Expr


@dataclass(frozen=True)
class Form:
    """One definition while it is written. `missed` says, by link_id, which conditions only our own extensions hold."""

    definition: Definition
    symbols: Symbols
    known: Dependencies
    missed: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language that every text has."""
        return self.definition.languages[0] if self.definition.languages else "en"

    @property
    def languages(self) -> tuple[str, ...]:
        """All of them, the first first."""
        return self.definition.languages or ("en",)

    def question(self, name: str) -> Question:
        """A question by link_id."""
        return self.symbols.questions[name]

    def asking(self, name: str) -> tuple[Expr, ...]:
        """The conditions under which a question is asked: its section's, its group's and its own."""
        return self.known.asking(name)

    def limit(self, name: str) -> float:
        """The value of a parameter, as the questionnaire has it."""
        return self.symbols.parameters[name].value


def form_of(definition: Definition) -> Form:
    """A definition, ready to be written."""
    symbols = read_symbols(definition)
    return Form(definition, symbols, Dependencies(symbols, read_rules(definition)))
