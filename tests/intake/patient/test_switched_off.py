"""An instrument that the clinic switched off leaves no trace on the patient's page."""

from __future__ import annotations

import msgspec
import pytest

from screening.engine.definition import Definition, Instrument
from tests.intake.patient.conftest import publish
from tests.intake.patient.definitions import EVERY_TYPE

pytestmark = pytest.mark.django_db


def with_instrument(*, switched_off: bool) -> Definition:
    first, *others = EVERY_TYPE.sections
    question, *rest = first.questions
    asked = msgspec.structs.replace(question, instrument="form", required=False)
    form = Instrument(
        key="form", title="Form", preface={"en": "Please think back."}, items=(asked.link_id,),
        credit="By the authors of the form", licence="Free", switched_off=switched_off,
    )  # fmt: skip
    first = msgspec.structs.replace(first, questions=(asked, *rest))
    return msgspec.structs.replace(EVERY_TYPE, sections=(first, *others), instruments=(form,))


@pytest.fixture(params=[False, True], ids=["on", "off"])
def switched_off(request) -> bool:
    return request.param


@pytest.fixture
def version(db, switched_off):
    return publish(with_instrument(switched_off=switched_off))


def test_neither_item_nor_credit_nor_preface_is_on_the_page(patient, switched_off):
    section = EVERY_TYPE.sections[0]
    page = patient.open(section.link_id)

    assert ("By the authors of the form" not in page.text) is switched_off
    assert (f"q-{section.questions[0].link_id}-block" not in page.ids) is switched_off
