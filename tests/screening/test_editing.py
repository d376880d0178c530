"""Renaming in a draft: worked out first, then written once into every row and case that names the thing."""

from __future__ import annotations

import msgspec
import pytest

from screening import case_problems, editing, models, publishing
from screening.engine import definition as d
from screening.engine.definition import canonical_json
from screening.exchange.cases import Expectation
from tests.screening.samples import both, case, full, rich

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(db) -> models.Questionnaire:
    questionnaire = publishing.rows_from_definition(rich())
    publishing.store_cases(questionnaire=questionnaire, cases_to_store=[case()])
    return questionnaire


def row(model, name: str):
    return model.objects.get(**{editing.KINDS[model][1]: name})


def rename(draft, named, new: str) -> editing.Plan:
    plan = editing.plan_renaming(row=named, questionnaire=draft, new=new)
    return editing.rename(row=named, questionnaire=draft, new=new, seen=plan.seen)


def pks(draft) -> dict[str, list[int]]:
    return {model.__name__: list(model.objects.values_list("pk", flat=True)) for model in editing.KINDS}


def test_a_renamed_question_is_renamed_in_every_row_and_case(draft):
    rows_before, problems_before = pks(draft), case_problems.of_draft(rich(), draft)

    plan = rename(draft, row(models.Question, "stroke"), "tia")

    stored = publishing.definition_from_rows(draft)
    assert stored == plan.after
    assert models.Rule.objects.get(severity="caution").when == "tia is yes"
    assert models.Question.objects.get(link_id="stroke_recent").ask_when == "tia is yes"
    assert models.Case.objects.get().answers == {"tia": "yes", "stroke_recent": "yes", "mood": "low"}
    assert pks(draft) == rows_before
    assert case_problems.of_draft(stored, draft) == problems_before


def test_the_plan_says_each_place_before_and_after(draft):
    plan = editing.plan_renaming(row=row(models.Question, "stroke"), questionnaire=draft, new="tia")

    assert [tuple(change) for change in plan.changes if "link id" in change.place or "caution" in change.place] == [
        ("section brain, question stroke, link id", "stroke", "tia"),
        ("flag stroke_flag, rule caution, when", "stroke is yes", "tia is yes"),
    ]
    assert tuple(plan.changes[-1]) == (
        "case recent_stroke", '{"answers":{"stroke":"yes"}}', '{"answers":{"tia":"yes"}}',
    )  # fmt: skip
    assert publishing.definition_from_rows(draft) == rich()


def test_every_page_that_shows_a_changed_row_counts_one_edit_and_no_other_does(draft):
    rename(draft, row(models.Question, "stroke"), "tia")

    assert row(models.Question, "tia").edits == 1
    assert row(models.Flag, "stroke_flag").edits == 1
    assert row(models.Question, "mood").edits == 0
    assert models.Case.objects.get().edits == 1


@pytest.mark.parametrize(
    ("model", "old", "where"),
    [
        (models.Option, "low", ["answers"]),
        (models.Flag, "stroke_flag", ["expect"]),
        (models.Score, "mood_total", ["expect"]),
        (models.Parameter, "limit", ["parameters"]),
        (models.Note, "note", ["expect"]),
        (models.Inconsistency, "c1", ["expect"]),
    ],
)
def test_a_case_follows_every_kind_of_name(draft, model, old, where):
    expect = Expectation(
        flags={"stroke_flag": "caution"}, optional=("stroke_flag",), scores={"mood_total": 3}, notes=("note",),
        inconsistencies=("c1",), must_not=("stroke_flag urgent",),
    )  # fmt: skip
    stored = case(expect=expect, parameters={"limit": 2.0})
    publishing.store_cases(questionnaire=draft, cases_to_store=[stored])

    rename(draft, row(model, old), "other_name")

    kept = models.Case.objects.get()
    for field in where:
        assert "other_name" in str(getattr(kept, field))
    assert f"'{old}'" not in f"{kept.answers}{kept.parameters}{kept.expect}"


