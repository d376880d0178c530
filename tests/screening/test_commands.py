"""The commands: what they print, their exit codes, and never a traceback for bad input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, load_command_class
from django.core.management import get_commands as django_commands
from django.db import OperationalError

from screening import models, publishing
from screening.engine.assessment import Assessment
from screening.engine.definition import canonical_json
from screening.exchange.cases import Expectation
from screening.exchange.yaml import dump_cases, dump_definition
from screening.management.commands import screen
from tests.screening.samples import both, case, small

ROOT = Path(__file__).parent.parent.parent
OURS = sorted(name for name, app in django_commands().items() if app == "screening")


def run(*arguments: str, **options) -> str:
    """What a command prints."""
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def failure(*arguments: str) -> tuple[int, str]:
    """The exit code and message with which a command fails."""
    with pytest.raises(CommandError) as failed:
        run(*arguments)
    return failed.value.returncode, str(failed.value)


@pytest.fixture
def folder(tmp_path) -> Path:
    """The small questionnaire and its case as a directory."""
    (tmp_path / "questionnaire.yaml").write_text(dump_definition(small()))
    (tmp_path / "cases.yaml").write_text(dump_cases([case()]))
    return tmp_path


@pytest.fixture
def answers(tmp_path):
    """Writes a file of answers and gives its path."""

    def write(value: object) -> str:
        path = tmp_path / "answers.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    return write


@pytest.mark.parametrize("name", OURS)
def test_every_command_has_help_with_an_example(name):
    command = load_command_class("screening", name)
    text = command.create_parser("manage.py", name).format_help()

    assert f"python manage.py {name} " in text.split("Example:")[1]


def test_the_commands_that_others_script_are_there():
    scripted = {"check_questionnaire", "load_questionnaire", "publish_questionnaire", "run_cases", "screen"}

    assert scripted <= set(OURS)


class TestLoad:
    pytestmark = pytest.mark.django_db

    def test_it_loads_a_draft_with_its_cases(self, folder):
        assert run("load_questionnaire", str(folder)) == "Loaded “small”: 3 questions, 1 flags, 1 cases.\n"
        assert publishing.definition_from_rows(models.Questionnaire.objects.get(key="small")) == small()
        assert models.Case.objects.get().key == "recent_stroke"

    def test_it_loads_one_file_and_keeps_the_stored_cases(self, folder, draft):
        run("load_questionnaire", str(folder / "questionnaire.yaml"))

        assert draft.cases.count() == 1

    def test_it_loads_the_starter_questionnaire_without_a_path(self):
        assert "Loaded “ketamine_screening”" in run("load_questionnaire")

    def test_it_loads_under_another_key(self, folder):
        run("load_questionnaire", str(folder), "--key", "mine")

        assert models.Questionnaire.objects.get().key == "mine"

    def test_it_loads_twice_and_over_what_was_published(self, folder, version):
        run("load_questionnaire", str(folder))
        (folder / "questionnaire.yaml").write_text(dump_definition(small(title=both("Other"))))

        assert "Loaded" in run("load_questionnaire", str(folder))

    def test_it_does_not_overwrite_changes_that_were_never_published(self, folder, draft):
        draft.title = both("Edited")
        draft.save()

        code, message = failure("load_questionnaire", str(folder))

        assert code == 1
        assert "--replace" in message
        draft.refresh_from_db()
        assert draft.title == both("Edited")
        assert "Loaded" in run("load_questionnaire", str(folder), "--replace")

    def test_it_refuses_content_of_the_wrong_shape_with_its_place(self, tmp_path):
        (tmp_path / "bad.yaml").write_text("key: bad\nsections:\n  - link_id: a\n    quetions: []\n")

        code, message = failure("load_questionnaire", str(tmp_path / "bad.yaml"))

        assert code == 2
        assert "bad.yaml:4" in message
        assert not models.Questionnaire.objects.exists()

    def test_it_refuses_content_that_makes_no_sense(self, folder):
        text = dump_definition(small()).replace("stroke_recent is yes", "strok is yes")
        (folder / "questionnaire.yaml").write_text(text)

        code, message = failure("load_questionnaire", str(folder))

        assert code == 1
        assert "Q302" in message
        assert not models.Questionnaire.objects.exists()

    def test_it_refuses_cases_of_the_wrong_shape(self, folder):
        (folder / "cases.yaml").write_text("cases: 3\n")

        assert failure("load_questionnaire", str(folder))[0] == 2

    def test_it_refuses_a_path_that_is_not_there(self, tmp_path):
        assert failure("load_questionnaire", str(tmp_path / "nowhere.yaml"))[0] == 2


class TestCheck:
    pytestmark = pytest.mark.django_db

    def test_it_says_that_a_sound_questionnaire_can_be_published(self, folder):
        assert run("check_questionnaire", str(folder)) == "It can be published.\n"

    def test_it_prints_no_coverage_where_none_is_asked_for(self, folder):
        assert "M1" not in run("check_questionnaire", str(folder))
        assert "coverage" not in json.loads(run("check_questionnaire", str(folder), "--json"))

    def test_it_refuses_a_coverage_list_that_cannot_be_read(self, folder):
        (folder / "coverage.yaml").write_text("questionnaire: small\n")
        assert "coverage.yaml:1: Add “concepts”" in failure("check_questionnaire", str(folder))[1]

    def test_it_checks_a_stored_draft(self, draft):
        assert json.loads(run("check_questionnaire", "small", "--json")) == {"ok": True, "problems": []}

    def test_it_fails_with_every_problem_as_json(self, draft):
        models.Rule.objects.update(when="strok is yes")
        out = io.StringIO()

        with pytest.raises(CommandError) as failed:
            call_command("check_questionnaire", "small", "--json", stdout=out)

        found = json.loads(out.getvalue())
        assert failed.value.returncode == 1
        assert [problem["id"] for problem in found["problems"]] == ["Q302", "Q302"]
        assert {"id", "severity", "place", "message", "hint", "pointed"} <= set(found["problems"][0])

    def test_it_runs_the_cases_too(self, folder):
        (folder / "cases.yaml").write_text(dump_cases([case(expect=Expectation())]))

        assert failure("check_questionnaire", str(folder))[0] == 1

    def test_it_refuses_a_key_that_is_not_stored(self, draft):
        assert failure("check_questionnaire", "nope") == (
            2,
            "There is no questionnaire “nope”. Stored questionnaires: small.",
        )


class TestPublish:
    pytestmark = pytest.mark.django_db

    def test_it_publishes_and_says_the_hash(self, draft):
        found = json.loads(run("publish_questionnaire", "small", "--by", "Ada", "--note", "First", "--json"))

        version = models.QuestionnaireVersion.objects.get()
        assert found == {"key": "small", "number": 1, "sha256": version.sha256, "warnings": []}
        assert (version.published_by, version.note) == ("Ada", "First")

    def test_it_warns_that_a_review_is_missing_and_publishes(self, draft):
        models.Questionnaire.objects.update(review_clinical="", review_translations={})

        said = run("publish_questionnaire", "small", "--by", "Ada")

        assert "Q801 warning" in said
        assert "Nobody has reviewed the translation into es yet." in said
        assert said.endswith(f"sha256 {models.QuestionnaireVersion.objects.get().sha256}.\n")

    def test_it_lists_the_warnings_as_json(self, draft):
        models.Questionnaire.objects.update(review_clinical="")

        found = json.loads(run("publish_questionnaire", "small", "--by", "Ada", "--json"))

        assert [warning["id"] for warning in found["warnings"]] == ["Q801"]

    def test_it_says_so_in_words(self, draft):
        assert run("publish_questionnaire", "small", "--by", "Ada").startswith("Published “small” version 1")

    def test_it_refuses_with_every_problem(self, version):
        code, message = failure("publish_questionnaire", "small", "--by", " ")

        assert code == 1
        assert "P101" in message

    def test_it_refuses_an_unknown_key(self, db):
        assert failure("publish_questionnaire", "nope", "--by", "Ada")[0] == 2


class TestRunCases:
    pytestmark = pytest.mark.django_db

    def test_it_runs_the_cases_of_a_draft(self, draft):
        text = run("run_cases", "small")

        assert "1 of 1 cases pass." in text
        assert "rules: 1 of 2 exercised" in text

    def test_it_lists_what_no_case_exercises(self, folder):
        assert "  never: stroke_flag caution" in run("run_cases", "--path", str(folder), "--coverage")

    def test_it_fails_and_says_what_came_out_otherwise(self, folder):
        (folder / "cases.yaml").write_text(dump_cases([case(expect=Expectation())]))
        out = io.StringIO()

        with pytest.raises(CommandError, match="1 of 1 cases") as failed:
            call_command("run_cases", "--path", str(folder), stdout=out)

        assert failed.value.returncode == 1
        assert "recent_stroke (Recent stroke): stroke_flag was raised" in out.getvalue()

    def test_it_prints_json(self, folder):
        found = json.loads(run("run_cases", "--path", str(folder), "--json"))

        assert found["ok"] is True
        assert found["cases"] == [{"id": "recent_stroke", "differences": []}]
        assert found["coverage"]["open"] == {"covered": [], "missing": ["stroke_flag"]}

    def test_it_refuses_both_a_key_and_a_path(self, draft, folder):
        assert failure("run_cases", "small", "--path", str(folder))[0] == 2

    def test_it_refuses_rules_that_cannot_be_used(self, draft):
        models.Rule.objects.update(when="strok is yes")

        assert failure("run_cases", "small")[0] == 2

    def test_it_refuses_a_draft_that_cannot_be_read(self, draft):
        models.Question.objects.update(type="riddle")

        assert failure("run_cases", "small")[0] == 2


class TestScreen:
    def test_it_prints_the_object_of_an_assessment(self, folder, answers):
        given = answers({"stroke": "yes", "stroke_recent": "yes"})
        found = json.loads(run("screen", given, "--json", "--as-of", "2026-03-02", "--questionnaire", str(folder)))

        because = [{"question": "stroke_recent", "answer": "Yes"}]
        flag = {
            "flag": "stroke_flag",
            "severity": "contraindication",
            "because": because,
            "rule": "stroke_recent is yes",
        }
        assert found.pop("version").startswith("small ")
        assert found == {
            "flags": [flag],
            "unresolved": [],
            "ruled_out": [],
            "inconsistencies": [],
            "notes": [],
            "scores": {"mood_total": {"total": None, "band": "low", "answered": 0, "of": 1, "range": [0, 3]}},
            "safety_panel": False,
            "not_asked": [],
            "missing": ["mood"],
        }

    def test_a_shown_absent_answer_is_skipped_and_missing(self, folder, answers):
        given = answers({"mood": "low"})
        found = json.loads(run("screen", given, "--json", "--questionnaire", str(folder)))

        assert found["missing"] == ["stroke"]
        assert [flag["flag"] for flag in found["unresolved"]] == ["stroke_flag"]

    def test_it_says_it_in_words(self, folder, answers):
        text = run("screen", answers({"stroke": "yes"}), "--questionnaire", str(folder))

        assert "caution: stroke_flag because stroke: Yes" in text
        assert "could not be ruled out: stroke_flag (stroke_recent)" in text

    def test_it_takes_day_and_profile_from_the_file_unless_they_are_given(self, answers, monkeypatch):
        seen = []
        monkeypatch.setattr(screen, "_assess", lambda *given: seen.append(given[2:]) or Assessment())
        given = answers({"answers": {}, "as_of": "2025-01-31", "profile": "eu"})

        run("screen", given)
        run("screen", given, "--as-of", "2026-03-02", "--profile", "us")

        assert [(str(day), settings.profile) for day, settings in seen] == [("2025-01-31", "eu"), ("2026-03-02", "us")]

    @pytest.mark.django_db
    def test_it_uses_a_published_version_by_its_key(self, version, answers):
        found = json.loads(run("screen", answers({"stroke": "no"}), "--json", "--questionnaire", "small"))

        assert found["version"] == "small 1"
        assert found["ruled_out"] == ["stroke_flag"]

    @pytest.mark.django_db
    def test_it_does_not_use_a_draft(self, draft, answers):
        code, message = failure("screen", answers({}), "--questionnaire", "small")

        assert (code, message) == (2, "There is no file and no published questionnaire “small”.")

    @pytest.mark.parametrize(
        ("given", "places"),
        [
            ({"strok": "yes"}, ["strok"]),
            ({"stroke": "maybe", "mood": 3, "nobody": 1}, ["stroke", "mood", "nobody"]),
            ({"stroke": {"state": "lost"}}, ["stroke"]),
            ('{"stroke": "yes", "stroke": "no"}', ["stroke", "twice"]),
            ('{"stroke": NaN}', ["stroke"]),
            ('{"stroke": ', ["Line 1"]),
            ("[]", ["object"]),
            ({"answers": {}, "as_of": "2026-02-30"}, ["as_of"]),
            ({"answers": {}, "profile": "mars"}, ["mars", "us, eu"]),
            ({"answers": {}, "parameters": {"limit": 3}}, ["limit"]),
            ({"answers": {}, "parameters": {"limit": "x"}}, ["parameters", "object of numbers"]),
            ({"answers": {}, "as_of": "soon"}, ["as_of", "2026-03-01"]),
            ({"answers": []}, ["answers", "object"]),
            ({"stroke": {"state": "not_sure", "value": "yes"}}, ["stroke", "value"]),
        ],
    )
    def test_it_refuses_what_it_cannot_use_and_names_the_places(self, folder, answers, given, places):
        code, message = failure("screen", answers(given), "--questionnaire", str(folder))

        assert code == 2
        assert all(place in message for place in places)

    @pytest.mark.parametrize(
        ("given", "places"),
        [
            ({"height": {"cm": 200}, "weight": {"kg": 44}}, ["weight"]),
            ({"answers": {}, "parameters": {"bp_high_systolic": 9999}}, ["bp_high_systolic", "180 or less"]),
            ({"answers": {}, "parameters": {"bp_high_systolic": 1}}, ["bp_high_systolic", "140 or more"]),
        ],
    )
    def test_it_refuses_what_is_implausible_for_the_starter_questionnaire(self, answers, given, places):
        code, message = failure("screen", answers(given))

        assert code == 2
        assert all(place in message for place in places)

    def test_it_refuses_a_name_when_no_database_can_be_read(self, answers, monkeypatch):
        def away(*_: object) -> None:
            raise OperationalError("no such table")

        monkeypatch.setattr("screening.models.QuestionnaireVersion.objects.latest_of", away)

        code, message = failure("screen", answers({}), "--questionnaire", "some_key")

        assert (code, "some_key" in message) == (2, True)

    @pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "2026", "20260302"])
    def test_it_refuses_a_day_that_does_not_exist(self, answers, day):
        assert failure("screen", answers({}), "--as-of", day)[0] == 2

    def test_it_refuses_a_file_that_is_not_there(self, tmp_path):
        assert failure("screen", str(tmp_path))[0] == 2
        assert failure("screen", str(tmp_path / "none.json"))[0] == 2

    def test_it_refuses_a_questionnaire_whose_rules_cannot_be_used(self, folder, answers):
        text = dump_definition(small()).replace("stroke_recent is yes", "strok is yes")
        (folder / "questionnaire.yaml").write_text(text)

        assert failure("screen", answers({}), "--questionnaire", str(folder))[0] == 2

    @pytest.mark.parametrize(
        ("sent", "code"), [(b'{"stroke": "no"}', 0), (b"\xff", 2), (b'{"stroke": }', 2)], ids=["good", "bytes", "json"]
    )
    def test_it_reads_standard_input_and_needs_no_database(self, folder, sent, code):
        arguments = ["manage.py", "screen", "-", "--json", "--questionnaire", str(folder)]
        environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DATA_DIR": str(folder)}

        done = subprocess.run(
            [sys.executable, *arguments], input=sent, capture_output=True, cwd=ROOT, env=environment, check=False
        )

        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr
        assert (json.loads(done.stdout)["ruled_out"] == ["stroke_flag"]) if code == 0 else not done.stdout


class TestFhir:
    def test_it_writes_a_file_that_loads_as_the_same_questionnaire(self, folder, tmp_path, db):
        output = tmp_path / "small.json"

        run("fhir_questionnaire", str(folder), "--output", str(output))

        assert run("load_questionnaire", str(output)).startswith("Loaded “small”: 3 questions, 1 flags")
        stored = publishing.definition_from_rows(models.Questionnaire.objects.get())
        assert canonical_json(stored) == canonical_json(small())

    def test_it_writes_the_latest_published_version_with_its_number(self, version):
        resource = json.loads(run("fhir_questionnaire", "--published", "small"))

        assert (resource["version"], resource["status"]) == (str(version.number), "active")
        assert resource["url"] == f"{settings.SITE_ORIGIN}/Questionnaire/small"

    def test_it_refuses_rules_with_mistakes(self, tmp_path):
        file = tmp_path / "small.yaml"
        file.write_text(dump_definition(small()).replace("ask_when: stroke is yes", "ask_when: strok is yes"))

        code, said = failure("fhir_questionnaire", str(file))

        assert code == 1
        assert "There is no question “strok”" in said

    def test_it_says_what_is_not_published(self, db):
        assert failure("fhir_questionnaire", "--published", "small") == (2, "No version of “small” is published.")

    def test_loading_says_what_of_a_file_was_not_kept(self, tmp_path, db):
        item = {"linkId": "a", "text": "Stroke?", "type": "boolean", "prefix": "1."}
        group = {"linkId": "g", "text": "Page", "type": "group", "item": [item]}
        file = tmp_path / "intake.json"
        file.write_text(json.dumps({"resourceType": "Questionnaire", "title": "Intake", "item": [group]}))

        said = run("load_questionnaire", str(file))

        assert "Questionnaire.item[0].item[0].prefix (item a): left out: not understood" in said

    def test_a_malformed_file_changes_nothing(self, tmp_path, draft):
        file = tmp_path / "intake.json"
        file.write_text('{"resourceType": "Questionnaire", "item": [{"linkId": 1}]}')

        code, said = failure("load_questionnaire", str(file))

        assert code == 2
        assert "intake.json: Questionnaire.item[0].linkId: Write text here" in said
        assert models.Questionnaire.objects.count() == 1
