"""Answers as JSON: read with every problem named, written and read back equal."""

from __future__ import annotations

import datetime
import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.engine.answers import (
    Ago,
    Answer,
    BloodPressure,
    Height,
    InvalidAnswer,
    InvalidAnswers,
    MedicineEntry,
    PartialDate,
    Weight,
    cross_problems,
    decode_answers,
    parse_value,
    read_answers,
    write_answers,
)
from screening.engine.definition import Definition, Medicine, Option, Question, Section, Vocabulary
from screening.engine.kinds import KINDS

ON = datetime.date(2026, 3, 2)
EARLIER = datetime.date(2026, 1, 31)


def ask(link_id: str, type: str, **fields) -> Question:  # noqa: A002
    return Question(link_id=link_id, type=type, text={"en": link_id}, **fields)


def option(code: str, **fields) -> Option:
    return Option(code=code, text={"en": code}, **fields)


COLORS = (option("red"), option("blue"), option("none", exclusive=True))
QUESTIONS = (
    *(ask(kind, kind) for kind in sorted(KINDS.keys() - {"choice", "multiple_choice", "group", "height", "weight"})),
    ask("choice", "choice", options=COLORS),
    ask("multiple_choice", "multiple_choice", options=COLORS),
    ask("height", "height", role="height"),
    ask("weight", "weight", role="weight"),
    ask("trials", "group", repeats=True, items=(ask("name", "text"), ask("weeks", "integer"), ask("seen", "date"))),
    ask("heading", "group", items=(ask("inner", "yes_no"),)),
)
KNOWN = Vocabulary(key="m", medicines=(Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),))
DEFINITION = Definition(
    key="k", title={"en": "K"}, sections=(Section(link_id="s", title={}, questions=QUESTIONS),), vocabularies=(KNOWN,)
)


def read(data: object) -> dict[str, Answer]:
    return read_answers(DEFINITION, data, on=ON)


def problems(data: object) -> list[str]:
    with pytest.raises(InvalidAnswers) as caught:
        read(data)
    return [str(problem) for problem in caught.value.problems]


VALUES = [
    ("yes_no", "yes", "yes"),
    ("yes_no", True, "yes"),
    ("yes_no", False, "no"),
    ("choice", "red", "red"),
    ("multiple_choice", ["blue", "red", "red"], ("red", "blue")),
    ("integer", 0, 0),
    ("integer", 3.0, 3),
    ("decimal", 3, 3.0),
    ("blood_pressure", {"systolic": 162, "diastolic": 96}, BloodPressure(162, 96)),
    ("blood_pressure", {"systolic": 162}, BloodPressure(162)),
    ("blood_pressure", {"systolic": 162, "diastolic": None}, BloodPressure(162)),
    ("height", {"cm": 170}, Height(cm=170.0)),
    ("height", {"ft": 5, "in": 7}, Height(ft=5, inches=7.0)),
    ("weight", {"kg": 80}, Weight(kg=80.0)),
    ("weight", {"st": 12, "lb": 4}, Weight(st=12, lb=4.0)),
    ("date", "1980-02-29", datetime.date(1980, 2, 29)),
    ("partial_date", "1980", PartialDate(1980)),
    ("partial_date", 1980, PartialDate(1980)),
    ("partial_date", "1980-02", PartialDate(1980, 2)),
    ("partial_date", "1980-02-29", PartialDate(1980, 2, 29)),
    ("ago", {"number": 42, "unit": "days"}, Ago(42, "days")),
    ("ago", "2021-03", PartialDate(2021, 3)),
    ("text", "Ada", "Ada"),
    ("phone", "555 010 0100", "555 010 0100"),
    ("email", "ada@example.com", "ada@example.com"),
    ("acknowledgement", True, True),
    ("medicines", "none", ()),
    (
        "medicines",
        [
            {"code": "sertraline", "dose_mg": 100},
            {"text": "little blue pill"},
            "Zoloft",
            "herbs",
            {"name": "sertraline"},
        ],
        (
            MedicineEntry(code="sertraline", dose_mg=100.0),
            MedicineEntry(text="little blue pill"),
            MedicineEntry(code="sertraline", note="Zoloft"),
            MedicineEntry(text="herbs"),
            MedicineEntry(code="sertraline"),
        ),
    ),
]


