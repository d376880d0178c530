"""A definition without any problem, and ways to change it."""

from __future__ import annotations

import msgspec

from screening.engine.checks import check, wording_sha256
from screening.engine.definition import (
    Band,
    Citation,
    Definition,
    Flag,
    Instrument,
    Medicine,
    MedicineClass,
    Option,
    Parameter,
    Profile,
    Question,
    Review,
    Rule,
    Score,
    Section,
    Source,
    Variable,
    Vocabulary,
)


def en(text: str) -> dict[str, str]:
    return {"en": text}


def ask(link_id: str, type: str = "yes_no", **fields) -> Question:  # noqa: A002
    return Question(link_id=link_id, type=type, text=en(link_id), **fields)


def option(code: str, score: float | None = None, **fields) -> Option:
    return Option(code=code, text=en(code), score=score, **fields)


LEVELS = (option("never", 0), option("often", 3))
STROKE = ask("stroke")
WHEN = ask("stroke_when", "ago", ask_when="stroke is yes")
SMOKES = ask("smokes", "choice", options=(option("no_tobacco"), option("daily")))
PILLS = ask("pills", "medicines", vocabulary="medicines")
BIRTH = ask("birth", "date", role="birth_date")
ITEMS = tuple(ask(f"mood_{n}", "choice", options=LEVELS, instrument="mood") for n in (1, 2))
TRIALS = ask("trials", "group", repeats=True, items=(ask("trial_name", "text"), ask("trial_weeks", "integer")))
FLAG = Flag(
    link_id="brain",
    title=en("Brain"),
    why=en("Why"),
    discussion=en("Talk"),
    sources=(Citation(source="label"),),
    rules=(Rule(severity="caution", when="stroke is yes"),),
)
MOOD = Instrument(key="mood", title="Mood", items=("mood_1", "mood_2"), credit="c", licence="l", preface=en("Often?"))
PUBLISHED = Definition(key="k", title={}, sections=(Section(link_id="s", title={}, questions=ITEMS),))
MOOD = msgspec.structs.replace(MOOD, wording_sha256=wording_sha256(PUBLISHED, MOOD))
TOTAL = Score(
    link_id="mood_total",
    title=en("Mood"),
    items=("mood_1", "mood_2"),
    instrument="mood",
    bands=(Band(low=0, title=en("Low")), Band(low=4, title=en("High"))),
)
KNOWN = Vocabulary(
    key="medicines",
    classes=(MedicineClass(key="maoi", title=en("MAOI")),),
    medicines=(Medicine(code="phenelzine", name="phenelzine", classes=("maoi",)), Medicine(code="zinc", name="zinc")),
)
LIMIT = Parameter(key="limit_days", title="Limit", value=42, minimum=1, maximum=365)


def build(**changes) -> Definition:
    """A definition without any problem, with some of its fields changed. `questions` are those of its first section."""
    questions = changes.pop("questions", (STROKE, WHEN, SMOKES, PILLS, BIRTH, *ITEMS, TRIALS))
    fields = {
        "key": "whole",
        "title": en("Whole"),
        "sections": (Section(link_id="page", title=en("Page"), questions=questions),),
        "instruments": (MOOD,),
        "scores": (TOTAL,),
        "flags": (FLAG,),
        "variables": (
            Variable(
                link_id="old",
                title=en("Old"),
                when="not (stroke_when within limit_days days of today) and stroke is yes",
            ),
        ),
        "vocabularies": (KNOWN,),
        "parameters": (LIMIT,),
        "profiles": (Profile(key="us", title=en("US")),),
        "sources": (Source(key="label", title="Label"),),
        "review": Review(clinical="Dr. Ada Example", translations={"es": "Bo Example"}),
    }
    return Definition(**{**fields, **changes})


def but(thing, **changes):
    return msgspec.structs.replace(thing, **changes)


def with_question(*more: Question, **changes) -> Definition:
    return build(questions=(STROKE, WHEN, SMOKES, PILLS, BIRTH, *ITEMS, TRIALS, *more), **changes)


def with_rule(when: str, **changes) -> Definition:
    return build(flags=(but(FLAG, rules=(Rule(severity="caution", when=when),)),), **changes)


def ids(definition: Definition) -> set[str]:
    return {problem.id for problem in check(definition)}


HARD = "Please characterize any antecedent hospitalizations necessitating cardiovascular instrumentation."
