"""The face sheet of the starter questionnaire's sample patients: complete on one sheet, A4 and Letter."""

from __future__ import annotations

import datetime
import io
import re
from functools import cache
from typing import Any

import msgspec
import pypdf
import pytest
from django.template.loader import render_to_string

from intake.clinician import pdf, plausibility
from intake.clinician.plain_text import plain_text
from intake.clinician.points import Fact
from intake.clinician.review import Added, Mark, ReviewPage, key_of
from intake.clinician.summary import Summary, summarize
from intake.clinician.unknown import unknown
from intake.clinician.wording import Reading, day, label
from intake.demonstration import CONTENT
from intake.records import PastChange
from intake.sample_patients import SAMPLES, SamplePatient
from screening.engine import journey
from screening.engine.answers import Answer, read_answers
from screening.engine.assessment import Assessment, Settings, evaluate
from screening.engine.compiler import Compiled, compile_definition
from screening.exchange.cases import Case, load_cases
from screening.exchange.yaml import load_definition

from .sample import NOW, record

MANY = SAMPLES[9]
"""Twelve points and more."""
FEWER = SAMPLES[8]
"""As many points as are still set in print of the usual size, with open questions and a note."""


@cache
def compiled() -> Compiled:
    return compile_definition(load_definition(CONTENT))


@cache
def cases() -> dict[str, Case]:
    return {case.id: case for case in load_cases(CONTENT)}


def summary_of(sample: SamplePatient, profile: str = "us", drawn_on: datetime.date | None = None) -> Summary:
    day, settings = cases()["baseline"].as_of, Settings(profile=profile)
    given = read_answers(compiled().definition, sample.answers_from(cases(), cases()["baseline"].answers), on=day)
    answers = journey.with_skipped(compiled(), given, day, settings)
    reading = Reading(compiled=compiled(), answers=dict(answers), settings=settings, as_of=day, drawn_on=drawn_on)
    assessment = evaluate(compiled(), answers, day, settings)
    return summarize(record=record(), reading=reading, assessment=assessment, steps=steps_of(sample, given))


def steps_of(sample: SamplePatient, sent: dict[str, Answer]) -> tuple[PastChange, ...]:
    """The saves of a sample patient: what was answered at first, then what was sent."""
    first = read_answers(compiled().definition, dict(sample.at_first), on=cases()["baseline"].as_of)
    saves = ({**sent, **first}, {link_id: sent.get(link_id) for link_id in first})
    return tuple(PastChange(number, "patient", NOW, save) for number, save in enumerate(saves, start=1))


def points(summary: Summary) -> int:
    return sum(len(group.points) for group in summary.detailed)


def named(sample: str, drawn_on: datetime.date | None = None) -> Summary:
    return summary_of(next(one for one in SAMPLES if one.name[0] == sample), drawn_on=drawn_on)


class TestPaper:
    @pytest.mark.parametrize(("sample", "paper"), [(MANY, "A4"), (MANY, "Letter"), (FEWER, "Letter")])
    def test_up_to_twelve_points_fit_on_one_sheet(self, sample: SamplePatient, paper: str) -> None:
        summary = summary_of(sample)
        assert points(summary_of(MANY)) >= 12
        assert summary.is_dense is (sample is MANY)

        html = render_to_string("clinician/summary.html", {"summary": summary, "frame": "base_document.html"})
        read = pypdf.PdfReader(io.BytesIO(pdf.write_pdf(html, paper=paper)))
        pages = [page.extract_text() for page in read.pages]

        assert "The absence of a flag is not clearance" in " ".join(pages[0].split())
        assert "Why each point was raised" in pages[1]
        fonts = {font.get_object()["/BaseFont"] for font in read.pages[0]["/Resources"]["/Font"].values()}
        assert any("Source-Sans-3" in font for font in fonts), "what fits must not hang on the fonts of a machine"


class TestAskedAboutSafety:
    def test_a_list_with_nothing_in_it_stands_among_what_was_denied(self) -> None:
        assert "Pain red flags" in summary_of(FEWER).safety_answers.denied

    def test_what_was_not_asked_is_not_told_for_an_earlier_none(self) -> None:
        answers = summary_of(MANY).safety_answers

        assert "Pain red flags" not in {*answers.denied, *(fact.question for fact in answers.told)}