@pytest.mark.parametrize(("link_id", "raw", "value"), VALUES)
def test_it_reads(link_id, raw, value):
    assert read({link_id: raw}) == {link_id: Answer(state="answered", value=value, on=ON)}


def test_the_entries_of_a_group_are_mappings_of_answers():
    (entry,) = read({"trials": [{"name": "a", "weeks": {"state": "not_sure"}}]})["trials"].value
    assert entry == {"name": Answer(state="answered", value="a", on=ON), "weeks": Answer(state="not_sure", on=ON)}


def test_the_items_of_a_heading_stand_at_the_top():
    assert read({"inner": "no"})["inner"].value == "no"


class TestStates:
    @pytest.mark.parametrize("state", ["not_sure", "declined", "skipped"])
    def test_any_question_may_be_left_unknown(self, state):
        assert read({"yes_no": {"state": state}})["yes_no"] == Answer(state=state, on=ON)

    @pytest.mark.parametrize("raw", [None, "", [], {"state": "skipped"}])
    def test_nothing_is_skipped_and_an_empty_list_is_not_an_answer(self, raw):
        assert read({"medicines": raw})["medicines"].state == "skipped"

    def test_the_long_form_carries_its_day_and_what_was_typed(self):
        found = read({"integer": {"state": "answered", "value": 3, "on": "2026-01-31", "typed": {"": "three"}}})
        assert found["integer"] == Answer(state="answered", value=3, on=EARLIER, typed={"": "three"})

    def test_a_day_of_null_is_an_unknown_day(self):
        assert read({"yes_no": {"state": "not_sure", "on": None}})["yes_no"].on is None

    def test_a_date_is_judged_by_the_day_it_was_given(self):
        long = {"state": "answered", "value": "2026-02-15", "on": "2026-01-31"}
        assert problems({"date": long}) == ["date: Enter a date that is not in the future"]

    @pytest.mark.parametrize(
        ("raw", "place"),
        [
            ({"state": "maybe"}, "yes_no, state"),
            ({"state": []}, "yes_no, state"),
            ({"state": "answered"}, "yes_no"),
            ({"state": "answered", "value": []}, "yes_no"),
            ({"state": "not_sure", "on": "soon"}, "yes_no, on"),
            ({"state": "not_sure", "on": 3}, "yes_no, on"),
            ({"state": "skipped", "typed": "abc"}, "yes_no, typed"),
            ({"state": "skipped", "typed": {"": 3}}, "yes_no, typed"),
            ({"state": "skipped", "because": "x"}, "yes_no"),
        ],
    )
    def test_a_wrong_long_form_is_refused(self, raw, place):
        assert problems({"yes_no": raw})[0].startswith(f"{place}: ")


