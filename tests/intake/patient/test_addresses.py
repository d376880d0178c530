"""The patient's own pages and the sections share the addresses under `q/`: no section may take a page's name."""

from __future__ import annotations

import re

import msgspec
import pytest

from intake.patient.urls import urlpatterns
from screening.engine import checks
from screening.engine.checking.names import PAGES
from tests.intake.patient.definitions import ABOUT, EVERY_TYPE

FIXED = {found[1] for each in urlpatterns if (found := re.fullmatch(r"q/([a-z_]+)/", str(each.pattern)))}


def test_every_page_beside_the_sections_is_reserved():
    assert FIXED == PAGES


@pytest.mark.parametrize("word", sorted(FIXED))
def test_a_section_with_the_name_of_a_page_is_refused(word):
    taken = msgspec.structs.replace(ABOUT, link_id=word)
    definition = msgspec.structs.replace(EVERY_TYPE, sections=(taken, *EVERY_TYPE.sections[1:]))

    assert [problem.link_id for problem in checks.check(definition) if problem.id == "Q103"] == [word]
