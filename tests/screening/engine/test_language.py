"""The rule language: what it reads, how it writes, and how it explains a mistake."""

from __future__ import annotations

import pytest

from screening.engine.language import RESERVED, RuleError, names, parse, to_text
from screening.engine.tree import And, AtLeast, Compare, Count, Is, Not, Number, Or, Reference, StateTest, Within

CANONICAL = [
    "stroke is yes",
    "stroke is not yes",
    "stroke is one of (yes, no)",
    "stroke is not one of (yes, no)",
    "stroke is answered",
    "stroke is not declined",
    "stroke is not sure",
    "not stroke is not sure",
    "route may be nasal",
    "route may be one of (nasal, undecided)",
    "not route may be nasal",
    "reading.systolic >= 160 or reading.diastolic >= 100 or uncontrolled is yes",
    "(a or b) and (c and d)",
    "a or (b and c)",
    "not (a or b)",
    "not not a",
    "at least 2 of (a, b is yes, c >= 3)",
    "not at least 2 of (a, b)",
    "symptoms includes pain",
    "symptoms includes any of (pain, cough)",
    "symptoms includes all of (pain, cough)",
    "symptoms includes at least 2 of (pain, cough, fever)",
    "event within 42 days of today",
    "event within 1 year of admission",
    "event within recent_days days of today",
    "age >= 65 and bmi < 18.5",
    "profile is eu",
    "profile is not eu",
    "profile is one of (eu, us)",
    "count(courses) = 0",
    "count(courses where helped is yes and doses >= 3) >= 2",
    "total(medicines_taken, diazepam) > high_dose",
    "temperature < -3.5",
]


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_text_reads_back_as_itself(text: str):
    assert to_text(parse(text)) == text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("any of (a, b, c)", "a or b or c"),
        ("all of (a, b)", "a and b"),
        ("any of (a)", "a"),
        ("a and b or c", "(a and b) or c"),
        ("((a))", "a"),
        ("not stroke is yes", "stroke is not yes"),
        ("stroke is one of (yes)", "stroke is yes"),
        ("symptoms includes any of (pain)", "symptoms includes pain"),
        ("symptoms includes at least 1 of (pain, cough)", "symptoms includes any of (pain, cough)"),
        ("symptoms includes at least 2 of (pain, cough)", "symptoms includes all of (pain, cough)"),
        ("reading.systolic ≥ 160", "reading.systolic >= 160"),
        ("score ≠ 3.0", "score != 3"),
        ("event within 6 week of today", "event within 6 weeks of today"),
        ("a\n  or\n  b", "a or b"),
    ],
)
def test_other_ways_to_write_it_become_canonical(written: str, canonical: str):
    assert to_text(parse(written)) == canonical


def test_and_binds_tighter_than_or_and_not_tightest():
    assert parse("a is yes or not b is yes and c is yes") == Or(
        (
            Is(Reference("a"), ("yes",)),
            And((Not(Is(Reference("b"), ("yes",))), Is(Reference("c"), ("yes",)))),
        )
    )


def test_every_node_knows_where_it_was_written():
    rule = parse("a is yes and event within 6 weeks of today")

    assert [item.at for item in rule.items] == [0, 13]


def test_not_sure_is_a_state_and_not_a_negated_code():
    assert parse("stroke is not sure") == StateTest(Reference("stroke"), "not_sure")


def test_names_are_those_of_questions_scores_variables_and_parameters():
    rule = parse(
        "known or phq9 >= 20 or at least 1 of (a is yes, count(g where h is yes) > limit) "
        "or event within lately days of other or total(taken, diazepam) > 8 or age > 65 or profile is eu"
    )

    assert names(rule) == {"known", "phq9", "a", "g", "h", "limit", "event", "lately", "other", "taken"}


def test_numbers_inside_names_are_kept():
    assert parse("asq_5 >= 2") == Compare(Reference("asq_5"), ">=", Number(2))


