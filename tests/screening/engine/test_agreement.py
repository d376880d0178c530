"""The generated code against a plain interpreter, and the laws that make three-valued rules safe."""

from __future__ import annotations

import calendar
import datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.engine.assessment import evaluate, evaluate_calls
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import MEDICATION_LIST, Definition, Question
from screening.engine.language import parse, to_english, to_text
from screening.engine.results import Settings
from screening.engine.tree import Expr
from screening.engine.values import Answer, BloodPressure, MedicineEntry, PartialDate

from .building import TODAY
from .oracle import Oracle
from .strategies import SETTINGS, VALUES, answer_sets, definitions, trees

ALL = ["gate", "mood", "symptoms", "drinks", "reading", "born", "event", "ago", "taken", "tall", "heavy", "inner",
       "sleep", "courses", "final"]  # fmt: skip
slow = settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def all_truths(compiled: Compiled, answers: dict[str, Answer], chosen: Settings) -> dict[tuple[str, int], bool | None]:
    """The truth of every rule of every flag."""
    facts = next(compiled.run(answers, TODAY, chosen).more)
    return {(name, tier): compiled.truth(tree, facts)
            for name, ruled in compiled.rules.flags.items() for tier, (_, tree) in enumerate(ruled)}  # fmt: skip


@slow
@given(tree=trees(ALL, variables=("named",)))
def test_text_and_tree_are_the_same_rule(tree: Expr):
    text = to_text(tree)

    assert parse(text) == tree
    assert to_text(parse(text)) == text


@slow
@given(definition=definitions())
def test_every_rule_can_be_read_aloud(definition: Definition):
    for found in definition.flags:
        for rule in found.rules:
            assert to_english(parse(rule.when), definition)


@pytest.mark.check("C11", required="what is asked is what the plain interpreter asks")
@pytest.mark.check("C14", required="the same flags as the plain interpreter")
@slow
@given(definition=definitions(), answers=answer_sets(), chosen=SETTINGS)
def test_generated_code_agrees_with_the_plain_interpreter(
    definition: Definition, answers: dict[str, Answer], chosen: Settings
):
    compiled, oracle = compile_definition(definition), Oracle(definition, answers, TODAY, chosen)

    visible = compiled.visibility(answers, TODAY, chosen)
    assert visible == {
        name: oracle.section_asked(name) if name in compiled.sections else oracle.asked(name) for name in visible
    }
    assert compiled.run(answers, TODAY, chosen).failed == []
    assert all_truths(compiled, answers, chosen) == {
        (name, tier): oracle.truth(tree)
        for name, ruled in compiled.rules.flags.items()
        for tier, (_, tree) in enumerate(ruled)
    }


@slow
@given(definition=definitions(), answers=answer_sets(), chosen=SETTINGS)
def test_each_flag_is_raised_open_or_ruled_out_by_its_rules(
    definition: Definition, answers: dict[str, Answer], chosen: Settings
):
    compiled = compile_definition(definition)
    truths = all_truths(compiled, answers, chosen)
    found = evaluate(compiled, answers, TODAY, chosen)

    for concern in definition.flags:
        urgent, caution = truths[concern.link_id, 0], truths[concern.link_id, 1]
        raised = {flag.flag: flag.severity for flag in found.flags}
        expected = "urgent" if urgent is True else "caution" if caution is True else None
        assert raised.get(concern.link_id) == expected
        is_open = urgent is None or (urgent is False and caution is None)
        listed = {flag.flag: flag for flag in found.unresolved}
        assert (concern.link_id in listed) == is_open
        assert (concern.link_id in found.ruled_out) == (expected is None and not is_open)


@slow
@given(definition=definitions(), answers=answer_sets())
def test_what_would_settle_an_open_flag_is_always_named(definition: Definition, answers: dict[str, Answer]):
    for left in evaluate(compile_definition(definition), answers, TODAY).unresolved:
        assert left.questions
        assert left.reason == ""


@pytest.mark.check("C11", required="no rule reads what is not asked")
@slow
@given(definition=definitions(), answers=answer_sets(), other=answer_sets())
def test_a_hidden_answer_never_matters(definition: Definition, answers: dict[str, Answer], other: dict[str, Answer]):
    compiled = compile_definition(definition)
    visible = compiled.visibility(answers, TODAY, Settings())
    hidden = [name for name in VALUES | {"courses": None} if name in visible and not visible[name]]
    changed = {name: answer for name, answer in answers.items() if name not in hidden}
    changed |= {name: other[name] for name in hidden if name in other}

    assert evaluate(compiled, changed, TODAY) == evaluate(compiled, answers, TODAY)


@slow
@given(definition=definitions(), answers=answer_sets(), data=st.data())
def test_the_order_of_answers_never_matters(definition: Definition, answers: dict[str, Answer], data: st.DataObject):
    compiled = compile_definition(definition)
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))

    assert evaluate(compiled, shuffled, TODAY) == evaluate(compiled, answers, TODAY)
    assert evaluate(compile_definition(definition), answers, TODAY) == evaluate(compiled, answers, TODAY)