WRONG = [
    ("yes_no", "maybe", "yes_no: Select one of the answers listed: yes, no"),
    ("yes_no", 1, "yes_no: Write the code of one answer, not a number"),
    ("choice", ["red"], "choice: Write the code of one answer, not a list"),
    ("multiple_choice", "red", "multiple_choice: Write a list of codes, not text"),
    ("multiple_choice", ["red", 3], "multiple_choice: Write a list of codes, not a list"),
    ("multiple_choice", ["red", "none"], "multiple_choice: Select “none” or the other answers, not both"),
    ("integer", "3", "integer: Write a number, not text"),
    ("integer", True, "integer: Write a number, not true or false"),
    ("integer", 3.5, "integer: Enter a whole number, without decimals"),
    ("integer", 10**400, "integer: Enter a number that is 1000000000 or less"),
    ("decimal", float("nan"), "decimal: Enter an ordinary number"),
    ("decimal", float("inf"), "decimal: Enter an ordinary number"),
    ("decimal", 3.55, "decimal: Use fewer digits after the decimal point (1 at most)"),
    ("blood_pressure", {"systolic": "162"}, "blood_pressure, systolic: Write a number, not text"),
    (
        "blood_pressure",
        [162, 96],
        'blood_pressure: Write an object like {"systolic": 120, "diastolic": 80}, not a list',
    ),
    ("blood_pressure", {"sys": 162}, "blood_pressure: Remove “sys”, or use one of: systolic, diastolic"),
    (
        "blood_pressure",
        {"systolic": float("nan")},
        "blood_pressure, systolic: Enter the top number in digits, for example 120",
    ),
    ("height", {"cm": 170, "in": 3}, "height, cm: Enter the height in centimeters or in feet and inches, not both"),
    ("date", "1980", "date, month: Enter the month"),
    ("date", "1980-02-30", "date: Check the day and the month: there is no such date"),
    ("date", "02/29/1980", "date: Enter a date as day, month and year, for example 27 March 1980"),
    ("date", 19800229, 'date: Write a date like "1980-02-29", not a number'),
    ("partial_date", True, 'partial_date: Write a date like "1980-02-29", not true or false'),
    ("partial_date", "0000-01", "partial_date: Check the day and the month: there is no such date"),
    ("ago", {"number": 3, "unit": "decades"}, "ago, unit: Select days, weeks, months or years"),
    ("ago", {"number": 3, "unit": []}, "ago, unit: Select days, weeks, months or years"),
    ("ago", {"unit": "days"}, "ago, number: Enter how many days, weeks, months or years ago"),
    ("text", 3, "text: Write text, not a number"),
    ("text", "a\x00", "text: Remove the characters that cannot be stored"),
    ("text", "\ud800", "text: Remove the characters that cannot be stored"),
    ("acknowledgement", "yes", "acknowledgement: Write true, not text"),
    ("acknowledgement", False, "acknowledgement: Tick the box to continue, or leave it out"),
    ("medicines", "sertraline", 'medicines: Write a list of medicines or "none", not text'),
    ("medicines", [3], "medicines, entry 1: Write a medicine by name or as an object, not a number"),
    (
        "medicines",
        ["a", {"code": "sertralin"}],
        "medicines, entry 2, code: Use a medicine of the vocabulary, or its name as text; there is no “sertralin” (did you mean “sertraline”?)",  # noqa: E501
    ),
    ("medicines", [{"dose_mg": 3}], "medicines, entry 1, name: Enter the name of the medicine"),
    (
        "medicines",
        [{"text": "a", "dose_mg": -1}],
        "medicines, entry 1, dose: Enter a dose above 0 and no more than 100000 milligrams a day",
    ),
    ("trials", {"name": "a"}, "trials: Write a list of entries, not an object"),
    ("trials", ["a"], "trials, entry 1: Write an object with the answers of one entry, not text"),
    ("trials", [{}, {"weeks": "x"}], "trials, entry 2, weeks: Write a number, not text"),
    (
        "trials",
        [{"nam": "a"}],
        "trials, entry 1: Remove “nam”, or use one of: name, weeks, seen (did you mean “name”?)",
    ),
    ("heading", [{}], "heading: Answer the questions of this group one by one: inner"),
]


@pytest.mark.parametrize(("link_id", "raw", "message"), WRONG)
def test_it_refuses_and_names_the_place(link_id, raw, message):
    assert problems({link_id: raw}) == [message]


