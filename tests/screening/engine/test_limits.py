"""An endless entry: its beginning is kept, the page says so, and nothing is lost in the middle."""

from __future__ import annotations

import pytest

from screening.engine.answers import InvalidAnswer, parse_entry, write_answer
from screening.engine.definition import Question
from screening.engine.limits import KEPT, MOST
from tests.screening.engine.test_entry import ON, ask, enter, group, named, refused

ENDLESS = "".join(f"{n} " for n in range(300_000))  # 2 MB, every place of it recognisable


@pytest.mark.parametrize("kind", ["phone", "email", "text", "long_text", "integer", "date", "ago", "choice", "height"])
def test_it_keeps_the_beginning_and_says_so(kind):
    problem = refused(ask(kind), {"": ENDLESS})

    assert [found.code for found in problem.problems] == ["entry_too_long"]
    assert str(KEPT) in problem.problems[0].message
    assert problem.kept.state == "skipped"
    assert problem.kept.typed == {"": ENDLESS[:KEPT]}


@pytest.mark.parametrize(
    ("maximum", "kept"), [(None, KEPT), (300, KEPT), (15_000, 15_000), (MOST, MOST), (50_000, MOST)]
)
def test_a_question_that_takes_more_keeps_more_up_to_a_limit(maximum, kept):
    problem = refused(ask("long_text", maximum_length=maximum), {"": ENDLESS})

    assert len(problem.kept.typed[""]) == kept


def test_a_text_a_little_over_its_maximum_is_kept_whole():
    problem = refused(ask("text", maximum_length=300), {"": "x" * 9_000})

    assert [found.code for found in problem.problems] == ["text_too_long"]
    assert problem.kept.typed == {"": "x" * 9_000}


@pytest.mark.parametrize("text", ["x" * KEPT, "e\u0301" * KEPT, "a\r\n" * (KEPT // 2 - 1) + "b"])
def test_what_fits_once_it_is_counted_fairly_is_read(text):
    assert enter(ask("long_text"), text).state == "answered"


def test_parts_are_kept_in_their_order_until_it_is_enough():
    problem = refused(ask("date"), {"day": "1" * 6_000, "month": "2" * 6_000, "year": "3" * 6_000})

    assert problem.kept.typed == {"day": "1" * 6_000, "month": "2" * (KEPT - 6_000 - len("daymonth"))}


def test_a_list_cannot_be_endless_by_its_entries():
    hospital = group(*(named(f"item_{n}") for n in range(6)), maximum_entries=200)
    parts = {f"{row}.item_{n}": "x" * 9_000 for row in range(50) for n in range(6)}

    problem = refused(hospital, parts)

    assert sum(map(len, problem.kept.typed.values())) <= MOST
    assert [found.code for found in problem.problems] == ["entry_too_long"]


def test_names_of_form_parts_count_too():
    problem = refused(ask("height"), {f"{n}{'y' * 90}": "1" for n in range(2_000)})

    assert sum(len(part) + len(text) for part, text in problem.kept.typed.items()) <= KEPT


def test_what_is_kept_reads_back():
    kept = refused(ask("phone"), {"": ENDLESS}).kept
    phone = Question(link_id="q", type="phone", text={"en": "?"})

    with pytest.raises(InvalidAnswer):
        parse_entry(phone, {"": kept.typed[""]}, on=ON)
    assert write_answer(kept)["typed"] == kept.typed
