"""A solution turned into real answers and run through the real engine. Only what the engine says then counts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property

import msgspec

from screening.engine import journey
from screening.engine.answers import Answer, InvalidAnswers, display, read_answers
from screening.engine.compiler import Compiled, Outcome
from screening.engine.display import text_in
from screening.engine.documents import cross_problems
from screening.engine.facts import Facts
from screening.engine.logic import TRUE, Truth
from screening.engine.results import Settings
from screening.engine.tree import Expr
from screening.engine.unresolved import Verdict, verdicts
from screening.engine.values import BloodPressure, MedicineEntry, PartialDate

from .solution import Solution
from .world import World

LEFT = ("not_sure", "declined", "skipped")


class Line(msgspec.Struct, frozen=True):
    """One answer of a witness, for a person: the question's name and wording, and the answer in words."""

    link_id: str
    question: str
    answer: str


class Run:
    """One complete set of answers, evaluated by the engine. It holds only what is shown."""

    def __init__(self, compiled: Compiled, answers: dict[str, Answer], as_of: datetime.date, profile: str) -> None:
        self.compiled = compiled
        self.as_of = as_of
        self.settings = Settings(profile=profile)
        self.visibility = compiled.visibility(answers, as_of, self.settings)
        self.answers = {name: answer for name, answer in answers.items() if self.visibility.get(name)}

    def is_complete(self) -> bool:
        """Whether it could be sent as it is."""
        is_walked = journey.is_complete(self.compiled, self.answers, self.as_of, self.settings)
        return is_walked and not cross_problems(self.compiled.definition, self.answers)

    @cached_property
    def outcome(self) -> Outcome:
        """What the engine found: the first step of `assessment.evaluate`, without the reasons."""
        return self.compiled.run(self.answers, self.as_of, self.settings)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.compiled, self.answers, self.outcome)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """What the rules of each flag say that is not ruled out."""
        flags = self.compiled.definition.flags
        return {flags[verdict.number].link_id: verdict for verdict in verdicts(self.facts, self.outcome)}

    @cached_property
    def raised(self) -> dict[str, str]:
        """The severity of each raised flag."""
        rules = self.compiled.rules.flags
        return {name: rules[name][found.raised][0] for name, found in self.verdicts.items() if found.raised >= 0}

    def truths(self, flag: str) -> list[Truth]:
        """How each rule of a flag came out, highest severity first."""
        return [self.facts.truth(tree) for _, tree in self.compiled.rules.flags[flag]]

    def is_open(self, flag: str) -> bool:
        """Whether a flag could not be ruled out, or not at a higher severity than it is raised at."""
        return flag in self.verdicts and bool(self.verdicts[flag].unknown)

    def is_true(self, tree: Expr) -> bool:
        return self.facts.truth(tree) is TRUE

    def is_left_open(self, name: str) -> bool:
        """Whether a question was explicitly left open: not sure, declined, skipped, too old, or known only in part."""
        answer = self.answers.get(name)
        if answer is None:
            return False
        return answer.state in LEFT or self.facts.is_stale(name) or self._is_vague(answer.value)

    def _is_vague(self, value: object) -> bool:
        match value:
            case PartialDate():
                return value.day is None
            case BloodPressure():
                return value.systolic is None or value.diastolic is None
            case MedicineEntry():
                return not value.code or (value.dose_mg is None and value.code in self._totalled)
            case tuple():
                return any(self._is_vague(entry) for entry in value)
            case dict():
                return any(answer.state in LEFT or self._is_vague(answer.value) for answer in value.values())
            case _:
                return False

    @cached_property
    def _totalled(self) -> frozenset[str]:
        """The medicines whose doses may be added up."""
        vocabularies = self.compiled.definition.vocabularies
        return frozenset(one.code for vocabulary in vocabularies for one in vocabulary.medicines if one.equivalents)

    def lines(self, names: Iterable[str]) -> tuple[Line, ...]:
        """The answers to some questions in words, in the order in which they are asked."""
        wanted = set(names)
        definition, symbols = self.compiled.definition, self.compiled.symbols
        language = definition.languages[0]
        return tuple(
            Line(name, text_in(symbols.questions[name].text, language), self._in_words(name))
            for name in symbols.position
            if name in wanted and name in self.answers
        )

    def _in_words(self, name: str) -> str:
        definition = self.compiled.definition
        return display(self.compiled.questions[name], self.answers[name], definition, definition.languages[0])


def run_of(world: World, solution: Solution) -> Run | None:
    """The run of a solution; None when it cannot be entered or is not complete."""
    profile = next(key for key, chosen in world.profiles.items() if solution.is_true(chosen))
    return run_from(world, {name: answer.raw(solution) for name, answer in world.answered().items()}, profile)


def run_from(world: World, document: dict[str, object], profile: str) -> Run | None:
    """The run of a document of answers, as `screen` reads it; what is hidden may be in it and is left out."""
    try:
        answers = read_answers(world.compiled.definition, document, on=world.as_of)
    except InvalidAnswers:
        return None
    run = Run(world.compiled, answers, world.as_of, profile)
    return run if run.is_complete() else None
