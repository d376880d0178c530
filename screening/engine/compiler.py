"""A definition, ready to answer: its rules as Python, generated from parsed trees and compiled once.

>>> from .definition import Definition, Flag, Question, Rule, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> compiled = compile_definition(Definition(key="k", title={}, sections=(
...     Section(link_id="brain", title={}, questions=(stroke,)),)))
>>> compiled.visibility({}, datetime.date(2026, 1, 31), Settings())
{'brain': True, 'stroke': True}
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, NamedTuple, cast

from . import dependencies, rulecheck
from .codegen import Body
from .deciding import Decider, Decision, deciding, opening
from .definition import Definition, NotSure, Question, Score, Section
from .dependencies import Dependencies
from .flag_rules import FlagRule, Seen
from .functions import declare
from .program import RulesFunction, answerable, visibility_function
from .results import Settings
from .ruleset import DefinitionError, RuleProblem, Ruleset, read_rules
from .runtime import NAMESPACE
from .said import Said
from .scores import Item, Tally, bounds, gated
from .symbols import Symbols, read_symbols
from .tree import Expr
from .values import Answers
from .variables import View

__all__ = ["Compiled", "DefinitionError", "Outcome", "RuleProblem", "compile_definition", "rule_problems"]


Values = dict[str, object]
"""All variables of a run, by name."""


class Outcome(NamedTuple):
    """What the generated `rules` function found (see `program.py`). `more` gives all its variables, once."""

    found: list[tuple[int, int, int, Seen]]
    failed: list[tuple[str, int | str]]
    notes: list[str]
    inconsistencies: list[str]
    panel: bool
    alert: bool
    hidden: list[str]
    missing: list[str]
    tallies: list[float | Tally]
    more: Iterator[Values]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A definition whose rules can be evaluated. Immutable, and safe to share between threads.

    `questions` has every question by link_id in the order it is asked, including those inside groups; `sections` every
    section. `ask_when` has the parsed conditions of both. `flags` has the rules of each flag, highest severity first.
    `answerable` lists the questions that have an answer of their own; `safety_questions` those of class NS-2; `blank`
    every score with nothing answered; `said` what is said of answers and totals. `source` is the Python.
    """

    definition: Definition
    symbols: Symbols
    rules: Ruleset
    flags: tuple[tuple[FlagRule, ...], ...]
    dependencies: Dependencies
    source: str
    safety_questions: tuple[str, ...]
    blank: dict[str, Tally]
    answerable: tuple[str, ...]
    said: Said
    _visibility: Callable[..., dict[str, bool | None]]
    _rules: Callable[..., Iterator[Any]]
    _body: Body
    _namespace: dict[str, object]
    _code: dict[tuple[int, View], tuple[Expr, CodeType, CodeType]] = field(default_factory=dict)
    _decisions: dict[tuple[int, bool | None, View], tuple[Expr, CodeType, tuple[Decider, ...]]] = field(
        default_factory=dict
    )

    @property
    def questions(self) -> dict[str, Question]:
        """Every question by link_id."""
        return self.symbols.questions

    @property
    def sections(self) -> dict[str, Section]:
        """Every section by link_id."""
        return self.symbols.sections

    @property
    def ask_when(self) -> dict[str, Expr]:
        """The parsed condition of every section and question that has one."""
        return self.rules.ask

    def visibility(self, answers: Answers, as_of: datetime.date, settings: Settings) -> dict[str, bool | None]:
        """Whether each section and question is asked: True, False, or None where that is not known yet.

        Items of a repeating group are not in it: they are asked once per entry.
        """
        return self._visibility(answers, as_of, settings.parameters, settings.profile)

    def run(self, answers: Answers, as_of: datetime.date, settings: Settings) -> Outcome:
        """Evaluate every rule."""
        run = self._rules(answers, as_of, settings.parameters, settings.profile)
        return Outcome._make((*next(run), run))

    def truth(self, expr: Expr, facts: Values, view: View = "rules") -> bool | None:
        """The truth of part of one of this definition's rules, given the variables of a run.

        Raises whatever the rule raises when one of its values cannot be worked out.
        """
        key = (id(expr), view)  # hashing a tree walks all of it; the entry keeps the tree, so its id stays its own
        if key not in self._code:
            pair = self._body.condition(expr, view)
            certain, possible = (compile(source, "<rule>", "eval") for source in pair)
            self._code[key] = (expr, certain, possible)
        _, certain, possible = self._code[key]
        if eval(certain, self._namespace, facts):  # noqa: S307 (source written by codegen from checked trees)
            return True
        return None if eval(possible, self._namespace, facts) else False  # noqa: S307

    def decisive(self, expr: Expr, facts: Values, wanted: bool | None, view: View) -> list[Decider]:
        """The tests that make part of a rule true or false as wanted, which it is; for None, those that leave it open.

        Raises whatever the rule raises when one of its values cannot be worked out.
        """
        key = (id(expr), wanted, view)
        if key not in self._decisions:
            made = self._decide(expr, wanted, view)
            self._decisions[key] = (expr, compile(made.source, "<rule>", "eval"), made.tests)
        _, code, tests = self._decisions[key]
        return [tests[number] for number in eval(code, self._namespace, facts)]  # noqa: S307 (see truth)

    def _decide(self, expr: Expr, wanted: bool | None, view: View) -> Decision:
        if wanted is None:
            return opening(self._body, self.rules.variables, expr, view)
        return deciding(self._body, self.rules.variables, expr, wanted, view)


