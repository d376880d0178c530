"""The commands: what they print, their exit codes, and never a traceback for bad input."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.core.management import get_commands as django_commands

from screening import models, publishing
from screening.exchange.cases import Expectation
from screening.exchange.yaml import dump_cases, dump_definition
from tests.screening.samples import both, case, small

from .conftest import failure, run

OURS = sorted(name for name, app in django_commands().items() if app == "screening")


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