def test_answers_in_entries_states_and_medicine_lists_follow(draft):
    helped = d.Question(link_id="helped", type="yes_no", text=both("?"))
    trials = d.Question(link_id="trials", type="group", text=both("?"), repeats=True, items=(helped,))
    taken = d.Question(link_id="taken", type="medicines", text=both("?"), vocabulary="medicines")
    page = d.Section(link_id="page", title=both("Page"), questions=(trials, taken))
    publishing.rows_from_definition(msgspec.structs.replace(rich(), sections=(*rich().sections, page)), into=draft)
    answers = {
        "trials": [{"helped": {"state": "answered", "value": "yes"}}],
        "taken": ["sertraline", {"code": "sertraline", "dose_mg": 5}, {"text": "helped"}],
        "mood": {"state": "not_sure"},
    }
    publishing.store_cases(questionnaire=draft, cases_to_store=[case(answers=answers, expect=Expectation())])

    rename(draft, row(models.Question, "helped"), "useful")
    rename(draft, row(models.Medicine, "sertraline"), "zoloft")

    assert models.Case.objects.get().answers == {
        "trials": [{"useful": {"state": "answered", "value": "yes"}}],
        "taken": ["zoloft", {"code": "zoloft", "dose_mg": 5}, {"text": "helped"}],
        "mood": {"state": "not_sure"},
    }


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("", "Enter a name that is not the old one"),
        ("stroke", "Enter a name that is not the old one"),
        ("mood", "“mood” is used for two things"),
        ("brain", "“brain” is used for two things"),
        ("Stroke 2", "is not a good name"),
        ("today", "is a reserved word"),
        ("or", "is a reserved word"),
    ],
)
def test_a_name_that_cannot_be_is_refused(draft, new, said):
    with pytest.raises(editing.EditRefused, match=said):
        editing.plan_renaming(row=row(models.Question, "stroke"), questionnaire=draft, new=new)
    assert publishing.definition_from_rows(draft) == rich()


def test_nothing_is_renamed_while_a_rule_cannot_be_read(draft):
    models.Rule.objects.filter(severity="caution").update(when="stroke is")

    with pytest.raises(editing.EditRefused, match="cannot be read"):
        editing.plan_renaming(row=row(models.Question, "stroke"), questionnaire=draft, new="tia")


def test_what_changed_since_the_plan_is_looked_at_again(draft):
    question = row(models.Question, "stroke")
    plan = editing.plan_renaming(row=question, questionnaire=draft, new="tia")
    models.Case.objects.update(answers={"stroke": "no"})
    before = canonical_json(publishing.definition_from_rows(draft))

    with pytest.raises(editing.EditRefused, match="Look at the changes again"):
        editing.rename(row=question, questionnaire=draft, new="tia", seen=plan.seen)
    assert canonical_json(publishing.definition_from_rows(draft)) == before


def test_a_row_or_a_case_that_cannot_be_read_is_named(draft):
    question = row(models.Question, "stroke")
    models.Case.objects.update(expect={"flags": 3})
    with pytest.raises(editing.EditRefused, match="stored case cannot be read"):
        editing.plan_renaming(row=question, questionnaire=draft, new="tia")
    models.Question.objects.filter(link_id="mood").update(type="riddle")
    with pytest.raises(editing.EditRefused, match="draft cannot be read"):
        editing.plan_renaming(row=question, questionnaire=draft, new="tia")


def test_revising_writes_every_kind_of_row():
    """A definition with every field filled, and another of its shape."""
    questionnaire = publishing.rows_from_definition(full())
    text = canonical_json(full()).decode()
    after = publishing.from_json(text.replace('"a title"', '"another"').replace('"a text"', '"another"').encode())

    publishing.rows.revise(questionnaire, before=full(), after=after)

    assert publishing.definition_from_rows(questionnaire) == after
