"""What is written as FHIR is read back equal, to the byte; and where somebody changed the file, their change counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from screening.engine import definition as d
from screening.engine.definition import Definition, canonical_json
from screening.exchange.fhir import urls
from screening.exchange.fhir.questionnaire import Release, export_questionnaire
from screening.exchange.fhir.reading import import_questionnaire
from screening.exchange.fhir.structure import problems_in
from screening.exchange.yaml import dump_definition, load_definition
from screening.management.base import CONTENT
from tests.screening.exchange.fhir.everything import everything
from tests.screening.samples import rich, small

CHECK_IN = CONTENT.parent / "check_in"


@pytest.fixture(scope="module", params=["ketamine", "check_in"])
def shipped(request) -> tuple[Definition, str]:
    """A questionnaire that comes with the product, and its FHIR file."""
    definition = load_definition(CONTENT.parent / request.param)
    return definition, export_questionnaire(definition).text()


def back(definition: Definition) -> Definition:
    """Written and read."""
    found = import_questionnaire(export_questionnaire(definition).text())
    assert [str(finding) for finding in found.findings] == []
    return found.definition


class TestNothingIsLost:
    def test_of_what_is_shipped(self, shipped):
        definition, text = shipped

        found = import_questionnaire(text)

        assert [str(finding) for finding in found.findings] == []
        assert canonical_json(found.definition) == canonical_json(definition)
        assert dump_definition(found.definition) == dump_definition(definition)

    @pytest.mark.parametrize("definition", [small(), rich(), everything()], ids=["small", "rich", "everything"])
    def test_of_a_question_of_every_type_and_a_condition_of_every_kind(self, definition):
        assert canonical_json(back(definition)) == canonical_json(definition)

    def test_of_an_instrument_that_is_switched_off(self):
        off = d.Instrument(key="one", title="One", items=("mood",), credit="", licence="Free", switched_off=True)

        assert back(small(instruments=(off,))).instruments == (off,)

    def test_of_a_first_language_other_than_english(self):
        definition = d.Definition(
            key="nur_deutsch",
            title={"de": "Fragen"},
            languages=("de", "en"),
            sections=(
                d.Section(
                    link_id="herz",
                    title={"de": "Herz", "en": "Heart"},
                    questions=(d.Question(link_id="puls", type="integer", text={"de": "Puls?", "en": "Pulse?"}),),
                ),
            ),
        )

        assert back(definition) == definition


class TestTheFile:
    def test_of_what_is_shipped_has_the_form_of_fhir(self, shipped):
        assert problems_in(json.loads(shipped[1])) == []

    def test_of_everything_has_the_form_of_fhir(self):
        assert problems_in(export_questionnaire(everything()).resource) == []

    def test_everything_shipped_is_asked_by_other_programs_under_its_own_conditions(self, shipped):
        assert export_questionnaire(shipped[0]).findings == ()

    def test_what_only_our_extensions_hold_is_named(self):
        missed = {finding.item: finding.what for finding in export_questionnaire(everything()).findings}

        rules = {f"c{number}": question.ask_when for number, question in enumerate(everything().sections[1].questions)}
        assert {rules[name] for name in missed} == {
            "count(tries where tried is yes) >= 1",
            "since within 2 weeks of today",
            "total(pills, morphine) > 5",
            "profile is eu",
        }

    def test_it_says_its_version_address_status_and_day(self):
        release = Release(site="https://clinic.example", version="7", status="active", date="2026-03-02")

        resource = export_questionnaire(small(), release).resource

        assert resource["url"] == "https://clinic.example/Questionnaire/small"
        assert (resource["version"], resource["status"], resource["date"]) == ("7", "active", "2026-03-02")

    def test_an_instrument_item_has_its_loinc_code_points_and_answer_codes(self, shipped):
        item = next(item for item, _ in items_of(json.loads(shipped[1])) if item["linkId"] == "phq9_1")

        assert {"system": "http://loinc.org", "code": "44250-9"} in item["code"]
        first = item["answerOption"][0]
        assert first["valueCoding"]["code"] == "LA6568-5"
        assert {"url": urls.ORDINAL, "valueDecimal": 0} in first["extension"]


def items_of(resource: dict[str, Any]):
    """Every item with the one it stands in."""
    for item in resource.get("item", ()):
        yield item, resource
        yield from items_of(item)


class TestChangesOfOthers:
    """Our extensions hold our words; where a standard element says something else, somebody changed it."""

    def edited(self, change) -> tuple[Definition, list[str]]:
        resource = export_questionnaire(small()).resource
        change({item["linkId"]: item for item, _ in items_of(resource)})
        found = import_questionnaire(json.dumps(resource))
        return found.definition, [str(finding) for finding in found.findings]

    def test_a_changed_condition_counts_and_is_reported(self):
        def change(items):
            items["stroke_recent"]["enableWhen"][0]["answerBoolean"] = False

        definition, findings = self.edited(change)

        assert definition.sections[0].questions[1].ask_when == "stroke is no"
        assert ["its conditions were changed since" in line for line in findings] == [True]

    def test_a_condition_that_was_taken_away_is_gone(self):
        definition, findings = self.edited(lambda items: items["stroke_recent"].pop("enableWhen"))

        assert definition.sections[0].questions[1].ask_when == ""
        assert len(findings) == 1

    def test_words_points_and_bounds_are_those_of_the_standard_elements(self):
        def change(items):
            items["stroke"]["text"] = "Any stroke?"
            items["mood"]["answerOption"][1]["extension"][0]["valueDecimal"] = 2

        definition, findings = self.edited(change)

        assert definition.sections[0].questions[0].text["en"] == "Any stroke?"
        assert definition.sections[1].questions[0].options[1].score == 2
        assert findings == []

    def test_another_type_counts_and_is_reported(self):
        definition, findings = self.edited(lambda items: items["stroke_recent"].update(type="string"))

        assert definition.sections[0].questions[1].type == "text"
        assert any("no longer “yes_no”" in line for line in findings)

    def test_a_question_that_was_added_is_there(self):
        def change(items):
            items["brain"]["item"].append({"linkId": "new", "text": "New?", "type": "boolean"})

        definition, findings = self.edited(change)

        assert definition.sections[0].questions[2].link_id == "new"
        assert findings == []
