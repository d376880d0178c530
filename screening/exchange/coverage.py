"""`coverage.yaml`: what a questionnaire must cover, kept beside its content."""

from __future__ import annotations

from pathlib import Path

import msgspec

from screening.engine.definition import NotSure, Severity

from .directory import COVERAGE
from .shape import fit
from .strict import Spot, YamlMap, read_file


class Concept(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to cover: its severities, highest first, what an unknown answer does, and which documents name it."""

    severities: tuple[Severity, ...]
    not_sure: NotSure
    named: tuple[str, ...] = ()
    in_part: tuple[str, ...] = ()


class CoverageList(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the questionnaire of this key must cover. A concept is named as the flag that stands for it."""

    questionnaire: str
    concepts: dict[str, Concept]
    label_contraindications: tuple[str, ...] = ()


def load_coverage(directory: Path) -> CoverageList | None:
    """The list of a questionnaire's directory; None when it has none. Raises `ContentError` with every problem."""
    name = f"{COVERAGE}.yaml"
    if not (directory / name).exists():
        return None
    found = read_file(directory / name, name)
    return fit(found, CoverageList, "en", found.spot if isinstance(found, YamlMap) else Spot(name, 1))
