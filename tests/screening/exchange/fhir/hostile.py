"""Long files, each made so that reading one part of it again for every other would take for ever."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
BYTES = 600_000


def whole(items: list[Json], **more: Any) -> str:
    """A questionnaire as text."""
    return json.dumps({"resourceType": "Questionnaire", "status": "draft", "item": items, **more})


def yes_no(number: int, **more: Any) -> Json:
    """One small item."""
    return {"linkId": f"q{number}", "text": "Q", "type": "boolean"} | more


def _coding(number: int, **more: Any) -> Json:
    return {"valueCoding": {"code": f"c{number}"} | more}


def many_items() -> str:
    """Nothing but items."""
    return whole([yes_no(number) for number in range(BYTES // 55)])


def groups_in_a_group() -> str:
    """Groups that are dissolved, each with a question, in one group."""
    inner = [
        {"linkId": f"g{number}", "type": "group", "text": "G", "item": [yes_no(number)]}
        for number in range(BYTES // 120)
    ]
    return whole([{"linkId": "page", "type": "group", "item": [{"linkId": "o", "type": "group", "item": inner}]}])


def one_value_set_for_all() -> str:
    """A value set of thousands, chosen from by thousands of items."""
    concepts = [{"code": f"c{number}"} for number in range(BYTES // 60)]
    contained = [{"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": concepts}]}}]
    items = [
        {"linkId": f"q{number}", "text": "Q", "type": "choice", "answerValueSet": "#v"}
        for number in range(BYTES // 160)
    ]
    return whole(items, contained=contained)


def one_name_for_all() -> str:
    """Answers whose names are the same but for what a name cannot hold."""
    options = [_coding(0, code="x" + "!" * (number % 40) + "?" * (number // 40 % 40)) for number in range(BYTES // 100)]
    return whole([{"linkId": "q", "text": "Q", "type": "choice", "answerOption": options}])


def conditions_around() -> str:
    """A question with many conditions, and questions inside it that each have them all."""
    tests = [{"question": "first", "operator": "=", "answerBoolean": number % 2 == 0} for number in range(BYTES // 140)]
    inner = [yes_no(number) for number in range(BYTES // 120)]
    outer = yes_no(-1, linkId="outer", enableWhen=tests, enableBehavior="any", item=inner)
    return whole([yes_no(0, linkId="first"), outer])


def conditions_many_times() -> str:
    """Not many of anything: a hundred conditions over some hundred questions."""
    tests = [{"question": "first", "operator": "=", "answerBoolean": True}] * 100
    outer = yes_no(0, linkId="outer", enableWhen=tests, enableBehavior="any", item=[yes_no(one) for one in range(300)])
    return whole([yes_no(0, linkId="first"), outer])


def codes_looked_for() -> str:
    """Conditions that name an answer without its system, among thousands."""
    options = [_coding(number, system="http://example.org") for number in range(BYTES // 160)]
    last = {"code": f"c{BYTES // 160 - 1}"}
    tests = [{"question": "q", "operator": "=", "answerCoding": last} for _ in range(BYTES // 160)]
    question = {"linkId": "q", "text": "Q", "type": "choice", "answerOption": options}
    return whole([question, yes_no(1, enableWhen=tests, enableBehavior="any")])


def nothing_understood() -> str:
    """Elements that do not exist."""
    return whole([yes_no(1, **{f"x{number}": 1 for number in range(BYTES // 12)})])


def a_sum_that_never_ends() -> str:
    """An expression that could be read in a great many ways, and in none."""
    address = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
    expression = "%resource.descendants().where(linkId='q1'" + "   or" * 40 + "!"
    calculated = [{"url": address, "valueExpression": {"language": "text/fhirpath", "expression": expression}}]
    return whole([yes_no(1), {"linkId": "t", "text": "T", "type": "decimal", "extension": calculated}])
