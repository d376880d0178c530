"""The command that screens a file of answers: what it prints and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError

from screening.engine.assessment import Assessment
from screening.exchange.yaml import dump_definition
from screening.management.commands import screen
from tests.screening.samples import small

from .conftest import failure, run

ROOT = Path(__file__).parents[3]


@pytest.fixture
def answers(tmp_path):
    """Writes a file of answers and gives its path."""

    def write(value: object) -> str:
        path = tmp_path / "answers.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return str(path)

    return write


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
