"""Sound questionnaires, made up at random, raise no false alarm; the starter questionnaire is one of them."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from screening import proofs
from screening.engine.checks import errors
from screening.engine.definition import Definition, Flag, Question, Score, Section
from screening.exchange.yaml import load_definition
from screening.proofs.catalogue import as_markdown
from tests.screening.engine.building import MEDICINES, choice, en, flag, medicines, question

ROOT = Path(__file__).parents[3]
MUST = {"must_be_established": True}
Part = tuple[list[Question], list[Flag]]


def followed_up(name: str, drawn: random.Random) -> Part:
    """A fact, asked of everybody, and how bad it is, asked of all who do not deny it."""
    worst = drawn.choice(["urgent", "contraindication"])
    follow = question(f"{name}_now", ask_when=f"{name} may be yes")
    rules = {worst: f"{name}_now is yes", "caution": f"{name} is yes"}
    return [question(name), follow], [flag(f"{name}_flag", MUST, **rules)]


def measured(name: str, drawn: random.Random) -> Part:
    """A number with two thresholds."""
    low = drawn.randint(1, 4)
    rules = {"urgent": f"{name} >= {low + drawn.randint(1, 4)}", "information": f"{name} >= {low}"}
    asked = question(name, drawn.choice(["integer", "decimal"]), minimum=0, maximum=9)
    return [asked], [flag(f"{name}_flag", {"monotone": (f"{name} higher",), **MUST}, **rules)]


def dated(name: str, drawn: random.Random) -> Part:
    """An event, and when it was; without a date it is a caution."""
    when = question(f"{name}_when", drawn.choice(["ago", "partial_date", "date"]), ask_when=f"{name} may be yes")
    rules = {
        "contraindication": f"{name}_when within {drawn.randint(1, 12)} months of today",
        "caution": f"{name} is yes",
    }
    return [question(name), when], [flag(f"{name}_flag", MUST, **rules)]


def listed(name: str, drawn: random.Random) -> Part:
    """A medicine list with a class and a member of it."""
    rules = {"caution": f"{name} includes benzodiazepine", "information": f"{name} includes any of (maoi, sertraline)"}
    dose = flag(f"{name}_dose", caution=f"total({name}, diazepam) > {drawn.randint(1, 30)}")
    return [medicines(name)], [flag(f"{name}_flag", MUST, **rules), dose]


def chosen(name: str, drawn: random.Random) -> Part:
    """One of several answers, with a detail asked of some."""
    detail = question(f"{name}_text", "text", ask_when=f"{name} is one of (some, much)")
    asked = choice(name, "none", "some", "much", scores=(0.0, 1.0, 3.0))
    rules = {"contraindication": f"{name} is much", "caution": f"{name} >= {drawn.choice(['1', '0.5'])}"}
    return [asked, detail], [flag(f"{name}_flag", {"monotone": (f"{name} higher",), **MUST}, **rules)]


def entered(name: str, drawn: random.Random) -> Part:
    """Entries of a group that are counted."""
    items = (question(f"{name}_helped"), question(f"{name}_weeks", "integer", minimum=0, maximum=52))
    where = f"{name}_helped is no and {name}_weeks >= {drawn.randint(2, 12)}"
    rule = f"count({name} where {where}) >= {drawn.randint(1, 3)}"
    return [question(name, "group", repeats=True, items=items)], [flag(f"{name}_flag", information=rule)]


KINDS = (followed_up, measured, dated, listed, chosen, entered)


def generated(seed: int) -> Definition:
    drawn = random.Random(seed)
    parts = [kind(f"{kind.__name__}_{number}", drawn) for number, kind in enumerate(drawn.sample(KINDS, 4))]
    sections = tuple(
        Section(link_id=f"page_{number}", title=en("Page"), questions=tuple(asked))
        for number, (asked, _) in enumerate(parts)
    )
    more: dict[str, Any] = {}
    scored = [one.link_id for asked, _ in parts for one in asked if one.type in ("integer", "choice")]
    if scored:
        more["scores"] = (Score(link_id="added", title=en("Added"), items=tuple(scored)),)
    flags = tuple(one for _, found in parts for one in found)
    return Definition(
        key="generated", title=en("Generated"), sections=sections, flags=flags, vocabularies=(MEDICINES,), **more
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_sound_questionnaire_raises_no_alarm(seed: int):
    definition = generated(seed)

    report = proofs.prove(definition)

    assert not [problem for problem in errors(definition) if problem.id not in ("Q604",)]
    assert [str(found) for found in report.findings] == []


def test_the_starter_questionnaire_is_proved_within_its_time():
    begun = time.process_time()

    report = proofs.prove(load_definition(ROOT / "screening" / "content" / "ketamine"))

    assert [str(found) for found in report.findings] == []
    assert report.proved > 500
    assert time.process_time() - begun < 20


def test_the_check_in_questionnaire_is_proved():
    report = proofs.prove(load_definition(ROOT / "screening" / "content" / "check_in"))

    assert [str(found) for found in report.findings] == []


def test_a_proof_without_time_is_not_proved_and_holds_back_what_must_be_established():
    report = proofs.prove(generated(1), total=0.0)

    assert report.not_proved
    assert {one.problem.id for one in report.findings} <= {"P591", "P592"}
    assert any(one.id == "P592" and one.severity == "error" for one in report.problems)


def test_every_id_is_documented():
    assert as_markdown().strip() in (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")


def test_the_same_questionnaire_gives_the_same_report():
    first, second = (proofs.prove(generated(3)) for _ in range(2))

    assert (first.findings, first.checks) == (second.findings, second.checks)
