"""Answers as a QuestionnaireResponse: each type's value, each state, and what the rules said."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from screening.engine import definition as d
from screening.engine import journey
from screening.engine.assessment import evaluate
from screening.engine.compiler import compile_definition
from screening.engine.results import Settings
from screening.engine.values import (
    Ago,
    Answer,
    BloodPressure,
    Height,
    MedicineEntry,
    PartialDate,
    State,
    Value,
    Weight,
)
from screening.exchange.fhir import urls
from screening.exchange.fhir.questionnaire import export_questionnaire
from screening.exchange.fhir.response import Sent, bundle, resources
from screening.exchange.fhir.structure import problems_in
from tests.screening.exchange.fhir.everything import everything
from tests.screening.samples import DAY, small

MOMENT = "2026-03-02T15:00:00+00:00"
SENT = Sent(reference="ABCD-2345", questionnaire="https://clinic.example/Questionnaire/small|3", sent_at=MOMENT)
COMPILED = compile_definition(everything())


def answered(value: Value, on: datetime.date | None = None) -> Answer:
    return Answer(state="answered", value=value, on=on)


def told(definition: d.Definition, answers: dict[str, Answer]) -> list[dict[str, Any]]:
    return resources(definition, answers, evaluate(compile_definition(definition), answers, DAY), SENT)


def items_of(resource: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for item in resource.get("item", ()):
        found[item["linkId"]] = item
        found |= items_of(item)
    return found


def ucum(value: float, unit: str, code: str) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": unit, "system": urls.UCUM, "code": code}}


EACH: list[tuple[str, Value, str, dict[str, Any]]] = [
    ("yes", "no", "yes", {"valueBoolean": False}),
    ("single", "high", "single", {"valueCoding": {"system": "http://loinc.org", "code": "LA1-2", "display": "High"}}),
    ("number", 4, "number", {"valueInteger": 4}),
    ("amount", 1.25, "amount", {"valueDecimal": 1.25}),
    ("pressure", BloodPressure(systolic=122), "pressure.systolic", {"valueInteger": 122}),
    ("tall", Height(ft=5, inches=6), "tall", ucum(66, "in", "[in_i]")),
    ("heavy", Weight(kg=70.5), "heavy", ucum(70.5, "kg", "kg")),
    ("born", datetime.date(1985, 6, 15), "born", {"valueDate": "1985-06-15"}),
    ("bp_day", PartialDate(year=2025, month=3), "bp_day", {"valueDate": "2025-03"}),
    ("since", Ago(6, "weeks"), "since.ago", ucum(6, "weeks", "wk")),
    ("since", PartialDate(year=2025), "since.date", {"valueDate": "2025"}),
    ("line", "Words", "line", {"valueString": "Words"}),
    ("read", True, "read", {"valueBoolean": True}),
    ("pills", (), "pills.none", {"valueBoolean": True}),
    ("pills", (MedicineEntry(text="a blue pill"),), "pills.name", {"valueString": "a blue pill"}),
    ("pills", (MedicineEntry(code="tramadol", dose_mg=50),), "pills.dose", {"valueDecimal": 50}),
]


@pytest.mark.parametrize(("name", "value", "item", "expected"), EACH, ids=[f"{one[0]}-{one[2]}" for one in EACH])
def test_a_value_of_each_type_is_that_of_its_item(name, value, item, expected):
    [response, *_] = told(everything(), {name: answered(value)})

    assert items_of(response)[item]["answer"] == [expected]
    assert problems_in(response) == []


def test_every_item_answered_is_an_item_of_the_questionnaire():
    answers = {name: answered(value) for name, value, _, _ in EACH}
    answers["tries"] = answered(
        ({"tried": answered("no"), "why": Answer(state="declined")}, {"tried": answered("yes")})
    )
    answers["many"] = answered(("a",))

    [response, *_] = told(everything(), answers)

    known = items_of(export_questionnaire(everything()).resource)
    assert items_of(response).keys() <= known.keys()
    assert [item["linkId"] for item in response["item"][0]["item"]].count("tries") == 2


@pytest.mark.parametrize(
    ("state", "reason"), [("not_sure", "asked-unknown"), ("declined", "asked-declined"), ("skipped", "unknown")]
)
def test_why_there_is_no_answer_is_told(state: State, reason: str):
    [response, *_] = told(small(), {"stroke": Answer(state=state)})

    item = items_of(response)["stroke"]
    assert "answer" not in item
    assert {"url": urls.ABSENT, "valueCode": reason} in item["extension"]


def test_the_day_of_an_answer_and_what_could_not_be_read_are_told():
    answers = {"stroke": answered("yes", DAY), "mood": Answer(state="skipped", typed={"": "so-so"})}

    [response, *_] = told(small(), answers)

    items = items_of(response)
    assert {"url": urls.extension("answered-on"), "valueDate": "2026-03-02"} in items["stroke"]["extension"]
    assert items["mood"]["extension"][1]["extension"] == [{"url": "entry", "valueString": "so-so"}]


class TestWhatTheRulesSaid:
    def of(self, **answers: Answer) -> list[dict[str, Any]]:
        compiled = compile_definition(small())
        return told(small(), journey.with_skipped(compiled, answers, DAY, Settings()))

    def test_a_flag_is_a_preliminary_issue_with_the_answers_behind_it(self):
        found = self.of(stroke=answered("yes"), stroke_recent=answered("yes"), mood=answered("low"))

        [issue] = [one for one in found if one["resourceType"] == "DetectedIssue"]
        assert (issue["status"], issue["severity"], issue["code"]["text"]) == ("preliminary", "high", "Stroke")
        assert {"url": urls.extension("severity"), "valueCode": "contraindication"} in issue["extension"]
        assert issue["detail"] == "Was it in the last 6 months?: Yes"
        assert issue["evidence"] == [{"detail": [{"reference": "QuestionnaireResponse/ABCD-2345"}]}]

    def test_what_could_not_be_ruled_out_is_one_too_and_says_so(self):
        found = self.of(stroke=Answer(state="not_sure"), mood=answered("good"))

        [issue] = [one for one in found if one["resourceType"] == "DetectedIssue"]
        assert {"url": urls.extension("finding"), "valueCode": "could-not-be-ruled-out"} in issue["extension"]
        assert issue["detail"].startswith("Could not be ruled out. Would settle it: Stroke")

    def test_a_score_is_an_observation(self):
        found = self.of(stroke=answered("no"), mood=answered("low"))

        [score] = [one for one in found if one["resourceType"] == "Observation"]
        assert (score["status"], score["valueQuantity"]["value"]) == ("final", 3)

    def test_a_score_that_is_not_complete_says_why_and_what_it_may_be(self):
        found = self.of(stroke=answered("no"), mood=Answer(state="declined"))

        [score] = [one for one in found if one["resourceType"] == "Observation"]
        assert "valueQuantity" not in score
        assert score["dataAbsentReason"]["coding"][0]["code"] == "unknown"
        assert score["note"][0]["text"] == "0 of 1 items answered; the total is between 0 and 3."

    def test_all_of_it_in_a_bundle_has_the_form_of_fhir(self):
        found = self.of(stroke=Answer(state="not_sure"), mood=Answer(state="skipped"))

        assert problems_in(bundle(found, MOMENT)) == []
        assert len({one["id"] for one in found}) == len(found)

    def test_a_flag_that_is_raised_and_open_at_a_higher_severity_is_two_entries(self):
        found = self.of(stroke=answered("yes"), stroke_recent=Answer(state="not_sure"), mood=answered("low"))

        issues = [one for one in found if one["resourceType"] == "DetectedIssue"]
        assert [one["code"]["coding"][0]["code"] for one in issues] == [issues[0]["code"]["coding"][0]["code"]] * 2
        assert len({one["id"] for one in found}) == len(found)
        assert problems_in(bundle(found, MOMENT)) == []
