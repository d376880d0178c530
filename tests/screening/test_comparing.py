"""Differences between two definitions, as a reviewer reads them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from screening.comparing import Change, compare, in_groups, marked
from screening.engine import definition as d
from screening.engine.definition import Definition
from tests.screening.samples import any_definition, both, full, rich, small

changed = msgspec.structs.replace


def only(changes: tuple[Change, ...]) -> Change:
    (change,) = changes
    return change


def with_flag(**changes: object) -> Definition:
    (flag,) = small().flags
    return small(flags=(changed(flag, **changes),))


def told(change: Change) -> dict[str, tuple[str, str]]:
    return {each.label: (each.before, each.after) for each in change.differences}


class TestCompare:
    def test_it_finds_nothing_between_equal_definitions(self):
        for definition in (small(), rich(), full()):
            assert compare(definition, definition) == ()

    def test_it_shows_a_text_in_each_language(self):
        change = only(compare(small(), with_flag(why={"en": "Pressure rises", "es": "Sube"})))

        assert (change.what, change.kind, change.name, change.title) == ("changed", "flag", "stroke_flag", "Stroke")
        assert told(change) == {
            "Why it matters (English)": ("Blood pressure rises", "Pressure rises"),
            "Why it matters (Spanish)": ("Blood pressure rises (es)", "Sube"),
        }

    def test_it_shows_a_rule_in_words_and_as_it_is_written(self):
        rules = (
            d.Rule(severity="contraindication", when="stroke_recent is yes or mood is low"),
            *small().flags[0].rules[1:],
        )

        change = only(compare(small(), with_flag(rules=rules)))

        (difference,) = change.differences
        assert (change.kind, change.name, change.place) == ("rule", "contraindication", "flag “Stroke”")
        assert difference.rule_before == "stroke_recent is yes"
        assert difference.after.endswith("is “Yes”, or “How is your mood?” is “Low”")

    def test_a_rule_that_cannot_be_read_is_shown_as_it_is_written(self):
        rules = (d.Rule(severity="contraindication", when="nobody is"), *small().flags[0].rules[1:])

        (difference,) = only(compare(small(), with_flag(rules=rules))).differences

        assert difference.after == "nobody is"

    def test_a_condition_of_asking_that_is_taken_away_becomes_always(self):
        brain, feelings = small().sections
        stroke, recent = brain.questions
        asked = changed(brain, questions=(stroke, changed(recent, ask_when="")))

        change = only(compare(small(), small(sections=(asked, feelings))))

        assert told(change)["Asked when"][1] == "always"

    def test_a_moved_threshold_reads_as_numbers(self):
        moved = changed(rich(), parameters=(changed(rich().parameters[0], value=4.0),))

        assert told(only(compare(rich(), moved))) == {"Value": ("2.5", "4")}

    def test_an_added_flag_is_told_of_once_with_its_rules(self):
        added = d.Flag(
            link_id="low_mood",
            title=both("Low mood"),
            why=both("w"),
            discussion=both("d"),
            rules=(d.Rule(severity="caution", when="mood is low"),),
        )

        change = only(compare(small(), small(flags=(*small().flags, added))))

        assert change.what == "added"
        assert told(change)["Rule, caution"] == ("", "“How is your mood?” is “Low”")

    def test_a_removed_question_is_told_of_with_its_answers_and_nothing_else_is(self):
        without = small(sections=small().sections[:1])

        changes = compare(small(), without)

        assert [(change.what, change.kind, change.name) for change in changes] == [
            ("removed", "section", "feelings"),
            ("removed", "question", "mood"),
        ]
        assert told(changes[1])["With"] == ("Good (good, 0); Low (low, 3)", "")

    def test_an_answer_that_is_added_to_a_question_is_told_of_by_itself(self):
        brain, feelings = small().sections
        (mood,) = feelings.questions
        more = changed(mood, options=(*mood.options, d.Option(code="flat", text=both("Flat"), score=4)))

        change = only(compare(small(), small(sections=(brain, changed(feelings, questions=(more,))))))

        assert (change.what, change.kind, change.name) == ("added", "option", "flat")
        assert change.place == "question “How is your mood?”"

    def test_a_change_of_order_names_what_moved_only(self):
        brain, feelings = small().sections
        other = d.Section(link_id="other", title=both("Other"), questions=())

        change = only(compare(small(sections=(brain, feelings, other)), small(sections=(other, brain, feelings))))

        assert (change.what, change.name) == ("moved", "other")

    def test_a_question_in_another_section_says_from_where_to_where(self):
        brain, feelings = small().sections
        stroke, recent = brain.questions
        sections = (changed(brain, questions=(stroke,)), changed(feelings, questions=(recent, *feelings.questions)))

        change = only(compare(small(), small(sections=sections)))

        assert told(change) == {"Is in": ("section “Brain”", "section “Feelings”")}

    def test_every_field_of_every_part_that_is_taken_away_is_noticed(self):
        """Whatever a definition can say, a definition without it is different."""
        for name in full().__struct_fields__:
            value = getattr(full(), name)
            emptied = (
                changed(full(), **{name: type(value)()}) if isinstance(value, tuple) and name != "languages" else None
            )
            if emptied is not None:
                assert compare(full(), emptied), name

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(before=any_definition(), after=any_definition())
    def test_any_two_drafts_can_be_compared_and_only_equal_ones_are_the_same(self, before, after):
        before, after = (changed(one, languages=one.languages or ("en",)) for one in (before, after))

        changes = compare(before, after)

        assert bool(changes) or d.canonical_json(before) == d.canonical_json(after)
        assert sum(len(group.changes) for group in in_groups(changes)) == len(changes)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "new", [("new", "ins")]),
        ("old", "", [("old", "del")]),
        ("one two three", "quite another", [("one two three", "del"), ("quite another", "ins")]),
        ("a b c", "a x c", [("a", ""), ("b", "del"), ("x", "ins"), ("c", "")]),
    ],
)
def test_texts_are_marked_word_by_word(before, after, pieces):
    assert [(piece.text, piece.only) for piece in marked(before, after)] == pieces
