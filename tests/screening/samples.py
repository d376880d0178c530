"""Definitions for the tests: one small and sound, one with every field set, and a strategy for any at all."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from screening.engine import definition as d
from screening.engine.definition import Definition
from screening.exchange.cases import Case, Expectation

DAY = datetime.date(2026, 3, 2)
NOW = datetime.datetime(2026, 3, 2, 15, 0, tzinfo=datetime.UTC)


def both(words: str) -> d.Text:
    """A text in English and Spanish."""
    return {"en": words, "es": f"{words} (es)"}


def small(**changes: Any) -> Definition:
    """A sound questionnaire: two sections, a follow-up, a score, a flag with two tiers. It can be published."""
    stroke = d.Question(link_id="stroke", type="yes_no", text=both("Have you ever had a stroke?"), short=both("Stroke"))
    recent = d.Question(
        link_id="stroke_recent", type="yes_no", text=both("Was it in the last 6 months?"), ask_when="stroke is yes"
    )
    mood = d.Question(
        link_id="mood",
        type="choice",
        text=both("How is your mood?"),
        options=(d.Option(code="good", text=both("Good"), score=0), d.Option(code="low", text=both("Low"), score=3)),
    )
    flag = d.Flag(
        link_id="stroke_flag",
        title=both("Stroke"),
        why=both("Blood pressure rises"),
        discussion=both("Ask when"),
        rules=(
            d.Rule(severity="contraindication", when="stroke_recent is yes"),
            d.Rule(severity="caution", when="stroke is yes"),
        ),
        sources=(d.Citation(source="LABEL", section="§5"),),
    )
    fields: dict[str, Any] = {
        "key": "small",
        "title": both("Small"),
        "languages": ("en", "es"),
        "sections": (
            d.Section(link_id="brain", title=both("Brain"), questions=(stroke, recent)),
            d.Section(link_id="feelings", title=both("Feelings"), questions=(mood,)),
        ),
        "scores": (d.Score(link_id="mood_total", title=both("Mood"), items=("mood",), bands=(BAND,)),),
        "flags": (flag,),
        "profiles": (d.Profile(key="us", title=both("US")), d.Profile(key="eu", title=both("EU"))),
        "sources": (d.Source(key="LABEL", title="The label"),),
        "review": d.Review(clinical="Dr. Ada Example", translations={"es": "Bo Example"}),
    }
    return Definition(**fields | changes)


def rich() -> Definition:
    """The small questionnaire with something of every kind besides."""
    sertraline = d.Medicine(code="sertraline", name="Sertraline", brands=("Zoloft",), classes=("ssri",))
    classes = (d.MedicineClass(key="ssri", title=both("SSRI"), sources=(d.Citation(source="LABEL"),)),)
    item = d.Citation(source="LABEL", section="table 1", checked=False)
    return small(
        instruments=(d.Instrument(key="one", title="One", items=("mood",), credit="Us", licence="Free"),),
        variables=(d.Variable(link_id="had_stroke", title=both("Stroke"), when="stroke is yes"),),
        notes=(d.Note(link_id="note", text=both("Note"), when="had_stroke", flag="stroke_flag"),),
        inconsistencies=(d.Inconsistency(link_id="c1", text=both("C1"), when="stroke is no and mood >= limit"),),
        parameters=(d.Parameter(key="limit", title="Limit", value=2.5, sources=(item,)),),
        vocabularies=(d.Vocabulary(key="medicines", classes=classes, medicines=(sertraline,)),),
        safety=d.Safety(panel_when="mood >= limit", alert_at_once_when="stroke is not sure"),
    )


BAND = d.Band(low=0, title=both("low"))


def case(**changes: Any) -> Case:
    """A patient who had a stroke recently, as expected of `small`."""
    expect = Expectation(flags={"stroke_flag": "contraindication"}, scores={"mood_total": 3})
    fields: dict[str, Any] = {
        "id": "recent_stroke",
        "title": "Recent stroke",
        "as_of": DAY,
        "answers": {"stroke": "yes", "stroke_recent": "yes", "mood": "low"},
        "expect": expect,
    }
    return Case(**fields | changes)


def any_definition() -> st.SearchStrategy[Definition]:
    """Any values of the right types, sound or not: a draft may hold them all."""
    return _values(inspect.type_info(Definition), 0)


# What PostgreSQL can store in a text: everything but NUL, and whole characters.
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


def _values(kind: inspect.Type, depth: int) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.StructType():
            # Groups hold questions, so questions must end somewhere.
            ended = {field.name: st.just(()) for field in kind.fields if field.name == "items" and depth > 4}
            others = {field.name: _values(field.type, depth + 1) for field in kind.fields if field.name not in ended}
            return st.builds(kind.cls, **ended, **others)
        case inspect.VarTupleType():
            return st.lists(_values(kind.item_type, depth), max_size=2).map(tuple)
        case inspect.DictType():
            return st.dictionaries(_TEXTS, _values(kind.value_type, depth), max_size=2)
        case inspect.UnionType():
            return st.one_of(*(_values(one, depth) for one in kind.types))
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
    return {
        inspect.StrType: _TEXTS,
        inspect.IntType: st.integers(0, 1000),
        inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
        inspect.BoolType: st.booleans(),
        inspect.NoneType: st.none(),
    }[type(kind)]


def full() -> Definition:
    """Every field of every Struct with a value that is not its default."""
    definition: Definition = msgspec.convert(_filled(inspect.type_info(Definition), "definition", 0), Definition)
    return definition


def _filled(kind: Any, name: str, depth: int) -> Any:
    match kind:
        case inspect.StructType():
            fields = [field for field in kind.fields if not (field.name == "items" and depth > 6)]
            return {field.name: _filled(field.type, field.name, depth + 1) for field in fields}
        case inspect.VarTupleType():
            return [_filled(kind.item_type, name, depth)]
        case inspect.DictType():
            return {"en": _filled(kind.value_type, name, depth)}
        case inspect.UnionType():
            return _filled(next(one for one in kind.types if not isinstance(one, inspect.NoneType)), name, depth)
        case inspect.LiteralType():
            return kind.values[-1]
    plain = {inspect.StrType: f"a {name}", inspect.IntType: 7, inspect.FloatType: 0.1, inspect.BoolType: True}
    return False if name == "checked" else plain[type(kind)]
