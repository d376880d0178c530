"""What the checks say about wording: plain words, published instruments, translations."""

from __future__ import annotations

from screening.engine.checks import check, wording_sha256
from screening.engine.definition import (
    Band,
    Definition,
    Review,
)

from .sound import (
    BIRTH,
    FLAG,
    HARD,
    ITEMS,
    LEVELS,
    MOOD,
    PILLS,
    SMOKES,
    STROKE,
    TOTAL,
    TRIALS,
    WHEN,
    ask,
    build,
    but,
    en,
    ids,
    option,
    with_question,
)


def worded(text: str, **fields: object) -> list[str]:
    """The ids of what is said about the words of one question."""
    found = check(with_question(but(ask("tea"), text=en(text), **fields)))
    return [one.id for one in found if one.id in ("Q205", "Q206", "Q207")]


class TestWords:
    def test_plain_words_are_let_be(self):
        assert worded("Have you ever had chest pain when you walk up a hill?") == []

    def test_the_name_in_brackets_that_a_plain_word_explains_does_not_make_it_hard(self):
        assert worded("Have you had weak spots in a blood vessel (thoracoabdominal aneurysmal disease)?") == []

    def test_a_short_label_has_no_grade(self):
        assert worded("Hypothyroidism or hyperthyroidism") == []

    def test_a_word_within_another_is_let_be(self):
        assert worded("Did you fill out a form at the committee for hangars?") == []

    def test_a_word_is_found_in_any_case_and_named(self):
        (found,) = [
            one for one in check(with_question(but(ask("tea"), text=en("An Addict? Tell us.")))) if one.id == "Q206"
        ]
        assert found.message == "The text says “Addict”, which shames or judges."

    def test_published_wording_is_not_ours_to_change(self):
        assert worded(f"{HARD} Failed.", instrument="mood") == []

    def test_what_only_clinicians_read_may_name_things(self):
        assert not [
            one for one in check(build(flags=(but(FLAG, why=en("Overdose risk; score high.")),))) if one.id == "Q206"
        ]


class TestInstruments:
    def test_the_hash_changes_with_the_published_words_only(self):
        whole = build()
        reworded = build(questions=(*whole.sections[0].questions[:5], but(ITEMS[0], text=en("x")), ITEMS[1], TRIALS))
        translated = build(
            questions=(
                *whole.sections[0].questions[:5],
                but(ITEMS[0], text={"en": "mood_1", "es": "x"}, short=en("s")),
                ITEMS[1],
                TRIALS,
            )
        )
        assert wording_sha256(reworded, MOOD) != wording_sha256(whole, MOOD)
        assert wording_sha256(translated, MOOD) == wording_sha256(whole, MOOD)

    def test_the_hash_covers_points_and_preface(self):
        whole = build()
        points = tuple(but(item, options=(option("never", 1), option("often", 3))) for item in ITEMS)
        assert wording_sha256(build(questions=points), MOOD) != wording_sha256(whole, MOOD)
        assert wording_sha256(whole, but(MOOD, preface=en("x"))) != wording_sha256(whole, MOOD)

    def test_a_gated_score_starts_at_zero(self):
        scored = tuple(but(item, options=(option("never", 1), option("often", 3))) for item in ITEMS)
        found = build(
            questions=(STROKE, WHEN, SMOKES, PILLS, BIRTH, *scored, TRIALS),
            scores=(but(TOTAL, gate="stroke", bands=(Band(low=1, title=en("x")),)),),
        )
        assert "Q503" in ids(found)


def test_the_patients_texts_are_asked_for_in_every_language_and_the_clinicians_are_not():
    places = {problem.place for problem in check(build(languages=("en", "es"))) if problem.id == "Q202"}
    assert {
        "questionnaire",
        "section page",
        "question stroke",
        "question trial_name",
        "question smokes, option daily",
    } <= places
    assert not any(place.startswith(("flag", "score", "variable")) for place in places)


def untranslated(definition: Definition) -> list[str]:
    return [f"{one.place}: {one.message}" for one in check(definition) if one.id == "Q202" and "mood" in one.place]


def test_a_locked_instrument_without_a_translation_is_one_warning_in_each_language():
    assert untranslated(build(languages=("en", "es", "fr"))) == [
        "instrument mood: The published wording (7 texts) is not translated into es.",
        "instrument mood: The published wording (7 texts) is not translated into fr.",
    ]


def test_an_instrument_whose_translation_lacks_one_text_is_still_warned_about():
    def translated(text: dict[str, str]) -> dict[str, str]:
        return {**text, "es": "…"}

    options = tuple(but(one, text=translated(one.text)) for one in LEVELS)
    items = tuple(but(item, text=translated(item.text), options=options) for item in ITEMS)
    assert untranslated(
        build(languages=("en", "es"), questions=(STROKE, WHEN, SMOKES, PILLS, BIRTH, *items, TRIALS))
    ) == ["instrument mood: The published wording (1 text) is not translated into es."]


def test_an_instrument_that_is_not_locked_is_translated_text_by_text():
    found = untranslated(build(languages=("en", "es"), instruments=(but(MOOD, wording_sha256=""),)))
    assert len(found) == 7
    assert "question mood_1, option never: The text is not translated into es." in found


def test_the_first_language_needs_no_translator_and_each_other_one_does():
    named = Review(clinical="Dr. Ada Example", translations={"fr": "Chloé Example", "es": " "})
    found = [one.message for one in check(build(languages=("en", "es", "fr"), review=named)) if one.id == "Q802"]
    assert found == ["Nobody has reviewed the translation into es yet."]
