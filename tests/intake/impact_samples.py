"""Many sent responses at once, written straight into the tables as sending writes them."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable
from typing import Any

import msgspec

from intake import packed, records, rules, vault
from intake.models import Clinic, PackedRecord, Person, QuestionnaireResponse
from screening import packing
from screening.engine.answers import Answer, Answers, BloodPressure
from screening.engine.assessment import evaluate
from screening.models import QuestionnaireVersion

from .sample import NOW, TODAY

UNKNOWNS = ("not_sure", "declined", "skipped")


def drawn(seed: int, number: int) -> list[dict[str, Answer]]:
    """Made-up answers to the small questionnaire of the cast."""
    chance = random.Random(seed)
    return [_one(chance) for _ in range(number)]


def _one(chance: random.Random) -> dict[str, Answer]:
    yes_no = dict.fromkeys(("plan_now", "harm_thoughts", "low_mood", "weapon_near", "stroke"), ("yes", "no"))
    choices: dict[str, tuple[Any, ...]] = {
        **yes_no,
        "route": ("nasal", "infusion"),
        "pressure": (BloodPressure(150, 85), BloodPressure(165, 105), BloodPressure(systolic=172)),
    }
    found = {name: _answer(chance, values) for name, values in choices.items()}
    return {name: answer for name, answer in found.items() if answer is not None}


def _answer(chance: random.Random, values: tuple[Any, ...]) -> Answer | None:
    kind = chance.random()
    if kind < 0.1:
        return None
    if kind < 0.25:
        return Answer(state=chance.choice(UNKNOWNS), on=TODAY)  # type: ignore[arg-type]
    return Answer(state="answered", value=chance.choice(values), on=TODAY)


def send_many(
    clinic: Clinic,
    version: QuestionnaireVersion,
    answer_sets: Iterable[Answers],
    *,
    as_of: datetime.date = TODAY,
    is_packed: bool = True,
) -> list[QuestionnaireResponse]:
    """One sent response for each set of answers."""
    person = Person(clinic=clinic, created_at=NOW, name_hash="0", birth_date_hash="0")
    person.identity_ct = vault.create_data_key(person).seal(b"{}", row=person, field="identity_ct")
    person.save()
    made, kept = [], []
    for answers in answer_sets:
        response = QuestionnaireResponse(
            clinic=clinic, version=version, person=person, language="en", settings=clinic_settings(clinic),
            status="sent", started_at=NOW, saved_at=NOW, sent_at=NOW, as_of=as_of, resume_code_hash="",
        )  # fmt: skip
        key = vault.create_data_key(response)
        records.write_document(response, records.Document(answers=dict(answers), posted=()), key)
        assessment = evaluate(rules.compiled_of(response), answers, as_of, rules.settings_of(response))
        response.assessment_ct = key.seal(msgspec.json.encode(assessment), row=response, field="assessment_ct")
        made.append(response)
        record = PackedRecord(response=response, version=version, layout=packing.LAYOUT)
        vector = packing.pack(packed.layout_of(version), answers, as_of)
        record.vector_ct = key.seal(vector, row=record, field=packed.FIELD)
        kept.append(record)
    QuestionnaireResponse.objects.bulk_create(made)
    PackedRecord.objects.bulk_create(kept if is_packed else [])
    return made


def clinic_settings(clinic: Clinic) -> dict[str, Any]:
    """Settings as they are frozen with a response."""
    return {"profile": clinic.profile, "parameters": clinic.parameters, "part2": False}
