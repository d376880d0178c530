"""Exports: every answer that counts, nothing of substance use where it is left out, and no cell that runs."""

from __future__ import annotations

import csv
import datetime
import io
import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from intake import actions, exporting, part2
from intake.models import AuditRecord, Clinic, QuestionnaireResponse
from screening import publishing
from screening.engine.answers import Answer
from screening.engine.assessment import Assessment, NoteLine, UnresolvedFlag
from screening.engine.definition import Section
from screening.engine.substance_use import about_substance_use
from screening.exchange.fhir.structure import problems_in
from screening.exchange.yaml import load_definition
from screening.management.base import CONTENT
from screening.models import Questionnaire, QuestionnaireVersion
from tests.intake.sample import DEFINITION, NOW, Tab, ask, flag, text

pytestmark = pytest.mark.django_db

SUBSTANCES = Section(
    link_id="substances",
    title=text("Alcohol and drugs"),
    questions=(
        ask("drinks", part2=True),
        ask("drinks_daily", ask_when="drinks is yes"),
        ask("smokes"),
        ask("remark", "text"),
    ),
)
PROTECTED = {"drinks", "drinks_daily", "alcohol"}


@pytest.fixture
def questionnaire(db: None) -> Questionnaire:
    """The small questionnaire with a page about substances, one of whose questions is marked."""
    flags = (*DEFINITION.flags, flag("alcohol", "caution", "drinks_daily is yes"))
    sections = (*DEFINITION.sections, SUBSTANCES)
    return publishing.rows_from_definition(msgspec.structs.replace(DEFINITION, sections=sections, flags=flags))


@pytest.fixture
def version(questionnaire: Questionnaire) -> QuestionnaireVersion:
    document = publishing.canonical_json(publishing.definition_from_rows(questionnaire))
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire, number=1, document=document.decode(), sha256=publishing.sha256_of(document),
        published_at=NOW, published_by="The cast",
    )  # fmt: skip


@pytest.fixture
def drinker(tab: Tab) -> QuestionnaireResponse:
    """Somebody who drinks every day, and once had a stroke."""
    tab.save(given_name="Rosa", family_name="Díaz", stroke="yes", section="about")
    tab.finish(drinks="yes", drinks_daily="yes", smokes="no", remark="=1+1")
    return actions.submit(response_id=tab.response.pk, now=NOW)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("export", *arguments, stdout=out)
    return out.getvalue()


def export_of(clinic: Clinic, *arguments: str) -> list[dict[str, Any]]:
    return json.loads(run(clinic.slug, "-", *arguments))


def rows_of(clinic: Clinic, *arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run(clinic.slug, "-", "--format", "csv", *arguments), newline="")))


def in_part2_mode(clinic: Clinic) -> None:
    clinic.part2_mode = Clinic.Part2Mode.NOTICE
    clinic.save()


