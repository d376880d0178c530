"""What an unknown does depends on the class of the question that would settle it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from screening.engine.definition import (
    Note,
)
from screening.engine.results import Assessment, UnresolvedFlag

from .building import (
    NOT_SURE,
    answers,
    assess,
    en,
    flag,
    medicines,
    question,
    taken,
)
from .strokes import listed


class TestClasses:
    """What an unknown does depends on the class of the question that would settle it (specification 1.2)."""

    def one(
        self, not_sure: str, own: str | None = None, rules: dict[str, str] | None = None, **given: Any
    ) -> Assessment:
        asked = (replace(question("danger"), not_sure=own), question("other"))
        concern = flag(more={"not_sure": not_sure}, **(rules or {"urgent": "danger is yes", "caution": "other is yes"}))
        return assess(answers(**({"danger": NOT_SURE, "other": "no"} | given)), *asked, flags=(concern,))

    def test_ns_1_is_listed_at_contraindication_at_most(self):
        found = self.one("NS-1")

        assert listed(found) == [("concern", "contraindication", ("danger",))]
        assert found.safety_panel is False

    @pytest.mark.parametrize(
        ("not_sure", "rules", "expected"),
        [
            ("NS-1", {"urgent": "danger is yes", "contraindication": "other is yes"}, "urgent"),
            ("NS-1", {"urgent": "danger is yes", "contraindication": "danger is yes and other is no"}, "urgent"),
            ("NS-1", {"urgent": "other is yes", "contraindication": "danger is yes"}, "contraindication"),
            ("NS-2", {"urgent": "danger is yes", "contraindication": "other is yes"}, "urgent"),
            ("NS-1", {"caution": "danger is yes"}, "caution"),
        ],
    )
    def test_it_says_which_rule_is_open_where_it_is_listed_lower(self, not_sure: str, rules: Any, expected: str):
        (left,) = self.one(not_sure, rules=rules).unresolved

        assert left.severity_of_rule == expected
        assert (left.rule_severity is None) is (left.severity == expected)

    def test_an_assessment_of_before_the_rules_severity_was_kept_is_read(self):
        kept = b'{"flag": "a", "severity": "caution", "questions": [], "not_sure": "NS-1", "reason": ""}'

        assert msgspec.json.decode(kept, type=UnresolvedFlag).severity_of_rule == "caution"

    def test_ns_5_is_listed_at_the_severity_still_open(self):
        assert listed(self.one("NS-5")) == [("concern", "urgent", ("danger",))]

    def test_ns_2_is_listed_at_its_own_severity_with_the_panel(self):
        found = self.one("NS-2")

        assert listed(found) == [("concern", "urgent", ("danger",))]
        assert found.unresolved[0].not_sure == "NS-2"
        assert found.safety_panel is True

    def test_ns_3_only_leaves_a_note(self):
        found = self.one("NS-3")

        assert found.unresolved == ()
        assert [(line.note, line.flag, line.questions) for line in found.notes] == [
            ("not_sure", "concern", ("danger",))
        ]
        assert found.ruled_out == ()

    def test_ns_3_leaves_its_note_also_beside_a_medicine_list_that_is_open(self):
        """Diabetes not sure and the medicine list not sure: the list alone would make the flag vanish."""
        drugs, asked = medicines(), question("diabetes")
        concern = flag(
            "diabetes_care", more={"not_sure": "NS-3"},
            caution="medicines_taken includes benzodiazepine", information="diabetes is yes",
        )  # fmt: skip
        drugs = replace(drugs, not_sure="NS-4")

        found = assess(answers(diabetes=NOT_SURE, medicines_taken=NOT_SURE), drugs, asked, flags=(concern,))

        assert [left.flag for left in found.unresolved] == ["medication_list"]
        assert [(line.flag, line.questions) for line in found.notes] == [("diabetes_care", ("diabetes",))]

    def test_ns_3_leaves_its_note_also_beside_a_listed_rule(self):
        concern = flag("mixed", more={"not_sure": "NS-3"}, contraindication="danger is yes", caution="other is yes")

        found = assess(
            answers(danger=NOT_SURE, other=NOT_SURE), question("danger", not_sure="NS-1"), question("other"),
            flags=(concern,),
        )  # fmt: skip

        assert listed(found) == [("mixed", "contraindication", ("danger",))]
        assert [line.questions for line in found.notes] == [("other",)]

    def test_the_questions_own_class_comes_before_its_flags(self):
        assert self.one("NS-1", own="NS-2").unresolved[0].not_sure == "NS-2"
        assert self.one("NS-2", own="NS-3").unresolved == ()
        assert self.one("NS-2", own="NS-3").safety_panel is False

    def test_the_strongest_class_in_a_rule_counts(self):
        rules = {"urgent": "danger is yes or other is yes"}

        found = self.one("NS-3", own="NS-2", rules=rules, other=NOT_SURE)

        assert listed(found) == [("concern", "urgent", ("danger", "other"))]
        assert found.unresolved[0].not_sure == "NS-2"
        assert found.notes == ()

    def test_ns_2_comes_first_and_then_the_higher_severity(self):
        flags = (
            flag("later", caution="stroke is yes"),
            flag("sooner", contraindication="stroke is yes"),
            flag("first", more={"not_sure": "NS-2"}, caution="danger is yes"),
        )

        found = assess(answers(stroke=NOT_SURE, danger=NOT_SURE), question("stroke"), question("danger"), flags=flags)

        assert [left.flag for left in found.unresolved] == ["first", "sooner", "later"]

    def test_ns_4_lists_the_medication_list_once_for_all_its_flags(self):
        flags = tuple(
            flag(f"med_{name}", more={"not_sure": "NS-4"}, **{severity: f"medicines_taken includes {name}"})
            for name, severity in (
                ("maoi", "caution"),
                ("benzodiazepine", "contraindication"),
                ("sertraline", "information"),
            )
        )

        found = assess(answers(medicines_taken=taken("little blue pill", "sertraline")), medicines(), flags=flags)

        assert listed(found) == [("medication_list", "contraindication", ("medicines_taken",))]
        assert [raised.flag for raised in found.flags] == ["med_sertraline"]

    @pytest.mark.parametrize(
        ("dose", "expected"), [(None, [("medication_list", "caution", ("medicines_taken",))]), (1, []), (99, [])]
    )
    def test_ns_4_is_listed_for_a_dose_that_a_note_of_a_raised_flag_needs(self, dose: float | None, expected: Any):
        high = Note(
            link_id="high_dose", text=en("High dose"), when="total(medicines_taken, diazepam) > 8", flag="concern"
        )
        entry = "diazepam" if dose is None else ("diazepam", dose)

        found = assess(answers(medicines_taken=taken(entry)), medicines(), notes=(high,),
                       flags=(flag(more={"not_sure": "NS-4"},
                                   caution="medicines_taken includes benzodiazepine"),))  # fmt: skip

        assert listed(found) == expected

    def test_ns_4_is_not_listed_when_the_list_is_certain(self):
        found = assess(answers(medicines_taken=taken()), medicines(),
                       flags=(flag(more={"not_sure": "NS-4"}, caution="medicines_taken includes maoi"),))  # fmt: skip

        assert found.unresolved == ()
        assert found.ruled_out == ("concern",)