@slow
@given(definition=definitions(states=False), answers=answer_sets(), data=st.data())
def test_learning_more_never_changes_what_was_certain(
    definition: Definition, answers: dict[str, Answer], data: st.DataObject
):
    compiled = compile_definition(definition)
    refined = {name: refine(data, name, answers.get(name)) for name in [*VALUES, "courses"]}
    refined = {name: answer for name, answer in refined.items() if answer is not None}

    before = all_truths(compiled, answers, Settings()) | compiled.visibility(answers, TODAY, Settings())
    after = all_truths(compiled, refined, Settings()) | compiled.visibility(refined, TODAY, Settings())

    changed = {key: (before[key], after[key]) for key in before if before[key] not in (None, after[key])}
    assert changed == {}


def refine(data: st.DataObject, name: str, answer: Answer | None) -> Answer | None:
    """The same answer, or one that says more."""
    if not data.draw(st.booleans()):
        return answer
    if answer is None or not answer.is_known:
        if name == "courses":
            return answer
        return Answer(state="answered", value=data.draw(VALUES[name]), on=TODAY)
    on = answer.on or TODAY
    match answer.value:
        case PartialDate():
            value: object = narrower(data, answer.value, on)
        case BloodPressure():
            value = BloodPressure(answer.value.systolic or 160, answer.value.diastolic or 90)
        case tuple() if name == "taken":
            value = tuple(recognised(data, entry) for entry in answer.value)
        case tuple() if name == "courses":
            value = tuple({item: refine(data, item, entry.get(item)) or Answer(state="skipped") for item in
                           ("helped", "when", "doses")} for entry in answer.value)  # fmt: skip
        case _:
            value = answer.value
    return Answer(state="answered", value=value, on=on)  # type: ignore[arg-type]


def narrower(data: st.DataObject, when: PartialDate, on: datetime.date) -> PartialDate:
    first = datetime.date(when.year, when.month or 1, when.day or 1)
    last = datetime.date(when.year, when.month or 12, when.day or calendar.monthrange(when.year, when.month or 12)[1])
    day = data.draw(st.dates(first, last if first > on else min(last, on)))
    return PartialDate(day.year, day.month, day.day)


def recognised(data: st.DataObject, entry: MedicineEntry) -> MedicineEntry:
    code = entry.code or data.draw(st.sampled_from(["clonazepam", "phenelzine", "sertraline", ""]))
    return MedicineEntry(code=code, text="" if code else entry.text, dose_mg=entry.dose_mg or 2.0)


@slow
@given(definition=definitions(), answers=answer_sets(), chosen=SETTINGS)
def test_no_flag_vanishes(definition: Definition, answers: dict[str, Answer], chosen: Settings):
    """Each is raised, open, a note or ruled out; only an uncertain medicine list speaks for several at once."""
    found = evaluate(compile_definition(definition), answers, TODAY, chosen)

    said = {line.flag for line in (*found.flags, *found.unresolved, *found.notes)} | set(found.ruled_out)
    if MEDICATION_LIST not in said:
        assert {flag.link_id for flag in definition.flags} <= said


@settings(slow, max_examples=settings.default.max_examples // 10)
@given(data=st.data(), definition=definitions(), answers=answer_sets(), chosen=SETTINGS)
def test_staff_are_called_for_what_the_whole_assessment_says(
    data: st.DataObject, definition: Definition, answers: dict[str, Answer], chosen: Settings
):
    definition = with_classes(data, definition)
    compiled = compile_definition(definition)
    whole = evaluate(compiled, answers, TODAY, chosen)

    called = evaluate_calls(compiled, answers, TODAY, chosen)

    assert called.flags == whole.flags
    assert called.unresolved == tuple(flag for flag in whole.unresolved if flag.not_sure == "NS-2")
    assert (called.safety_panel, called.alert_at_once, called.alert_because) == (
        whole.safety_panel,
        whole.alert_at_once,
        whole.alert_because,
    )


def with_classes(data: st.DataObject, definition: Definition) -> Definition:
    """The same with some flags, and perhaps questions, of the class that staff are called for."""
    classes = st.sampled_from(("NS-1", "NS-2", "NS-3"))
    flags = tuple(msgspec.structs.replace(flag, not_sure=data.draw(classes)) for flag in definition.flags)
    safety = data.draw(st.sets(st.sampled_from(ALL), max_size=2))

    def own(question: Question) -> Question:
        items = tuple(own(item) for item in question.items)
        not_sure = "NS-2" if question.link_id in safety else question.not_sure
        return msgspec.structs.replace(question, items=items, not_sure=not_sure)

    sections = tuple(
        msgspec.structs.replace(section, questions=tuple(own(question) for question in section.questions))
        for section in definition.sections
    )
    return msgspec.structs.replace(definition, flags=flags, sections=sections)


@pytest.mark.parametrize("chosen", [Settings(), Settings(profile="eu")])
def test_nothing_answered_is_evaluated_too(chosen: Settings):
    definition = Definition(key="empty", title={}, sections=())

    assert evaluate(compile_definition(definition), {}, TODAY, chosen).ruled_out == ()
