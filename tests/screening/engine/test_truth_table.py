"""What single rules say, as tables that a clinician can read (`cases/truth.yaml`, `cases/dates.yaml`)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from screening.engine.definition import Parameter, Profile
from screening.engine.values import Ago, Answer, BloodPressure, PartialDate, Value

from .building import DECLINED, NOT_SURE, SKIPPED, TODAY, answered, choice, days_ago, en, question, truth

CASES = Path(__file__).parent / "cases"
TRUTHS = {True: True, False: False, "unknown": None}
STATES = {"NOT_SURE": NOT_SURE, "DECLINED": DECLINED, "SKIPPED": SKIPPED}
QUESTIONS = (
    question("stroke"),
    choice("stroke_kind", "clot", "bleed", ask_when="stroke is yes"),
    choice("mood", "low", "middle", "high", scores=(1, 2, 3)),
    choice("symptoms", "pain", "cough", "fever", "none", kind="multiple_choice"),
    question("drinks", "integer"),
    question("reading", "blood_pressure"),
)
SETTINGS: dict[str, Any] = {
    "parameters": (Parameter(key="limit", title="Limit", value=150), Parameter(key="lately", title="Lately", value=30)),
    "profiles": (Profile(key="us", title=en("US")), Profile(key="eu", title=en("EU"))),
}


def rows(name: str) -> list[Any]:
    return list(_rows(name))


def _rows(name: str) -> Iterator[Any]:
    for topic, cases in yaml.safe_load((CASES / name).read_text(encoding="utf-8")).items():
        for number, case in enumerate(cases, start=1):
            yield pytest.param(case, id=f"{topic} {number}: {case['rule']}")


def as_answer(name: str, written: Any) -> Answer:
    if isinstance(written, str) and written in STATES:
        return STATES[written]
    if name == "reading":
        systolic, diastolic = (int(part) if part else None for part in written.split("/"))
        return answered(BloodPressure(systolic, diastolic))
    return answered(tuple(written) if isinstance(written, list) else written)


@pytest.mark.parametrize("case", rows("truth.yaml"))
def test_a_rule_says_what_the_table_says(case: dict[str, Any]):
    given = {name: as_answer(name, written) for name, written in case["answers"].items()}

    assert truth(case["rule"], given, *QUESTIONS, **SETTINGS) is TRUTHS[case["truth"]]


def as_date(written: str) -> tuple[str, Value]:
    """The question type and the value: "42 days" before today, "6 weeks ago", or a remembered date."""
    words = written.split()
    if words[-1] == "ago":
        return "ago", Ago(int(words[0]), words[1])  # type: ignore[arg-type]
    if words[-1] == "days":
        return "date", days_ago(int(words[0]))
    return "partial_date", PartialDate(*(int(part) for part in written.split("-")))


@pytest.mark.parametrize("case", rows("dates.yaml"))
def test_a_date_lies_where_the_table_says(case: dict[str, Any]):
    on = datetime.date.fromisoformat(case.get("answered", TODAY.isoformat()))
    questions, given = [], {}
    for name in ("event", "other"):
        written = case.get(name, "NOT_SURE")
        kind, value = ("date", None) if written in STATES else as_date(written)
        questions.append(question(name, kind))
        given[name] = STATES.get(written) or Answer(state="answered", value=value, on=on)

    assert truth(case["rule"], given, *questions, **SETTINGS) is TRUTHS[case["truth"]]
