"""Scores: totals, possible ranges, bands; nothing is imputed."""

from __future__ import annotations

import pytest

from screening.engine.definition import Band, Question, Score
from screening.engine.results import ScoreResult
from screening.engine.scores import Item, tally
from screening.engine.values import Answer

from .building import DECLINED, NOT_SURE, SKIPPED, answers, assess, choice, definition, en, question, truth

ITEMS = tuple(choice(f"item{number}", "none", "some", "most", "all", scores=(0, 1, 2, 3)) for number in range(1, 4))
BANDS = (Band(low=0, title=en("minimal")), Band(low=3, title=en("mild")), Band(low=6, title=en("severe")))
SUM = Score(link_id="mood", title=en("Mood"), items=("item1", "item2", "item3"), bands=BANDS)
PAIN_ITEMS = tuple(question(f"pain{number}", "integer", minimum=0, maximum=10) for number in range(1, 4))
MEAN = Score(link_id="pain", title=en("Pain"), method="mean", decimals=1, items=("pain1", "pain2", "pain3"))


def scored(given: dict[str, Answer], *questions: Question, score: Score = SUM) -> ScoreResult | None:
    return assess(given, *(questions or ITEMS), scores=(score,)).scores.get(score.link_id)


def test_a_complete_score_has_a_total_and_a_band():
    assert scored(answers(item1="all", item2="some", item3="none")) == ScoreResult(
        total=4.0, possible=(4.0, 4.0), answered=3, of=3, band="mild"
    )


@pytest.mark.parametrize("left", [NOT_SURE, DECLINED, SKIPPED, None])
def test_an_incomplete_score_is_a_range_and_never_a_guess(left: Answer | None):
    given = answers(item1="all", item2="some") | ({"item3": left} if left else {})

    found = scored(given)

    assert found == ScoreResult(total=None, possible=(4.0, 7.0), answered=2, of=3, band="mild", at_least=True)


def test_at_least_is_said_only_when_the_lowest_band_is_left_behind():
    assert scored(answers(item1="some")) == ScoreResult(
        total=None, possible=(1.0, 7.0), answered=1, of=3, band=None, at_least=False
    )


def test_a_band_is_certain_when_every_possible_total_is_in_it():
    found = scored(answers(item1="all", item2="all"))

    assert found is not None
    assert (found.band, found.at_least, found.possible) == ("severe", False, (6.0, 9.0))


@pytest.mark.parametrize(("item3", "band"), [("none", "minimal"), ("some", "mild")])
def test_a_band_begins_exactly_at_its_low_end(item3: str, band: str):
    found = scored(answers(item1="most", item2="none", item3=item3))

    assert found is not None
    assert found.band == band


def test_a_comparison_is_true_when_every_possible_total_makes_it_so():
    given = answers(item1="all", item2="some", item3=NOT_SURE)

    assert truth("mood >= 4", given, *ITEMS, scores=(SUM,)) is True
    assert truth("mood >= 5", given, *ITEMS, scores=(SUM,)) is None
    assert truth("mood >= 8", given, *ITEMS, scores=(SUM,)) is False


def test_means_are_compared_unrounded_and_shown_rounded():
    given = answers(pain1=8, pain2=7, pain3=7)

    found = scored(given, *PAIN_ITEMS, score=MEAN)

    assert found is not None
    assert found.total == 7.3
    assert truth("pain > 7.3", given, *PAIN_ITEMS, scores=(MEAN,)) is True
    assert truth("pain >= 7.34", given, *PAIN_ITEMS, scores=(MEAN,)) is False


def test_an_incomplete_mean_is_a_range_over_all_its_items():
    found = scored(answers(pain1=8, pain2=7), *PAIN_ITEMS, score=MEAN)

    assert found is not None
    assert found.possible == (5.0, 8.3)


def test_an_instrument_that_is_not_asked_has_no_score_and_its_comparisons_are_false():
    items = tuple(choice(item.link_id, "none", "some", "most", "all", scores=(0, 1, 2, 3), ask_when="low is yes")
                  for item in ITEMS)  # fmt: skip
    asked = (question("low"), *items)

    assert scored(answers(low="no"), *asked) is None
    assert truth("mood >= 0", answers(low="no"), *asked, scores=(SUM,)) is False
    assert truth("mood >= 0", answers(low=NOT_SURE), *asked, scores=(SUM,)) is None
    assert truth("mood >= 0", answers(low="yes"), *asked, scores=(SUM,)) is True


def test_an_item_that_does_not_apply_adds_nothing():
    drinking = (
        choice("often", "never", "daily", scores=(0, 4)),
        choice("many", "few", "lots", scores=(0, 4), ask_when="often is not never"),
    )
    score = Score(link_id="drinks", title=en("Drinks"), items=("often", "many"))

    assert scored(answers(often="never"), *drinking, score=score) == ScoreResult(
        total=0.0, possible=(0.0, 0.0), answered=1, of=1, band=None
    )
    assert scored(answers(often=NOT_SURE), *drinking, score=score) == ScoreResult(
        total=None, possible=(0.0, 8.0), answered=0, of=2, band=None
    )


class TestGate:
    """An instrument behind one question, such as the trauma gate of the PC-PTSD-5."""

    asked = (
        question("trauma"),
        question("dreams", ask_when="trauma is yes"),
        question("alert", ask_when="trauma is yes"),
    )
    score = Score(link_id="stress", title=en("Stress"), items=("dreams", "alert"), gate="trauma")

    def result(self, **given: object) -> ScoreResult | None:
        return scored(answers(**given), *self.asked, score=self.score)

    def test_no_is_a_complete_zero(self):
        found = self.result(trauma="no")

        assert found is not None
        assert (found.total, found.possible) == (0.0, (0.0, 0.0))
        assert truth("stress = 0", answers(trauma="no"), *self.asked, scores=(self.score,)) is True

    def test_yes_counts_the_items_yes_as_one(self):
        found = self.result(trauma="yes", dreams="yes", alert="no")

        assert found is not None
        assert (found.total, found.answered, found.of) == (1.0, 2, 2)

    def test_not_sure_leaves_the_whole_range_open(self):
        found = self.result(trauma=NOT_SURE)

        assert found is not None
        assert (found.total, found.possible) == (None, (0.0, 2.0))
        assert truth("stress >= 1", answers(trauma=NOT_SURE), *self.asked, scores=(self.score,)) is None
        assert truth("stress >= 3", answers(trauma=NOT_SURE), *self.asked, scores=(self.score,)) is False


def test_a_mean_of_items_that_may_not_apply_leaves_them_out_where_that_matters():
    found = tally([Item(4, 4), Item(0, 10, is_known=False, asked=None)], mean=True)

    assert (found.low, found.high) == (2.0, 7.0)


def test_an_option_without_points_leaves_the_score_open():
    items = (choice("item1", "none", "some", "other", scores=(0, 1, None)),)
    score = Score(link_id="mood", title=en("Mood"), items=("item1",))

    assert scored(answers(item1="other"), *items, score=score) == ScoreResult(
        total=None, possible=(0.0, 1.0), answered=0, of=1, band=None
    )


def test_the_band_is_in_the_first_language_of_the_questionnaire():
    score = Score(
        link_id="mood", title=en("Mood"), items=("item1",), bands=(Band(low=0, title={"en": "low", "es": "bajo"}),)
    )

    assert definition(*ITEMS, scores=(score,), languages=("es", "en")).languages[0] == "es"
    found = assess(answers(item1="none"), *ITEMS, scores=(score,), languages=("es", "en")).scores["mood"]
    assert found.band == "bajo"
