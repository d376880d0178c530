"""Random questionnaires, rules and answers: one question of each kind, with rules made up on the spot."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial

from hypothesis import strategies as st

from screening.engine.definition import Definition, Instrument, Parameter, Profile, Question, Score, Section, Variable
from screening.engine.language import to_text
from screening.engine.results import Settings
from screening.engine.tree import (
    And,
    AtLeast,
    Compare,
    Count,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Measure,
    Not,
    Number,
    Or,
    ProfileIs,
    Reference,
    StateTest,
    Total,
    Within,
)
from screening.engine.values import Ago, Answer, BloodPressure, Height, MedicineEntry, PartialDate, Weight

from .building import MEDICINES, TODAY, choice, en, flag, medicines, question

DATED = ("born", "event", "ago", "when")
UNSURE = ("not_sure", "declined", "skipped")


def pool() -> tuple[tuple[Question, ...], ...]:
    """Questions by section, in the order they are asked."""
    points = (0.0, 1.0, 3.0)
    return (
        (
            question("gate"),
            choice("mood", "low", "middle", "high", scores=points),
            choice("symptoms", "pain", "cough", "none", kind="multiple_choice"),
            question("drinks", "integer", minimum=0, maximum=5),
        ),
        (
            question("reading", "blood_pressure"),
            question("born", "partial_date", role="birth_date"),
            question("event", "date"),
            question("ago", "ago"),
            medicines("taken"),
        ),
        (
            question("tall", "height", role="height"),
            question("heavy", "weight", role="weight"),
            question("heading", "group",
                     items=(question("inner"), choice("sleep", "well", "badly", scores=(0.0, 2.0)))),
            question("courses", "group", repeats=True,
                     items=(question("helped"), question("when", "partial_date"),
                            question("doses", "integer", minimum=0, maximum=5))),
            question("final"),
        ),
    )  # fmt: skip


ITEMS = ("helped", "when", "doses")
SCORES = (
    Score(link_id="summed", title=en("Sum"), items=("mood", "drinks", "sleep")),
    Score(link_id="averaged", title=en("Mean"), method="mean", items=("mood", "drinks", "inner")),
    Score(link_id="gated_score", title=en("Gated"), items=("inner", "sleep"), gate="gate"),
)
PARAMETERS = (Parameter(key="limit", title="Limit", value=3), Parameter(key="lately", title="Lately", value=40))
ONE_CODE = {"gate": ("yes", "no"), "mood": ("low", "middle", "high"), "inner": ("yes", "no"), "final": ("yes", "no"),
            "sleep": ("well", "badly"), "helped": ("yes", "no")}  # fmt: skip
MANY_CODES = {"symptoms": ("pain", "cough", "none"), "taken": ("benzodiazepine", "maoi", "sertraline")}
NUMERIC = ("mood", "drinks", "inner", "sleep", "doses", "tall", "heavy")
SIGNS = (">=", "<=", ">", "<", "=", "!=")
MEASURED = {"age": {"born"}, "bmi": {"tall", "heavy"}}


def trees(names: Sequence[str], *, states: bool = True, variables: Sequence[str] = ()) -> st.SearchStrategy[Expr]:
    """Conditions over these questions. Without `states`, none that looks at how a question was left."""
    return st.recursive(_leaves(frozenset(names), states, variables), _composed, max_leaves=5)


def _composed(inside: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(inside, min_size=2, max_size=3).map(tuple)
    counted = several.flatmap(lambda items: st.integers(1, len(items)).map(lambda number: AtLeast(number, items)))
    return st.one_of(several.map(And), several.map(Or), inside.map(Not), counted)


def _leaves(names: frozenset[str], states: bool, variables: Sequence[str]) -> st.SearchStrategy[Expr]:
    kinds: list[st.SearchStrategy[Expr]] = [
        st.sampled_from([("us",), ("eu",)]).map(ProfileIs),
        st.builds(Compare, _operands(names, states), st.sampled_from(SIGNS), _operands(names, states)),
    ]
    one = sorted(names & ONE_CODE.keys())
    if one:
        kinds += [st.sampled_from(one).flatmap(lambda name: _codes(Is, name))] * 3
    many = sorted(names & MANY_CODES.keys())
    if many:
        kinds.append(st.sampled_from(many).flatmap(_including))
    dated = sorted(names & set(DATED))
    if dated:
        kinds.append(_within(dated))
    if variables:
        kinds.append(st.sampled_from(list(variables)).map(Holds))
    if states:
        kinds += _state_tests(names, one)
    return st.one_of(kinds)


def _state_tests(names: frozenset[str], one: list[str]) -> list[st.SearchStrategy[Expr]]:
    tested = sorted(names - {"heading"})
    found: list[st.SearchStrategy[Expr]] = []
    states = st.sampled_from(["answered", *UNSURE])
    if tested:
        found.append(st.builds(StateTest, st.sampled_from(tested).map(Reference), states))
    if "reading" in names:
        found.append(st.builds(StateTest, st.just(Reference("reading", "systolic")), states))
    if one:
        found.append(st.sampled_from(one).flatmap(lambda name: _codes(MayBe, name)))
    return found


def _codes(kind: type[Is] | type[MayBe], name: str) -> st.SearchStrategy[Expr]:
    return st.lists(st.sampled_from(ONE_CODE[name]), min_size=1, max_size=2, unique=True).map(
        lambda codes: kind(Reference(name), tuple(codes))
    )


def _including(name: str) -> st.SearchStrategy[Expr]:
    some = st.lists(st.sampled_from(MANY_CODES[name]), min_size=1, max_size=3, unique=True)
    return some.flatmap(
        lambda codes: st.integers(1, len(codes)).map(lambda number: Includes(Reference(name), number, tuple(codes)))
    )


def _within(dated: list[str]) -> st.SearchStrategy[Expr]:
    number = st.one_of(st.integers(0, 60).map(lambda days: Number(float(days))), st.just(Reference("lately")))
    units = st.sampled_from(["days", "weeks", "months", "years"])
    anchors = st.sampled_from(["today", *dated])
    return st.builds(Within, st.sampled_from(dated).map(Reference), number, units, anchors)


def _operands(names: frozenset[str], states: bool) -> st.SearchStrategy[object]:
    found: list[st.SearchStrategy[object]] = [
        st.sampled_from([0.0, 1.0, 2.0, 3.0, 3.5, 25.0, 40.0, 65.0, 160.0, 170.0]).map(Number),
        st.just(Reference("limit")),
    ]
    plain = [Reference(name) for name in sorted(names & set(NUMERIC))]
    if "reading" in names:
        plain += [Reference("reading", "systolic"), Reference("reading", "diastolic")]
    plain += [
        Reference(score.link_id) for score in SCORES if {*score.items, *([score.gate] if score.gate else [])} <= names
    ]
    plain_measures = [Measure(name) for name, needed in MEASURED.items() if needed <= names]  # type: ignore[arg-type]
    if "taken" in names:
        found.append(st.just(Total("taken", "diazepam")))
    if "courses" in names:
        inside = (
            trees(sorted((names - {"courses"}) | set(ITEMS)), states=states) if not names & set(ITEMS) else st.none()
        )
        found.append(st.one_of(st.none(), inside).map(lambda where: Count("courses", where)))
    if plain or plain_measures:
        found.append(st.sampled_from([*plain, *plain_measures]))
    return st.one_of(found)


# Definitions ----------------------------------------------------------------------------------------------------------


@st.composite
def definitions(draw: st.DrawFn, *, states: bool = True) -> Definition:
    """The pool with random conditions of asking, staleness, two variables, one made of the other, and three flags."""
    earlier: list[str] = []
    sections = []
    for number, questions in enumerate(pool()):
        when = _maybe(draw, earlier, states)
        sections.append(
            Section(link_id=f"section{number}", title=en("Page"), ask_when=when,
                    questions=tuple(_with_rules(draw, asked, earlier, states) for asked in questions))
        )  # fmt: skip
    named = [name for name in earlier if name not in ("inner", "sleep")] + ["inner", "sleep"]
    inner = Variable(link_id="mixed", title=en("Mixed"), when=to_text(draw(trees(named, states=states))))
    outer = to_text(draw(trees(named, states=states, variables=("mixed",))))
    variables = (inner, Variable(link_id="named", title=en("Named"), when=outer))
    flags = tuple(
        flag(f"flag{number}", urgent=_rule(draw, named, states), caution=_rule(draw, named, states))
        for number in range(3)
    )
    return Definition(
        key="random", title=en("Random"), sections=tuple(sections), scores=SCORES, variables=variables, flags=flags,
        vocabularies=(MEDICINES,), parameters=PARAMETERS, instruments=(draw(instruments()),),
        profiles=(Profile(key="us", title=en("US")), Profile(key="eu", title=en("EU"))),
    )  # fmt: skip


def instruments() -> st.SearchStrategy[Instrument]:
    """An instrument of any questions, items of a repeating group among them, that is switched off now and then."""
    items = st.lists(
        st.sampled_from([*ONE_CODE, "drinks", "reading", "born", "taken", "doses"]), unique=True, max_size=6
    )
    build = partial(Instrument, key="some", title="Some", credit="c", licence="l")
    return st.builds(build, items=items.map(tuple), switched_off=st.booleans())


def _rule(draw: st.DrawFn, names: list[str], states: bool) -> str:
    return to_text(draw(trees(names, states=states, variables=("named", "mixed"))))


def _maybe(draw: st.DrawFn, earlier: Sequence[str], states: bool) -> str:
    if not earlier or draw(st.integers(0, 2)):
        return ""
    return to_text(draw(trees(earlier, states=states)))


def _with_rules(draw: st.DrawFn, asked: Question, earlier: list[str], states: bool) -> Question:
    from msgspec.structs import replace

    when = _maybe(draw, earlier, states)
    if asked.type == "group":
        inside: list[str] = []
        items = []
        for item in asked.items:
            items.append(replace(item, ask_when=_maybe(draw, [*earlier, *inside], states)))
            inside.append(item.link_id)
        asked = replace(asked, items=tuple(items))
        earlier += [] if asked.repeats else inside
    everything = ["gate", "mood", "drinks", "reading", "born", "event", "ago", "final"]
    stale = _maybe(draw, everything, states) if asked.type in ("blood_pressure", "yes_no", "choice", "date") else ""
    if asked.type != "group" or asked.repeats:
        earlier.append(asked.link_id)
    return replace(asked, ask_when=when, stale_when=stale)


# Answers --------------------------------------------------------------------------------------------------------------

_partial = st.one_of(
    st.builds(PartialDate, st.integers(1955, 2026)),
    st.builds(PartialDate, st.integers(2024, 2026), st.integers(1, 12)),
    st.builds(PartialDate, st.integers(1955, 2026), st.integers(1, 12), st.integers(1, 28)),
)
_pressures = st.builds(
    BloodPressure, st.none() | st.sampled_from([120, 160, 170]), st.none() | st.sampled_from([65, 90])
)
_entries = st.builds(
    MedicineEntry,
    code=st.sampled_from(["clonazepam", "diazepam", "phenelzine", "sertraline"]),
    dose_mg=st.none() | st.sampled_from([0.15, 2.0, 3.0]),
) | st.just(MedicineEntry(text="blue pill"))
_days = st.integers(0, 100).map(lambda days: TODAY - datetime.timedelta(days=days))
_ago = st.builds(Ago, st.integers(0, 50), st.sampled_from(["days", "weeks", "months", "years"]))
_symptoms = st.sampled_from([("pain",), ("cough",), ("pain", "cough"), ("none",)])

VALUES: dict[str, st.SearchStrategy[object]] = {
    **{name: st.sampled_from(codes) for name, codes in ONE_CODE.items()},
    "symptoms": _symptoms,
    "drinks": st.integers(0, 5),
    "doses": st.integers(0, 5),
    "reading": _pressures,
    "born": _partial,
    "event": _days,
    "ago": _ago | _partial,
    "when": _partial,
    "taken": st.lists(_entries, max_size=3).map(tuple),
    "tall": st.sampled_from([Height(cm=170), Height(ft=5, inches=7)]),
    "heavy": st.sampled_from([Weight(kg=72.25), Weight(kg=115.6), Weight(lb=180)]),
}


def _answer(values: st.SearchStrategy[object]) -> st.SearchStrategy[Answer | None]:
    known = st.builds(lambda value, on: Answer(state="answered", value=value, on=on), values, st.just(TODAY) | _days)
    unsure = st.sampled_from(UNSURE).map(lambda state: Answer(state=state, on=TODAY))
    return st.one_of(known, known, known, unsure, st.none())


_courses = st.lists(
    st.fixed_dictionaries({name: _answer(VALUES[name]) for name in ITEMS}).map(
        lambda entry: {name: answer for name, answer in entry.items() if answer is not None}
    ),
    min_size=1,
    max_size=3,
).map(tuple)


def answer_sets() -> st.SearchStrategy[dict[str, Answer]]:
    """Answers to any of the questions, known or not; a missing one was not reached."""
    names = [name for name in VALUES if name not in ITEMS]
    every = {name: _answer(VALUES[name]) for name in names} | {"courses": _answer(_courses)}
    return st.fixed_dictionaries(every).map(lambda found: {name: one for name, one in found.items() if one is not None})


SETTINGS = st.builds(
    Settings, profile=st.sampled_from(["us", "eu"]), parameters=st.just({}) | st.just({"limit": 2.0, "lately": 10.0})
)
