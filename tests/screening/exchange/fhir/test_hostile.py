"""Files made to be slow: each is refused at the place where it becomes too much, before the time is spent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from screening.engine import checks
from screening.exchange.fhir.questionnaire import export_questionnaire
from screening.exchange.fhir.reading import import_questionnaire
from screening.exchange.strict import ContentError
from tests.screening.engine.test_doubling import doubling

from . import hostile

TOO_MUCH = {
    hostile.many_items: "Questionnaire.item[2000]: Up to here the file has more than 2,000 items",
    hostile.groups_in_a_group: "item[0].item[0].item[999]: Up to here the file has more than 2,000 items",
    hostile.one_value_set_for_all: "Questionnaire.item[1]: Up to here the file has more than 10,000 answers",
    hostile.one_name_for_all: "Questionnaire.item[0].answerOption[4999]: Up to here more than 5,000 things",
    hostile.conditions_around: "Questionnaire.item[1].item[1998]: Up to here the file has more than 2,000 items",
    hostile.conditions_many_times: "Questionnaire.item[1].enableWhen[0]: Up to here the file has more than 10,000 cond",
    hostile.nothing_understood: "Questionnaire.item[0].x4998: Up to here more than 5,000 things",
}


@pytest.mark.parametrize(("make", "problem"), TOO_MUCH.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_too_much_of_anything_is_refused_with_the_place(make: Callable[[], str], problem: str) -> None:
    with pytest.raises(ContentError) as refused:
        import_questionnaire(make(), "intake.json")

    assert problem in str(refused.value)


def test_an_expression_that_could_be_read_in_many_ways_is_left_out_at_once() -> None:
    found = import_questionnaire(hostile.a_sum_that_never_ends())

    assert "a calculation that is not a plain sum" in str(found.findings)


def test_a_value_set_that_many_questions_share_is_read_once() -> None:
    concepts = [{"code": "a", "strange": 1}, {"code": "b"}]
    contained = [{"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": concepts}]}}]
    items = [
        {"linkId": f"q{n}", "text": "Q", "type": "open-choice" if n else "choice", "answerValueSet": "#v"}
        for n in (0, 1)
    ]

    found = import_questionnaire(hostile.whole(items, contained=contained))

    first, second, _ = found.definition.questions()
    assert [option.code for option in first.options] == ["a", "b"]
    assert [option.code for option in second.options] == ["a", "b", "other"]
    assert sum("strange" in finding.path for finding in found.findings) == 1


def test_thousands_of_conditions_find_their_code_among_thousands_at_once() -> None:
    found = import_questionnaire(hostile.codes_looked_for())

    (problem,) = checks.errors(found.definition)
    assert "longer than 10000 characters" in problem.message


def test_named_conditions_that_double_are_a_problem_and_never_written_out() -> None:
    """Sixty steps would be a condition of 2 to the power of 60 tests."""
    resource: Any = export_questionnaire(doubling(8)).resource
    own = next(one for one in resource["extension"] if "step_8" in json.dumps(one))
    last = json.dumps(
        next(one for one in own["extension"] if "step_8" in json.dumps(one) and "step_7" in json.dumps(one))
    )
    own["extension"] += [
        json.loads(last.replace("step_8", f"step_{number}").replace("step_7", f"step_{number - 1}"))
        for number in range(9, 61)
    ]
    text = json.dumps(resource)
    asked = '"ask_when", "valueString": "stroke is yes"'
    assert asked in text

    found = import_questionnaire(text.replace(asked, asked.replace("stroke is yes", "step_60")))

    assert {problem.id for problem in checks.errors(found.definition)} == {"Q303"}
