"""One FHIR file for each construct, ours, and what becomes of it: YAML, then the report as comments.

`samples/NAME.json` is read; `samples/NAME.yaml` is what must come out, as a person reads it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from screening.engine import checks
from screening.exchange.fhir.reading import import_questionnaire
from screening.exchange.fhir.structure import problems_in
from screening.exchange.yaml import dump_definition

SAMPLES = Path(__file__).parent / "samples"
FAULTS = {"enable_when_faulty": 3}
"""Files that break a rule of the standard, and are read all the same."""
NAMES = sorted(path.stem for path in SAMPLES.glob("*.json"))


def outcome(name: str) -> str:
    """What comes of a sample."""
    found = import_questionnaire((SAMPLES / f"{name}.json").read_text(encoding="utf-8"), f"{name}.json")
    return dump_definition(found.definition) + "".join(f"# {finding}\n" for finding in found.findings)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_becomes_what_is_written_beside_it(name):
    assert outcome(name) == (SAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_can_be_a_draft(name):
    found = import_questionnaire((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    assert checks.errors(found.definition) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_a_questionnaire_of_fhir_r4(name):
    found = problems_in(json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8")))

    assert len(found) == FAULTS.get(name, 0), found


def test_there_is_a_sample_for_every_item_type_operator_and_behaviour():
    text = "".join((SAMPLES / f"{name}.json").read_text(encoding="utf-8") for name in NAMES)
    types = (
        "group display boolean decimal integer date dateTime time string text url choice open-choice attachment "
        "reference quantity"
    )

    for word in (*types.split(), "exists", "=", "!=", ">", "<", ">=", "<=", "all", "any"):
        assert f'"{word}"' in text, word