def test_words_of_the_language_are_reserved_and_longer_names_that_start_with_them_are_not():
    assert {"or", "sure", "age", "today", "total"} <= RESERVED
    assert parse("order is yes or agent is yes") == Or(
        (Is(Reference("order"), ("yes",)), Is(Reference("agent"), ("yes",)))
    )


def test_at_least_and_within_keep_their_numbers():
    assert parse("at least 2 of (a, b)").number == 2  # type: ignore[union-attr]
    assert isinstance(parse("at least 2 of (a, b)"), AtLeast)
    assert parse("event within 6 weeks of today") == Within(Reference("event"), Number(6), "weeks")


def test_a_count_without_a_condition_counts_entries():
    assert parse("count(courses) > 0") == Compare(Count("courses"), ">", Number(0))


MISTAKES = [
    ("", 0, "The rule is empty", "stroke is yes"),
    ("stroke is", 9, "stops too early: expected an answer's code", "Finish"),
    ("(stroke is yes", 14, "expected a closing bracket", "not closed"),
    ("stroke is yes)", 13, "found “)”", "never opened"),
    ("or stroke is yes", 0, "Expected a condition", "“or” is a word of the rule language"),
    ("any is yes", 4, "the word “of”", "“any” is a word of the rule language"),
    ("stroke is yes other is no", 14, "“and”, “or” or the end of the rule", ""),
    ("Stroke is yes", 0, "“S” is a capital letter", "lower case"),
    ("stroke is 'yes'", 10, "not part of the rule language", "without quotation marks"),
    ("score == 3", 7, "found “=”", "single “=”"),
    ("score => 3", 7, "found “>”", "Write “>=”"),
    ("score <> 3", 7, "found “>”", "Write “!=”"),
    ("a is yes && b is yes", 9, "not part of the rule language", "the word “and”"),
    ("a is yes || b is yes", 9, "not part of the rule language", "the word “or”"),
    ("blood-pressure is yes", 5, "not part of the rule language", "underscore"),
    ("stroke is sure", 10, "found “sure”", "Write “is not sure”"),
    ("stroke is all", 10, "found “all”", "word of the rule language"),
    ("route may nasal", 10, "the word “be”", ""),
    ("age", 3, "a comparison such as “>= 65”", ""),
    ("reading.systolic", 0, "not a condition by itself", "Compare it"),
    ("any (a, b)", 4, "the word “of”", ""),
    ("at least 3 of (a, b)", 9, "from 1 to 2", "2 conditions"),
    ("at least 1.5 of (a, b)", 9, "whole number", ""),
    ("x includes at least 0 of (a, b)", 20, "from 1 to 2", "2 codes"),
    ("event within 3 moons of today", 15, "days, weeks, months or years", "within 6 weeks"),
    ("event within -1 days of today", 13, "0 or more", ""),
    ("stroke is one of ()", 18, "Expected a name", ""),
    ("not " * 40 + "a", 25 * 4, "nested too deeply", "variable"),
    ("a or " * 3000 + "a", 10_000, "longer than 10000 characters", "variables"),
    ("a is yes\nand b == 3", 16, "found “=”", "single “=”"),
]


@pytest.mark.parametrize(("text", "position", "message", "hint"), MISTAKES)
def test_it_says_what_is_wrong_where_and_what_to_do(text: str, position: int, message: str, hint: str):
    with pytest.raises(RuleError) as caught:
        parse(text)

    assert caught.value.position == position
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_it_points_at_the_mistake_in_its_own_line():
    text = "a is yes\nand b == 3"
    with pytest.raises(RuleError) as caught:
        parse(text)

    assert caught.value.pointed(text).splitlines()[:2] == [
        "and b == 3",
        "       ^ Expected a number or the name of a question here, but found “=”.",
    ]


def test_the_message_alone_names_no_terminal_of_the_grammar():
    for text, _, _, _ in MISTAKES:
        with pytest.raises(RuleError) as caught:
            parse(text)
        assert not any(word in str(caught.value) for word in ("LPAR", "_IS", "COMPARISON", "$END", "Token"))