class TestTakenBackOnACrowdedSheet:
    """Another answer still raises the point: what was taken back is on the first page all the same."""

    def test_a_disclosure_stands_where_the_answer_stands(self) -> None:
        answers = summary_of(MANY).safety_answers

        assert Fact(question="ASQ 4: attempt, ever", answer="No (first answered: Yes)") in answers.told
        assert "ASQ 4: attempt, ever" not in answers.denied
        assert "ASQ 2: better off dead" in answers.denied

    def test_it_is_named_among_the_answers_changed_before_sending(self) -> None:
        (one,) = summary_of(MANY).changed

        assert (one.question, one.before, one.now) == ("ASQ 4: attempt, ever", ("Yes",), "No")
        assert one.raised == ("Suicidal thoughts, plan, intent or recent attempt (caution)",)

    def test_the_first_page_has_both(self) -> None:
        html = render_to_string("clinician/summary.html", {"summary": summary_of(MANY), "frame": "base_document.html"})
        first = html[: html.index("Why each point was raised")]

        assert "Changed before sending" in first
        assert "No (first answered: Yes)" in first


class TestSamples:
    def test_there_are_ten_and_no_two_alike(self) -> None:
        found = {(points(summary_of(sample)), summary_of(sample).empty) for sample in SAMPLES}

        assert len(SAMPLES) == len({sample.name for sample in SAMPLES}) == 10
        assert len(found) >= 7

    def test_together_they_show_every_kind_of_point(self) -> None:
        shown = {group.key for sample in SAMPLES for group in summary_of(sample).filled}

        assert shown == {group.key for group in summary_of(MANY).groups}


class TestBehindADoubtfulNo:
    """What was not asked because of a "no" that the sheet itself tells to check."""

    def test_what_a_medicine_contradicts(self) -> None:
        assert named("Joan").unknown.doubtful == (
            "Takes blood pressure medicine as told",
            "Told that blood pressure is not under control",
        ), "and nothing behind the other reasons for such a medicine, which nobody doubts"

    def test_what_was_taken_back_before_sending(self) -> None:
        assert summary_of(MANY).unknown.doubtful == ("Most recent suicide attempt",)

    def test_a_plain_no_is_believed(self) -> None:
        assert named("Rosa").unknown.doubtful == ()


def suicide_risk(sample: str, drawn_on: datetime.date | None = None) -> Any:
    groups = (group for group in named(sample, drawn_on).groups if group.kind == "flags")
    return next(point for group in groups for point in group.points if point.link_id == "suicide_risk")


class TestNothingReached:
    def test_each_safety_question_is_named_where_the_others_are_counted(self) -> None:
        reading = Reading(compiled=compiled(), answers={}, settings=Settings(), as_of=cases()["baseline"].as_of)
        shown = journey.shown(compiled(), {}, reading.as_of, reading.settings)
        safety = [question for question in compiled().definition.questions() if question.link_id in shown]
        safety = [question for question in safety if question.link_id in compiled().safety_questions]

        (line,) = unknown(reading, Assessment(), ()).unanswered

        assert len(safety) >= 5
        assert list(line.questions[: len(safety)]) == [label(question) for question in safety]
        counts = line.questions[len(safety) :]
        assert counts[0].endswith(" in “About you”")
        assert all(re.fullmatch(r"\d+ (more )?in “.+”", one) for one in counts)


