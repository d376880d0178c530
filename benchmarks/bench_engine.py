"""The engine on the starter questionnaire: compiling it, and evaluating one of its own cases."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, median_microseconds
from screening.engine.answers import read_answers
from screening.engine.assessment import Settings, evaluate
from screening.engine.compiler import compile_definition
from screening.exchange.yaml import load_cases, load_definition

CONTENT = Path(__file__).parent.parent / "screening/content/ketamine"
TODAY = datetime.date(2026, 1, 31)


def run() -> Iterator[Figure]:
    """Compile once, then evaluate every case of the starter questionnaire."""
    definition = load_definition(CONTENT)
    compiled = compile_definition(definition)
    questions = sum(1 for _ in definition.questions())
    name = f"starter ({questions} questions, {len(definition.flags)} flags)"
    yield Figure(f"compile the {name}", median_microseconds(lambda: compile_definition(definition), times=10), "µs")
    answer_sets = [read_answers(definition, case.answers, on=TODAY) for case in load_cases(CONTENT)]

    def evaluate_all() -> None:
        for answers in answer_sets:
            evaluate(compiled, answers, TODAY, Settings())

    yield Figure("evaluate one response", median_microseconds(evaluate_all, times=50) / len(answer_sets), "µs")
