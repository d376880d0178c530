"""The known-bad changes of `make mutants` still fit the product, and name checks and tests that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust import registry
from tools import known_bad

ALL = pytest.mark.parametrize("bad", known_bad.KNOWN_BAD, ids=lambda bad: bad.name)


@ALL
def test_it_can_be_applied_and_taken_back(bad: known_bad.KnownBad, tmp_path: Path):
    known_bad.restore(bad, _with_folders(bad, tmp_path))
    known_bad.apply(bad, tmp_path)

    for file in {file for file, _, _ in bad.changes}:
        assert (tmp_path / file).read_text() != (known_bad.ROOT / file).read_text()


@ALL
def test_its_check_is_proved_by_the_tests_it_names(bad: known_bad.KnownBad):
    files = {test.split("::")[0] for test in bad.tests}

    assert files <= set(registry.proofs()[bad.check])


def _with_folders(bad: known_bad.KnownBad, tree: Path) -> Path:
    for file, _, _ in bad.changes:
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
    return tree
