"""The page on answers as JSON: its examples are read, and its healthy person raises nothing."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from screening import answer_files
from screening.engine.answers import InvalidAnswer, InvalidAnswers, parse_value, read_answers
from screening.engine.definition import Definition, Question
from screening.engine.kinds import KINDS
from screening.exchange.yaml import load_cases, load_definition

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "screening" / "content" / "ketamine"
PAGE = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[-1]
TODAY = load_cases(CONTENT)[0].as_of


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(CONTENT)


def screened(tmp_path: Path, document: dict[str, Any]) -> dict[str, Any]:
    """What `screen --json` prints for a document."""
    file, printed = tmp_path / "answers.json", StringIO()
    file.write_text(json.dumps(document), encoding="utf-8")
    call_command("screen", str(file), "--json", stdout=printed)
    return json.loads(printed.getvalue())


def rows() -> list[tuple[list[str], list[str]]]:
    """The types in each row of the table, with the examples written beside them."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    found = [(re.findall(r"`(\w+)`", cell[0]), re.findall(r"`([^`]+)`", cell[1])) for cell in cells]
    return [(kinds, examples) for kinds, examples in found if set(kinds) & set(KINDS)]


def test_the_healthy_person_raises_nothing_and_leaves_nothing_open(tmp_path: Path) -> None:
    said = screened(tmp_path, json.loads(EXAMPLE))
    assert (said["flags"], said["unresolved"], said["inconsistencies"], said["notes"]) == ([], [], [], [])
    assert (said["missing"], said["safety_panel"]) == ([], False)


def test_the_healthy_person_is_the_baseline_of_the_cases() -> None:
    [baseline] = [case for case in load_cases(CONTENT) if case.id == "baseline"]
    found = answer_files.read(EXAMPLE.encode())
    assert found.as_of == baseline.as_of
    assert found.answers.items() <= json.loads(json.dumps(baseline.answers)).items()


def test_every_question_that_the_healthy_person_is_asked_is_on_the_page(tmp_path: Path, definition: Definition) -> None:
    given = json.loads(EXAMPLE)
    not_asked = {one if isinstance(one, str) else one["question"] for one in screened(tmp_path, given)["not_asked"]}
    asked = {question.link_id for question in definition.questions()} - not_asked
    assert asked - set(given["answers"]) == set()


def test_one_changed_answer_changes_what_is_said(tmp_path: Path) -> None:
    document = json.loads(EXAMPLE)
    document["answers"]["blood_pressure_reading"] = {"systolic": 162, "diastolic": 96}
    assert [flag["flag"] for flag in screened(tmp_path, document)["flags"]] == ["blood_pressure"]


def test_every_type_of_question_has_a_row() -> None:
    assert {name for kinds, _ in rows() for name in kinds} == set(KINDS)


@pytest.mark.parametrize("link_id", ["phq9_1", "gad7_7", "audit_c_2", "peg_1", "asq_1", "pc_ptsd5_1"])
def test_an_item_may_be_answered_by_its_score(definition: Definition, link_id: str) -> None:
    [question] = [one for one in definition.questions() if one.link_id == link_id]
    for option in question.options:
        assert option.score is not None
        for number in (int(option.score), float(option.score)):
            assert parse_value(question, number, on=TODAY).value == option.code


@pytest.mark.parametrize("value", ["2", "02", 4, -1, 1.5])
def test_what_is_no_score_of_an_item_is_refused(definition: Definition, value: object) -> None:
    with pytest.raises(InvalidAnswers, match="not_at_all"):
        read_answers(definition, {"phq9_1": value}, on=TODAY)


@pytest.mark.parametrize("value", [True, False])
def test_true_and_false_are_no_scores(definition: Definition, value: bool) -> None:
    with pytest.raises(InvalidAnswers, match="or its score"):
        read_answers(definition, {"phq9_1": value}, on=TODAY)


@pytest.mark.parametrize("link_id", ["route", "sex", "stroke_or_tia"])
def test_a_question_of_our_own_takes_no_number(definition: Definition, link_id: str) -> None:
    with pytest.raises(InvalidAnswers):
        read_answers(definition, {link_id: 1}, on=TODAY)


@pytest.mark.parametrize(("kinds", "examples"), rows(), ids=[kinds[0] for kinds, _ in rows()])
def test_the_examples_of_each_type_are_read(definition: Definition, kinds: list[str], examples: list[str]) -> None:
    written = [json.loads(example) for example in examples if example[0] in '"[{0123456789tf']
    assert written
    for raw in written:
        assert any(is_read(definition, question, raw) for kind in kinds for question in questions(definition, kind))


def questions(definition: Definition, kind: str) -> list[Question]:
    """The questions of a type, or one made up where the questionnaire has none."""
    found = [one for section in definition.sections for group in section.questions for one in (group, *group.items)]
    return [one for one in found if one.type == kind] or [Question(link_id="any", type=kind, text={"en": "Any"})]  # type: ignore[arg-type]


def is_read(definition: Definition, question: Question, raw: object) -> bool:
    try:
        answer = parse_value(question, raw, on=TODAY, vocabulary=definition.vocabularies[0])
    except InvalidAnswer:
        return False
    return answer.is_known


def test_scores_and_codes_say_the_same(tmp_path: Path) -> None:
    by_code, by_score = json.loads(EXAMPLE), json.loads(EXAMPLE)
    by_code["answers"] |= {"phq9_1": "more_than_half_the_days", "phq9_9": "several_days"}
    by_score["answers"] |= {"phq9_1": 2, "phq9_9": 1}
    assert screened(tmp_path, by_code) == screened(tmp_path, by_score)


@pytest.mark.parametrize("none", ["none", ["none"]])
def test_taking_nothing_is_written_in_two_ways(definition: Definition, none: object) -> None:
    answer = read_answers(definition, {"medicines": none}, on=TODAY)["medicines"]
    assert (answer.state, answer.value) == ("answered", ())


@pytest.mark.parametrize("given", [["none", "sertraline"], ["sertraline", "none"], ["none", "none"]])
def test_none_beside_a_medicine_is_refused(definition: Definition, given: list[str]) -> None:
    with pytest.raises(InvalidAnswers, match="none"):
        read_answers(definition, {"medicines": given}, on=TODAY)
