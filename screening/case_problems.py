"""What the stored cases say against a draft: one problem for each that does not come out as expected."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from screening import cases, models
from screening.engine.checks import Problem
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition
from screening.refusals import problem


def of_draft(definition: Definition, questionnaire: models.Questionnaire) -> list[Problem]:
    """One problem for each stored case that does not come out as expected."""
    try:
        results = cases.run(compile_definition(definition), cases.stored(questionnaire))
    except msgspec.ValidationError as error:
        return [problem("P202", "cases", reason=error)]
    return of_results(definition, results)


def of_results(definition: Definition, results: Iterable[cases.CaseResult]) -> list[Problem]:
    """One problem for each case that did not come out as expected; a warning where a switched-off instrument is why."""
    failed = [result for result in results if result.differences]
    excused = _fine_with_every_instrument(definition, failed) if definition.switched_off() else set()
    return [
        problem(
            "P203" if result.case.id in excused else "P201",
            f"case {result.case.id}",
            differences="; ".join(result.differences),
        )
        for result in failed
    ]


def _fine_with_every_instrument(definition: Definition, failed: list[cases.CaseResult]) -> set[str]:
    on = tuple(msgspec.structs.replace(one, switched_off=False) for one in definition.instruments)
    compiled = compile_definition(msgspec.structs.replace(definition, instruments=on))
    again = cases.run(compiled, [result.case for result in failed])
    return {result.case.id for result in again if not result.differences}
