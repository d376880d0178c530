"""The summary as data: the order of its groups, each state of each question, and nothing decided for anybody."""

from __future__ import annotations

import msgspec
import pytest
from django.template.loader import render_to_string

from intake.clinician.safety import AlertLine
from intake.clinician.summary import summarize
from screening.engine.assessment import Assessment, Because, NoteLine, RaisedFlag
from screening.engine.compiler import compile_definition

from . import sample
from .sample import reading_of, record, summary_of
from .summary_parts import group, header


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
