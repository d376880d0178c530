"""Who depends on whom: in the small questionnaire, through variables, scores and age, and in the starter."""

from __future__ import annotations

import msgspec

from screening.engine import definition as d
from screening.engine.outline import NO_TIES, Ties, outline
from tests.screening.engine.test_uses import question, starter, with_questions
from tests.screening.samples import both, rich


def told(ties: Ties, field: str) -> list[str]:
    return [str(thing) for thing in getattr(ties, field)]


def test_a_follow_up_waits_and_its_question_says_so():
    known = outline(rich())

    assert told(known["stroke_recent"], "waits_for") == ["question stroke"]
    assert told(known["stroke"], "asks") == ["question stroke_recent"]


def test_flags_scores_and_everything_else_that_looks_at_an_answer():
    known = outline(rich())

    assert told(known["stroke"], "flags") == ["flag stroke_flag"]
    assert told(known["stroke"], "others") == [
        "variable had_stroke", "note note", "inconsistency c1", "questionnaire small",
    ]  # fmt: skip
    assert told(known["mood"], "scores") == ["score mood_total"]


def test_dependence_goes_through_variables_scores_and_age():
    page = d.Section(link_id="later", title=both("Later"), questions=(), ask_when="had_stroke and mood_total >= 2")
    whole = msgspec.structs.replace(rich(), sections=(*rich().sections, page))

    assert told(outline(whole)["later"], "waits_for") == ["question stroke", "question mood"]

    old = with_questions(question("born", type="date", role="birth_date"), question("old", ask_when="age >= 65"))
    assert told(outline(old)["born"], "asks") == ["question old"]


def test_a_rule_that_cannot_be_read_ties_nothing():
    assert outline(with_questions(question("a", ask_when="b is"))).get("a", NO_TIES) == NO_TIES


def test_what_a_question_of_the_starter_waits_for_asks_it():
    known = outline(starter())

    pairs = [(name, thing.name) for name, ties in known.items() for thing in ties.waits_for]
    assert len(pairs) > 100
    assert all(name in {one.name for one in known[other].asks} for name, other in pairs)
