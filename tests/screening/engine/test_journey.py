"""The patient's way: pages in order, follow-ups, what is missing, and nothing asked twice."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.compiler import compile_definition
from screening.engine.definition import Definition, Option, Question, Section, Variable
from screening.engine.results import Settings

ON = datetime.date(2026, 3, 2)
US = Settings()


def ask(link_id: str, type: str = "yes_no", **fields) -> Question:  # noqa: A002
    return Question(link_id=link_id, type=type, text={"en": link_id}, **fields)


def page(link_id: str, *questions: Question, **fields) -> Section:
    return Section(link_id=link_id, title={"en": link_id}, questions=questions, **fields)


def options(*codes: str) -> tuple[Option, ...]:
    return tuple(Option(code=code, text={"en": code}) for code in codes)


WELCOME = page(
    "welcome", ask("agree", "acknowledgement", required=True, unknowns=()), ask("name", "text", required=True)
)
HEART = page(
    "heart",
    ask("stroke"),
    ask("stroke_when", "ago", ask_when="stroke is yes"),
    ask("pains", "multiple_choice", options=options("chest", "arm", "none_of_these")),
    ask("pain_now", ask_when="pains includes any of (chest, arm)"),
)
PREGNANCY = page("pregnancy", ask("pregnant"), ask_when="sex is female")
BODY = page(
    "body",
    ask("sex", "choice", options=options("female", "male")),
    ask("more", "group", items=(ask("tired"), ask("weak", ask_when="tired is yes"))),
    ask(
        "trials",
        "group",
        repeats=True,
        items=(ask("trial_name", "text"), ask("helped", ask_when="trial_name is answered")),
    ),
)
LAST = page("last", ask("after_skip", ask_when="pregnant is skipped"), ask("end"))
DEFINITION = Definition(key="k", title={}, sections=(WELCOME, HEART, BODY, PREGNANCY, LAST))
COMPILED = compile_definition(DEFINITION)
SECTIONS = {section.link_id: section for section in DEFINITION.sections}


def said(**values) -> dict[str, Answer]:
    """Answers by value; a state in capitals is left unknown (`SKIPPED`)."""
    states = {"SKIPPED": "skipped", "NOT_SURE": "not_sure", "DECLINED": "declined"}
    return {
        link_id: Answer(state=states[value], on=ON) if value in states else Answer(state="answered", value=value, on=ON)
        for link_id, value in values.items()
    }


def names(sections) -> list[str]:
    return [section.link_id for section in sections]


def asked(answers) -> list[str]:
    return names(journey.sections(COMPILED, answers, ON, US))


def shown_on(section: str, answers) -> list[str]:
    return [question.link_id for question in journey.shown_questions(COMPILED, SECTIONS[section], answers, ON, US)]


ALL_NO = said(
    agree=True, name="Ada", stroke="no", pains=("none_of_these",), sex="male", tired="no", trials="SKIPPED", end="no"
)


class TestSections:
    def test_a_section_is_asked_when_its_condition_is_true(self):
        assert asked(said(sex="female")) == ["welcome", "heart", "body", "pregnancy", "last"]
        assert asked(said(sex="male")) == ["welcome", "heart", "body", "last"]

    def test_a_section_that_is_not_decided_yet_is_not_asked_yet(self):
        assert "pregnancy" not in asked({})

    def test_a_section_without_a_shown_question_is_left_out(self):
        definition = Definition(
            key="k", title={}, sections=(page("a", ask("q1")), page("b", ask("q2", ask_when="q1 is yes")))
        )
        found = journey.sections(compile_definition(definition), said(q1="no"), ON, US)
        assert names(found) == ["a"]

    def test_next_and_previous_step_over_what_is_not_asked(self):
        after = journey.next_section(COMPILED, "body", said(sex="male"), ON, US)
        assert after.link_id == "last"
        before = journey.previous_section(COMPILED, "last", said(sex="male"), ON, US)
        assert before.link_id == "body"

    def test_there_is_nothing_before_the_first_or_after_the_last(self):
        assert journey.previous_section(COMPILED, "welcome", {}, ON, US) is None
        assert journey.next_section(COMPILED, "last", {}, ON, US) is None

    def test_one_can_go_on_from_a_section_that_is_hidden_now(self):
        assert journey.next_section(COMPILED, "pregnancy", said(sex="male"), ON, US).link_id == "last"

    @pytest.mark.parametrize("step", [journey.next_section, journey.previous_section, journey.progress])
    def test_an_unknown_section_is_refused(self, step):
        with pytest.raises(KeyError, match="nowhere"):
            step(COMPILED, "nowhere", {}, ON, US)


class TestShown:
    def test_a_follow_up_is_shown_after_the_answer_that_asks_for_it(self):
        assert shown_on("heart", {}) == ["stroke", "pains"]
        assert shown_on("heart", said(stroke="yes", pains=("chest",))) == ["stroke", "stroke_when", "pains", "pain_now"]

    def test_the_answer_of_a_hidden_question_is_kept_but_it_is_not_shown(self):
        answers = said(stroke="no", stroke_when="2020")
        assert "stroke_when" not in journey.shown(COMPILED, answers, ON, US)
        assert "stroke_when" in journey.with_skipped(COMPILED, answers, ON, US)

    def test_a_group_stands_for_its_items(self):
        assert shown_on("body", {}) == ["sex", "more", "trials"]
        found = journey.answerable(COMPILED, BODY, said(tired="yes"), ON, US)
        assert [question.link_id for question in found] == ["sex", "tired", "weak", "trials"]

    def test_a_group_without_a_shown_item_is_left_out(self):
        definition = Definition(
            key="k",
            title={},
            sections=(page("a", ask("q1"), ask("box", "group", items=(ask("q2", ask_when="q1 is yes"),))),),
        )
        compiled = compile_definition(definition)
        assert [q.link_id for q in journey.shown_questions(compiled, definition.sections[0], {}, ON, US)] == ["q1"]

    def test_sections_are_not_among_the_shown_questions(self):
        assert journey.shown(COMPILED, {}, ON, US) >= {"stroke", "agree", "tired"}
        assert "heart" not in journey.shown(COMPILED, {}, ON, US)


class TestComplete:
    def test_the_first_section_with_a_question_not_reached_is_where_to_go_on(self):
        assert journey.first_incomplete_section(COMPILED, {}, ON, US) == WELCOME
        assert journey.first_incomplete_section(COMPILED, said(agree=True, name="Ada", stroke="no"), ON, US) == HEART

    def test_a_new_follow_up_makes_its_section_incomplete_again(self):
        answers = {**ALL_NO, **said(stroke="yes")}
        assert journey.first_incomplete_section(COMPILED, answers, ON, US) == HEART
        assert not journey.is_section_complete(COMPILED, HEART, answers, ON, US)

    def test_a_skipped_question_was_reached(self):
        assert journey.is_section_complete(COMPILED, WELCOME, said(agree="SKIPPED", name="SKIPPED"), ON, US)

    def test_everything_answered_is_complete(self):
        assert journey.is_complete(COMPILED, ALL_NO, ON, US)

    def test_a_required_question_that_was_skipped_holds_back_sending(self):
        answers = {**ALL_NO, **said(name="SKIPPED")}
        assert [question.link_id for question in journey.missing_required(COMPILED, answers, ON, US)] == ["name"]
        assert not journey.is_complete(COMPILED, answers, ON, US)

    def test_a_required_question_may_be_declined(self):
        assert journey.missing_required(COMPILED, {**ALL_NO, **said(name="DECLINED")}, ON, US) == ()

    def test_a_required_question_that_was_not_reached_is_missing(self):
        assert len(journey.missing_required(COMPILED, {}, ON, US)) == 2

    def test_a_hidden_required_question_is_not_missing(self):
        definition = Definition(
            key="k", title={}, sections=(page("a", ask("q1"), ask("q2", required=True, ask_when="q1 is yes")),)
        )
        assert journey.missing_required(compile_definition(definition), said(q1="no"), ON, US) == ()


class TestProgress:
    def test_the_total_counts_what_may_still_be_asked(self):
        assert journey.progress(COMPILED, "heart", {}, ON, US) == journey.Progress(2, 5)
        assert journey.progress(COMPILED, "last", said(sex="male"), ON, US) == journey.Progress(4, 4)

    def test_the_section_itself_is_always_counted(self):
        assert journey.progress(COMPILED, "pregnancy", said(sex="male"), ON, US) == journey.Progress(4, 5)


class TestWithSkipped:
    def test_every_shown_question_without_an_answer_becomes_skipped(self):
        filled = journey.with_skipped(COMPILED, said(stroke="no"), ON, US)
        assert filled["pains"] == Answer(state="skipped", on=ON)
        assert filled["tired"].state == "skipped"
        assert filled["stroke"].value == "no"

    def test_hidden_questions_stay_without_an_answer(self):
        filled = journey.with_skipped(COMPILED, said(stroke="no", sex="male"), ON, US)
        assert not {"stroke_when", "pregnant", "after_skip", "more", "weak"} & filled.keys()

    def test_what_a_skip_reveals_is_skipped_as_well(self):
        filled = journey.with_skipped(COMPILED, said(sex="female"), ON, US)
        assert filled["pregnant"].state == "skipped"
        assert filled["after_skip"].state == "skipped"

    def test_what_a_skip_hides_is_not_skipped(self):
        definition = Definition(
            key="k", title={}, sections=(page("a", ask("q1"), ask("q2", ask_when="not (q1 is skipped)")),)
        )
        assert journey.with_skipped(compile_definition(definition), {}, ON, US).keys() == {"q1"}

    def test_answers_given_are_not_changed(self):
        answers = said(stroke="NOT_SURE")
        journey.with_skipped(COMPILED, answers, ON, US)
        assert answers == said(stroke="NOT_SURE")

    def test_doing_it_twice_changes_nothing(self):
        once = journey.with_skipped(COMPILED, said(sex="female"), ON, US)
        assert journey.with_skipped(COMPILED, once, ON, US) == once


def reveal(*questions: Question, variables: tuple[Variable, ...] = ()):
    section = page("a", *questions)
    definition = Definition(key="k", title={}, sections=(page("before", ask("earlier")), section), variables=variables)
    found = journey.potential_follow_ups(compile_definition(definition), section)
    return {follow_up.question.link_id: follow_up for follow_up in found}


COLORS = ask("color", "choice", options=options("red", "blue", "green"))
SEVERAL = ask("colors", "multiple_choice", options=options("red", "blue"))


class TestFollowUps:
    @pytest.mark.parametrize(
        ("when", "question", "values"),
        [
            ("stroke is yes", "stroke", ("yes",)),
            ("stroke is one of (yes, no)", "stroke", ("yes", "no")),
            ("stroke may be yes", "stroke", ("yes", "not_sure", "declined")),
            ("stroke is not no", "stroke", ("yes",)),
            ("stroke is not sure", "stroke", ("not_sure",)),
            ("stroke is yes or stroke is not sure", "stroke", ("yes", "not_sure")),
            ("color is not red", "color", ("blue", "green")),
            ("colors includes red", "colors", ("red",)),
            ("colors includes any of (red, blue)", "colors", ("red", "blue")),
            ("named", "stroke", ("yes",)),
        ],
    )
    def test_a_browser_can_tell_from_one_question(self, when, question, values):
        variables = (Variable(link_id="named", title={}, when="stroke is yes"),)
        found = reveal(ask("stroke"), COLORS, SEVERAL, ask("more", ask_when=when), variables=variables)
        assert found["more"].reveal == journey.Reveal({question: values})
        assert found["more"].depends_on == (question,)

    @pytest.mark.parametrize(
        "when",
        [
            "stroke is yes and color is red",
            "stroke is yes and earlier is yes",
            "stroke is yes or earlier is yes",
            "stroke is yes or weeks >= 3",
            "stroke is skipped",
            "stroke is answered",
            "colors includes all of (red, blue)",
            "not (colors includes red)",
            "weeks >= 3",
            "stroke is yes and profile is us",
        ],
    )
    def test_otherwise_the_server_decides(self, when):
        found = reveal(ask("stroke"), COLORS, SEVERAL, ask("weeks", "integer"), ask("more", ask_when=when))
        assert found["more"].reveal is None
        assert found["more"].depends_on

    def test_a_browser_can_tell_when_any_of_several_questions_is_enough(self):
        when = "any of (stroke may be yes, color is red, stroke is no)"
        found = reveal(
            ask("stroke"),
            COLORS,
            ask("more", ask_when="asked"),
            variables=(Variable(link_id="asked", title={}, when=when),),
        )
        assert found["more"].reveal == journey.Reveal(
            {"stroke": ("yes", "not_sure", "declined", "no"), "color": ("red",)}
        )

    def test_what_depends_on_earlier_pages_only_is_no_follow_up(self):
        assert reveal(ask("stroke", ask_when="earlier is yes")) == {}

    def test_the_items_of_groups_can_be_follow_ups(self):
        inside = ask("box", "group", repeats=True, items=(ask("q1"), ask("q2", ask_when="q1 is yes")))
        assert reveal(inside)["q2"].reveal == journey.Reveal({"q1": ("yes",)})

    def test_a_state_that_is_not_offered_cannot_reveal(self):
        found = reveal(ask("stroke", unknowns=()), ask("more", ask_when="stroke may be yes"))
        assert found["more"].reveal.any_of == {"stroke": ("yes",)}


STATES = st.sampled_from(["yes", "no", "NOT_SURE", "DECLINED", "SKIPPED"])
SOME = st.fixed_dictionaries(
    {},
    optional={
        "stroke": STATES,
        "stroke_when": st.just("SKIPPED"),
        "sex": st.sampled_from(["female", "male", "SKIPPED"]),
        "tired": STATES,
        "weak": STATES,
        "pregnant": STATES,
        "end": STATES,
        "agree": st.just(True),
        "after_skip": STATES,
    },
)


@settings(max_examples=60, deadline=None)
@given(SOME)
def test_walking_page_by_page_reaches_the_end_and_leaves_nothing_out(values):
    """Post each page in turn, skipping what has no answer: it is the same as `with_skipped`, and then complete."""
    given_answers = said(**values)
    answers: dict[str, Answer] = {}
    section = journey.first_incomplete_section(COMPILED, answers, ON, US)
    visited: list[str] = []
    while section is not None:
        assert section.link_id not in visited
        visited.append(section.link_id)
        while not journey.is_section_complete(COMPILED, section, answers, ON, US):
            for question in journey.answerable(COMPILED, section, answers, ON, US):
                answers.setdefault(
                    question.link_id, given_answers.get(question.link_id, Answer(state="skipped", on=ON))
                )
        section = journey.next_section(COMPILED, section.link_id, answers, ON, US)
    assert visited == asked(answers)
    assert journey.first_incomplete_section(COMPILED, answers, ON, US) is None
    filled = journey.with_skipped(COMPILED, given_answers, ON, US)
    shown = journey.shown(COMPILED, filled, ON, US)
    assert {k: v for k, v in filled.items() if k in shown} == {k: v for k, v in answers.items() if k in shown}
