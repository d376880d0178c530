"""What a name that is not known may mean, and how a known one is shown."""

from __future__ import annotations

import datetime

import pytest

from screening.engine.answers import parse_entry, parse_value, write_answers
from screening.engine.definition import Medicine, Question, Vocabulary
from screening.engine.medicines import medicine_of, offers, replaced, understood

KNOWN = Vocabulary(
    key="medicines",
    medicines=(
        Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),
        Medicine(code="simvastatin", name="simvastatin", brands=("Zocor",)),
        Medicine(code="insulin_glargine", name="insulin glargine", brands=("Lantus",)),
        Medicine(code="insulin_lispro", name="insulin lispro", brands=("Humalog",)),
        Medicine(code="aripiprazole", name="aripiprazole", brands=("Abilify",)),
        Medicine(code="depot", name="aripiprazole long-acting", brands=("Abilify Maintena",)),
        Medicine(code="vitamin_b12", name="vitamin B12"),
        Medicine(code="estradiol", name="estradiol"),
        Medicine(code="prednisone", name="prednisone", brands=("Deltasone",)),
        Medicine(code="n_acetylcysteine", name="N-acetylcysteine"),
        Medicine(code="nose_spray", name="steroid nose spray"),
        Medicine(code="one", name="twin one", brands=("Twin",)),
        Medicine(code="two", name="twin two", brands=("Twin",)),
    ),
)
TODAY = datetime.date(2026, 3, 2)
PILLS = Question(link_id="pills", type="medicines", text={"en": "Which?"}, vocabulary="medicines")


def labels(typed):
    return [offer.label for offer in offers(KNOWN, typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("zolft", ["Zoloft (sertraline)"]),
        ("Zolfot 100 mg", ["Zoloft (sertraline)"]),
        ("sertra", ["sertraline"]),
        ("insulin glarg", ["insulin glargine"]),
        ("in sulin glargine", ["insulin glargine"]),
        ("something like zolft maybe", []),
        ("insulin glargne", ["insulin glargine"]),
        ("insulin", ["insulin glargine", "insulin lispro"]),
        ("estradol", ["estradiol"]),
        ("Twin", ["twin one", "twin two"]),
        ("Zoloft", []),
        ("little blue pill", []),
        ("zo", []),
        ("", []),
        ("💊", []),
        ("x" * 5000, []),
    ],
)
def test_it_offers_what_a_name_may_mean(typed, expected):
    assert labels(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "Zoloft and Zocor",
        "sertraline, simvastatin 20 mg",
        "sertralin + Zocor",
        "Zoloft D",
        "zolft pm",
        "Humalog and pens",
    ],
)
def test_what_it_offers_never_leaves_a_word_out(typed):
    """A name offered stands in the place of all that was typed: the other medicine would be lost."""
    assert labels(typed) == []


@pytest.mark.parametrize(
    "typed", ["Abilify Mycite", "vitamin B6", "Stadol", "delta 8", "steroid", "insulin pump", "N/A"]
)
def test_another_medicine_that_only_looks_alike_is_not_offered(typed):
    assert labels(typed) == []


def test_it_offers_each_medicine_once_and_no_more_than_asked_for():
    assert len({offer.code for offer in offers(KNOWN, "insulin")}) == len(offers(KNOWN, "insulin"))
    assert len(offers(KNOWN, "insulin", limit=1)) == 1


@pytest.mark.parametrize("typed", ["zolft", "Zolfot 100 mg", "sertra", "insulin glarg", "Twin"])
def test_every_name_offered_is_a_known_one(typed):
    for offer in offers(KNOWN, typed):
        assert understood(KNOWN, replaced(typed, offer.name)).code == offer.code


def test_a_brand_is_shown_with_what_it_is():
    found = understood(KNOWN, "zoloft 50 mg")

    assert (found.name, found.label) == ("Zoloft", "Zoloft (sertraline)")
    assert understood(KNOWN, "SERTRALINE").name == "sertraline"
    assert understood(KNOWN, "zolft") is None


def test_a_medicine_is_found_by_its_code():
    assert medicine_of(KNOWN, "sertraline").name == "sertraline"
    assert medicine_of(KNOWN, "plutonium") is None


def test_words_that_were_kept_are_stored_as_kept_and_read_back():
    answer = parse_entry(PILLS, {"0.name": "zolft", "0.kept": "zolft"}, on=TODAY, vocabulary=KNOWN)

    assert (answer.value[0].text, answer.value[0].kept, answer.value[0].code) == ("zolft", True, "")
    stored = write_answers({"pills": answer})["pills"]
    assert parse_value(PILLS, stored, on=TODAY, vocabulary=KNOWN).value == answer.value


def test_words_that_changed_since_are_not_kept():
    answer = parse_entry(PILLS, {"0.name": "zocr", "0.kept": "zolft"}, on=TODAY, vocabulary=KNOWN)

    assert not answer.value[0].kept


def test_a_known_name_is_known_even_if_it_was_kept():
    answer = parse_entry(PILLS, {"0.name": "Zoloft", "0.kept": "Zoloft"}, on=TODAY, vocabulary=KNOWN)

    assert (answer.value[0].code, answer.value[0].kept) == ("sertraline", False)
