"""Names of medicines as people write them: known only when exactly known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.engine.definition import Medicine, Vocabulary
from screening.engine.medicines import core, match, suggestions

KNOWN = Vocabulary(
    key="medicines",
    medicines=(
        Medicine(code="sertraline", name="sertraline", brands=("Zoloft",)),
        Medicine(code="bupropion", name="bupropion", brands=("Wellbutrin", "Wellbutrin XL")),
        Medicine(code="fluoxetine", name="fluoxetine", brands=("Prozac",)),
        Medicine(code="paroxetine", name="paroxetine", brands=("Paxil",)),
        Medicine(code="lithium", name="lithium"),
        Medicine(code="valproate", name="divalproex", brands=("Depakote",)),
        Medicine(code="st_johns_wort", name="St. John’s wort"),
        Medicine(code="vitamin_d", name="vitamin D"),
        Medicine(code="theophylline", name="theophylline", brands=("Theo-24",)),
        Medicine(code="potassium", name="potassium chloride", brands=("K-Dur",)),
        Medicine(code="acetaminophen", name="acetaminophen", brands=("Tylenol",)),
        Medicine(code="codeine", name="codeine", brands=("Tylenol 3",)),
        Medicine(code="zolpidem", name="zolpidem"),
        Medicine(code="depot", name="aripiprazole long-acting", brands=("Abilify injection",)),
        Medicine(code="aripiprazole", name="aripiprazole", brands=("Abilify",)),
        Medicine(code="contraceptive", name="combined contraceptive", brands=("the pill", "One A Day")),
        Medicine(code="one", name="Twin"),
        Medicine(code="two", name="other", brands=("Twin",)),
    ),
)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("sertraline", "sertraline"),
        ("  SERTRALINE ", "sertraline"),
        ("Zoloft", "sertraline"),
        ("zoloft 100 mg", "sertraline"),
        ("Zoloft 100mg tablets", "sertraline"),
        ("sertraline hydrochloride", "sertraline"),
        ("sertraline HCl 50 mg once a day", "sertraline"),
        ("Sertralíne", "sertraline"),
        ("Wellbutrin XL 300 mg", "bupropion"),
        ("bupropion hydrochloride er", "bupropion"),
        ("lithium carbonate 300mg twice a day", "lithium"),
        ("divalproex sodium", "valproate"),
        ("valproate", "valproate"),
        ("St. John’s wort", "st_johns_wort"),
        ("st johns wort", "st_johns_wort"),
        ("St John's Wort", "st_johns_wort"),
        ("Vitamin D", "vitamin_d"),
        ("theo 24", "theophylline"),
        ("potassium chloride 20 mEq", "potassium"),
        ("zolpidem 10 mg most nights", "zolpidem"),
        ("zolpidem 10 mg night", "zolpidem"),
        ("zolpidem three times a day", "zolpidem"),
        ("zolpidem every 8 hours as needed", "zolpidem"),
        ("zolpidem 2 x 5 mg at bedtime", "zolpidem"),
        ("zolpidem 10", "zolpidem"),
        ("zolpidem 2.5", "zolpidem"),
        ("zolpidem every other night with food", "zolpidem"),
        ("zolpidem compounded", "zolpidem"),
        ("generic zolpidem", "zolpidem"),
        ("zolpidem todas las noches", None),
        ("zolpidem cada noche", "zolpidem"),
        ("zolpidem 5 mg por la noche", "zolpidem"),
        ("zolpidem en la noche", "zolpidem"),
        ("zolpidem LA", "zolpidem"),
        ("zolpidem for sleep", "zolpidem"),
        ("zolpidem 10 mg as needed for my anxiety", "zolpidem"),
        ("zolpidem para dormir", "zolpidem"),
        ("zolpidem for sleep and sertraline for mood", None),
        ("zolpidem for sleep, sertralin", None),
        ("zolpidem for Zoloft", None),
        ("zolpidem for pain 3", None),
        ("Tylenol 3 for pain", "codeine"),
        ("Tylenol 3 tablets for pain", None),
        ("the pill for anxiety", None),
        ("zolpidem 10 mg by mouth daily", "zolpidem"),
        ("zolpidem po qd", "zolpidem"),
        ("zolpidem por vía oral", "zolpidem"),
        ("zolpidem 10 mg AM", "zolpidem"),
        ("zolpidem 10 mg AM and PM", "zolpidem"),
        ("zolpidem 10 mg PM", None),
        ("zolpidem film", "zolpidem"),
        ("zolpidem KwikPen", "zolpidem"),
        ("Zoloft (sertraline)", "sertraline"),
        ("sertraline/Zoloft 50 mg daily", "sertraline"),
        ("Zoloft - sertraline", "sertraline"),
        ("Zoloft (bupropion)", None),
        ("Tylenol 3 (codeine)", "codeine"),
        ("Tylenol (codeine)", None),
        ("Abilify (aripiprazole) injection", None),
        ("Abilify IM monthly", "depot"),
        ("Abilify injections", "depot"),
        ("zolpidem by", None),
        ("Wellbutrin XL 300", "bupropion"),
        ("Wellbutrin shot", "bupropion"),
        ("Tylenol", "acetaminophen"),
        ("Tylenol 500 mg", "acetaminophen"),
        ("Tylenol 3", "codeine"),
        ("Tylenol #3 twice a day", "codeine"),
        ("Tylenol 3 at bedtime", "codeine"),
        ("Tylenol 3 times a day", "acetaminophen"),
        ("Tylenol 3 a day", "acetaminophen"),
        ("Tylenol every 3 hours", "acetaminophen"),
        ("Tylenol 3 tablets", None),
        ("Tylenol 3 tablets every 4 hours", None),
        ("Tylenol 4", None),
        ("Tylenol 4 tablets", None),
        ("Tylenol Night", None),
        ("Abilify injection 400 mg once a month", "depot"),
        ("Abilify 5 mg once a day", "aripiprazole"),
        ("the pill", "contraceptive"),
        ("the patch", None),
        ("six pills a day", None),
        ("Vitamin D 2000", "vitamin_d"),
        ("vitamin a 300", None),
        ("vitamin a daily", None),
        ("most nights", None),
        ("zolpidem and bupropion daily", None),
        ("fluoxetina clorhidrato", None),
        ("sertralin", None),
        ("sertraline and bupropion", None),
        ("lithium-like drops from my aunt", None),
        ("vitamin a", None),
        ("vitamin", None),
        ("Twin", None),
        ("100 mg", None),
        ("", None),
        ("💊", None),
    ],
)
def test_it_knows_exact_names_only(typed, code):
    assert match(KNOWN, typed).code == code


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sertralin", "sertraline"),
        ("Sertaline 50 mg", "sertraline"),
        ("welbutrin", "bupropion"),
        ("proxac", "fluoxetine"),
    ],
)
def test_a_near_name_is_suggested_and_never_taken(typed, first):
    found = match(KNOWN, typed)
    assert found.code is None
    assert found.suggestions[0].code == first


def test_at_most_three_are_suggested():
    many = Vocabulary(key="v", medicines=tuple(Medicine(code=f"a{n}", name=f"alphazine {n}x") for n in range(9)))
    assert len(match(many, "alphazine x").suggestions) <= 3


def test_a_name_of_two_medicines_is_neither_and_suggests_both():
    found = match(KNOWN, "twin")
    assert found.code is None
    assert {medicine.code for medicine in found.suggestions} == {"one", "two"}


def test_something_else_suggests_nothing():
    assert match(KNOWN, "little blue pill").suggestions == ()


class TestSuggestions:
    def test_names_that_begin_so_come_first(self):
        labels = [found.label for found in suggestions(KNOWN, "pa")]
        assert labels[:2] == ["paroxetine", "Paxil (paroxetine)"]

    def test_a_brand_shows_what_it_is(self):
        assert suggestions(KNOWN, "zol")[0].label == "Zoloft (sertraline)"

    def test_a_word_inside_a_name_is_found(self):
        assert suggestions(KNOWN, "wort")[0].code == "st_johns_wort"

    def test_a_slip_is_found(self):
        assert suggestions(KNOWN, "sertalin")[0].code == "sertraline"

    @pytest.mark.parametrize("typed", ["", "s", " ", "%"])
    def test_too_few_letters_give_nothing(self, typed):
        assert suggestions(KNOWN, typed) == ()

    def test_there_are_never_more_than_asked_for(self):
        assert len(suggestions(KNOWN, "ri", limit=1)) <= 1
        assert len(suggestions(KNOWN, "pa", limit=1)) == 1


def test_a_new_vocabulary_of_the_same_key_is_not_mistaken_for_the_old():
    old = Vocabulary(key="v", medicines=(Medicine(code="a1", name="alpha"),))
    assert match(old, "alpha").code == "a1"
    new = Vocabulary(key="v", medicines=(Medicine(code="b1", name="alpha"),))
    assert match(new, "alpha").code == "b1"
    for number in range(20):
        match(Vocabulary(key=str(number), medicines=()), "alpha")
    assert match(old, "alpha").code == "a1"


def test_the_first_word_always_stays():
    assert core("sodium chloride") == "sodium"
    assert core("patch") == "patch"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_matched_or_not_without_failing(text):
    assert match(KNOWN, text).code in {None, *(medicine.code for medicine in KNOWN.medicines)}
    assert suggestions(KNOWN, text) is not None
