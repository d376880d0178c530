"""The engine by itself: compiling the starter questionnaire, evaluating its cases, and how cost grows with size."""

from __future__ import annotations

import datetime
import math
import statistics
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import workload, yardstick
from benchmarks.figures import Figure, amount, median_microseconds, side_by_side
from screening.engine import language
from screening.engine.answers import read_answers
from screening.engine.assessment import Settings, evaluate
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition
from screening.engine.values import Answers
from screening.exchange.yaml import load_cases, load_definition

CONTENT = Path(__file__).parent.parent / "screening/content/ketamine"
TODAY = datetime.date(2026, 1, 31)
SIZES = (50, 150, 500, 1_500, 5_000)
"""Questions and rules together."""


def run() -> Iterator[Figure]:
    """The starter questionnaire, then made-up ones of growing size."""
    definition = load_definition(CONTENT)
    questions = sum(1 for _ in definition.questions())
    name = f"the starter ({questions} questions, {len(definition.flags)} flags)"
    yield Figure(f"compile {name}, rules parsed anew", _compiling(definition) / 1_000, "ms", at_most=150)
    yield from _evaluating(compile_definition(definition))
    yield from _growing()


def _compiling(definition: Definition) -> float:
    """Microseconds, without what a process does once for any questionnaire: reading the grammar."""

    def compile_anew() -> None:
        language.parse.cache_clear()
        compile_definition(definition)

    return median_microseconds(compile_anew, times=amount(small=2, full=10))


def _evaluating(compiled: Compiled) -> Iterator[Figure]:
    """Every case of the starter, as it stands."""
    answer_sets = [read_answers(compiled.definition, case.answers, on=TODAY) for case in load_cases(CONTENT)]
    settings = Settings()

    def evaluate_all() -> None:
        for answers in answer_sets:
            evaluate(compiled, answers, TODAY, settings)

    def only_rules() -> None:
        for answers in answer_sets:
            compiled.run(answers, TODAY, settings)

    whole, rules = side_by_side((evaluate_all, only_rules), times=amount(small=3, full=30))
    count = len(answer_sets)
    yield Figure("evaluate one case of the starter", whole / count, "µs", "mean of all its cases")
    yield Figure("of that, its rules in three values, without reasons", rules / count, "µs", f"{rules / whole:.0%}")


def _growing() -> Iterator[Figure]:
    """How the cost of one response grows with questions and rules: 1 is in proportion.

    The yardstick's is beside it: past some size the processor's own caches are too small for any such code.
    """
    ours, plain = [], []
    for size in SIZES:
        questions = size * 5 // 7
        made = workload.make(questions=questions, gated=questions * 2 // 5, flags=size - questions)
        calls = _evaluate(compile_definition(workload.definition(made))), yardstick.compile_workload(made)
        given = [workload.answers(one) for one in workload.responses(made, amount(small=4, full=40), unsure=0.02)]
        found = [side_by_side([partial(call, one) for call in calls], times=10) for one in given]
        engine, beside = (statistics.median(column) for column in zip(*found, strict=True))
        yield Figure(f"evaluate a response with {size:,} questions and rules", engine, "µs")
        ours.append((math.log(size), math.log(engine)))
        plain.append((math.log(size), math.log(beside)))
    yield Figure("exponent of growth", _slope(ours), "", at_most=1.1)
    yield Figure("exponent of growth of the yardstick without reasons", _slope(plain), "")


def _evaluate(compiled: Compiled) -> Callable[[Answers], object]:
    return lambda answers: evaluate(compiled, answers, workload.TODAY)


def _slope(points: list[tuple[float, float]]) -> float:
    return statistics.linear_regression(*zip(*points, strict=True)).slope