class TestDocuments:
    def test_all_problems_are_reported_at_once(self):
        found = problems(
            {"yes_no": "maybe", "yes_not": 1, "date": "1980-02-30", "trials": [{"weeks": "x"}, {"seen": "y"}]}
        )
        assert len(found) == 5

    def test_an_unknown_question_is_named_with_the_nearest(self):
        assert problems({"yes_on": "yes"}) == ["There is no question “yes_on” (did you mean “yes_no”?)"]

    def test_an_item_of_a_repeating_group_is_not_a_question_of_its_own(self):
        assert problems({"weeks": 3}) == ["There is no question “weeks”"]

    @pytest.mark.parametrize("data", [None, [], "x", 3, True])
    def test_a_document_is_an_object(self, data):
        assert problems(data)[0].startswith("Write the answers as one JSON object by question")

    def test_nothing_odd_in_a_key_breaks_the_message(self):
        found = problems({"\ud800\x00" + "a" * 500: 1, 3: 1, None: 1})
        assert len(found) == 3
        assert all(message.encode() and len(message) < 200 for message in found)

    def test_deep_nesting_is_refused_in_words(self):
        deep: object = []
        for _ in range(100_000):
            deep = [deep]
        assert problems({"yes_no": deep, "medicines": deep, "trials": deep})
        while deep:  # taken apart by hand: freeing it at once would overflow the stack of some Pythons
            deep = deep.pop()

    def test_nothing_is_read_when_anything_is_wrong(self):
        assert problems({"yes_no": "yes", "integer": "x"})

    def test_an_empty_document_has_no_answers(self):
        assert read({}) == {}


class TestJsonText:
    def test_it_is_decoded(self):
        assert decode_answers(b'{"yes_no": "yes"}') == {"yes_no": "yes"}

    @pytest.mark.parametrize(
        "text", [b"", b"{", b"{'a': 1}", b'{"a": NaN}', b'{"a": Infinity}', b"\xff", b'{"a": 1}x', b"[" * 100_000]
    )
    def test_what_is_not_ordinary_json_is_refused_in_words(self, text):
        with pytest.raises(InvalidAnswers, match="Write the answers as one JSON object"):
            decode_answers(text)

    def test_a_huge_number_is_refused_in_words(self):
        with pytest.raises(InvalidAnswers):
            read(decode_answers(b'{"integer": 1' + b"0" * 5000 + b"}"))


class TestTogether:
    def test_a_body_mass_index_outside_12_to_80_is_a_problem_of_the_weight(self):
        (problem,) = cross_problems(DEFINITION, read({"height": {"cm": 200}, "weight": {"kg": 40}}))
        assert (problem.code, problem.question, problem.params) == ("body_mass_range", "weight", {"bmi": 10.0})

    @pytest.mark.parametrize(
        "data",
        [{}, {"height": {"cm": 170}}, {"weight": {"kg": 80}}, {"height": {"cm": 200}, "weight": {"state": "not_sure"}}],
    )
    def test_nothing_is_said_while_one_is_unknown(self, data):
        assert cross_problems(DEFINITION, read(data)) == ()

    @pytest.mark.parametrize(("kg", "fine"), [(47, False), (48, True), (320, True), (321, False)])
    def test_the_limits_themselves_are_plausible(self, kg, fine):
        found = cross_problems(DEFINITION, {
            "height": Answer(state="answered", value=Height(cm=200.0)),
            "weight": Answer(state="answered", value=Weight(kg=float(kg))),
        })  # fmt: skip
        assert (found == ()) is fine


def test_a_value_without_a_vocabulary_accepts_any_code():
    question = ask("medicines", "medicines")
    assert parse_value(question, [{"code": "anything"}], on=ON).value == (MedicineEntry(code="anything"),)


def test_an_invalid_value_names_its_problems_and_keeps_the_rest():
    with pytest.raises(InvalidAnswer) as caught:
        parse_value(ask("bp", "blood_pressure"), {"systolic": 999, "diastolic": 90}, on=ON)
    assert caught.value.kept.value == BloodPressure(diastolic=90)
    assert "bp, systolic" in str(caught.value)


# What can be answered, by type: written answers are read back equal.
def stored(words: str) -> str:
    return unicodedata.normalize("NFC", words).strip()


