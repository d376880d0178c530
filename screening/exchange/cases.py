"""Cases: synthetic patients with what the questionnaire must say of them, readable by a clinician."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import msgspec

from screening.engine.definition import Severity

from .directory import CASES, Directory
from .shape import fit, plain_values
from .strict import ContentError, ContentProblem, Spot, YamlMap, read_file


class Expectation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must come out. `optional` flags may appear; None means not checked; `must_not` reads "flag severity".

    `unresolved` and `optional` hold flags; "any flag" in `must_not` means that none may be raised.
    """

    flags: dict[str, Severity] = {}
    optional: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    inconsistencies: tuple[str, ...] = ()
    notes: tuple[str, ...] | None = None
    scores: dict[str, float] | None = None
    safety_panel: bool = False
    alert_at_once: bool | None = None
    must_not: tuple[str, ...] = ()


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One synthetic patient. `answers` are JSON values by link_id. `exactly`: what is not expected must not appear."""

    id: str
    title: str
    why: str = ""
    as_of: datetime.date
    profile: str = "us"
    parameters: dict[str, float] = {}
    answers: dict[str, Any] = {}
    expect: Expectation = Expectation()
    exactly: bool = True


SHARED = ("as_of", "profile", "baseline", "cases")


def load_cases(path: str | Path) -> list[Case]:
    """The cases of a file, or of the files `cases*.yaml` of a questionnaire's directory, in order.

    Raises `ContentError` with all problems, two cases of one id among them.
    """
    path = Path(path)
    names = Directory(path).named(CASES) if path.is_dir() else [path.name]
    folder = path if path.is_dir() else path.parent
    problems: list[ContentProblem] = []
    cases: dict[str, Case] = {}
    for name in names:
        try:
            _add(read_file(folder / name, name), Spot(name, 1), cases, problems)
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return list(cases.values())


def _add(document: object, spot: Spot, cases: dict[str, Case], problems: list[ContentProblem]) -> None:
    listed = document.get("cases") if isinstance(document, YamlMap) else document
    if not isinstance(listed, list):
        problems.append(spot.problem("", "Write the cases as a list under “cases:”"))
        return
    shared = document if isinstance(document, YamlMap) else YamlMap(spot)
    for key in shared.keys() - set(SHARED):
        problems.append(shared.at(key).problem(key, f"Remove this; only {', '.join(SHARED)} stand at the top"))
    for given in listed:
        try:
            case = fit(_whole(given, shared), Case, "en", getattr(given, "spot", spot))
        except ContentError as error:
            problems += error.problems
            continue
        if case.id in cases:
            problems.append(given.spot.problem(case.id, "Give this case an id of its own; it is used twice"))
        cases[case.id] = case


def _whole(given: object, shared: YamlMap) -> object:
    """A case with the file's day, profile and baseline answers where it has none of its own; null takes one away."""
    if not isinstance(given, YamlMap):
        return given
    defaults = {key: shared[key] for key in ("as_of", "profile") if key in shared}
    baseline = shared.get("baseline") if given.get("baseline", True) is not False else None
    own = given.get("answers")
    answers = {**(baseline if isinstance(baseline, dict) else {}), **(own if isinstance(own, dict) else {})}
    whole = given.with_values(**{**defaults, **given})
    whole.pop("baseline", None)
    if own is None or isinstance(own, dict):
        whole["answers"] = plain_values({key: answer for key, answer in answers.items() if answer is not None})
    return whole