def rule_problems(definition: Definition) -> tuple[RuleProblem, ...]:
    """Everything wrong with a definition's rules, each at its place; nothing when it can be compiled."""
    return _problems(read_symbols(definition), read_rules(definition))


def _problems(symbols: Symbols, rules: Ruleset) -> tuple[RuleProblem, ...]:
    return rulecheck.problems(symbols, rules) or tuple(dependencies.problems(symbols, rules))


def compile_definition(definition: Definition) -> Compiled:
    """Compile a definition's rules. Raises `DefinitionError` with every problem when any rule is wrong."""
    symbols, rules = read_symbols(definition), read_rules(definition)
    if problems := _problems(symbols, rules):
        raise DefinitionError(problems)
    known = Dependencies(symbols, rules)
    safety, blank = _safety_questions(definition, known), _blank(symbols)
    namespace = dict(NAMESPACE)
    declare(symbols, namespace)
    function = RulesFunction(symbols, known, namespace)
    source = "\n".join([*visibility_function(symbols, known, namespace), "", *function.lines(safety)])
    exec(compile(source, f"<{definition.key}>", "exec"), namespace)  # noqa: S102 (see codegen)
    return Compiled(
        definition, symbols, rules, _flag_rules(function), known, source, safety, blank, answerable(symbols),
        Said(symbols, blank),
        cast("Callable[..., dict[str, bool | None]]", namespace["visibility"]),
        cast("Callable[..., Iterator[Any]]", namespace["rules"]),
        function.body, namespace,
    )  # fmt: skip


def _flag_rules(function: RulesFunction) -> tuple[tuple[FlagRule, ...], ...]:
    body, named = function.body, function.rules.variables
    return tuple(
        tuple(FlagRule(flag, severity, tree, body=body, named=named, looked_at=seen) for severity, tree in ruled)
        for (flag, ruled), seen in zip(function.rules.flags.items(), function.looked_at, strict=True)
    )


def _safety_questions(definition: Definition, known: Dependencies) -> tuple[str, ...]:
    """Questions of class NS-2, of their own or because a flag of that class uses them."""
    used: set[str] = set()
    for flag in definition.flags:
        if flag.not_sure == "NS-2":
            trees = (tree for _, tree in known.rules.flags[flag.link_id])
            used |= {name for tree in trees for name in known.questions(tree, measures=False)}
    symbols = known.symbols
    return tuple(name for name, question in symbols.questions.items()
                 if name not in symbols.entries_of
                 and (question.not_sure or ("NS-2" if name in used else "")) == "NS-2")  # fmt: skip


def _blank(symbols: Symbols) -> dict[str, Tally]:
    """Every score with nothing answered: its whole range."""
    return {name: _unanswered(symbols, score) for name, score in symbols.scores.items()}


def _unanswered(symbols: Symbols, score: Score) -> Tally:
    items = [Item(*bounds(symbols.questions[name]), is_known=False) for name in score.items]
    return gated(items, None if score.gate else "yes", True, mean=score.method == "mean")


def not_sure_class(question: Question | None, default: NotSure) -> NotSure:
    """What an unknown answer does: the question's own class, or that of the flag that uses it."""
    return (question.not_sure if question is not None else None) or default
