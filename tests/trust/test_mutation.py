"""C81: when the code that matters most is changed in one place, its tests notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from tests.trust.amounts import IS_LONG
from tools.mutation import running
from tools.mutation.__main__ import REQUIRED
from tools.mutation.groups import GROUPS, ROOT, Group
from tools.mutation.operators import mutants_of

LOGIC = Group("logic", ("screening/engine/logic.py",), ("tests/screening/engine/test_logic.py",))
SOURCE = """
class Clinic:
    @property
    def is_open(self, now=1):
        return self.hour >= 9 and not self.closed

def mine(rows, clinic):
    tell(clinic)
    return rows.filter(clinic=clinic, status="sent")
"""


def test_every_kind_of_change_is_made_where_it_belongs(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE)

    found = list(mutants_of(tmp_path, "a.py"))

    assert [(one.line, one.function, one.change) for one in found] == [
        (5, "Clinic.is_open", "self.hour >= 9 and (not self.closed) → self.hour >= 9 or not self.closed"),
        (5, "Clinic.is_open", "self.hour >= 9 → self.hour > 9"),
        (5, "Clinic.is_open", "not self.closed → self.closed"),
        (5, "Clinic.is_open", "9 → 10"),
        (8, "mine", "tell(clinic) → pass"),
        (9, "mine", "rows.filter(clinic=clinic, status='sent') → rows.filter(status='sent')"),
        (9, "mine", "rows.filter(clinic=clinic, status='sent') → rows.filter(clinic=clinic)"),
    ]
    assert {one.compiled().co_qualname for one in found} == {"Clinic.is_open", "mine"}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_group_names_what_there_is(group: Group) -> None:
    assert all((ROOT / path).exists() for path in (*group.code, *group.tests))
    assert group.files()


@pytest.mark.check("C81", required=f"{REQUIRED} of 100 small changes noticed")
def test_the_tests_of_three_valued_logic_notice_a_change(figure) -> None:
    found = running.run(LOGIC, number=4, seconds=8)

    assert found.score >= REQUIRED, found.survived
    figure(f"logic: {found.score:.0f} of 100")


@pytest.mark.skipif(not IS_LONG or connection.vendor != "sqlite", reason="in make trust only, and once")
@pytest.mark.check("C81", required=f"{REQUIRED} of 100 small changes noticed, in each group")
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_the_tests_notice_a_change(group: Group, figure) -> None:
    found = running.run(group, number=40, seconds=60)

    assert found.score >= REQUIRED, "\n".join(found.survived)
    figure(f"{group.name} {found.score:.0f} of 100 ({len(found.noticed) + len(found.survived)} tried)")
