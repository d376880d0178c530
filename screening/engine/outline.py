"""Who depends on whom: for each question and section, what it waits for and what looks at its answer.

Dependence through variables, scores, `age` and `bmi` counts.

>>> from .definition import Question, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={})
>>> when = Question(link_id="stroke_when", type="ago", text={}, ask_when="stroke is yes")
>>> known = outline(Definition(key="k", title={}, sections=(Section(link_id="s", title={}, questions=(stroke, when)),)))
>>> known["stroke_when"].waits_for, known["stroke"].asks
((Thing(kind='question', name='stroke', within=''),), (Thing(kind='question', name='stroke_when', within=''),))
"""

from __future__ import annotations

from collections import defaultdict

import msgspec

from .checking.subject import Subject, read_subject
from .definition import Definition
from .uses import Kind, Thing, owner_of

Things = tuple[Thing, ...]


class Ties(msgspec.Struct, frozen=True, kw_only=True):
    """The ties of one question or section. Each list is in the definition's order.

    `waits_for`: the questions that its own condition of asking looks at. `asks`: the questions and sections whose
    condition of asking looks at it. `flags`, `scores`, `others`: what else looks at its answer.
    """

    waits_for: Things = ()
    asks: Things = ()
    flags: Things = ()
    scores: Things = ()
    others: Things = ()


NO_TIES = Ties()

_LISTS: dict[Kind, str] = {"flag": "flags", "score": "scores", "question": "asks", "section": "asks"}


def outline(definition: Definition) -> dict[str, Ties]:
    """The ties of every question and section that has any, by link_id. Rules that cannot be read tie nothing."""
    found: dict[str, dict[str, dict[Thing, None]]] = defaultdict(lambda: defaultdict(dict))
    subject = read_subject(definition)
    for place, tree in subject.rules.places:
        owner = owner_of(place, subject.symbols)
        behind = subject.dependencies.questions(tree)
        for name in sorted(behind, key=lambda name: subject.symbols.position[name]):
            field = "others" if place.kind == "stale_when" else _LISTS.get(owner.kind, "others")
            found[name][field][owner] = None
            if field == "asks":
                found[owner.name]["waits_for"][Thing("question", name)] = None
    _add_scores(subject, found)
    return {name: Ties(**{field: tuple(things) for field, things in ties.items()}) for name, ties in found.items()}


def _add_scores(subject: Subject, found: dict[str, dict[str, dict[Thing, None]]]) -> None:
    for score in subject.definition.scores:
        for name in (*score.items, *((score.gate,) if score.gate else ())):
            found[name]["scores"][Thing("score", score.link_id)] = None