LETTERS = st.characters(codec="utf-8", exclude_characters="\x00\r\n")
WORDS = st.text(LETTERS, min_size=1, max_size=20).map(stored).filter(bool)
DAYS = st.dates(datetime.date(1907, 1, 1), EARLIER)
PARTIAL = st.one_of(
    st.builds(lambda day: PartialDate(day.year), DAYS),
    st.builds(lambda day: PartialDate(day.year, day.month), DAYS),
    st.builds(lambda day: PartialDate(day.year, day.month, day.day), DAYS),
)
AGOS = st.builds(Ago, st.integers(0, 100), st.sampled_from(["days", "weeks", "months", "years"]))
ENTRIES = st.one_of(
    st.builds(MedicineEntry, code=st.just("sertraline"), dose_mg=st.none() | st.floats(0.5, 900), note=WORDS),
    st.builds(MedicineEntry, text=WORDS),
)


BY_TYPE: dict[str, st.SearchStrategy] = {
    "yes_no": st.sampled_from(["yes", "no"]),
    "choice": st.sampled_from(["red", "blue", "none"]),
    "multiple_choice": st.sampled_from([("red",), ("blue",), ("red", "blue"), ("none",)]),
    "integer": st.integers(-1000, 1000),
    "decimal": st.integers(-1000, 1000).map(lambda tenths: tenths / 10),
    "blood_pressure": st.builds(BloodPressure, st.none() | st.integers(151, 260), st.integers(40, 150)),
    "height": st.builds(Height, cm=st.floats(50, 272))
    | st.builds(Height, ft=st.integers(2, 8), inches=st.floats(0, 10)),
    "weight": st.builds(Weight, kg=st.floats(20, 400)) | st.builds(Weight, st=st.integers(4, 60), lb=st.floats(0, 13)),
    "date": DAYS,
    "partial_date": PARTIAL,
    "ago": AGOS | PARTIAL,
    "text": WORDS.map(lambda words: " ".join(words.split())).filter(bool),
    "long_text": WORDS,
    "phone": st.just("555 010 0100"),
    "email": st.just("ada@example.com"),
    "medicines": st.lists(ENTRIES, max_size=4).map(tuple),
    "acknowledgement": st.just(True),
}
ON_DAYS = st.none() | st.just(EARLIER) | st.just(ON)
TYPED = st.none() | st.dictionaries(WORDS, WORDS, max_size=2)


def answers_of(values: st.SearchStrategy) -> st.SearchStrategy:
    known = st.builds(Answer, state=st.just("answered"), value=values, on=ON_DAYS, typed=TYPED)
    return known | st.builds(
        Answer, state=st.sampled_from(["not_sure", "declined", "skipped"]), on=ON_DAYS, typed=TYPED
    )


ENTRY = st.fixed_dictionaries(
    {},
    optional={"name": answers_of(BY_TYPE["text"]), "weeks": answers_of(BY_TYPE["integer"]), "seen": answers_of(DAYS)},
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        **{kind: answers_of(values) for kind, values in BY_TYPE.items()},
        "trials": answers_of(st.lists(ENTRY, min_size=1, max_size=3).map(tuple)),
    },
)


def test_every_type_takes_part_in_the_round_trip():
    assert BY_TYPE.keys() == KINDS.keys() - {"group"}


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_what_is_written_is_read_back_equal(answers):
    assert read(write_answers(answers)) == answers


@settings(max_examples=50, deadline=None)
@given(DOCUMENTS)
def test_it_survives_json_text(answers):
    assert read(decode_answers(json.dumps(write_answers(answers)))) == answers


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["state", "value", "systolic", "code", "number", "unit", "name"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([question.link_id for question in QUESTIONS]) | st.text(max_size=8), JSON, max_size=4
    )
)
def test_any_json_is_read_or_refused_in_words(data):
    try:
        found = read(data)
    except InvalidAnswers:
        return
    else:
        assert read(write_answers(found)) == found
