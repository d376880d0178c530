"""The generated module of one definition: `visibility` (what is asked) and `rules` (what the answers say).

`rules` is a generator. It gives, by position in the definition: the flags that are not ruled out, each as (flag, rule
that is true or -1, bits of the rules that are unknown, what these rules looked at); the flags, notes and
inconsistencies that failed; the safety results; what is hidden or missing; and the scores. Asked once more, it gives
all its variables: only reasons that lie further back than a flag's own rules need them.
"""

from __future__ import annotations

from collections.abc import Mapping

from .codegen import Body, Pair
from .definition import Definition
from .dependencies import Dependencies
from .flag_rules import looked_at
from .functions import Lines, Pages, indented, place
from .ruleset import Ruleset
from .symbols import Symbols
from .tree import Compare, Reference


def visibility_function(symbols: Symbols, known: Dependencies, namespace: dict[str, object]) -> Lines:
    """Source of `visibility(answers, as_of, limits, profile)`, a dict from every section and question to its truth."""
    body = Body(symbols, known, namespace)
    body.functions.append("")  # the two functions of a module count their helpers separately
    pages = Pages(body, asked_in_order(symbols))
    pages.plan()
    shown = [f"{name!r}: {_shown(symbols, name, name in pages.sources)}," for name in pages.names]
    lines = [*pages.lines(), "return {", *indented(shown), "}"]
    return _function("visibility", body, lines)


def _shown(symbols: Symbols, name: str, is_conditional: bool) -> str:
    number = place(symbols, name)
    return f"asked{number} or (None if maybe{number} else False)" if is_conditional else "True"


def asked_in_order(symbols: Symbols) -> list[str]:
    """Every section and, after it, its questions; items of repeating groups are answered inside their group."""
    found: list[str] = []
    for section in symbols.sections:
        found.append(section)
        found += [name for name, inside in symbols.section_of.items()
                  if inside == section and name not in symbols.entries_of]  # fmt: skip
    return found


def answerable(symbols: Symbols) -> tuple[str, ...]:
    """Questions that have an answer of their own: all but headings and the items of repeating groups."""
    return tuple(name for name in asked_in_order(symbols) if name in symbols.questions
                 and (symbols.questions[name].type != "group" or symbols.questions[name].repeats))  # fmt: skip


class RulesFunction:
    """Source of `rules(answers, as_of, limits, profile)`. `looked_at` names what the rules of each flag look at."""

    def __init__(self, symbols: Symbols, known: Dependencies, namespace: dict[str, object]) -> None:
        self.symbols = symbols
        self.rules: Ruleset = known.rules
        self.body = Body(symbols, known, namespace)
        self.looked_at: list[tuple[str, ...]] = []
        self.pages = Pages(self.body, asked_in_order(symbols), frozenset(answerable(symbols)))

    def lines(self, safety_questions: tuple[str, ...]) -> Lines:
        """The whole function. `safety_questions` show the panel when they are left unanswered."""
        self.pages.plan()
        rest = [*self._scores(), *self._flags(), *self._remarks(), *self._safety(safety_questions)]
        lines = [
            "found, failed, notes, inconsistencies, hidden, missing = [], [], [], [], [], []",
            *self.pages.lines(),
            *rest,
            "yield found, failed, notes, inconsistencies, panel, alert, hidden, missing, tallies",
            "yield locals()",
        ]
        return _function("rules", self.body, lines)

    def _with_derived(self, lines: Lines) -> Lines:
        derived = [line for block in self.body.blocks for line in block]
        self.body.blocks.clear()
        return [*derived, *lines]

    def _scores(self) -> Lines:
        tallies: Lines = []
        for name in self.symbols.scores:
            operand = Reference(name)
            self.body.interval(operand, "rules")
            tallies.append(self.body.derive(Compare(operand, "=", operand), "rules")[2])
        return self._with_derived([f"tallies = [{', '.join(tallies)}]"])

    def _flags(self) -> Lines:
        lines: Lines = []
        for number, (name, ruled) in enumerate(self.rules.flags.items()):
            trees = [tree for _, tree in ruled]
            pairs = [self.body.condition(tree) for tree in trees]
            seen = looked_at(self.body, self.rules.variables, trees)
            # Most flags are ruled out, and then this one test is all that is done; but where anything failed, each
            # test is made, so that none that fails is passed over.
            is_open = " or ".join([*(f"({pair.possible})" for pair in pairs), "is_broken"])
            self.looked_at.append(seen)
            tiers = [
                "raised, unknown = -1, 0",
                *_tiers(pairs),
                "if raised >= 0 or unknown:",
                f"    found.append(({number}, raised, unknown, ({''.join(f'{one}, ' for one in seen)})))",
            ]
            lines += self._with_derived([f"# flag {name}", "try:", f"    if {is_open}:", *indented(indented(tiers)),
                                         "except Exception:", f"    failed.append(('flag', {number}))"])  # fmt: skip
        return lines

    def _remarks(self) -> Lines:
        lines: Lines = []
        for kind, trees in (("notes", self.rules.notes), ("inconsistencies", self.rules.inconsistencies)):
            for name, tree in trees.items():
                test = [f"if {self.body.condition(tree).certain}:", f"    {kind}.append({name!r})"]
                lines += self._with_derived(["try:", *indented(test), "except Exception:",
                                             f"    failed.append(({kind!r}, {name!r}))"])  # fmt: skip
        return lines

    def _safety(self, questions: tuple[str, ...]) -> Lines:
        """The panel and the alert. When they cannot be worked out they are given: help too often harms nobody."""
        left = [f"{self.body.facet(name, 'state', 'rules')[0]} in ASIDE" for name in questions]
        lines: Lines = []
        for name, key, more in (("panel", "panel_when", left), ("alert", "alert_at_once_when", [])):
            tree = self.rules.safety.get(key)
            conditions = [*([f"({self.body.condition(tree).certain})"] if tree else []), *more]
            value = " or ".join(conditions) or "False"
            lines += self._with_derived(["try:", f"    {name} = {value}", "except Exception:", f"    {name} = True"])
        return lines


def _tiers(pairs: list[Pair], tier: int = 0) -> Lines:
    """Highest severity first: the first rule that is true ends it, having noted the unknown ones above."""
    if tier == len(pairs):
        return ["pass"]
    return [
        f"if {pairs[tier].certain}:",
        f"    raised = {tier}",
        "else:",
        f"    if {pairs[tier].possible}:",
        f"        unknown |= {1 << tier}",
        *indented(_tiers(pairs, tier + 1)),
    ]


def _function(name: str, body: Body, lines: Lines) -> Lines:
    limits = [f"{variable} = limits.get({key!r}, {_default(body.symbols.definition, key)!r})"
              for key, variable in body.parameters.items()]  # fmt: skip
    start = ["get = answers.get", "is_broken = False", "today = as_of.toordinal()", *limits]
    return [*body.functions, f"def {name}(answers, as_of, limits, profile):", *indented([*start, *lines]), ""]


def _default(definition: Definition, key: str) -> float:
    defaults: Mapping[str, float] = {parameter.key: parameter.value for parameter in definition.parameters}
    return defaults[key]
