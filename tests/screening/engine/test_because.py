"""Why something is raised, in the answers that count, and what would settle what stays open."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from screening.engine.definition import (
    Band,
    Score,
    Section,
    Variable,
)
from screening.engine.results import Because
from screening.engine.values import Answer, BloodPressure, PartialDate

from .building import (
    DECLINED,
    NOT_SURE,
    SKIPPED,
    UNKNOWNS,
    answers,
    assess,
    choice,
    en,
    flag,
    medicines,
    question,
    taken,
)
from .strokes import STROKE, STROKE_FLAG, because, listed


class TestBecause:
    """The answers that made a rule true, in the patient's words."""

    asked = (question("one_a"), question("two_b"), question("three_c"))

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("one_a is yes or two_b is yes or three_c is yes", {"one_a", "two_b"}),
            ("one_a is yes and two_b is yes", {"one_a", "two_b"}),
            ("at least 1 of (one_a is yes, two_b is yes, three_c is yes)", {"one_a", "two_b"}),
            ("one_a is yes and three_c is not yes", {"one_a", "three_c"}),
            ("not (one_a is no or three_c is yes)", {"one_a", "three_c"}),
            ("not (one_a is no and three_c is yes)", {"one_a", "three_c"}),
            ("not (one_a is yes and three_c is yes)", {"three_c"}),
            ("not at least 2 of (one_a is yes, three_c is yes)", {"three_c"}),
        ],
    )
    def test_true_branches_of_or_all_parts_of_and_and_the_dual_of_not(self, rule: str, expected: set[str]):
        given = answers(one_a="yes", two_b="yes", three_c="no")

        assert because(assess(given, *self.asked, flags=(flag(caution=rule),))).keys() == expected

    def test_answers_are_in_the_patients_words(self):
        asked = (
            question("reading", "blood_pressure"),
            choice("mood", "low", "high"),
            choice("symptoms", "pain", "cough", "fever", kind="multiple_choice"),
            medicines(),
        )
        rule = (
            "reading.systolic >= 160 and mood is low and symptoms includes any of (pain, fever) "
            "and medicines_taken includes maoi"
        )
        given = answers(
            reading=BloodPressure(162, 96),
            mood="low",
            symptoms=("cough", "fever"),
            medicines_taken=taken("sertraline", ("phenelzine", 15.0)),
        )

        assert because(assess(given, *asked, flags=(flag(caution=rule),))) == {
            "reading": "162/96 mmHg",
            "mood": "Low",
            "symptoms": "Fever",
            "medicines_taken": "Phenelzine, 15 mg a day",
        }

    def test_an_unknown_answer_that_a_rule_looks_for_is_a_reason_too(self):
        rule = "stroke is not sure or route may be iv"
        found = assess(answers(stroke=NOT_SURE, route=DECLINED), question("stroke"), choice("route", "iv"),
                       flags=(flag(caution=rule),))  # fmt: skip

        assert because(found) == {"stroke": "Not sure", "route": "Prefer not to say"}

    def test_a_question_is_named_once_with_everything_found_in_it(self):
        given = answers(medicines_taken=taken("phenelzine", "diazepam"))
        rule = "medicines_taken includes maoi and medicines_taken includes benzodiazepine"

        found = assess(given, medicines(), flags=(flag(caution=rule),))

        assert found.flags[0].because == (Because(question="medicines_taken", answer="Phenelzine; Diazepam"),)

    def test_a_score_is_named_with_its_total_and_band(self):
        items = tuple(choice(f"item{number}", "none", "all", scores=(0, 3)) for number in (1, 2, 3))
        score = Score(link_id="mood", title=en("Mood"), items=("item1", "item2", "item3"),
                      bands=(Band(low=0, title=en("minimal")), Band(low=6, title=en("severe"))))  # fmt: skip
        more: dict[str, Any] = {"scores": (score,), "flags": (flag(caution="mood >= 6"),)}

        complete = assess(answers(item1="all", item2="all", item3="none"), *items, **more)
        at_least = assess(answers(item1="all", item2="all", item3=SKIPPED), *items, **more)

        assert because(complete) == {"mood": "6 (severe)"}
        assert because(at_least) == {"mood": "6 to 9 (2 of 3 answered)"}

    def test_age_and_doses_are_named_by_the_answers_behind_them(self):
        asked = (question("born", "date", role="birth_date"), medicines())
        given = answers(
            born=datetime.date(1950, 5, 5), medicines_taken=taken(("clonazepam", 2.0), ("sertraline", 50.0))
        )

        found = assess(given, *asked, flags=(flag(caution="age >= 65 and total(medicines_taken, diazepam) > 8"),))

        assert because(found) == {"born": "May 5, 1950", "medicines_taken": "Clonazepam, 2 mg a day"}

    def test_what_was_not_asked_is_explained_by_what_hid_it(self):
        asked = (question("drinks"), question("seizure", ask_when="drinks is yes"))

        found = assess(answers(drinks="no", seizure="yes"), *asked, flags=(flag(caution="seizure is not yes"),))

        assert because(found) == {"drinks": "No"}

    def test_a_hidden_answer_is_shown_to_nobody(self):
        asked = (question("drinks"), question("seizure", ask_when="drinks is yes"))

        found = assess(
            answers(drinks=NOT_SURE, seizure="yes"), *asked, flags=(flag(caution="seizure is not answered"),)
        )

        assert because(found) == {"drinks": "Not sure"}

    def test_named_conditions_are_explained_by_their_answers(self):
        named = (Variable(link_id="known", title=en("Known"), when="stroke is yes or other is yes"),)

        found = assess(answers(stroke="yes", other="no"), question("stroke"), question("other"),
                       variables=named, flags=(flag(caution="known"),))  # fmt: skip

        assert because(found) == {"stroke": "Yes"}