@pytest.mark.check("C58", required="every answer that counts")
class TestWhatIsExported:
    def test_every_answer_says_its_wording_state_value_and_words(self, clinic: Clinic, drinker) -> None:
        [found] = export_of(clinic)

        assert found["answers"]["stroke"] == {
            "wording": "stroke?",
            "state": "answered",
            "value": "yes",
            "in_words": "Yes",
        }
        assert found["answers"]["plan_now"]["state"] == "skipped"
        assert found["answers"]["plan_now"]["value"] is None

    def test_it_says_who_when_and_which_version(self, clinic: Clinic, drinker, version) -> None:
        [found] = export_of(clinic)

        assert found["reference"] == str(drinker)
        assert (found["questionnaire"], found["version"]) == ("small", 1)
        assert found["version_sha256"] == version.sha256
        assert found["sent_at"] == NOW.isoformat()

    def test_the_assessment_is_the_one_of_the_day_of_sending(self, clinic: Clinic, drinker) -> None:
        [found] = export_of(clinic)

        assert {flag["flag"] for flag in found["assessment"]["flags"]} == {"stroke_ever", "alcohol"}

    def test_an_answer_hidden_by_a_later_one_is_not_exported(self, clinic: Clinic, tab: Tab) -> None:
        tab.save(family_name="Díaz", drinks="yes", drinks_daily="yes")
        tab.finish(drinks="no")
        actions.submit(response_id=tab.response.pk, now=NOW)

        [found] = export_of(clinic)

        assert "drinks_daily" not in found["answers"]

    def test_drafts_and_other_clinics_are_not_exported(self, other_clinic: Clinic, draft, drinker) -> None:
        assert export_of(other_clinic) == []

    def test_a_draft_is_not_exported(self, clinic: Clinic, draft) -> None:
        assert export_of(clinic) == []

    def test_only_what_was_sent_since_a_day_is_exported(self, clinic: Clinic, drinker) -> None:
        day, next_day = NOW.date(), NOW.date() + datetime.timedelta(days=2)

        assert len(export_of(clinic, "--since", day.isoformat())) == 1
        assert export_of(clinic, "--since", next_day.isoformat()) == []

    def test_each_response_is_recorded_as_exported(self, clinic: Clinic, drinker) -> None:
        export_of(clinic)

        record = AuditRecord.objects.get(action="response.exported")
        assert record.objects_named == {"response": str(drinker.pk), "substance_use": "included"}


def correct(response: QuestionnaireResponse, words: str, about: str = "", days: int = 0) -> None:
    moment = NOW + datetime.timedelta(days=days)
    actions.add_correction(response_id=response.pk, words=words, about=about, attempt=f"words:{words}", now=moment)


class TestWhatWasAddedLater:
    def test_words_stand_beside_the_answers(self, clinic: Clinic, drinker) -> None:
        correct(drinker, "It was two strokes.", about="stroke")

        [found] = export_of(clinic)

        assert found["answers"]["stroke"]["value"] == "yes"
        assert found["added_later"] == [
            {
                "added_at": NOW.isoformat(), "source": "words", "left_out": False, "about": "stroke",
                "words": "It was two strokes.", "answers": {},
            }
        ]  # fmt: skip

    def test_answers_of_a_late_page_are_there(self, clinic: Clinic, drinker) -> None:
        late = {"plan_now": Answer(state="answered", value="yes", on=NOW.date())}
        actions.keep_late_answers(response_id=drinker.pk, answers=late, now=NOW)

        [found] = export_of(clinic)

        assert found["answers"]["plan_now"]["state"] == "skipped"
        assert found["added_later"][0]["answers"]["plan_now"]["value"] == "yes"

    def test_a_table_has_a_line_for_each_with_its_moment(self, clinic: Clinic, drinker) -> None:
        correct(drinker, "=1+1", about="stroke")
        late = {"plan_now": Answer(state="answered", value="yes", on=NOW.date())}
        actions.keep_late_answers(response_id=drinker.pk, answers=late, now=NOW)

        lines = [(row["question"], row["state"], row["answer"]) for row in rows_of(clinic) if row["added_at"]]

        assert lines == [("stroke", "added", "'=1+1"), ("plan_now", "answered", "Yes")]

    def test_an_addition_brings_an_older_response_again(self, clinic: Clinic, drinker) -> None:
        later = (NOW + datetime.timedelta(days=2)).date().isoformat()
        assert export_of(clinic, "--since", later) == []

        correct(drinker, "One more thing.", days=3)
        correct(drinker, "And another.", days=3)

        assert len(export_of(clinic, "--since", later)) == 1

    def test_one_query_reads_those_of_all_responses_and_none_reads_a_response_again(
        self, clinic: Clinic, version: QuestionnaireVersion, drinker
    ) -> None:
        other = Tab(actions.start(clinic=clinic, version=version, language="en", now=NOW).response)
        other.finish(family_name="Roth")
        for response in (drinker, actions.submit(response_id=other.response.pk, now=NOW)):
            for words in ("One.", "Two."):
                correct(response, words)

        with CaptureQueriesContext(connection) as queries:
            found = export_of(clinic)

        assert [[added["words"] for added in one["added_later"]] for one in found] == [["One.", "Two."]] * 2
        read = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        assert len([sql for sql in read if "intake_correction" in sql]) == 1
        assert len([sql for sql in read if '"document_ct"' in sql]) == 1
        assert len([sql for sql in read if "screening_questionnaireversion" in sql]) == 1

    @pytest.mark.parametrize("about", ["drinks", "substances"])
    def test_words_about_what_is_left_out_go_but_not_that_there_are_some(self, clinic, drinker, about: str) -> None:
        correct(drinker, "A bottle a day.", about=about)

        [found] = export_of(clinic, "--without-substance-use")

        [added] = found["added_later"]
        assert (added["left_out"], added["about"], added["words"]) == (True, "", "")
        assert [row["state"] for row in rows_of(clinic, "--without-substance-use") if row["added_at"]] == ["left out"]

    def test_of_a_late_page_only_what_is_left_out_goes(self, clinic: Clinic, drinker) -> None:
        late = {name: Answer(state="answered", value=value, on=NOW.date()) for name, value in
                {"drinks": "no", "smokes": "yes"}.items()}  # fmt: skip
        actions.keep_late_answers(response_id=drinker.pk, answers=late, now=NOW)

        [found] = export_of(clinic, "--without-substance-use")

        assert found["added_later"][0]["left_out"] is True
        assert found["added_later"][0]["answers"].keys() == {"smokes"}


