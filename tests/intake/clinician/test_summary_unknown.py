"""The summary on what is not known: what stays open and would be settled by what, and what was never answered."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.template.loader import render_to_string

from intake.clinician.plain_text import plain_text
from intake.clinician.summary import summarize
from screening.engine.assessment import Assessment, RaisedFlag, UnresolvedFlag, evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import Rule

from . import sample
from .sample import reading_of, record, summary_of
from .summary_parts import group

ALL_ANSWERED = "Nothing: all that was asked is answered"


class TestUnresolved:
    def test_it_asks_the_question_that_would_settle_it(self) -> None:
        (point,) = group(summary_of({"pregnant": {"state": "not_sure"}}), "not-ruled-out").points

        assert point.title == "Pregnancy"
        assert [(one.ask, one.state) for one in point.questions] == [("Are you pregnant?", "Not sure")]
        assert point.severity_title == "Contraindication"

    @pytest.mark.parametrize(
        ("given", "state"),
        [
            ({"state": "not_sure"}, "Not sure"),
            ({"state": "declined"}, "Prefer not to say"),
            ({"state": "skipped"}, "Skipped"),
            (None, "Not reached yet"),
        ],
    )
    def test_it_says_what_stands_in_the_way(self, given: Any, state: str) -> None:
        (point,) = group(summary_of({"pregnant": given}), "not-ruled-out").points

        assert [one.state for one in point.questions] == [state]

    def test_it_lists_unknown_safety_answers_apart_and_earlier(self) -> None:
        summary = summary_of({"thoughts": {"state": "declined"}, "pregnant": {"state": "not_sure"}})

        assert [point.title for point in group(summary, "unresolved-safety").points] == ["Suicidal thoughts"]
        assert [point.title for point in group(summary, "not-ruled-out").points] == ["Pregnancy"]

    def test_it_says_that_the_flag_is_raised_at_a_lower_severity(self) -> None:
        (point,) = group(summary_of({"stroke": "yes", "stroke_when": {"state": "not_sure"}}), "not-ruled-out").points

        assert (point.title, point.severity_title, point.raised_as) == ("Stroke", "Contraindication", "Caution")

    def test_it_never_reads_a_missing_answer_as_no(self) -> None:
        summary = summary_of({"pregnant": {"state": "skipped"}})

        assert "Pregnancy" not in summary.ruled_out[0].titles
        assert "not a “no”" in group(summary, "not-ruled-out").lead

    def test_it_names_the_medicine_list_when_a_medicine_is_not_known(self) -> None:
        (point,) = group(summary_of({"pills": ["my little blue pill"]}), "not-ruled-out").points

        assert point.title == "Medicine list"
        assert [(one.ask, one.state) for one in point.questions] == [
            ("What is “my little blue pill”?", "not recognised")
        ]

    def test_it_says_that_a_rule_failed(self) -> None:
        failed = UnresolvedFlag(
            flag="stroke", severity="contraindication", questions=(), not_sure="NS-1", reason="rule error"
        )

        summary = summarize(record=record(), reading=reading_of(), assessment=Assessment(unresolved=(failed,)))

        assert group(summary, "not-ruled-out").points[0].reason == "rule error"

    def test_a_rule_that_is_listed_lower_is_the_one_shown(self) -> None:
        """Urgent and not sure (NS-1) stands under "could not be ruled out"; the milder rule of its flag is not open."""
        rules = (
            Rule(severity="urgent", when="pregnant is yes", action={"en": "Call today."}),
            Rule(severity="contraindication", when="smoker is yes", action={"en": "Ask at the visit."}),
        )
        concern = msgspec.structs.replace(sample.flag("concern", "Concern"), rules=rules)
        changed = msgspec.structs.replace(sample.definition(), flags=(concern,), notes=())
        reading = reading_of({"pregnant": {"state": "not_sure"}})
        reading = msgspec.structs.replace(reading, compiled=compile_definition(changed))
        found = evaluate(reading.compiled, reading.answers, sample.TODAY, reading.settings)

        summary = summarize(record=record(), reading=reading, assessment=found)
        (point,) = group(summary, "not-ruled-out").points

        assert (point.severity_title, point.rule) == ("Contraindication", "pregnant is yes")
        assert point.first == "Until this is settled: Ask at the visit. If it is so: Call today."

    def test_it_names_what_was_ruled_out(self) -> None:
        (group,) = summary_of().ruled_out

        assert group.titles == (
            "Suicidal thoughts",
            "High blood pressure",
            "Stroke",
            "Pregnancy",
            "Smoking",
            "Sedatives",
        )
        assert group.count == "all 6"

    def test_it_counts_what_is_left_in_a_group(self) -> None:
        (group,) = summary_of({"smoker": "yes", "pregnant": {"state": "skipped"}}).ruled_out

        assert (group.count, group.raised) == ("4 of 6", 1)

    @pytest.mark.parametrize(
        ("given", "why"),
        [("not_sure", "not sure"), ("declined", "prefer not to say"), ("skipped", "skipped")],
    )
    def test_it_names_what_is_left_open_and_why(self, given: str, why: str) -> None:
        (group,) = summary_of({"pregnant": {"state": given}}).ruled_out

        assert group.open == f"Pregnancy ({why})"

    def test_it_names_a_flag_that_could_be_more_than_it_was_raised_as(self) -> None:
        (group,) = summary_of({"stroke": "yes", "stroke_when": {"state": "not_sure"}}).ruled_out

        assert (group.raised, group.open) == (1, "Stroke (not sure)")

    def test_a_raised_flag_with_a_note_is_not_open(self) -> None:
        (group,) = summary_of({"smoker": "yes"}).ruled_out

        assert (group.raised, group.left) == (1, ())

    def test_it_names_what_hangs_on_the_medicine_list(self) -> None:
        (group,) = summary_of({"pills": ["my little blue pill"]}).ruled_out

        assert group.open == "Sedatives (the medicine list is not known)"

    @pytest.mark.parametrize(("asks", "raised"), [((), False), (("smoker",), False), ((), True), (("smoker",), True)])
    def test_it_says_of_each_flag_that_its_own_rule_failed(self, asks: tuple[str, ...], raised: bool) -> None:
        """Beside a medicine list that is open, which is the reason of another flag alone."""
        reading = reading_of({"pills": ["my little blue pill"], "smoker": {"state": "skipped"}})
        found = evaluate(reading.compiled, reading.answers, sample.TODAY, reading.settings)
        failed = UnresolvedFlag(
            flag="stroke", severity="contraindication", questions=asks, not_sure="NS-1", reason="rule error"
        )
        lower = (RaisedFlag(flag="stroke", severity="caution", because=(), rule="stroke is yes"),) if raised else ()
        assessment = msgspec.structs.replace(
            found,
            flags=(*found.flags, *lower),
            unresolved=(*found.unresolved, failed),
            ruled_out=tuple(name for name in found.ruled_out if name != "stroke"),
        )

        (group,) = summarize(record=record(), reading=reading, assessment=assessment).ruled_out

        assert [(one.title, one.why) for one in group.left] == [
            ("Stroke", "the rule could not be worked out"),
            ("Smoking", "skipped"),
            ("Sedatives", "the medicine list is not known"),
        ]


class TestUnknown:
    def test_it_says_that_all_was_answered(self) -> None:
        found = summary_of({"events": [{"event_what": "A broken leg", "event_year": 2010}]}).unknown

        assert (found.unanswered, found.medicines, found.hanging) == ((), (), ())

    def test_it_names_each_question_by_what_it_has_instead_of_an_answer(self) -> None:
        answers = {"pregnant": {"state": "not_sure"}, "smoker": {"state": "declined"}, "mood_1": {"state": "skipped"}}
        answers |= {"events": [{"event_what": "A broken leg", "event_year": 2010}]}

        assert [(line.state, line.questions) for line in summary_of(answers).unknown.unanswered] == [
            ("Not sure", ("Pregnant",)),
            ("Prefer not to say", ("Smokes",)),
            ("Skipped", ("Mood 1",)),
        ]

    def test_it_names_what_an_entry_of_a_group_lacks(self) -> None:
        stays = [
            {"event_what": "A broken leg", "event_year": {"state": "not_sure"}},
            {"event_what": {"state": "declined"}, "event_year": 2010},
            {"event_what": "A birth", "event_year": {"state": "not_sure"}},
            {"event_what": "A burn"},
        ]
        summary = summary_of({"events": stays})

        assert [(line.state, line.questions) for line in summary.unknown.unanswered] == [
            ("Not sure", ("Hospital stays 1: Year", "Hospital stays 3: Year")),
            ("Prefer not to say", ("Hospital stays 2: What for",)),
            ("Not reached yet", ("Hospital stays 4: Year",)),
        ]
        assert "- Not sure: Hospital stays 1: Year; Hospital stays 3: Year" in plain_text(summary)
        assert ALL_ANSWERED not in plain_text(summary)
        html = render_to_string("clinician/summary.html", {"summary": summary, "frame": "base_document.html"})
        assert "Hospital stays 1: Year" in html
        assert ALL_ANSWERED not in html

    def test_what_entries_of_a_group_lack_is_counted_in_its_section(self) -> None:
        stays = [{"event_what": "A birth", "event_year": {"state": "not_sure"}}] * 13

        (line,) = summary_of({"events": stays}).unknown.unanswered

        assert line.questions == ("13 in “Heart”",)

    def test_a_medicine_that_nobody_recognises_is_not_all_answered(self) -> None:
        stays = [{"event_what": "A birth", "event_year": 2010}]
        summary = summary_of({"pills": ["my little blue pill"], "events": stays})

        html = render_to_string("clinician/summary.html", {"summary": summary, "frame": "base_document.html"})
        assert ALL_ANSWERED not in html + plain_text(summary)
        calm = {"summary": summary_of({"events": stays}), "frame": "base_document.html"}
        assert ALL_ANSWERED in render_to_string("clinician/summary.html", calm)

    def test_it_says_what_was_not_asked_and_why(self) -> None:
        found = summary_of().unknown

        assert [(one.title, one.why) for one in found.sections] == [("Nose", "only if “Route” is “Nasal”")]
        assert found.follow_ups == 4, "plan, means, when the stroke was, which allergy"

    def test_it_says_what_the_questionnaire_does_not_ask_of_anybody(self) -> None:
        assert summary_of().unknown.absent == ("past treatments",)

    def test_a_question_that_hangs_on_a_missing_answer_is_named(self) -> None:
        found = summary_of({"stroke": {"state": "skipped"}}).unknown

        assert found.hanging == ("When the stroke was",)

    def test_what_a_contradicted_no_kept_from_being_asked_is_named(self) -> None:
        summary = summary_of({"smoker": "yes"})

        assert summary.unknown.doubtful == ("When the stroke was",)
        assert summary.unknown.follow_ups == 3, "without that one"
        assert "- Hangs on a “No” to check: When the stroke was" in plain_text(summary)
        html = render_to_string("clinician/summary.html", {"summary": summary, "frame": "base_document.html"})
        assert "Hangs on a “No” to check: <b>When the stroke was</b>" in html

    def test_many_are_counted_by_section_those_about_safety_named(self) -> None:
        reading = msgspec.structs.replace(reading_of(), answers={})

        (line,) = summarize(record=record(sent_at=None), reading=reading, assessment=Assessment()).unknown.unanswered

        assert line.state == "Not reached yet"
        assert line.questions == ("Thoughts of suicide", "7 in “About you”", "7 in “Heart”", "3 in “Mood”")

    def test_others_of_a_section_with_a_safety_question_are_counted_as_more(self) -> None:
        smoker = msgspec.structs.replace(sample.HEART.questions[4], not_sure="NS-2")
        heart = msgspec.structs.replace(
            sample.HEART, questions=(*sample.HEART.questions[:4], smoker, *sample.HEART.questions[5:])
        )
        changed = msgspec.structs.replace(
            sample.definition(), sections=(sample.ABOUT, sample.SAFETY, heart, sample.MOOD, sample.NASAL)
        )
        reading = msgspec.structs.replace(reading_of(), compiled=compile_definition(changed), answers={})

        (line,) = summarize(record=record(sent_at=None), reading=reading, assessment=Assessment()).unknown.unanswered

        named, counted = line.questions[:2], line.questions[2:]
        assert named == ("Thoughts of suicide", "Smokes")
        assert counted == ("7 in “About you”", "6 more in “Heart”", "3 in “Mood”")

    def test_a_medicine_that_nobody_recognises_is_named(self) -> None:
        (entry,) = summary_of({"pills": ["my little blue pill"]}).unknown.medicines

        assert (entry.name, entry.state) == ("“my little blue pill”", "not recognised")
