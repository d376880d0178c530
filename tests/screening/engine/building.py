"""Small definitions and answers for tests, in one line each."""

from __future__ import annotations

import datetime
from typing import Any

from screening.engine.assessment import evaluate
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import (
    Definition,
    Flag,
    Medicine,
    MedicineClass,
    Option,
    Question,
    Rule,
    Section,
    Severity,
    Vocabulary,
)
from screening.engine.results import Assessment, Settings
from screening.engine.values import Answer, MedicineEntry, State, Value

TODAY = datetime.date(2026, 3, 31)
NOT_SURE = Answer(state="not_sure", on=TODAY)
DECLINED = Answer(state="declined", on=TODAY)
SKIPPED = Answer(state="skipped", on=TODAY)
UNKNOWNS = (NOT_SURE, DECLINED, SKIPPED)

MEDICINES = Vocabulary(
    key="medicines",
    classes=(
        MedicineClass(key="benzodiazepine", title={"en": "Benzodiazepine"}),
        MedicineClass(key="maoi", title={"en": "MAO inhibitor"}),
    ),
    medicines=(
        Medicine(code="clonazepam", name="Clonazepam", classes=("benzodiazepine",), equivalents={"diazepam": 20.0}),
        Medicine(code="diazepam", name="Diazepam", classes=("benzodiazepine",), equivalents={"diazepam": 1.0}),
        Medicine(code="phenelzine", name="Phenelzine", classes=("maoi",)),
        Medicine(code="sertraline", name="Sertraline"),
    ),
)


def en(text: str) -> dict[str, str]:
    return {"en": text}


def question(link_id: str, kind: str = "yes_no", **more: Any) -> Question:
    return Question(link_id=link_id, type=kind, text=en(f"About {link_id}?"), **more)


def choice(link_id: str, *codes: str, scores: tuple[float | None, ...] = (), **more: Any) -> Question:
    points = scores or (None,) * len(codes)
    options = tuple(Option(code=code, text=en(code.title()), score=score)
                    for code, score in zip(codes, points, strict=True))  # fmt: skip
    return question(link_id, more.pop("kind", "choice"), options=options, **more)


def medicines(link_id: str = "medicines_taken", **more: Any) -> Question:
    return question(link_id, "medicines", vocabulary="medicines", **more)


def flag(link_id: str = "concern", more: dict[str, Any] | None = None, **rules: str) -> Flag:
    """`flag(caution="stroke is yes")`."""
    severities: list[Severity] = list(rules)  # type: ignore[arg-type]
    listed = tuple(Rule(severity=severity, when=rules[severity]) for severity in severities)
    return Flag(link_id=link_id, title=en(link_id), why=en("why"), discussion=en("talk"), rules=listed, **(more or {}))


def definition(*questions: Question, **more: Any) -> Definition:
    sections = more.pop("sections", ()) or (Section(link_id="page", title=en("Page"), questions=questions),)
    return Definition(key="tested", title=en("Tested"), sections=sections, vocabularies=(MEDICINES,), **more)


def compiled(*questions: Question, **more: Any) -> Compiled:
    return compile_definition(definition(*questions, **more))


def answered(value: Value, on: datetime.date = TODAY) -> Answer:
    return Answer(state="answered", value=value, on=on)


def answers(**values: Any) -> dict[str, Answer]:
    """`answers(stroke="yes", reading=NOT_SURE)`."""
    return {name: value if isinstance(value, Answer) else answered(value) for name, value in values.items()}


def taken(*entries: str | tuple[str, float]) -> Answer:
    """A medicine list: codes, codes with a daily dose, or free text when the vocabulary does not know the word."""
    known = {medicine.code for medicine in MEDICINES.medicines}
    found = []
    for entry in entries:
        code, dose = entry if isinstance(entry, tuple) else (entry, None)
        found.append(MedicineEntry(code=code, dose_mg=dose) if code in known else MedicineEntry(text=code))
    return answered(tuple(found))


def truth(rule: str, given: dict[str, Answer], *questions: Question, settings: Settings | None = None,
          **more: Any) -> bool | None:  # fmt: skip
    """What one rule says: the truth of a flag that has only this rule."""
    found = assess(given, *questions, flags=(flag(caution=rule),), settings=settings, **more)
    if found.flags:
        return True
    return None if found.unresolved else False


def assess(given: dict[str, Answer], *questions: Question, settings: Settings | None = None, **more: Any) -> Assessment:
    return evaluate(compiled(*questions, **more), given, TODAY, settings or Settings())


def days_ago(number: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=number)


def state(name: State) -> Answer:
    return Answer(state=name, on=TODAY)


def visible(given: dict[str, Answer], *questions: Question, **more: Any) -> dict[str, bool | None]:
    return compiled(*questions, **more).visibility(given, TODAY, Settings())