class TestSubstanceUse:
    def test_it_is_included_while_the_mode_is_off(self, clinic: Clinic, drinker) -> None:
        [found] = export_of(clinic)

        assert found["answers"].keys() >= {"drinks", "drinks_daily"}
        assert found["substance_use"] == {"left_out": False, "notice": ""}

    def test_in_part_2_mode_it_is_left_out_with_all_that_rests_on_it(self, clinic: Clinic, drinker) -> None:
        in_part2_mode(clinic)

        [found] = export_of(clinic)

        assert found["substance_use"]["left_out"] is True
        assert not [name for name in PROTECTED if f'"{name}"' in json.dumps(found)]
        assert [flag["flag"] for flag in found["assessment"]["flags"]] == ["stroke_ever"]
        assert found["answers"].keys() >= {"smokes", "stroke"}

    def test_it_is_included_with_the_notice_when_told_so(self, clinic: Clinic, drinker) -> None:
        in_part2_mode(clinic)

        [found] = export_of(clinic, "--with-substance-use")

        assert found["answers"].keys() >= {"drinks", "drinks_daily"}
        assert found["substance_use"] == {"left_out": False, "notice": part2.REDISCLOSURE}

    def test_any_clinic_can_leave_it_out(self, clinic: Clinic, drinker) -> None:
        [found] = export_of(clinic, "--without-substance-use")

        assert not found["answers"].keys() & PROTECTED
        assert AuditRecord.objects.get(action="response.exported").objects_named["substance_use"] == "left out"

    def test_both_at_once_are_refused(self, clinic: Clinic) -> None:
        with pytest.raises(CommandError, match="not allowed with"):
            run(clinic.slug, "-", "--with-substance-use", "--without-substance-use")

    def test_every_line_of_a_table_carries_the_notice(self, clinic: Clinic, drinker) -> None:
        in_part2_mode(clinic)

        assert {row["notice"] for row in rows_of(clinic, "--with-substance-use")} == {part2.REDISCLOSURE}
        assert {row["notice"] for row in rows_of(clinic)} == {""}
        assert not {row["question"] for row in rows_of(clinic)} & PROTECTED

    def test_everything_of_an_assessment_that_names_it_goes(self) -> None:
        assessment = Assessment(
            unresolved=(
                UnresolvedFlag(flag="alcohol", severity="caution", questions=("smokes",), not_sure="NS-1"),
                UnresolvedFlag(flag="lungs", severity="caution", questions=("smokes", "drinks"), not_sure="NS-1"),
                UnresolvedFlag(flag="heart", severity="caution", questions=("smokes",), not_sure="NS-1"),
            ),
            ruled_out=("alcohol", "stroke_ever"),
            inconsistencies=("C1", "alcohol"),
            notes=(NoteLine(note="not_sure", questions=("drinks",)), NoteLine(note="related", flag="stroke_ever")),
            not_asked=("drinks_daily", "smokes"),
        )

        left = exporting.without(assessment, frozenset(PROTECTED))

        assert [flag.flag for flag in left.unresolved] == ["heart"]
        assert left.ruled_out == ("stroke_ever",)
        assert left.inconsistencies == ("C1",)
        assert [line.note for line in left.notes] == ["related"]
        assert left.not_asked == ("smokes",)

    def test_the_starter_tells_about_substance_use_where_one_would_look(self) -> None:
        telling = about_substance_use(load_definition(CONTENT))

        assert telling >= {
            "audit_c",
            "audit_c_1",
            "drug_screen",
            "alcohol_use",
            "drug_use",
            "intoxication_withdrawal_now",
        }
        assert telling >= {"drinks_every_day", "withdrawal_seizure_before", "ketamine_pcp_misuse", "med_opioid"}
        assert not telling & {"suicide_risk", "blood_pressure", "phq9", "medicines", "psychosis", "med_stimulant"}