class TestWhatToDoFirst:
    def test_urgent_says_to_call_and_that_nobody_is_with_them(self) -> None:
        point = suicide_risk("Tess")

        assert point.action == "Call the person now."
        assert point.notes == ("Says that no one is with them and no one can be called",)

    def test_what_could_be_urgent_says_by_when_to_settle_it_and_what_to_do_if_it_is(self) -> None:
        (group,) = (group for group in named("Inés").groups if group.key == "unresolved-safety")
        first = "Until this is settled: Review on the same working day. If it is so: Call the person now."

        assert [point.action for point in group.points] == ["Call the person now."]
        assert [point.first for point in group.points] == [first]
        assert first in plain_text(named("Inés"))
        html = render_to_string("clinician/summary.html", {"summary": named("Inés"), "frame": "base_document.html"})
        assert first in html

    def test_a_caution_says_by_when(self) -> None:
        assert suicide_risk("Lena").action == "Review on the same working day."

    def test_what_is_about_safety_comes_first_among_cautions(self) -> None:
        (cautions,) = (group for group in summary_of(MANY).groups if group.key == "caution")

        assert cautions.points[0].link_id == "suicide_risk"

    def test_a_topic_that_may_be_more_urgent_says_what_to_do_in_each_case(self) -> None:
        assert (suicide_risk("Inés").could_be, suicide_risk("Lena").could_be) == ("urgent", "")
        text = plain_text(named("Inés"))
        assert "Until this is settled: Review on the same working day. If it is so: Call the person now." in text
        assert "First: Unless it is urgent (see what is open): Review on the same working day." in text


def point(sample: str, link_id: str) -> Any:
    groups = (group for group in named(sample).groups if group.kind in ("flags", "open"))
    return next(point for group in groups for point in group.points if point.link_id == link_id)


class TestFollowUps:
    def test_what_was_answered_beside_an_open_question_is_shown(self) -> None:
        assert Fact(question="Sleep apnoea treated every night", answer="Yes") in point("Evelyn", "sleep_apnea").more
        assert "Also answered: Sleep apnoea treated every night: Yes" in plain_text(named("Evelyn"))

    def test_what_was_answered_beside_the_answer_that_raised_a_point_is_shown(self) -> None:
        assert {fact.question for fact in point("Wei", "aneurysmal_vascular_disease").more} == {
            "Aneurysm, where",
            "Aneurysm repaired",
            "Aneurysm in close family",
        }

    def test_what_has_no_answer_and_what_is_about_safety_is_not(self) -> None:
        assert suicide_risk("Tess").more == ()


class TestSomeoneElse:
    def test_the_scores_and_the_note_name_who_answered(self) -> None:
        groups = {group.key: group for group in named("Evelyn").groups}

        assert groups["scores"].lead == "Answered by someone else: Her son."
        assert "Someone else filled in this form: Her son" in groups["notes"].points
        assert "Answered by someone else: Her son." in plain_text(named("Evelyn"))

    def test_the_patient_is_not_someone_else(self) -> None:
        groups = {group.key: group for group in named("Rosa").groups}

        assert groups["scores"].lead == ""


class TestMeasurements:
    def test_a_time_ago_names_the_day_it_counts_from(self) -> None:
        values = [fact.value for fact in named("Rosa").background.measures]
        answered = day(cases()["baseline"].as_of)

        assert any(value.endswith(f" before {answered})") for value in values)
        assert not any("ago" in value for value in values)


class TestNamedOtherwise:
    @pytest.mark.parametrize("is_named_otherwise", [True, False])
    def test_earlier_results_may_be_another_persons(self, is_named_otherwise: bool) -> None:
        summary = msgspec.structs.replace(named("Rosa"), is_named_otherwise=is_named_otherwise)

        html = render_to_string(
            "clinician/_scores_over_time.html", {"summary": summary, "over_time": {"earlier": ["one"]}}
        )

        assert ("may be another person’s" in html) is is_named_otherwise


class TestWhenTheDayIsPast:
    def test_it_says_when_the_review_was_due(self) -> None:
        sent = cases()["baseline"].as_of

        assert suicide_risk("Lena", sent + datetime.timedelta(days=4)).was_due.startswith("Was due on ")
        assert suicide_risk("Lena", sent).was_due == suicide_risk("Lena").was_due == ""

    @pytest.mark.parametrize("is_done", [False, True])
    def test_the_sheet_says_it_until_something_was_done(self, is_done: bool) -> None:
        point = suicide_risk("Lena", cases()["baseline"].as_of + datetime.timedelta(days=4))
        done = (Added(who="Acknowledged by Clara", text=""),) if is_done else ()

        html = render_to_string("clinician/_was_due.html", {"point": point, "review": review_with(point, done)})

        assert ("Was due on" in html) is not is_done


