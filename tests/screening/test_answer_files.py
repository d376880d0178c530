"""A file of answers is read without a guess, and refused with the place of everything doubtful."""

from __future__ import annotations

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import answer_files


def test_it_reads_answers_by_link_id():
    assert answer_files.read(b'{"stroke": "yes", "age": 3}').answers == {"stroke": "yes", "age": 3}


def test_it_reads_answers_with_their_day_profile_and_parameters():
    found = answer_files.read(
        b'{"answers": {"stroke": "yes"}, "as_of": "2026-03-01", "profile": "eu", "parameters": {"limit": 3}}'
    )

    assert found.answers == {"stroke": "yes"}
    assert (found.as_of, found.profile, found.parameters) == (datetime.date(2026, 3, 1), "eu", {"limit": 3.0})


def test_a_question_may_be_called_answers():
    assert answer_files.read(b'{"answers": "yes"}').answers == {"answers": "yes"}
    assert answer_files.read(b'{"answers": {}, "stroke": "yes"}').answers == {"answers": {}, "stroke": "yes"}


def test_it_reads_a_file_with_a_byte_order_mark():
    assert answer_files.read(b'\xef\xbb\xbf{"a": 1}').answers == {"a": 1}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Line 1, column 1: this is not JSON"),
        (b'{"a": }', "Line 1, column 7: this is not JSON"),
        (b'{"a": 1,\n "b" 2}', "Line 2, column 6: this is not JSON"),
        (b'{"a": 1} {"b": 2}', "Line 1, column 10: this is not JSON"),
        (b"[]", "Write one JSON object"),
        (b'"yes"', "Write one JSON object"),
        (b"null", "Write one JSON object"),
        (b'{"a": 1, "a": 2}', "“a” stands twice. Keep one."),
        (b'{"a": [1, {"b": 1, "b": 2}]}', "“a, entry 2, b” stands twice. Keep one."),
        (b'{"a": NaN}', "“a” is not a finite number."),
        (b'{"a": -Infinity}', "“a” is not a finite number."),
        (b'{"a": {"b": 1e999}}', "“a, b” is not a finite number."),
        (b"NaN", "The document is not a finite number."),
        (b'{"a": "\\ud800"}', "“a” holds half of a character"),
        (b'{"\\ud800": 1}', "A key in The document holds half of a character"),
        (b'{"a": "\xff"}', "Byte 7 is not UTF-8 text."),
        (b'{"a": ' + b"9" * 5000 + b"}", "A number has too many digits."),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", "is nested too deeply."),
        (b'{"answers": {}, "as_of": "2026-02-30"}', "as_of"),
        (b'{"answers": {}, "profile": 3}', "profile"),
        (b'{"answers": {}, "parameters": {"a": "b"}}', "parameters"),
        (b" " * (answer_files.LONGEST + 1), "longer than 5 MB"),
    ],
)
def test_it_refuses_and_names_the_place(data, message):
    with pytest.raises(answer_files.AnswerFileError) as refused:
        answer_files.read(data)

    assert message in str(refused.value)


def test_it_names_every_place_at_once():
    with pytest.raises(answer_files.AnswerFileError) as refused:
        answer_files.read(b'{"a": NaN, "b": {"c": 1, "c": 1}, "d": Infinity}')

    assert str(refused.value).count("\n") == 2


@given(st.binary(max_size=60))
def test_it_never_fails_in_another_way(data):
    with contextlib.suppress(answer_files.AnswerFileError):
        answer_files.read(data)
