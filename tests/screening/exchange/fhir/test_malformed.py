"""Files that cannot be used: where, what, and never anything but `ContentError`."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from typing import Any

import pytest

from screening.exchange.fhir import json_file
from screening.exchange.fhir.questionnaire import export_questionnaire
from screening.exchange.fhir.reading import import_questionnaire
from screening.exchange.strict import ContentError
from tests.screening.samples import rich


def said(text: str) -> str:
    """What is said about a file that is refused."""
    with pytest.raises(ContentError) as refused:
        import_questionnaire(text, "intake.json")
    return str(refused.value)


def questionnaire(*items: object) -> str:
    return json.dumps({"resourceType": "Questionnaire", "status": "draft", "item": list(items)})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "intake.json:1: This is not JSON"),
        ('{"resourceType": "Questionnaire",\n "item": [}', "intake.json:2: This is not JSON"),
        ('{"resourceType": "Patient"}', "resourceType: This is a Patient. Choose a file with one Questionnaire"),
        ("[]", "This is no FHIR resource"),
        ('{"resourceType": NaN}', "NaN is not a number"),
        ('{"resourceType": "Questionnaire", "title": "a", "title": "b"}', "title: “title” is written twice"),
        (
            '{"resourceType": "Questionnaire", "item": [{"linkId": "a", "linkId": "b"}]}',
            "item[0].linkId: “linkId” is w",
        ),
        ('{"resourceType": "Questionnaire", "x": 1e999}', "x: Write a smaller number"),
        ('{"resourceType": "Questionnaire", "x": ' + "9" * 5000 + "}", "not JSON"),
        ('{"resourceType": "Questionnaire", "title": "a\\u0000"}', "title: Remove the characters that are no text"),
        ('{"resourceType": "Questionnaire", "title": "a\\ud800"}', "title: Remove the characters that are no text"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ('{"resourceType": "Questionnaire", "x": ' + "[" * 200 + "]" * 200 + "}", "nested too deeply"),
        (questionnaire(), "There is nothing to ask in this file"),
        (questionnaire({"text": "No linkId", "type": "boolean"}), "item[0].linkId: Give the item a linkId"),
        (questionnaire(*[{"linkId": "a", "type": "boolean"}] * 2), "item[1].linkId: “a” is the linkId of two items"),
        (questionnaire({"linkId": "a", "type": "slider"}), "item[0].type: There is no item type “slider”"),
        (questionnaire({"linkId": "a", "type": 3}), "item[0].type: Write text here"),
        (questionnaire("a"), "item[0]: Write an object here"),
        (questionnaire({"linkId": "a", "type": "string", "maxLength": 2.5}), "maxLength: Write a whole number here"),
        (questionnaire({"linkId": "a", "type": "string", "required": "yes"}), "required: Write true or false here"),
        (questionnaire({"linkId": "a", "type": "group", "item": {}}), "item: Write a list here"),
        (
            questionnaire({"linkId": "a", "type": "choice", "answerOption": [{"valueCoding": {}}]}),
            "answerOption[0].valueCoding.code: Write a code, or a display",
        ),
        (
            questionnaire(
                {"linkId": "a", "type": "boolean"},
                {"linkId": "b", "type": "boolean", "enableBehavior": "some", "enableWhen": []},
            ),
            "enableBehavior: Write all or any",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_place_and_reason(text, problem):
    assert problem in said(text)


def test_a_file_that_is_too_long_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(json_file, "LARGEST", 10)

    assert "longer than 10 characters" in said('{"resourceType": "Questionnaire"}')


def test_every_problem_is_said_at_once():
    items = [{"linkId": f"q{number}", "type": "slider"} for number in range(5)]

    assert len(said(questionnaire(*items)).splitlines()) == 5


@pytest.mark.parametrize(
    "answer",
    [
        {"answerQuantity": {}},
        {"answerQuantity": {"code": "kg"}},
        {"answerQuantity": {"value": None}},
        {"answerQuantity": {"value": "x"}},
        {"answerQuantity": {"value": True}},
        {"answerInteger": "x"},
        {"answerDecimal": []},
    ],
)
def test_a_condition_without_a_number_to_compare_is_left_out_and_the_question_always_asked(answer):
    condition = {"question": "a", "operator": ">", **answer}
    items = ({"linkId": "a", "type": "integer"}, {"linkId": "b", "type": "boolean", "enableWhen": [condition]})

    found = import_questionnaire(questionnaire(*items))

    assert [one.ask_when for one in found.definition.questions()] == ["", ""]
    assert [str(one).partition(" ")[2] for one in found.findings if "enableWhen" in str(one)] == [
        "(item b): left out: “>” with this answer is not understood",
        "(item b): changed: it is always asked",
    ]


WRONG: tuple[Any, ...] = (None, True, -1, 1.5, "", "x", "9" * 90, [], [1], {}, {"url": 3}, [None], [{}], [[]])


def test_no_value_of_a_wrong_kind_anywhere_is_more_than_a_problem_or_a_finding():
    """Each element in turn becomes each of many wrong values: it is read, or refused with a place."""
    chance = random.Random(7)
    resource = export_questionnaire(rich()).resource
    places = list(_places(resource, ()))

    for place in chance.sample(places, 250):
        broken = copy.deepcopy(resource)
        holder = broken
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = chance.choice(WRONG)
        with contextlib.suppress(ContentError):
            import_questionnaire(json.dumps(broken))


def _places(value: Any, path: tuple[Any, ...]):
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in steps:
        yield (*path, step)
        yield from _places(inside, (*path, step))
