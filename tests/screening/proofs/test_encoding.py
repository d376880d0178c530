"""The encoding against the engine: what a solver says of real answers is what the engine says of them."""

from __future__ import annotations

import z3
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from screening.engine import journey
from screening.engine.answers import Answer, InvalidAnswer, parse_value, write_answers
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition
from screening.engine.documents import vocabulary_of
from screening.engine.results import Settings
from screening.proofs.encoding import Rules, encode
from screening.proofs.kleene import Truth
from screening.proofs.world import World
from tests.screening.engine.building import TODAY
from tests.screening.engine.strategies import answer_sets, definitions

from .pinning import pinned

slow = settings(
    max_examples=settings.default.max_examples // 8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
WHOLE = Settings(profile="eu")


def complete(compiled: Compiled, answers: dict[str, Answer]) -> dict[str, Answer]:
    """What could be sent: only what is shown, all of it, given today."""
    filled = journey.with_skipped(compiled, answers, TODAY, WHOLE)
    shown = compiled.visibility(filled, TODAY, WHOLE)
    return {name: answer for name, answer in filled.items() if shown[name]}


def entered(compiled: Compiled, answers: dict[str, Answer]) -> dict[str, Answer]:
    """The answers as they could have been entered today; what could not (a day to come) is skipped."""
    return {name: _entered(compiled, name, answer) for name, answer in answers.items()}


def _entered(compiled: Compiled, name: str, answer: Answer) -> Answer:
    question = compiled.questions[name]
    raw = write_answers({name: replace(answer, on=TODAY)})[name]
    try:
        return parse_value(question, raw, on=TODAY, vocabulary=vocabulary_of(compiled.definition, question))
    except InvalidAnswer:
        return Answer(state="skipped", on=TODAY)


def holds(truth: Truth, wanted: bool | None) -> z3.BoolRef:
    """That a condition came out as wanted."""
    certain, possible = wanted is True, wanted is not False
    return z3.And(truth.certain == certain, z3.Or(*truth) == possible)


def truths(compiled: Compiled, rules: Rules, answers: dict[str, Answer]) -> list[z3.BoolRef]:
    """That each rule of each flag, and what is asked, is as the engine finds it."""
    facts = next(compiled.run(answers, TODAY, WHOLE).more)
    found = [holds(rules.condition(tree), compiled.truth(tree, facts))
             for ruled in compiled.rules.flags.values() for _, tree in ruled]  # fmt: skip
    shown = compiled.visibility(answers, TODAY, WHOLE)
    return found + [holds(rules.scope.asking[name], shown[name]) for name in shown]


APPROXIMATE = ("bmi", "count(", "total(", "averaged ")
"""What a rule says that is encoded as any number it could be."""


@slow
@given(definition=definitions(), many=st.lists(answer_sets(), min_size=4, max_size=4))
def test_the_solver_says_of_real_answers_what_the_engine_says(definition: Definition, many: list[dict[str, Answer]]):
    """What the engine says is always possible, or a proof of "impossible" would be worth nothing; and nothing else is
    possible where the encoding is exact."""
    compiled = compile_definition(definition)
    world = World(compiled, TODAY)
    rules = encode(world)

    for answers in many:
        sent = complete(compiled, entered(compiled, answers))
        said = truths(compiled, rules, sent)
        solver = z3.Solver()
        solver.add(*world.always, *pinned(world, sent, "eu"))
        assert solver.check(*_named(solver, z3.And(*said))) == z3.sat
        if not any(word in repr(definition) for word in APPROXIMATE):
            assert solver.check(*_named(solver, z3.Not(z3.And(*said)))) == z3.unsat


def _named(solver: z3.Solver, claim: z3.BoolRef) -> list[z3.BoolRef]:
    name = z3.FreshBool("claim")
    solver.add(z3.Implies(name, claim))
    return [name]
