"""Rules as FHIRPath, with the same three truths: FHIRPath's empty collection is our "unknown", and its `and`, `or` and
`not()` are Kleene's too. A question that is not shown makes a comparison false, as it does for us.

FHIR does not tell "not reached" from "skipped": a question without an answer counts as skipped.
"""

from __future__ import annotations

from screening.engine.definition import Question
from screening.engine.tree import (
    And,
    AtLeast,
    Compare,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Not,
    Or,
    StateTest,
    Within,
)

from . import operands, options, urls
from .form import Form
from .operands import NotExpressible
from .paths import Paths

STATES = {"not_sure": "asked-unknown", "declined": "asked-declined", "skipped": "unknown"}
"""The data-absent-reason of an answer that was not given."""


class Conditions:
    """Conditions of one form as FHIRPath."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.paths = Paths(form)

    def expression(self, expr: Expr) -> str:
        """The whole condition. Raises `NotExpressible` with what stands in the way."""
        match expr:
            case And():
                return " and ".join(f"({self.expression(item)})" for item in expr.items)
            case Or():
                return " or ".join(f"({self.expression(item)})" for item in expr.items)
            case Not():
                return f"({self.expression(expr.item)}).not()"
            case AtLeast():
                return self._at_least(expr)
            case Holds():
                return self.expression(self.form.known.rules.variables[expr.variable])
            case Compare():
                return self._compare(expr)
            case Is() | MayBe() | Includes() | StateTest() | Within():
                return self._about(expr, self.form.question(expr.question.name))
            case _:
                raise NotExpressible("it depends on the clinic's label profile")

    def shown(self, name: str) -> str:
        """Whether a question is asked; "" when it always is."""
        return " and ".join(f"({self.expression(gate)})" for gate in self.form.asking(name))

    def guarded(self, name: str, test: str) -> str:
        """A test that is false where the question is not asked, and unknown where that is not known."""
        shown = self.shown(name)
        return f"({shown}) and ({test})" if shown else test

    def _at_least(self, expr: AtLeast) -> str:
        tests = [self.expression(item) for item in expr.items]
        certain = " + ".join(f"iif({test}, 1, 0)" for test in tests)
        possible = " + ".join(f"iif(({test}) = false, 0, 1)" for test in tests)
        return f"({certain} >= {expr.number}) or iif({possible} >= {expr.number}, {{}}, false)"

    def _about(self, leaf: Is | MayBe | Includes | StateTest | Within, question: Question) -> str:
        match leaf:
            case Is():
                return self.guarded(question.link_id, self._is(question, leaf.codes))
            case MayBe():
                given = self.paths.answered(question)
                test = f"({given}).not() or ({self._is(question, leaf.codes)})"
                return self.guarded(question.link_id, test)
            case Includes():
                return self.guarded(question.link_id, self._includes(question, leaf))
            case StateTest():
                return self._state(question, leaf)
            case _:
                return self.guarded(question.link_id, self._within(question, leaf))

    def _is(self, question: Question, codes: tuple[str, ...]) -> str:
        value = f"{self.paths.of(question)}.answer.value"
        if options.is_boolean(question):
            tests = [f"{value} = {'true' if code == 'yes' else 'false'}" for code in codes]
        else:
            tests = [f"{value}.code = '{options.coding(question, code)['code']}'" for code in codes]
        return " or ".join(f"({test})" for test in tests) if len(tests) > 1 else tests[0]

    def _includes(self, question: Question, leaf: Includes) -> str:
        if question.type == "medicines":
            return self._medicines(question, leaf)
        answer = f"{self.paths.of(question)}.answer"
        codes = [options.coding(question, code)["code"] for code in leaf.codes]
        return f"iif({answer}.exists(), {_count(f'{answer}.value', codes)} >= {leaf.number}, {{}})"

    def _medicines(self, question: Question, leaf: Includes) -> str:
        """A name that was typed freely may be any medicine: the list then includes others perhaps."""
        path = self.paths.of(question)
        named = f"{path}.item.where(linkId = '{question.link_id}.entry').item.where(linkId = '{question.link_id}.name')"
        keys = self.form.symbols.medicine_keys(question)
        found = [_any_code(named, [code for code, all_keys in keys.items() if key in all_keys]) for key in leaf.codes]
        count = " + ".join(f"iif({test}, 1, 0)" for test in found)
        is_open = f"{named}.answer.where(value.code.empty()).exists()"
        none = f"{path}.item.where(linkId = '{question.link_id}.none').answer.value"
        test = f"({count} >= {leaf.number}) or iif({is_open}, {{}}, false)"
        return f"iif({none} = true, false, iif({named}.answer.exists(), {test}, {{}}))"

    def _state(self, question: Question, leaf: StateTest) -> str:
        """How it was left; false, not unknown, while it is not known whether it is asked."""
        if leaf.question.part:
            given = f"{self.paths.part(question, leaf.question.part)}.answer.exists()"
        else:
            given = self.paths.answered(question)
        test = given
        if leaf.state != "answered":
            if leaf.question.part:
                raise NotExpressible("it looks at how a part of an answer was left")
            reason = f"{self.paths.of(question)}.extension.where(url = '{urls.ABSENT}').value"
            said = f"{reason} = '{STATES[leaf.state]}'"
            blank = " or " if leaf.state == "skipped" else ".not() and "
            test = f"({given}).not() and ({reason}.empty(){blank}({said}))"
        shown = self.shown(question.link_id)
        return f"iif({shown}, {test}, false)" if shown else test

    def _compare(self, leaf: Compare) -> str:
        return operands.compared(self, leaf)

    def _within(self, question: Question, leaf: Within) -> str:
        return operands.within(self, question, leaf)


def _count(value: str, codes: list[str]) -> str:
    tests = " or ".join(f"code = '{code}'" for code in codes)
    return f"{value}.where({tests}).count()"


def _any_code(item: str, codes: list[str]) -> str:
    tests = " or ".join(f"code = '{code}'" for code in codes)
    return f"{item}.answer.value.where({tests}).exists()" if codes else "false"