def as_csv(**answer: str) -> str:
    """The table of one response with this answer."""
    one = {
        "reference": "R", "questionnaire": "q", "version": 1, "sent_at": "now", "added_later": [],
        "answers": {"remark": {"wording": "", "state": "answered", "value": "x", **answer}},
        "substance_use": {"notice": ""},
    }  # fmt: skip
    output = io.StringIO(newline="")
    exporting.write_csv([one], output)
    return output.getvalue()


class TestTables:
    def test_there_is_one_line_for_each_answer(self, clinic: Clinic, drinker) -> None:
        [found] = export_of(clinic)

        assert [row["question"] for row in rows_of(clinic)] == list(found["answers"])

    @pytest.mark.check("C41", required="0 cells that run")
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
    def test_no_cell_runs_as_a_formula(self, start: str) -> None:
        written = as_csv(wording=f"{start}A1", in_words=f"{start}1+1")

        _, row = csv.reader(io.StringIO(written, newline=""))
        assert (row[5], row[7]) == (f"'{start}A1", f"'{start}1+1")

    @pytest.mark.check("C41", required="0 cells that run where cells are split at semicolons")
    @pytest.mark.parametrize("split", [";", "\t", "\n", "\r"])
    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
    def test_nor_in_the_middle_of_words(self, split: str, sign: str) -> None:
        written = as_csv(in_words=f"pain{split}{sign}A1 - not{sign}this")

        assert f"pain{split}'{sign}A1 - not{sign}this" in written

    @pytest.mark.check("C41", required="0 cells that run where cells are split at semicolons, quotes or not")
    @pytest.mark.parametrize("quotes", ['"', '""', '" "', " ", '\u00a0"'])
    def test_nor_behind_quotes(self, quotes: str) -> None:
        written = as_csv(in_words=f"pain;{quotes}=1+1;more")

        cells = [cell for row in csv.reader(io.StringIO(written, newline=""), delimiter=";") for cell in row]
        assert any("=1+1" in cell for cell in cells)
        assert not [cell for cell in cells if cell.lstrip().startswith("=")]

    def test_words_come_back_as_they_were_typed(self, clinic: Clinic, tab: Tab) -> None:
        typed = 'First line, "quoted"; second'
        tab.save(family_name="Díaz")
        tab.finish(remark=typed)
        actions.submit(response_id=tab.response.pk, now=NOW)

        assert [row["answer"] for row in rows_of(clinic) if row["question"] == "remark"] == [typed]