class TestWouldSettle:
    """What could not be ruled out names the questions that would settle it."""

    @pytest.mark.parametrize("left", UNKNOWNS)
    def test_not_sure_declined_and_skipped_leave_it_open(self, left: Answer):
        found = assess(answers(stroke=left), *STROKE, flags=(STROKE_FLAG,))

        assert listed(found) == [("stroke_tia", "contraindication", ("stroke",))]

    def test_a_hidden_question_is_replaced_by_its_gate_however_deep(self):
        asked = (question("a1"), question("b2", ask_when="a1 is yes"), question("c3", ask_when="b2 is yes"))
        rule = flag(caution="c3 is yes")

        assert listed(assess(answers(a1=NOT_SURE), *asked, flags=(rule,))) == [("concern", "caution", ("a1",))]
        given = answers(a1="yes", b2=NOT_SURE)
        assert listed(assess(given, *asked, flags=(rule,))) == [("concern", "caution", ("b2",))]

    def test_the_gate_may_be_the_sections(self):
        sections = (
            Section(link_id="one_page", title=en("One"), questions=(question("pain"),)),
            Section(link_id="two_page", title=en("Two"), ask_when="pain is yes", questions=(question("back"),)),
        )

        found = assess(answers(pain=DECLINED), sections=sections, flags=(flag(caution="back is yes"),))

        assert listed(found) == [("concern", "caution", ("pain",))]

    def test_only_the_open_parts_are_named(self):
        asked = (question("a1"), question("b2"), question("c3"))

        found = assess(answers(a1="yes", b2=NOT_SURE, c3="no"), *asked,
                       flags=(flag(caution="a1 is yes and (b2 is yes or c3 is yes)"),))  # fmt: skip

        assert listed(found) == [("concern", "caution", ("b2",))]

    def test_one_part_of_a_pair_names_the_pair_and_a_score_its_open_items(self):
        items = tuple(choice(f"item{number}", "none", "all", scores=(0, 3)) for number in (1, 2))
        score = Score(link_id="mood", title=en("Mood"), items=("item1", "item2"))
        asked = (question("reading", "blood_pressure"), *items)
        rule = flag(caution="reading.systolic >= 160 or mood >= 6")

        found = assess(answers(reading=BloodPressure(None, 90), item1="all"), *asked, scores=(score,), flags=(rule,))

        assert listed(found) == [("concern", "caution", ("reading", "item2"))]

    def test_a_date_that_is_too_vague_is_asked_for_again(self):
        found = assess(answers(stroke="yes", stroke_date=PartialDate(2025)), *STROKE, flags=(STROKE_FLAG,))

        assert listed(found) == [("stroke_tia", "contraindication", ("stroke_date",))]

    def test_age_and_body_mass_name_what_is_missing(self):
        asked = (question("born", "date", role="birth_date"), question("tall", "height", role="height"),
                 question("heavy", "weight", role="weight"))  # fmt: skip

        found = assess({}, *asked, flags=(flag(caution="age >= 65 or bmi >= 40"),))

        assert listed(found) == [("concern", "caution", ("born", "tall", "heavy"))]

    def test_an_entry_with_an_open_answer_names_its_group(self):
        asked = question("courses", "group", repeats=True, items=(question("helped"),))
        given = answers(courses=(answers(helped=NOT_SURE),))

        found = assess(given, asked, flags=(flag(caution="count(courses where helped is yes) >= 1"),))

        assert listed(found) == [("concern", "caution", ("courses",))]
