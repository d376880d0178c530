"""An answer that grew old is no longer what a rule reads."""

from __future__ import annotations

import pytest

from screening.engine.values import Answer, BloodPressure, PartialDate

from .building import (
    NOT_SURE,
    SKIPPED,
    answered,
    answers,
    assess,
    flag,
    question,
    truth,
    visible,
)


class TestStale:
    """`stale_when`: an answer too old, or of unknown age, counts as not sure."""

    asked = (
        question("reading", "blood_pressure", stale_when="not taken_on within 12 months of today"),
        question("taken_on", "partial_date", ask_when="reading is answered"),
    )
    high = "reading.systolic >= 160"

    def given(self, taken_on: Answer | None) -> dict[str, Answer]:
        found = answers(reading=BloodPressure(170, 95))
        return found | ({"taken_on": taken_on} if taken_on else {})

    @pytest.mark.parametrize(
        ("taken_on", "expected"),
        [
            (answered(PartialDate(2026, 3)), True),
            (answered(PartialDate(2024)), None),
            (answered(PartialDate(2025)), None),
            (NOT_SURE, None),
            (SKIPPED, None),
            (None, None),
        ],
    )
    def test_it_counts_only_while_it_is_certainly_fresh(self, taken_on: Answer | None, expected: bool | None):
        assert truth(self.high, self.given(taken_on), *self.asked) is expected

    def test_to_rules_it_is_not_sure_and_to_the_patients_way_it_is_answered(self):
        given = self.given(answered(PartialDate(2020)))

        assert truth("reading is not sure", given, *self.asked) is True
        assert truth("reading is answered", given, *self.asked) is False
        assert visible(given, *self.asked)["taken_on"] is True

    def test_what_a_stale_answer_hid_is_unknown_rather_than_not_applicable(self):
        asked = (*self.asked, question("symptoms", ask_when="reading.systolic >= 160"))
        low = answers(reading=BloodPressure(120, 80))

        fresh = low | answers(taken_on=PartialDate(2026, 3))
        old = low | answers(taken_on=PartialDate(2020))

        assert visible(old, *asked)["symptoms"] is False
        assert truth("symptoms is yes", fresh, *asked) is False
        assert truth("symptoms is yes", old, *asked) is None

    def test_a_missing_answer_is_not_stale(self):
        assert truth("reading is not sure", {}, *self.asked) is False
        assert truth(self.high, answers(reading=SKIPPED, taken_on=PartialDate(2026)), *self.asked) is None

    def test_what_would_settle_it_is_the_date_if_that_is_open_and_else_the_reading(self):
        def settled_by(taken_on: Answer) -> tuple[str, ...]:
            found = assess(self.given(taken_on), *self.asked, flags=(flag(caution=self.high),))
            return found.unresolved[0].questions

        assert settled_by(NOT_SURE) == ("taken_on",)
        assert settled_by(answered(PartialDate(2020))) == ("reading",)