class TestTheFile:
    def test_only_its_owner_can_read_it(self, clinic: Clinic, drinker, tmp_path: Path) -> None:
        path = tmp_path / "responses.json"

        said = run(clinic.slug, str(path))

        assert said.strip() == f"1 responses of {clinic.name} are in {path}."
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [one["reference"] for one in json.loads(path.read_text(encoding="utf-8"))] == [str(drinker)]

    def test_an_existing_file_is_kept_and_nothing_recorded(self, clinic: Clinic, drinker, tmp_path: Path) -> None:
        path = tmp_path / "responses.json"
        path.write_text("mine", encoding="utf-8")

        with pytest.raises(CommandError, match="is there already"):
            run(clinic.slug, str(path))

        assert path.read_text(encoding="utf-8") == "mine"
        assert not AuditRecord.objects.filter(action="response.exported").exists()

    def test_a_place_that_cannot_be_written_is_said(self, clinic: Clinic, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be written: No such file"):
            run(clinic.slug, str(tmp_path / "nowhere" / "file.json"))

    def test_a_day_that_does_not_exist_is_refused(self, clinic: Clinic) -> None:
        with pytest.raises(CommandError, match="write a day that exists"):
            run(clinic.slug, "-", "--since", "2026-02-30")

    def test_an_unknown_clinic_is_refused(self, clinic: Clinic) -> None:
        with pytest.raises(CommandError, match="There is no clinic “nowhere”"):
            run("nowhere", "-")


class TestFhir:
    """The same in FHIR: what is left out elsewhere is left out here."""

    def of(self, clinic: Clinic, *arguments: str) -> dict[str, Any]:
        return json.loads(run(clinic.slug, "-", "--format", "fhir", *arguments))

    def response_in(self, found: dict[str, Any]) -> dict[str, Any]:
        kinds = [entry["resource"] for entry in found["entry"]]
        return next(one for one in kinds if one["resourceType"] == "QuestionnaireResponse")

    def test_it_is_a_bundle_of_answers_and_points_with_their_version(self, clinic: Clinic, drinker, version) -> None:
        found = self.of(clinic)

        assert problems_in(found) == []
        response = self.response_in(found)
        assert response["id"] == str(drinker)
        assert response["questionnaire"] == f"{settings.SITE_ORIGIN}/Questionnaire/small|1"
        issues = [one["resource"] for one in found["entry"] if one["resource"]["resourceType"] == "DetectedIssue"]
        assert {one["code"]["coding"][0]["code"] for one in issues} >= {"stroke_ever", "alcohol"}
        assert AuditRecord.objects.get(action="response.exported").objects_named["substance_use"] == "included"

    def test_in_part_2_mode_it_says_that_something_was_taken_out(self, clinic: Clinic, drinker) -> None:
        in_part2_mode(clinic)

        found = self.of(clinic)

        assert not [name for name in PROTECTED if name in json.dumps(found)]
        labels = [entry["resource"]["meta"]["security"][0]["code"] for entry in found["entry"]]
        assert set(labels) == {"REDACTED"}

    def test_with_substance_use_each_resource_is_marked_and_the_notice_is_there(self, clinic: Clinic, drinker) -> None:
        in_part2_mode(clinic)

        found = self.of(clinic, "--with-substance-use")

        codes = {label["code"] for entry in found["entry"] for label in entry["resource"]["meta"]["security"]}
        assert codes == {"42CFRPart2", "R"}
        assert part2.REDISCLOSURE in str(self.response_in(found)["extension"])

    def test_what_was_added_later_stands_beside_the_answers(self, clinic: Clinic, drinker) -> None:
        correct(drinker, "It was two strokes.", about="stroke")
        late = {"plan_now": Answer(state="answered", value="yes", on=NOW.date())}
        actions.keep_late_answers(response_id=drinker.pk, answers=late, now=NOW)

        response = self.response_in(self.of(clinic))

        assert problems_in(response) == []
        assert "It was two strokes." in json.dumps(response["extension"])
        assert json.dumps(response["extension"]).count("added-later") == 2

    def test_no_response_is_an_empty_bundle(self, clinic: Clinic) -> None:
        assert problems_in(self.of(clinic)) == []