def review_with(point: Any, done: tuple[Added, ...]) -> ReviewPage:
    """A review in which this was done about a point."""
    mark = Mark(
        token="t", reference="r", title="", severity="", level="", done=done, answers=(), is_left=False, is_open=False
    )
    nothing: dict[str, Any] = dict.fromkeys(("left", "answers", "changes", "arrived", "notes", "signatures"), ())
    state: dict[str, Any] = dict.fromkeys(("is_signed", "is_outdated", "may_be_signed"), False)
    return ReviewPage(reference="r", state="", marks={key_of(point): mark}, alerts=0, **nothing, **state)


PHQ9, GAD7 = ([f"{key}_{n}" for n in range(1, count + 1)] for key, count in (("phq9", 9), ("gad7", 7)))
NONE, OFTEN, HALF = "not_at_all", "nearly_every_day", "more_than_half_the_days"


def checks(phq9: str, gad7: str, **more: Any) -> tuple[str, ...]:
    answers = dict.fromkeys(PHQ9, phq9) | {"phq9_9": NONE} | dict.fromkeys(GAD7, gad7) | more
    summary = summary_of(SamplePatient(name=("Any", "One"), cases=(), answers=answers))
    return next(group.checks for group in summary.groups if group.key == "scores")


class TestScoresToCheck:
    @pytest.mark.parametrize(
        ("answers", "found"),
        [
            ({"phq9": NONE, "gad7": NONE}, (plausibility.NO_SYMPTOM,)),
            ({"phq9": NONE, "gad7": NONE, "reason_for_treatment": ["chronic_pain"]}, ()),
            ({"phq9": NONE, "gad7": NONE, "phq9_8": {"state": "skipped"}}, ()),
            ({"phq9": HALF, "gad7": NONE}, (plausibility.NO_WORRY,)),
            ({"phq9": HALF, "gad7": NONE, "phq9_1": NONE}, ()),
            ({"phq9": NONE, "gad7": OFTEN}, (plausibility.NO_SYMPTOM, plausibility.NO_LOW_MOOD)),
            ({"phq9": OFTEN, "gad7": OFTEN, "phq9_9": OFTEN}, (plausibility.ALL_THE_SAME,)),
            ({"phq9": OFTEN, "gad7": OFTEN}, ()),
        ],
    )
    def test_what_does_not_fit_is_named_and_what_is_not_known_is_not(self, answers: Any, found: Any) -> None:
        assert checks(**answers) == found


class TestRemsLine:
    def test_it_gives_each_class_for_a_nasal_spray(self) -> None:
        assert {fact.label: fact.value for fact in named("Inés").background.rems} == {
            "benzodiazepines": "none listed",
            "sedative hypnotics and other sedatives": "none listed",
            "opioids": "none listed",
            "stimulants": "none listed",
            "MAO inhibitors": "none listed",
        }

    def test_a_medicine_that_is_not_known_leaves_the_others_open(self) -> None:
        line = {fact.label: fact.value for fact in summary_of(MANY).background.rems}

        assert line["benzodiazepines"] == "clonazepam, 2 mg a day"
        assert line["opioids"] == "not known"

    def test_a_drug_that_nobody_prescribed_is_not_none_listed(self) -> None:
        drugs = {"drugs_used_past_year": ["pain_pills_or_heroin", "cocaine"], "drug_use_often": "weekly_or_more"}
        line = self.line_of(drugs | {"medicines": ["oxycodone"]})
        use = "Non-prescribed drugs in the past year: Pain pills or heroin"
        often = "Non-prescribed drugs other than cannabis, last 3 months: Once a week or more"

        assert line["opioids"] == f"oxycodone, {use}, {often}"
        assert self.line_of(drugs)["opioids"] == f"{use}, {often}"
        assert self.line_of(drugs | {"drug_use_often": {"state": "declined"}})["opioids"] == "not known"
        assert line["benzodiazepines"] == "none listed"

    def line_of(self, answers: dict[str, Any]) -> dict[str, str]:
        asked = {"route": "nasal", "medicines": "none", **answers}
        summary = summary_of(SamplePatient(name=("Any", "One"), cases=(), answers=asked))
        return {fact.label: fact.value for fact in summary.background.rems}

    def test_it_is_left_out_for_another_route_or_label(self) -> None:
        assert named("Rosa").background.rems == ()
        assert summary_of(MANY, profile="eu").background.rems == ()
