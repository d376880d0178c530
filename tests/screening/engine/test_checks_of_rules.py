"""What the checks say about rules: where the mistake is, and what is no mistake."""

from __future__ import annotations

import msgspec
import pytest

from screening.engine.checks import errors
from screening.engine.definition import (
    Inconsistency,
    Note,
    Section,
)

from .sound import (
    ask,
    build,
    en,
    ids,
    with_question,
    with_rule,
)


class TestRules:
    def test_a_mistake_is_pointed_at(self):
        (problem,) = errors(with_rule("stroke is yes and strok is no"))
        assert problem.pointed.splitlines()[:2] == [
            "stroke is yes and strok is no",
            "                  ^ There is no question “strok”.",
        ]
        assert "did you mean “stroke”" in problem.hint

    def test_all_mistakes_are_reported_at_once(self):
        found = with_rule("strok is yes or smokes is dayly", notes=(Note(link_id="n", text=en("n"), when="(("),))
        found = msgspec.structs.replace(
            found, inconsistencies=(Inconsistency(link_id="C1", text=en("c"), when="x is y"),)
        )
        assert [problem.id for problem in errors(found)] == ["Q301", "Q302", "Q302", "Q302"]

    @pytest.mark.parametrize(
        "when",
        [
            "stroke is yes and not (stroke_when within 6 months of today)",
            "stroke_when is answered and not (stroke_when within 6 months of today)",
            "smokes is daily and (stroke is yes and not (stroke_when within 6 months of today))",
            "stroke is not no",
            "not (stroke_when is answered)",
            "not (not (stroke_when within 6 months of today))",
        ],
    )
    def test_a_guarded_negation_is_fine(self, when):
        assert "Q304" not in ids(with_rule(when))

    def test_a_negation_among_questions_asked_under_the_same_condition_is_fine(self):
        page = Section(
            link_id="more",
            title=en("More"),
            ask_when="stroke is yes",
            questions=(ask("weak"), ask("walk", ask_when="weak is not no")),
        )
        assert "Q304" not in ids(build(sections=(*build().sections, page)))

    def test_a_stale_reading_may_use_a_date_that_is_asked_sometimes(self):
        found = with_question(
            ask("seen", "date", ask_when="stroke is yes"),
            ask("bp", "blood_pressure", stale_when="not (seen within 12 months of today)"),
        )
        assert ids(found) == set()
