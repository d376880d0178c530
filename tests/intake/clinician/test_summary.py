"""The summary as data: the order of its groups, each state of each question, and nothing decided for anybody."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest
from django.template.loader import render_to_string

from intake.clinician.plain_text import plain_text
from intake.clinician.safety import NOT_CALLED, NOT_SHOWN, AlertLine, SafetyAnswers
from intake.clinician.summary import NOT_REVIEWED, NOT_SENT, Summary, summarize
from intake.records import PastChange
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment, Because, NoteLine, RaisedFlag, UnresolvedFlag, evaluate
from screening.engine.compiler import compile_definition
from screening.engine.definition import Rule

from . import sample
from .sample import NOW, reading_of, record, summary_of

ALL_ANSWERED = "Nothing: all that was asked is answered"


def group(summary: Summary, key: str) -> Any:
    return next(one for one in summary.groups if one.key == key)


def line(summary: Summary, question: str) -> Any:
    """The line of a question in the list of all answers."""
    lines = [one for section in summary.sections for one in section.lines]
    return next(one for one in lines if question in (getattr(one, "question", ""), *getattr(one, "questions", ())))


def header(summary: Summary, label: str) -> str:
    return next(one.value for one in (*summary.facts, *summary.record) if one.label == label)


class TestOrder:
    def test_it_follows_the_clinical_specification(self) -> None:
        assert [one.key for one in summary_of().groups] == [
            "urgent",
            "unresolved-safety",
            "contraindication",
            "not-ruled-out",
            "inconsistent",
            "caution",
            "information",
            "notes",
            "scores",
        ]

    def test_it_names_the_groups_that_have_nothing(self) -> None:
        summary = summary_of()

        assert summary.empty == (
            "Urgent",
            "Unresolved safety",
            "Contraindications",
            "Could not be ruled out",
            "Inconsistent answers",
            "Cautions",
            "Information",
            "Notes",
        )
        assert [one.title for one in summary.filled] == ["Scores"]

    def test_it_puts_each_flag_in_the_group_of_its_severity(self) -> None:
        summary = summary_of(
            {"thoughts": "yes", "plan": "yes", "reading": {"systolic": 150, "diastolic": 80}, "smoker": "yes"}
        )

        assert [point.title for point in group(summary, "urgent").points] == ["Suicidal thoughts"]
        assert [point.title for point in group(summary, "caution").points] == ["High blood pressure"]
        assert [point.title for point in group(summary, "information").points] == ["Smoking"]
        assert group(summary, "contraindication").points == ()

    def test_it_keeps_every_section_in_the_questionnaires_order(self) -> None:
        assert [one.title for one in summary_of().sections] == ["About you", "Safety", "Heart", "Mood", "Nose"]


class TestHeader:
    def test_it_says_who_the_answers_are_about(self) -> None:
        summary = summary_of()

        assert summary.name == "Rosa Example"
        assert header(summary, "Age") == "46"
        assert header(summary, "Reason for coming") == "Low mood"
        assert header(summary, "Route") == "Infusion"
        assert header(summary, "Phone") == "+1 202 555 0143"
        assert header(summary, "Where they were") == "12 Sample Street"

    def test_it_names_the_record(self) -> None:
        summary = summary_of(profile="eu")

        assert summary.reference == "K7QM-3X4P"
        assert header(summary, "Sent") == "2 Mar 2026, 14:05"
        assert header(summary, "Answered in") == "Spanish"
        assert header(summary, "Label profile") == "European Union"
        assert header(summary, "Questionnaire") == "version 3 · a1b2c3d4"

    @pytest.mark.parametrize(
        ("born", "age"),
        [("1980-03-02", "46"), ("1980-03-03", "45"), ("1980", "45 or 46"), ("1980-02", "46"), ("1980-12", "45")],
    )
    def test_it_gives_the_age_that_a_date_of_birth_allows(self, born: str, age: str) -> None:
        assert header(summary_of({"born": born}), "Age") == age

    def test_it_leaves_out_the_age_when_the_date_of_birth_is_not_known(self) -> None:
        summary = summary_of({"born": {"state": "declined"}})

        assert [fact.label for fact in summary.facts if fact.label == "Age"] == []
        assert header(summary, "Date of birth") == "Prefer not to say"

    def test_it_says_when_no_name_was_given(self) -> None:
        assert summary_of({"given_name": None, "family_name": None}).name == "Name not given"

    def test_it_shows_half_a_name(self) -> None:
        assert summary_of({"given_name": {"state": "declined"}}).name == "Example"

    def test_it_leaves_out_facts_that_the_version_does_not_ask_for(self) -> None:
        assert "Sex" not in [fact.label for fact in summary_of().facts]


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


class TestFlags:
    def test_it_says_because_of_which_answers_in_the_patients_words(self) -> None:
        (point,) = group(summary_of({"reading": {"systolic": 162, "diastolic": 96}}), "contraindication").points

        assert [(fact.question, fact.answer) for fact in point.because] == [("Reading", "162/96 mmHg")]

    def test_it_gives_an_unknown_reason_in_the_same_words_as_the_list_of_answers(self) -> None:
        raised = RaisedFlag(
            flag="smoking",
            severity="information",
            because=(Because(question="smoker", answer="Not answered"),),
            rule="",
        )
        reading = reading_of({"smoker": {"state": "skipped"}})

        summary = summarize(record=record(), reading=reading, assessment=Assessment(flags=(raised,)))

        assert [fact.answer for fact in group(summary, "information").points[0].because] == ["Skipped"]

    def test_it_gives_the_rule_as_text_and_in_words(self) -> None:
        (point,) = group(summary_of({"reading": {"systolic": 162, "diastolic": 96}}), "contraindication").points

        assert point.rule == "reading.systolic >= 160"
        assert "160" in point.rule_in_words
        assert point.rule_in_words != point.rule

    def test_it_gives_discussion_reason_and_sources(self) -> None:
        (point,) = group(summary_of({"smoker": "yes"}), "information").points

        assert point.discussion == "Discuss smoking together."
        assert point.why == "Why smoking matters."
        assert [(one.title, one.section, one.checked) for one in point.sources] == [
            ("US label (2025)", "section 4", True),
            ("General knowledge", "", False),
        ]

    def test_it_shows_the_sources_of_the_clinics_label_profile(self) -> None:
        (point,) = group(summary_of({"smoker": "yes"}, profile="eu"), "information").points

        assert [one.title for one in point.sources] == ["US label (2025)", "General knowledge", "EU label"]

    def test_it_prefers_the_sources_of_the_rule_that_fired(self) -> None:
        flag = sample.flag("smoking", "Smoking", ("information", "smoker is yes"))
        rule = msgspec.structs.replace(flag.rules[0], sources=(sample.Citation(source="CUSTOM", checked=False),))
        changed = msgspec.structs.replace(sample.definition(), flags=(msgspec.structs.replace(flag, rules=(rule,)),))
        reading = msgspec.structs.replace(reading_of(), compiled=compile_definition(changed))
        raised = RaisedFlag(flag="smoking", severity="information", because=(), rule="smoker is yes")

        summary = summarize(record=record(), reading=reading, assessment=Assessment(flags=(raised,)))

        assert [one.title for one in group(summary, "information").points[0].sources] == ["General knowledge"]

    @pytest.mark.parametrize(
        ("of_rule", "of_flag", "shown"),
        [
            (("EU-LABEL",), ("CUSTOM",), ["General knowledge"]),
            (("EU-LABEL",), ("EU-LABEL",), ["EU label"]),
            ((), ("EU-LABEL",), ["EU label"]),
            (("EU-LABEL",), (), ["EU label"]),
            ((), (), []),
        ],
    )
    def test_where_the_profile_hides_a_rules_sources_it_shows_the_flags_or_else_all(
        self, of_rule: tuple[str, ...], of_flag: tuple[str, ...], shown: list[str]
    ) -> None:
        flag = sample.flag("smoking", "Smoking", ("information", "smoker is yes"))
        rule = msgspec.structs.replace(flag.rules[0], sources=tuple(sample.Citation(source=key) for key in of_rule))
        flag = msgspec.structs.replace(
            flag, rules=(rule,), sources=tuple(sample.Citation(source=key) for key in of_flag)
        )
        changed = msgspec.structs.replace(sample.definition(), flags=(flag,))
        reading = msgspec.structs.replace(reading_of(), compiled=compile_definition(changed))
        raised = RaisedFlag(flag="smoking", severity="information", because=(), rule="smoker is yes")

        summary = summarize(record=record(), reading=reading, assessment=Assessment(flags=(raised,)))

        assert [one.title for one in group(summary, "information").points[0].sources] == shown

    def test_it_names_the_version_of_the_rules(self) -> None:
        assert summary_of().version == "version 3, a1b2c3d4"


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


class TestNoPoints:
    def test_a_page_without_points_says_so_in_words(self) -> None:
        assert not summary_of().has_points
        assert summary_of({"smoker": "yes"}).has_points
        text = render_to_string("clinician/summary.html", {"summary": summary_of(), "frame": "base_document.html"})
        assert "No point was raised by the rules. Read the scores and the answers." in text


class TestLines:
    def test_it_words_inconsistent_answers(self) -> None:
        assert group(summary_of({"smoker": "yes"}), "inconsistent").points == ("Stroke denied, but smokes",)

    def test_it_puts_a_note_under_its_flag(self) -> None:
        summary = summary_of({"smoker": "yes"})

        noted = {point.link_id: point.notes for group in summary.detailed for point in group.points if point.notes}
        assert noted == {"smoking": ("Smokes and has high pressure",)}
        assert group(summary, "notes").points == (), "it is said once"

    def test_it_names_the_questions_of_a_low_stakes_unknown(self) -> None:
        noted = NoteLine(note="not_sure", flag="smoking", questions=("smoker",), text="Not known")

        summary = summarize(record=record(), reading=reading_of(), assessment=Assessment(notes=(noted,)))

        assert group(summary, "notes").points == ("Smoking: Not known (Smokes)",)


class TestScores:
    def test_it_gives_the_total_and_band_when_every_item_is_answered(self) -> None:
        (score,) = group(summary_of({"mood_1": "often", "mood_2": "some"}), "scores").points

        assert (score.result, score.band, score.answered, score.is_complete) == (
            "3",
            "moderate",
            "3 of 3 answered",
            True,
        )

    def test_it_gives_the_range_and_never_a_guess_when_an_item_is_missing(self) -> None:
        (score,) = group(
            summary_of({"mood_1": "often", "mood_2": "some", "mood_3": {"state": "skipped"}}), "scores"
        ).points

        assert score.result == "possible range 3–5"
        assert score.band == "at least moderate"
        assert (score.answered, score.missing, score.highest) == ("2 of 3 answered", ("Mood 3",), "6")
        assert not score.is_complete


class TestAnswers:
    @pytest.mark.parametrize(
        ("given", "state", "text"),
        [
            ("yes", "answered", "Yes"),
            ({"state": "not_sure"}, "not_sure", "Not sure"),
            ({"state": "declined"}, "declined", "Prefer not to say"),
            ({"state": "skipped"}, "skipped", "Skipped"),
            ({"state": "skipped", "typed": {"": "maybe?"}}, "unreadable", "Could not be read: “maybe?”"),
            (None, "not_reached", "Not reached yet"),
        ],
    )
    def test_it_tells_each_state_from_every_other(self, given: Any, state: str, text: str) -> None:
        found = line(summary_of({"smoker": given}), "Smokes")

        assert (found.state, found.answer) == (state, text)

    def test_it_says_why_a_question_was_not_asked(self) -> None:
        found = line(summary_of(), "Plan")

        assert found.kind == "not_asked"
        assert found.questions == ("Plan", "Means")
        assert found.why.startswith("only if ")
        assert "Thoughts of suicide" in found.why

    def test_it_says_when_it_could_not_be_known_whether_to_ask(self) -> None:
        assert "could not be known" in line(summary_of({"stroke": {"state": "declined"}}), "When the stroke was").why

    def test_it_says_why_a_whole_section_was_not_asked(self) -> None:
        (found,) = summary_of().sections[-1].lines

        assert found.questions == ("Polyps", "Nosebleeds")
        assert "Route" in found.why

    def test_it_shows_a_section_that_was_asked(self) -> None:
        assert line(summary_of({"route": "nasal", "polyps": "yes"}), "Polyps").answer == "Yes"

    def test_it_does_not_show_what_was_answered_to_a_hidden_question(self) -> None:
        summary = summary_of({"route": "infusion", "polyps": "yes"})

        assert line(summary, "Polyps").kind == "not_asked"

    def test_it_keeps_every_character_of_a_long_text(self) -> None:
        text = "start " + "word " * 3990 + "the end"

        found = line(summary_of({"reason": text}), "Reason")

        assert (found.kind, found.answer) == ("long", text)

    def test_it_shows_each_entry_of_a_repeating_group(self) -> None:
        stays = [
            {"event_what": "Broken leg", "event_year": 2010},
            {"event_what": "Birth", "event_year": {"state": "not_sure"}},
        ]

        found = line(summary_of({"events": stays}), "Hospital stays")

        assert [[(item.question, item.answer) for item in entry] for entry in found.entries] == [
            [("What for", "Broken leg"), ("Year", "2010")],
            [("What for", "Birth"), ("Year", "Not sure")],
        ]

    def test_it_lists_allergies_on_the_face_sheet(self) -> None:
        summary = summary_of({"reaction": "yes", "reaction_what": "Latex, a rash"})

        assert [(line.label, line.value) for line in summary.background.allergies] == [
            ("Allergy", "Yes"),
            ("Allergy, which", "Latex, a rash"),
        ]

    def test_an_open_question_about_allergies_does_not_read_as_none(self) -> None:
        assert [line.value for line in summary_of({"reaction": None}).background.allergies] == ["Not reached yet"]
        assert [line.value for line in summary_of({"reaction": {"state": "not_sure"}}).background.allergies] == [
            "Not sure"
        ]

    def test_it_leaves_out_an_allergy_that_was_taken_back(self) -> None:
        summary = summary_of({"reaction": "no", "reaction_what": "Latex"})

        assert [line.value for line in summary.background.allergies] == ["No"]

    def test_it_lists_medicines_on_the_face_sheet(self) -> None:
        summary = summary_of({"pills": [{"code": "diazepam", "dose_mg": 5}, "a blue one"]})

        assert "diazepam" in summary.background.medicines[0].value
        assert "a blue one" in summary.background.medicines[0].value

    def test_it_gives_the_same_page_for_the_same_answers(self) -> None:
        assert summary_of({"thoughts": "yes"}) == summary_of({"thoughts": "yes"})


class TestShow:
    def test_it_lists_everything_unless_asked_for_less(self) -> None:
        assert line(summary_of(), "Plan").kind == "not_asked"
        assert summary_of().show_title == "Everything"

    def test_all_that_was_asked_leaves_out_what_was_not(self) -> None:
        kinds = {one.kind for section in shown("asked").sections for one in section.lines}

        assert "not_asked" not in kinds
        assert line(shown("asked"), "Smokes").answer == "No"

    @pytest.mark.parametrize(
        ("given", "is_listed"),
        [
            ({"smoker": "yes"}, True),
            ({"smoker": "no"}, False),
            ({"smoker": {"state": "not_sure"}}, True),
            ({"smoker": {"state": "declined"}}, True),
            ({"smoker": {"state": "skipped"}}, True),
            ({"smoker": {"state": "skipped", "typed": {"": "maybe?"}}}, True),
            ({"smoker": None}, True),
        ],
    )
    def test_only_a_plain_no_is_left_out(self, given: dict[str, Any], is_listed: bool) -> None:
        names = [one.question for section in shown("positive", given).sections for one in section.lines]

        assert ("Smokes" in names) is is_listed

    def test_the_lowest_of_a_scale_is_a_plain_no(self) -> None:
        names = [one.question for section in shown("positive", {"mood_2": "some"}).sections for one in section.lines]

        assert "Mood 1" not in names
        assert "Mood 2" in names

    def test_a_no_that_was_a_yes_at_first_is_listed(self) -> None:
        step = PastChange(1, "patient", NOW, {"smoker": Answer(state="answered", value="yes")})
        reading = reading_of()
        summary = summarize(record=record(), reading=reading, assessment=Assessment(), steps=(step,), show="positive")

        assert line(summary, "Smokes").before == ("Yes",)

    def test_the_points_are_the_same_whatever_is_listed(self) -> None:
        given = {"smoker": "yes", "pregnant": {"state": "not_sure"}}

        assert shown("positive", given).groups == shown("all", given).groups


class TestBackground:
    def test_it_gives_measurements(self) -> None:
        assert [(one.label, one.value) for one in summary_of().background.measures] == [("Reading", "122/78 mmHg")]

    def test_it_gives_no_line_for_a_form_that_the_version_does_not_cover(self) -> None:
        assert summary_of({"route": "nasal"}).background.rems == ()

    def test_it_leaves_out_headings_with_nothing_under_them(self) -> None:
        assert [title for title, _ in summary_of().background.titled] == ["Medicines", "Allergies", "Measurements"]


class TestDense:
    def test_a_page_with_little_to_say_keeps_its_size(self) -> None:
        assert not summary_of({"smoker": "yes"}).is_dense

    def test_a_page_with_much_to_say_is_printed_smaller(self) -> None:
        alerts = tuple(AlertLine(text=f"Alert {number}.", is_open=True) for number in range(9))

        summary = summarize(record=record(alerts=alerts), reading=reading_of(), assessment=Assessment())

        assert summary.is_dense


def shown(show: Any, changes: dict[str, Any] | None = None) -> Summary:
    reading = reading_of(changes)
    assessment = evaluate(reading.compiled, reading.answers, sample.TODAY, reading.settings)
    return summarize(record=record(), reading=reading, assessment=assessment, show=show)
