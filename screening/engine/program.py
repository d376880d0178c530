"""The generated module of one definition: `visibility` (what is asked) and `rules` (what the answers say).

`rules` returns, by position in the definition: the flags that are not ruled out, each as (flag, rule that is true or
-1, bits of the rules that are unknown); the flags, notes and inconsistencies that failed; the safety results; what is
hidden; the scores; and its own variables, from which the reasons are worked out afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping

from .codegen import Body
from .definition import Definition
from .dependencies import Dependencies
from .functions import Lines, Pages, indented, place
from .ruleset import Ruleset
from .symbols import Symbols
from .tree import Compare, Expr, Reference


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


class RulesFunction:
    """Source of `rules(answers, as_of, limits, profile)`."""

    def __init__(self, symbols: Symbols, known: Dependencies, namespace: dict[str, object]) -> None:
        self.symbols = symbols
        self.rules: Ruleset = known.rules
        self.body = Body(symbols, known, namespace)
        self.pages = Pages(self.body, asked_in_order(symbols))

    def lines(self, safety_questions: tuple[str, ...]) -> Lines:
        """The whole function. `safety_questions` show the panel when they are left unanswered."""
        self.pages.plan()
        rest = [*self._scores(), *self._flags(), *self._remarks(), *self._safety(safety_questions)]
        hidden = [name for name in self.pages.names if name in self.pages.sources and name in self.symbols.questions]
        lines = [
            "found, failed, notes, inconsistencies, hidden = [], [], [], [], []",
            *self.pages.lines(),
            *rest,
            *(line for name in hidden for line in (f"if not asked{place(self.symbols, name)}:",
                                                   f"    hidden.append({name!r})")),
            "return found, failed, notes, inconsistencies, panel, alert, hidden, tallies, locals()",
        ]  # fmt: skip
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
            tiers = self._tiers(number, trees, 0)
            lines += self._with_derived([f"# flag {name}", "unknown = 0", "try:", *indented(tiers or ["pass"]),
                                         "except Exception:", f"    failed.append(('flag', {number}))"])  # fmt: skip
        return lines

    def _tiers(self, number: int, trees: list[Expr], tier: int) -> Lines:
        """Highest severity first: the first rule that is true ends it, having noted the unknown ones above."""
        if tier == len(trees):
            return ["if unknown:", f"    found.append(({number}, -1, unknown))"]
        pair = self.body.condition(trees[tier])
        rest = self._tiers(number, trees, tier + 1)
        return [
            f"if {pair.certain}:",
            f"    found.append(({number}, {tier}, unknown))",
            "else:",
            f"    if {pair.possible}:",
            f"        unknown |= {1 << tier}",
            *indented(rest),
        ]

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


def _function(name: str, body: Body, lines: Lines) -> Lines:
    limits = [f"{variable} = limits.get({key!r}, {_default(body.symbols.definition, key)!r})"
              for key, variable in body.parameters.items()]  # fmt: skip
    start = ["get = answers.get", "today = as_of.toordinal()", *limits]
    return [*body.functions, f"def {name}(answers, as_of, limits, profile):", *indented([*start, *lines]), ""]


def _default(definition: Definition, key: str) -> float:
    defaults: Mapping[str, float] = {parameter.key: parameter.value for parameter in definition.parameters}
    return defaults[key]
