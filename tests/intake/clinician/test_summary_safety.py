"""The summary on safety: warnings, what was answered, what was shown and who was called."""

from __future__ import annotations

import datetime

import msgspec
from django.template.loader import render_to_string

from intake.clinician.safety import NOT_CALLED, NOT_SHOWN, AlertLine, SafetyAnswers
from intake.clinician.summary import NOT_REVIEWED, NOT_SENT, summarize
from screening.engine.assessment import Assessment
from screening.engine.compiler import compile_definition

from . import sample
from .sample import NOW, reading_of, record, summary_of
from .summary_parts import header


class TestWarnings:
    def test_it_has_none_for_reviewed_content_that_was_sent(self) -> None:
        assert summary_of().warnings == ()

    def test_it_says_that_nobody_has_reviewed_the_content(self) -> None:
        reading = msgspec.structs.replace(reading_of(), compiled=compile_definition(sample.definition(reviewer="")))

        summary = summarize(record=record(), reading=reading, assessment=Assessment())

        assert summary.warnings == (NOT_REVIEWED,)

    def test_it_says_that_a_draft_was_not_sent(self) -> None:
        summary = summarize(record=record(sent_at=None), reading=reading_of(), assessment=Assessment())

        assert summary.warnings == (NOT_SENT,)
        assert header(summary, "Sent") == "Not sent yet"

    def test_it_always_says_that_people_decide(self) -> None:
        assert "only people decide" in summary_of().principle
        assert "not clearance" in summary_of().principle


class TestSafety:
    def test_it_is_empty_when_nothing_happened(self) -> None:
        assert summary_of().safety == ()

    def test_it_says_when_help_was_shown_and_what_became_of_the_alert(self) -> None:
        alert = AlertLine(
            text="Urgent answers: nobody has been told yet, the alert has waited since 14:01 on 2 Mar 2026.",
            is_open=True,
        )
        shown = record(panel_shown_at=NOW - datetime.timedelta(minutes=4), alerts=(alert,))

        summary = summarize(record=shown, reading=reading_of(), assessment=Assessment(safety_panel=True))

        assert [one.text for one in summary.safety] == [
            "The patient was shown crisis contacts before anything else on 2 Mar 2026, 14:01.",
            alert.text,
        ]

    def test_it_tells_when_help_and_a_call_are_due_but_not_recorded(self) -> None:
        lines = summary_of({"thoughts": {"state": "declined"}}).safety

        assert [(line.text, line.is_open) for line in lines] == [(NOT_SHOWN, True), (NOT_CALLED, True)]

    def test_of_a_draft_it_expects_no_call_yet(self) -> None:
        summary = summarize(record=record(sent_at=None), reading=reading_of(), assessment=Assessment(safety_panel=True))

        assert [line.text for line in summary.safety] == [NOT_SHOWN]

    def test_it_says_what_was_answered_to_each_question_that_calls_for_help_a_no_as_well(self) -> None:
        assert summary_of().safety_answers == SafetyAnswers(told=(), denied=("Thoughts of suicide",)), (
            "no plan is asked"
        )

        found = summary_of({"thoughts": "yes", "plan": "no"}).safety_answers
        assert [(fact.question, fact.answer) for fact in found.told] == [("Thoughts of suicide", "Yes")]
        assert found.denied == ("Plan",)

        (declined, *_) = summary_of({"thoughts": {"state": "declined"}}).safety_answers.told
        assert declined.answer == "Prefer not to say"

    def test_a_no_is_said_before_what_it_answers(self) -> None:
        context = {"summary": summary_of({"thoughts": "yes", "plan": "no"}), "frame": "base_document.html"}

        assert "Answered <b>No</b> to: Plan" in render_to_string("clinician/summary.html", context)
