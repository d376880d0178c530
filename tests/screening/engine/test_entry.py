"""What people type into a form: read tolerantly, never guessed, never lost."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.engine.answers import (
    MESSAGES,
    Ago,
    Answer,
    BloodPressure,
    Height,
    InvalidAnswer,
    MedicineEntry,
    PartialDate,
    Weight,
    parse_entry,
    write_answer,
)
from screening.engine.definition import Medicine, Option, Question, Vocabulary
from screening.engine.entry import typed_number
from screening.engine.kinds import KINDS

ON = datetime.date(2026, 3, 2)
KNOWN = Vocabulary(
    key="medicines",
    medicines=(
        Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),
        Medicine(code="lithium", name="lithium"),
    ),
)


def option(code: str, **fields) -> Option:
    return Option(code=code, text={"en": code.title()}, **fields)


CHOICES = (option("red"), option("blue"), option("none", exclusive=True))


def ask(type: str, **fields) -> Question:  # noqa: A002
    if type in ("choice", "multiple_choice"):
        fields.setdefault("options", CHOICES)
    return Question(link_id="q", type=type, text={"en": "Question?"}, **fields)


def group(*items: Question, **fields) -> Question:
    return Question(link_id="q", type="group", repeats=True, text={}, items=items, **fields)


def named(link_id: str, type: str = "text", **fields) -> Question:  # noqa: A002
    return Question(link_id=link_id, type=type, text={"en": link_id}, **fields)


def enter(question: Question, *text: str, **parts) -> Answer:
    given_parts = {"": text[0], **parts} if text else parts
    return parse_entry(question, given_parts, on=ON, vocabulary=KNOWN)


def refused(question: Question, parts: dict) -> InvalidAnswer:
    with pytest.raises(InvalidAnswer) as caught:
        parse_entry(question, parts, on=ON, vocabulary=KNOWN)
    return caught.value


READ = [
    ("yes_no", {"": "yes"}, "yes"),
    ("choice", {"": "red"}, "red"),
    ("choice", {"": ["red"]}, "red"),
    ("multiple_choice", {"": ["blue", "red"]}, ("red", "blue")),
    ("multiple_choice", {"": "none"}, ("none",)),
    ("integer", {"": " 3 "}, 3),
    ("integer", {"": "0"}, 0),
    ("integer", {"": "3.0"}, 3),
    ("integer", {"": "1 200"}, 1200),
    ("integer", {"": "３"}, 3),
    ("decimal", {"": "3,5"}, 3.5),
    ("decimal", {"": ".5"}, 0.5),
    ("decimal", {"": "-2"}, -2.0),
    ("blood_pressure", {"systolic": "162", "diastolic": "96"}, BloodPressure(162, 96)),
    ("blood_pressure", {"systolic": "162", "diastolic": " "}, BloodPressure(systolic=162)),
    ("blood_pressure", {"": "162/96"}, BloodPressure(162, 96)),
    ("blood_pressure", {"": "162 over 96 mmHg"}, BloodPressure(162, 96)),
    ("height", {"ft": "5", "in": "7"}, Height(ft=5, inches=7.0)),
    ("height", {"ft": "5 ft", "in": ""}, Height(ft=5)),
    ("height", {"ft": "5'11\""}, Height(ft=5, inches=11.0)),
    ("height", {"in": "67"}, Height(inches=67.0)),
    ("height", {"cm": "170,5 cm"}, Height(cm=170.5)),
    ("weight", {"lb": "180 lbs"}, Weight(lb=180.0)),
    ("weight", {"kg": "80"}, Weight(kg=80.0)),
    ("weight", {"st": "12", "lb": "4"}, Weight(st=12, lb=4.0)),
    ("date", {"day": "29", "month": "2", "year": "1980"}, datetime.date(1980, 2, 29)),
    ("date", {"day": "1", "month": "March", "year": "2020"}, datetime.date(2020, 3, 1)),
    ("date", {"": "2020-03-01"}, datetime.date(2020, 3, 1)),
    ("date", {"": "March 1, 2020"}, datetime.date(2020, 3, 1)),
    ("date", {"": "1 de marzo de 2020"}, datetime.date(2020, 3, 1)),
    ("date", {"": "27/3/2020"}, datetime.date(2020, 3, 27)),
    ("date", {"": "3/27/2020"}, datetime.date(2020, 3, 27)),
    ("date", {"": "2026-03-02"}, ON),
    ("partial_date", {"year": "1980"}, PartialDate(1980)),
    ("partial_date", {"month": "feb", "year": "1980"}, PartialDate(1980, 2)),
    ("partial_date", {"": "March 2021"}, PartialDate(2021, 3)),
    ("partial_date", {"": "2026"}, PartialDate(2026)),
    ("ago", {"number": "42", "unit": "days"}, Ago(42, "days")),
    ("ago", {"number": "0", "unit": "days"}, Ago(0, "days")),
    ("ago", {"": "6 weeks ago"}, Ago(6, "weeks")),
    ("ago", {"": "hace 3 meses"}, Ago(3, "months")),
    ("ago", {"unit": "days", "year": "2021"}, PartialDate(2021)),
    ("ago", {"": "March 2021"}, PartialDate(2021, 3)),
    ("text", {"": " a \r\n b "}, "a b"),
    ("long_text", {"": "a\r\nb"}, "a\nb"),
    ("phone", {"": "+1 (555) 010-0100 ext. 5"}, "+1 (555) 010-0100 ext. 5"),
    ("email", {"": "ada@example.co.uk"}, "ada@example.co.uk"),
    ("acknowledgement", {"": "on"}, True),
    ("medicines", {"none": "on"}, ()),
    ("medicines", {"0.name": "Sertraline", "0.dose": "100"}, (MedicineEntry(code="sertraline", dose_mg=100.0),)),
    ("medicines", {"0.name": "lithium", "0.dose": "0.9 g"}, (MedicineEntry(code="lithium", dose_mg=900.0),)),
    ("medicines", {"0.name": "lithium", "0.dose": "900mg daily"}, (MedicineEntry(code="lithium", dose_mg=900.0),)),
    ("medicines", {"0.name": "lithium", "0.dose": "900 mg/day"}, (MedicineEntry(code="lithium", dose_mg=900.0),)),
    ("medicines", {"0.name": "lithium", "0.dose": "0,9 g al día"}, (MedicineEntry(code="lithium", dose_mg=900.0),)),
    ("medicines", {"0.name": "lithium", "0.dose": "50 mcg"}, (MedicineEntry(code="lithium", dose_mg=0.05),)),
    ("medicines", {"0.name": "lithium", "0.dose": "50 \u00b5g"}, (MedicineEntry(code="lithium", dose_mg=0.05),)),
    ("medicines", {"0.name": "lithium", "0.dose": "50 \u03bcg"}, (MedicineEntry(code="lithium", dose_mg=0.05),)),
    ("medicines", {"0.name": "", "7.name": "little blue pill"}, (MedicineEntry(text="little blue pill"),)),
    (
        "medicines",
        {"": "lithium\nblue; red"},
        (MedicineEntry(code="lithium"), MedicineEntry(text="blue"), MedicineEntry(text="red")),
    ),
]


@pytest.mark.parametrize(("type", "parts", "value"), READ)
def test_it_reads(type, parts, value):  # noqa: A002
    answer = parse_entry(ask(type), parts, on=ON, vocabulary=KNOWN)
    assert answer == Answer(state="answered", value=value, on=ON)


def test_it_reads_every_type_somewhere_above():
    assert {case[0] for case in READ} == set(KINDS) - {"group"}


REFUSED = [
    ("yes_no", {"": "maybe"}, {"choice_unknown"}),
    ("choice", {"": ["red", "blue"]}, {"choice_several"}),
    ("multiple_choice", {"": ["red", "none"]}, {"choice_exclusive"}),
    ("multiple_choice", {"": ["red", "green"]}, {"choice_unknown"}),
    ("integer", {"": "abc"}, {"number_not_read"}),
    ("integer", {"": "3.5"}, {"number_whole"}),
    ("integer", {"": "1e5"}, {"number_not_read"}),
    ("integer", {"": "9" * 20}, {"number_too_large"}),
    ("integer", {"": "9" * 5000}, {"number_not_read"}),
    ("integer", {"": "nan"}, {"number_not_read"}),
    ("decimal", {"": "inf"}, {"number_not_read"}),
    ("decimal", {"": "3.55"}, {"number_decimals"}),
    ("blood_pressure", {"systolic": "abc", "diastolic": "def"}, {"systolic_not_read", "diastolic_not_read"}),
    ("blood_pressure", {"systolic": "80", "diastolic": "80"}, {"pressure_order"}),
    ("blood_pressure", {"systolic": "69"}, {"systolic_range"}),
    ("blood_pressure", {"systolic": "261"}, {"systolic_range"}),
    ("blood_pressure", {"diastolic": "39"}, {"diastolic_range"}),
    ("blood_pressure", {"diastolic": "151"}, {"diastolic_range"}),
    ("blood_pressure", {"systolic": "120.5"}, {"systolic_not_read"}),
    ("blood_pressure", {"": "high"}, {"pressure_not_read"}),
    ("height", {"cm": "49"}, {"height_range"}),
    ("height", {"cm": "273"}, {"height_range"}),
    ("height", {"cm": "170", "ft": "5"}, {"height_both"}),
    ("height", {"ft": "5", "in": "12"}, {"height_inches"}),
    ("height", {"ft": "tall"}, {"height_not_read"}),
    ("height", {"ft": "5.5"}, {"height_not_read"}),
    ("weight", {"kg": "19"}, {"weight_range"}),
    ("weight", {"kg": "401"}, {"weight_range"}),
    ("weight", {"kg": "180 lb"}, {"weight_not_read"}),
    ("weight", {"kg": "80", "lb": "180"}, {"weight_both"}),
    ("weight", {"st": "12", "lb": "14"}, {"weight_pounds"}),
    ("date", {"day": "31", "month": "2", "year": "2020"}, {"date_impossible"}),
    ("date", {"day": "29", "month": "2", "year": "2021"}, {"date_impossible"}),
    ("date", {"day": "3"}, {"month_missing", "year_missing"}),
    ("date", {"month": "3", "year": "2020"}, {"day_missing"}),
    ("date", {"day": "x", "month": "y", "year": "80"}, {"day_not_read", "month_not_read", "year_not_read"}),
    ("date", {"": "3/4/2020"}, {"date_not_read"}),
    ("date", {"": "yesterday"}, {"date_not_read"}),
    ("date", {"": "2026-03-03"}, {"date_future"}),
    ("date", {"": "1899-12-31"}, {"date_too_early"}),
    ("partial_date", {"": "2027"}, {"date_future"}),
    ("partial_date", {"": "2026-04"}, {"date_future"}),
    ("partial_date", {"day": "3", "year": "2020"}, {"month_missing"}),
    ("ago", {"number": "3"}, {"ago_unit_missing"}),
    ("ago", {"number": "x", "unit": "days"}, {"ago_number_not_read"}),
    ("ago", {"number": "-3", "unit": "days"}, {"ago_number_not_read"}),
    ("ago", {"number": "1.5", "unit": "years"}, {"ago_number_not_read"}),
    ("ago", {"number": "121", "unit": "years"}, {"ago_too_long"}),
    ("ago", {"number": "3", "unit": "days", "year": "2020"}, {"ago_both"}),
    ("text", {"": "a\x00b"}, {"text_characters"}),
    ("long_text", {"": "a\ud800"}, {"text_characters"}),
    ("text", {"": "a" * 301}, {"text_too_long"}),
    ("phone", {"": "12345"}, {"phone_not_read"}),
    ("phone", {"": "call me maybe"}, {"phone_not_read"}),
    ("phone", {"": "1" * 16}, {"phone_not_read"}),
    ("email", {"": "ada@example"}, {"email_not_read"}),
    ("email", {"": "ada@exa mple.com"}, {"email_not_read"}),
    ("acknowledgement", {"": "off"}, {"acknowledgement_not_given"}),
    ("medicines", {"none": "on", "0.name": "x"}, {"medicines_none_and_some"}),
    ("medicines", {"0.dose": "50"}, {"medicine_name_missing"}),
    ("medicines", {"0.name": "x", "0.dose": "lots"}, {"dose_not_read"}),
    ("medicines", {"0.name": "x", "0.dose": "1 mg 3 times a day"}, {"dose_not_read"}),
    ("medicines", {"0.name": "x", "0.dose": "2 a day"}, {"dose_not_read"}),
    ("medicines", {"0.name": "x", "0.dose": "25 mcg/h"}, {"dose_not_read"}),
    ("medicines", {"0.name": "x", "0.dose": "1 mg every 2 days"}, {"dose_not_read"}),
    ("medicines", {"0.name": "x", "0.dose": "-3"}, {"dose_range"}),
    ("medicines", {"0.name": "None"}, {"medicines_none_in_a_row"}),
    ("medicines", {"0.name": "Zoloft", "1.name": "n/a"}, {"medicines_none_in_a_row"}),
    ("medicines", {"0.name": "Ninguna."}, {"medicines_none_in_a_row"}),
    ("medicines", {"": "x\n" * 21}, {"too_many_entries"}),
    ("medicines", {"0.code": "sertralin"}, {"medicine_code_unknown"}),
]


@pytest.mark.parametrize(("type", "parts", "codes"), REFUSED)
def test_it_refuses_and_says_what_to_do(type, parts, codes):  # noqa: A002
    invalid = refused(ask(type), parts)
    assert {problem.code for problem in invalid.problems} == codes
    assert all(problem.message and problem.question == "q" for problem in invalid.problems)


@pytest.mark.parametrize(("type", "parts", "codes"), REFUSED)
def test_everything_typed_is_kept_in_a_form_that_can_be_stored(type, parts, codes):  # noqa: A002
    kept = refused(ask(type), parts).kept
    assert kept.typed
    assert kept.on == ON
    write_answer(kept)
    assert "\x00" not in str(kept.typed)


class TestBounds:
    def test_a_number_below_the_minimum_is_refused_with_the_minimum(self):
        (problem,) = refused(ask("integer", minimum=1, maximum=5), {"": "0"}).problems
        assert (problem.code, problem.params, problem.message) == (
            "number_too_small",
            {"minimum": 1},
            "Enter a number that is 1 or more",
        )

    def test_a_number_above_the_maximum_is_refused(self):
        (problem,) = refused(ask("decimal", maximum=4.5), {"": "4.6"}).problems
        assert problem.message == "Enter a number that is 4.5 or less"

    def test_the_bounds_themselves_are_allowed(self):
        question = ask("integer", minimum=1, maximum=5)
        assert [enter(question, text).value for text in ("1", "5")] == [1, 5]

    def test_text_may_be_as_long_as_the_question_says(self):
        assert enter(ask("text", maximum_length=3), "abc").value == "abc"
        assert refused(ask("text", maximum_length=3), {"": "abcd"}).problems[0].params == {"maximum": 3, "length": 4}

    @pytest.mark.parametrize("year", ["1905", "1899"])
    def test_nobody_is_older_than_120(self, year):
        assert (
            refused(ask("date", role="birth_date"), {"day": "1", "month": "1", "year": year}).problems[0].code
            == "birth_date_too_early"
        )

    def test_a_birth_date_120_years_ago_is_allowed(self):
        assert enter(ask("partial_date", role="birth_date"), "1906").state == "answered"

    @pytest.mark.parametrize(("systolic", "diastolic"), [("70", "40"), ("260", "150")])
    def test_the_limits_of_a_plausible_reading_are_allowed(self, systolic, diastolic):
        assert enter(ask("blood_pressure"), systolic=systolic, diastolic=diastolic).state == "answered"


class TestUnknowns:
    @pytest.mark.parametrize("state", ["not_sure", "declined"])
    @pytest.mark.parametrize("type", sorted(KINDS.keys() - {"acknowledgement"}))
    def test_every_type_can_be_unknown(self, type, state):  # noqa: A002
        assert enter(ask(type), state=state) == Answer(state=state, on=ON)

    @pytest.mark.parametrize("type", ["yes_no", "choice", "multiple_choice"])
    def test_an_unknown_may_come_from_the_same_radio_buttons(self, type):  # noqa: A002
        assert enter(ask(type), "not_sure").state == "not_sure"

    def test_an_option_of_that_code_is_an_option(self):
        question = ask("choice", options=(option("not_sure"), option("red")))
        assert enter(question, "not_sure").value == "not_sure"

    def test_an_unknown_that_is_not_offered_is_refused(self):
        invalid = refused(ask("yes_no", unknowns=("declined",)), {"state": "not_sure"})
        assert [problem.code for problem in invalid.problems] == ["state_not_offered"]

    def test_an_answer_beside_an_unknown_is_refused_and_kept(self):
        invalid = refused(ask("integer"), {"": "3", "state": "not_sure"})
        assert [problem.code for problem in invalid.problems] == ["state_with_value"]
        assert invalid.kept == Answer(state="skipped", on=ON, typed={"": "3", "state": "not_sure"})

    @pytest.mark.parametrize("type", sorted(KINDS))
    @pytest.mark.parametrize("parts", [{}, {"": ""}, {"": "   "}, {"": []}, {"": ["", " "]}, {"state": ""}])
    def test_blank_is_skipped_and_never_no(self, type, parts):  # noqa: A002
        assert parse_entry(ask(type), parts, on=ON) == Answer(state="skipped", on=ON)


class TestWhatCanBeTrusted:
    def test_the_other_number_of_a_reading_still_counts(self):
        kept = refused(ask("blood_pressure"), {"systolic": "abc", "diastolic": "130"}).kept
        assert kept == Answer(state="answered", value=BloodPressure(diastolic=130), on=ON, typed={"systolic": "abc"})

    def test_neither_number_counts_when_they_contradict_each_other(self):
        kept = refused(ask("blood_pressure"), {"systolic": "90", "diastolic": "96"}).kept
        assert (kept.state, kept.typed) == ("skipped", {"systolic": "90", "diastolic": "96"})

    def test_the_other_medicines_still_count(self):
        parts = {"0.name": "lithium", "0.dose": "lots", "1.name": "Zoloft"}
        kept = refused(ask("medicines"), parts).kept
        assert [entry.code for entry in kept.value] == ["lithium", "sertraline"]
        assert kept.typed == {"0.dose": "lots"}

    def test_a_dose_without_a_name_is_an_unknown_medicine(self):
        kept = refused(ask("medicines"), {"0.dose": "50 mg"}).kept
        assert kept.value == (MedicineEntry(text="? (50 mg)"),)

    def test_the_other_items_of_an_entry_still_count(self):
        question = group(named("name"), named("weeks", "integer"))
        invalid = refused(question, {"0.name": "a", "0.weeks": "x", "1.name": "b"})
        (problem,) = invalid.problems
        assert (problem.part, problem.entry, problem.place) == ("0.weeks", 1, "q, entry 1, weeks")
        first, second = invalid.kept.value
        assert first["name"].value == "a"
        assert first["weeks"] == Answer(state="skipped", on=ON, typed={"": "x"})
        assert second["weeks"].state == "skipped"


class TestGroups:
    QUESTION = group(named("name"), named("bp", "blood_pressure"), named("sure", "yes_no"))

    def test_entries_are_read_by_number_and_blank_ones_left_out(self):
        parts = {"0.name": "", "3.name": "b", "1.bp.systolic": "120", "3.sure": "not_sure"}
        first, second = parse_entry(self.QUESTION, parts, on=ON).value
        assert first["bp"].value == BloodPressure(systolic=120)
        assert (second["name"].value, second["sure"].state) == ("b", "not_sure")

    def test_an_item_may_be_unknown(self):
        (entry,) = parse_entry(self.QUESTION, {"0.name": "a", "0.bp.state": "declined"}, on=ON).value
        assert entry["bp"].state == "declined"

    def test_too_many_entries_are_refused(self):
        question = group(named("name"), maximum_entries=2)
        parts = {f"{n}.name": "x" for n in range(3)}
        invalid = refused(question, parts)
        assert [problem.code for problem in invalid.problems] == ["too_many_entries"]
        assert invalid.kept.typed == parts


class TestMedicines:
    def test_the_typed_words_are_kept_where_they_say_more(self):
        (entry,) = enter(ask("medicines"), **{"0.name": "Zoloft 100 mg"}).value
        assert entry == MedicineEntry(code="sertraline", note="Zoloft 100 mg")

    def test_a_comma_parts_known_names_only(self):
        texts = [entry.code or entry.text for entry in enter(ask("medicines"), "zoloft, lithium\nfoo, bar").value]
        assert texts == ["sertraline", "lithium", "foo, bar"]

    def test_without_a_vocabulary_every_name_is_text(self):
        answer = parse_entry(ask("medicines"), {"0.name": "lithium"}, on=ON)
        assert answer.value == (MedicineEntry(text="lithium"),)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", 1200),
        ("1,200.5", 1200.5),
        ("1,20", 1.2),
        ("0,125", 0.125),
        ("1'200", 1200),
        ("−3", -3),
        ("3.", 3.0),
        ("1\u202f200", 1200),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert typed_number(text) == number


@pytest.mark.parametrize("text", ["", ".", "-", "1.2.3", "1,2,3", "3 4", "²x", "0x10", "1_000", "٣a"])
def test_what_is_not_clearly_a_number_is_not_one(text):
    assert typed_number(text) is None


def test_every_message_can_be_written_from_its_parameters():
    assert all(message[0].isupper() or message[0] == "“" for message in MESSAGES.values())


TYPED = st.text(max_size=30) | st.sampled_from(
    ["-1", "31", "feb", "120/80", "on", "none", "not_sure", "1e999", "9" * 400, "²", "\x00"]
)
PARTS = st.sampled_from([
    "", "state", "systolic", "diastolic", "cm", "ft", "in", "kg", "lb", "st", "day", "month", "year", "number", "unit",
    "none", "0.name", "0.dose", "1.code", "0.q", "0.q.day", "00.name", "9999.name", "x.y",
])  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    type=st.sampled_from(sorted(KINDS)),
    parts=st.dictionaries(PARTS | st.text(max_size=8), TYPED | st.lists(TYPED, max_size=3), max_size=6),
)
def test_any_text_is_read_or_refused_and_kept(type, parts):  # noqa: A002
    question = ask(type) if type != "group" else group(named("q", "date"), named("name"))
    try:
        answer = parse_entry(question, parts, on=ON, vocabulary=KNOWN)
    except InvalidAnswer as invalid:
        answer = invalid.kept
    assert write_answer(answer)
