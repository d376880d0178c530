"""The coverage measures of the specification, M1 to M5: all of it, and less as soon as something is taken away."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command

from screening import cases
from screening.coverage import Measure, measures, stays_open
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, Flag
from screening.exchange.coverage import CoverageList, load_coverage
from screening.exchange.yaml import ContentError, load_cases, load_definition

CONTENT = Path(__file__).parents[3] / "screening" / "content" / "ketamine"


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(CONTENT)


@pytest.fixture(scope="module")
def compiled(definition: Definition) -> Compiled:
    return compile_definition(definition)


@pytest.fixture(scope="module")
def wanted() -> CoverageList:
    found = load_coverage(CONTENT)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def results(compiled: Compiled) -> list[cases.CaseResult]:
    return cases.run(compiled, load_cases(CONTENT))


def by_key(found: tuple[Measure, ...]) -> dict[str, Measure]:
    return {measure.key: measure for measure in found}


def with_flag(definition: Definition, link_id: str, **changes: object) -> Compiled:
    def changed(flag: Flag) -> Flag:
        return msgspec.structs.replace(flag, **changes) if flag.link_id == link_id else flag

    return compile_definition(msgspec.structs.replace(definition, flags=tuple(map(changed, definition.flags))))


def without_flag(definition: Definition, link_id: str) -> Compiled:
    kept = tuple(flag for flag in definition.flags if flag.link_id != link_id)
    notes = tuple(note for note in definition.notes if note.flag != link_id)
    return compile_definition(msgspec.structs.replace(definition, flags=kept, notes=notes))


def test_the_list_is_that_of_the_specification(wanted: CoverageList) -> None:
    severities = [severity for one in wanted.concepts.values() for severity in one.severities]
    assert (len(wanted.concepts), len(severities), len(wanted.label_contraindications)) == (70, 110, 8)
    named = sum(len(one.named) for one in wanted.concepts.values())
    in_part = sum(len(one.in_part) for one in wanted.concepts.values())
    assert (named, in_part) == (182, 97)
    resting_on_general_knowledge = {name for name, one in wanted.concepts.items() if not (one.named or one.in_part)}
    assert resting_on_general_knowledge == {
        "implanted_device", "pheochromocytoma", "eating_disorder", "diabetes", "bleeding_im_route",
        "med_opioid_antagonist", "med_nmda", "med_glp1",
    }  # fmt: skip


def test_the_starter_covers_all_of_it(
    compiled: Compiled, wanted: CoverageList, results: list[cases.CaseResult]
) -> None:
    found = by_key(measures(compiled, wanted, results))
    assert {key: (one.of, one.percent, one.missing) for key, one in found.items()} == {
        "M1": (70, 100, ()), "M2": (8, 100, ()), "M3": (230.5, 100, ()), "M4": (110, 100, ()), "M5": (39, 100, ()),
    }  # fmt: skip


def test_a_concept_without_its_flag_is_missed(
    definition: Definition, wanted: CoverageList, results: list[cases.CaseResult]
) -> None:
    found = by_key(measures(without_flag(definition, "raised_icp"), wanted, results))
    assert found["M1"].missing == found["M2"].missing == found["M3"].missing == found["M5"].missing == ("raised_icp",)
    assert found["M1"].percent == 98.5
    assert found["M3"].covered < 230.5


def test_a_severity_that_only_a_failing_case_reaches_is_missed(
    compiled: Compiled, wanted: CoverageList, results: list[cases.CaseResult]
) -> None:
    failing = [
        msgspec.structs.replace(one, differences=("otherwise",))
        if one.assessment and any(flag.flag == "raised_icp" for flag in one.assessment.flags)
        else one
        for one in results
    ]
    found = by_key(measures(compiled, wanted, failing))
    assert "raised_icp contraindication" in found["M4"].missing
    assert found["M2"].missing == ("raised_icp",)


def test_a_concept_that_not_sure_does_not_leave_open_is_missed(
    definition: Definition, wanted: CoverageList, results: list[cases.CaseResult]
) -> None:
    compiled = with_flag(definition, "stroke_tia", not_sure="NS-3")
    assert not stays_open(compiled, "stroke_tia")
    assert by_key(measures(compiled, wanted, results))["M5"].missing == ("stroke_tia",)


class TestTheCommand:
    def printed(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("check_questionnaire", *arguments, stdout=out)
        return out.getvalue()

    def test_it_prints_every_measure_of_the_starter(self) -> None:
        lines = self.printed().splitlines()
        assert [line[:2] for line in lines if "(100 %)" in line] == ["M1", "M2", "M3", "M4", "M5"]

    def test_it_prints_them_as_json(self) -> None:
        found = json.loads(self.printed("--json"))["coverage"]
        assert {key: (one["percent"], one["missing"]) for key, one in found.items()} == {
            key: (100, []) for key in ("M1", "M2", "M3", "M4", "M5")
        }

    def test_it_measures_a_stored_draft_of_the_starter(self, db) -> None:
        call_command("load_questionnaire", stdout=io.StringIO())
        assert "M4 concept and severity reached by a case: 110 of 110 (100 %)" in self.printed("ketamine_screening")


def test_a_list_of_the_wrong_shape_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "coverage.yaml").write_text("questionnaire: k\nconcepts:\n  stroke: {not_sure: NS-1}\n")
    with pytest.raises(ContentError, match=r"coverage.yaml:3: .*severities"):
        load_coverage(tmp_path)


def test_a_directory_without_a_list_has_none(tmp_path: Path) -> None:
    assert load_coverage(tmp_path) is None
