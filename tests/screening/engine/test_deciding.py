"""Which tests decide a rule and which leave it open: the generated expression says what a walk of the tree says."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from hypothesis import HealthCheck, given, settings

from screening.engine.because import because
from screening.engine.compiler import compile_definition
from screening.engine.deciding import Decider, walk_deciding, walk_opening
from screening.engine.definition import Definition
from screening.engine.facts import Facts
from screening.engine.results import Settings
from screening.engine.settling import settled_by, would_settle
from screening.engine.tree import Expr
from screening.engine.unresolved import verdicts
from screening.engine.values import Answer

from .building import NOT_SURE, TODAY, compiled, flag, question
from .strategies import SETTINGS, answer_sets, definitions


def pairs(found: Iterable[Decider]) -> list[tuple[Expr, bool]]:
    return [(test.leaf, test.wanted) for test in found]


@settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(definition=definitions(), answers=answer_sets(), chosen=SETTINGS)
def test_both_find_the_same(definition: Definition, answers: dict[str, Answer], chosen: Settings):
    made = compile_definition(definition)
    facts = Facts(made, answers, made.run(answers, TODAY, chosen))
    truth, named = partial(facts.truth, view="rules"), made.rules.variables

    for tree in (tree for ruled in made.rules.flags.values() for _, tree in ruled):
        found = facts.truth(tree)
        if found is None:
            assert pairs(facts.opening(tree)) == pairs(walk_opening(truth, named, tree))
        else:
            assert pairs(facts.deciding(tree, found)) == pairs(walk_deciding(truth, named, tree, found))


@settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(definition=definitions(), answers=answer_sets(), chosen=SETTINGS)
def test_a_rule_that_looks_a_step_further_names_the_same(
    definition: Definition, answers: dict[str, Answer], chosen: Settings
):
    made = compile_definition(definition)
    outcome = made.run(answers, TODAY, chosen)
    facts = Facts(made, answers, outcome)

    for found in verdicts(facts, outcome):
        rules = made.flags[found.number]
        assert found.seen is not None
        if found.raised >= 0:
            rule = rules[found.raised]
            further, walked = facts.makes_true(rule, found.seen), facts.makes_true(rule, None)
            assert because(facts, further) == because(facts, walked)
        for rule in (rules[tier] for tier in found.unknown):
            assert settled_by(facts, facts.leaves_open(rule, found.seen)) == would_settle(facts, rule.tree)


def test_a_condition_that_is_certain_is_left_open_by_nothing():
    made = compiled(question("stroke"), flags=(flag(caution="stroke is yes"),))
    answers = {"stroke": Answer(state="answered", value="no", on=TODAY)}
    facts = Facts(made, answers, made.run(answers, TODAY, Settings()))

    assert list(facts.opening(made.rules.flags["concern"][0][1])) == []


def test_where_a_part_fails_the_others_still_count():
    """A value that no code has is broken: its test is unknown, the other is open too."""
    made = compiled(question("stroke"), question("clot"), flags=(flag(caution="stroke is yes or clot is yes"),))
    answers = {"stroke": Answer(state="answered", value=["?"], on=TODAY), "clot": NOT_SURE}
    facts = Facts(made, answers, made.run(answers, TODAY, Settings()))

    found = [test.leaf.question.name for test in facts.opening(made.rules.flags["concern"][0][1])]

    assert found == ["stroke", "clot"]
