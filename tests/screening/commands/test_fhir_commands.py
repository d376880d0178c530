"""The commands that write and read FHIR."""

from __future__ import annotations

import json

from django.conf import settings

from screening import models, publishing
from screening.engine.definition import canonical_json
from screening.exchange.yaml import dump_definition
from tests.screening.samples import small

from .conftest import failure, run


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
