"""All rules of a definition, parsed, each with the place it was written: what the type check and the compiler share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .definition import SEVERITIES, Definition, Question, Rule, Severity
from .language import parse
from .mistakes import RuleError
from .tree import Compare, Expr, Number


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong with a definition's rules. `text` is the rule and `position` the offset of the mistake in it.

    `kind` is `ask_when`, `stale_when`, `variable`, `flag`, `note`, `inconsistency`, `safety`, `score` or `name`;
    `link_id` is whose it is; `place` says both for a person.
    """

    kind: str
    link_id: str
    place: str
    message: str
    hint: str = ""
    text: str = ""
    position: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {RuleError(self.message, self.position, self.hint).pointed(self.text)}"


class DefinitionError(Exception):
    """A definition whose rules cannot be compiled; `problems` has every one of them, positioned."""

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule stands."""

    kind: str
    link_id: str
    words: str
    text: str

    def problem(self, message: str, hint: str = "", position: int = 0) -> RuleProblem:
        """Something wrong here."""
        return RuleProblem(self.kind, self.link_id, self.words, message, hint, self.text, position)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Parsed rules by whose they are. `flags` lists each flag's rules, highest severity first."""

    ask: dict[str, Expr] = field(default_factory=dict)
    stale: dict[str, Expr] = field(default_factory=dict)
    variables: dict[str, Expr] = field(default_factory=dict)
    flags: dict[str, list[tuple[Severity, Expr]]] = field(default_factory=dict)
    notes: dict[str, Expr] = field(default_factory=dict)
    inconsistencies: dict[str, Expr] = field(default_factory=dict)
    safety: dict[str, Expr] = field(default_factory=dict)
    places: list[tuple[Place, Expr]] = field(default_factory=list)
    problems: list[RuleProblem] = field(default_factory=list)


NEVER = Compare(Number(0.0), ">", Number(1.0))
"""The condition of asking what is switched off, whatever its own condition says."""


def read_rules(definition: Definition) -> Ruleset:
    """Parse every rule of a definition; what cannot be parsed is in `problems`."""
    rules = Ruleset()
    for place, keep in _texts(definition, rules):
        if not place.text.strip() and place.kind not in ("variable", "flag", "note", "inconsistency"):
            continue
        try:
            tree = parse(place.text)
        except RuleError as error:
            rules.problems.append(place.problem(error.message, error.hint, error.position))
            continue
        rules.places.append((place, tree))
        keep(tree)
    rules.ask.update(dict.fromkeys(definition.switched_off(), NEVER))
    return rules


_Kept = tuple[Place, Callable[[Expr], None]]


def _into(found: dict[str, Expr], place: Place) -> _Kept:
    def keep(tree: Expr) -> None:
        found.setdefault(place.link_id, tree)

    return place, keep


def _texts(definition: Definition, rules: Ruleset) -> Iterator[_Kept]:
    for section in definition.sections:
        name = section.link_id
        yield _into(rules.ask, Place("ask_when", name, f"section {name}, ask_when", section.ask_when))
        for question in section.questions:
            for asked in (question, *question.items):
                yield from _question(asked, rules)
    for variable in definition.variables:
        name = variable.link_id
        yield _into(rules.variables, Place("variable", name, f"variable {name}", variable.when))
    for flag in definition.flags:
        rules.flags[flag.link_id] = []
        for rule in sorted(flag.rules, key=lambda rule: SEVERITIES.index(rule.severity)):
            yield _flag_rule(flag.link_id, rule, rules)
    yield from _remarks(definition, rules)


def _question(question: Question, rules: Ruleset) -> Iterator[_Kept]:
    name = question.link_id
    yield _into(rules.ask, Place("ask_when", name, f"question {name}, ask_when", question.ask_when))
    yield _into(rules.stale, Place("stale_when", name, f"question {name}, stale_when", question.stale_when))


def _flag_rule(name: str, rule: Rule, rules: Ruleset) -> _Kept:
    def keep(tree: Expr) -> None:
        rules.flags[name].append((rule.severity, tree))

    return Place("flag", name, f"flag {name}, {rule.severity} rule", rule.when), keep


def _remarks(definition: Definition, rules: Ruleset) -> Iterator[_Kept]:
    for note in definition.notes:
        yield _into(rules.notes, Place("note", note.link_id, f"note {note.link_id}", note.when))
    for found in definition.inconsistencies:
        name = found.link_id
        yield _into(rules.inconsistencies, Place("inconsistency", name, f"inconsistency {name}", found.when))
    safety = definition.safety
    yield _into(rules.safety, Place("safety", "panel_when", "safety, panel_when", safety.panel_when))
    alert = Place("safety", "alert_at_once_when", "safety, alert_at_once_when", safety.alert_at_once_when)
    yield _into(rules.safety, alert)
