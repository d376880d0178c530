"""Every problem by its id: a definition that is right, and one change that is wrong."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from screening.engine.checking.catalogue import as_markdown
from screening.engine.checks import CATALOGUE, check, errors, wording_sha256
from screening.engine.definition import (
    Band,
    Citation,
    Definition,
    Flag,
    Inconsistency,
    Instrument,
    Medicine,
    MedicineClass,
    MedicineGroup,
    Note,
    Option,
    Parameter,
    Profile,
    Question,
    Review,
    Rule,
    Score,
    Section,
    Source,
    Variable,
    Vocabulary,
)

ROOT = Path(__file__).parents[3]


def en(text: str) -> dict[str, str]:
    return {"en": text}


def ask(link_id: str, type: str = "yes_no", **fields) -> Question:  # noqa: A002
    return Question(link_id=link_id, type=type, text=en(link_id), **fields)


def option(code: str, score: float | None = None, **fields) -> Option:
    return Option(code=code, text=en(code), score=score, **fields)


LEVELS = (option("never", 0), option("often", 3))
STROKE = ask("stroke")
WHEN = ask("stroke_when", "ago", ask_when="stroke is yes")
SMOKES = ask("smokes", "choice", options=(option("no_tobacco"), option("daily")))
PILLS = ask("pills", "medicines", vocabulary="medicines")
BIRTH = ask("birth", "date", role="birth_date")
ITEMS = tuple(ask(f"mood_{n}", "choice", options=LEVELS, instrument="mood") for n in (1, 2))
TRIALS = ask("trials", "group", repeats=True, items=(ask("trial_name", "text"), ask("trial_weeks", "integer")))
FLAG = Flag(
    link_id="brain",
    title=en("Brain"),
    why=en("Why"),
    discussion=en("Talk"),
    sources=(Citation(source="label"),),
    rules=(Rule(severity="caution", when="stroke is yes"),),
)
MOOD = Instrument(key="mood", title="Mood", items=("mood_1", "mood_2"), credit="c", licence="l", preface=en("Often?"))
PUBLISHED = Definition(key="k", title={}, sections=(Section(link_id="s", title={}, questions=ITEMS),))
MOOD = msgspec.structs.replace(MOOD, wording_sha256=wording_sha256(PUBLISHED, MOOD))
TOTAL = Score(
    link_id="mood_total",
    title=en("Mood"),
    items=("mood_1", "mood_2"),
    instrument="mood",
    bands=(Band(low=0, title=en("Low")), Band(low=4, title=en("High"))),
)
KNOWN = Vocabulary(
    key="medicines",
    classes=(MedicineClass(key="maoi", title=en("MAOI")),),
    medicines=(Medicine(code="phenelzine", name="phenelzine", classes=("maoi",)), Medicine(code="zinc", name="zinc")),
)
LIMIT = Parameter(key="limit_days", title="Limit", value=42, minimum=1, maximum=365)


def build(**changes) -> Definition:
    """A definition without any problem, with some of its fields changed. `questions` are those of its first section."""
    questions = changes.pop("questions", (STROKE, WHEN, SMOKES, PILLS, BIRTH, *ITEMS, TRIALS))
    fields = {
        "key": "whole",
        "title": en("Whole"),
        "sections": (Section(link_id="page", title=en("Page"), questions=questions),),
        "instruments": (MOOD,),
        "scores": (TOTAL,),
        "flags": (FLAG,),
        "variables": (
            Variable(
                link_id="old",
                title=en("Old"),
                when="not (stroke_when within limit_days days of today) and stroke is yes",
            ),
        ),
        "vocabularies": (KNOWN,),
        "parameters": (LIMIT,),
        "profiles": (Profile(key="us", title=en("US")),),
        "sources": (Source(key="label", title="Label"),),
        "review": Review(clinical="Dr. Ada Example", translations={"es": "Bo Example"}),
    }
    return Definition(**{**fields, **changes})


def but(thing, **changes):
    return msgspec.structs.replace(thing, **changes)


def with_question(*more: Question, **changes) -> Definition:
    return build(questions=(STROKE, WHEN, SMOKES, PILLS, BIRTH, *ITEMS, TRIALS, *more), **changes)


def with_rule(when: str, **changes) -> Definition:
    return build(flags=(but(FLAG, rules=(Rule(severity="caution", when=when),)),), **changes)


def with_medicine(**changes) -> Definition:
    medicine = but(KNOWN.medicines[0], **changes)
    return build(vocabularies=(but(KNOWN, medicines=(medicine, KNOWN.medicines[1])),))


PICKS = MedicineGroup(key="sleep", title={"en": "Sleep", "es": "Sueño"}, medicines=("zink",))


def with_asked(ask_when: str) -> Definition:
    return with_question(ask("last", ask_when=ask_when))


def ids(definition: Definition) -> set[str]:
    return {problem.id for problem in check(definition)}


HARD = "Please characterize any antecedent hospitalizations necessitating cardiovascular instrumentation."

CASES: list[tuple[str, object]] = [
    # Names
    ("Q101", lambda: with_question(ask("stroke"))),
    ("Q101", lambda: build(flags=(FLAG, FLAG))),
    ("Q101", lambda: build(sources=(Source(key="label", title="a"), Source(key="label", title="b")))),
    ("Q102", lambda: with_question(ask("Stroke2"))),
    ("Q102", lambda: with_question(ask("tea", "choice", options=(option("2cups"),)))),
    ("Q103", lambda: with_question(ask("age"))),
    ("Q103", lambda: with_question(ask("tea", "choice", options=(option("answered"), option("cups"))))),
    (
        "Q103",
        lambda: build(sections=(*build().sections, Section(link_id="check", title=en("x"), questions=(ask("q"),)))),
    ),
    ("Q104", lambda: Definition(key="k", title=en("K"), sections=())),
    ("Q105", lambda: build(sections=(*build().sections, Section(link_id="empty", title=en("x"), questions=())))),
    # Texts
    ("Q201", lambda: with_question(but(ask("tea"), text={}))),
    ("Q201", lambda: with_question(but(ask("tea"), hint={"es": "x"}))),
    ("Q201", lambda: build(flags=(but(FLAG, why=en(" ")),))),
    ("Q202", lambda: build(languages=("en", "es"))),
    ("Q513", lambda: build(instruments=(but(MOOD, switched_off=True),))),
    (
        "Q514",
        lambda: build(
            flags=(but(FLAG, rules=(Rule(severity="caution", when="mood_total >= 3"),), must_be_established=True),),
            instruments=(but(MOOD, switched_off=True),),
        ),
    ),
    ("Q801", lambda: build(review=Review())),
    ("Q801", lambda: build(review=Review(clinical="  "))),
    ("Q802", lambda: build(languages=("en", "es"), review=Review(clinical="Dr. Ada Example"))),
    ("Q203", lambda: with_question(but(ask("tea"), text={"en": "Tea", "fr": "Thé"}))),
    ("Q204", lambda: build(languages=("en", "en"))),
    ("Q204", lambda: build(languages=("english",))),
    ("Q204", lambda: build(languages=())),
    ("Q205", lambda: with_question(but(ask("tea"), text=en(HARD)))),
    ("Q206", lambda: with_question(but(ask("tea"), hint=en("Nobody is eligible before this is answered.")))),
    ("Q206", lambda: with_question(but(ask("tea"), text=en("Have you ever failed at it?")))),
    ("Q207", lambda: with_question(but(ask("tea"), text=en("Ketamine stops thoughts of suicide.")))),
    # Rules
    ("Q301", lambda: with_rule("stroke = = yes")),
    ("Q301", lambda: with_rule("")),
    ("Q302", lambda: with_rule("strok is yes")),
    ("Q302", lambda: with_rule("stroke is maybe")),
    ("Q302", lambda: with_rule("smokes >= 3")),
    ("Q302", lambda: with_rule("birth is yes")),
    ("Q302", lambda: with_rule("profile is eu")),
    ("Q302", lambda: with_rule("pills includes opioid")),
    ("Q303", lambda: build(questions=(ask("first", ask_when="stroke is yes"), *build().sections[0].questions))),
    ("Q303", lambda: with_asked("last is yes")),
    (
        "Q303",
        lambda: build(
            variables=(Variable(link_id="a", title=en("A"), when="b"), Variable(link_id="b", title=en("B"), when="a"))
        ),
    ),
    ("Q304", lambda: with_rule("not (stroke_when within 6 months of today)")),
    ("Q304", lambda: with_rule("smokes is daily or not (stroke_when within 6 months of today)")),
    (
        "Q304",
        lambda: with_question(
            ask("more", ask_when="stroke is yes"),
            flags=(but(FLAG, rules=(Rule(severity="caution", when="more is not no"),)),),
        ),
    ),
    ("Q305", lambda: with_question(ask("seen", "date", stale_when="not (seen within 12 months of today)"))),
    ("Q306", lambda: with_question(but(TRIALS, link_id="tries", items=(ask("try_name"),), stale_when="stroke is yes"))),
    # Questions
    ("Q401", lambda: with_question(ask("tea", "choice"))),
    ("Q402", lambda: with_question(ask("tea", "choice", options=(option("cup"), option("cup"))))),
    ("Q403", lambda: with_question(ask("tea", options=(option("yes"), option("cup"))))),
    (
        "Q404",
        lambda: with_question(
            ask("tea", "multiple_choice", options=(option("a1", exclusive=True), option("b1", exclusive=True)))
        ),
    ),
    ("Q405", lambda: with_question(ask("tea", "choice", options=(option("a1", exclusive=True), option("b1"))))),
    ("Q406", lambda: with_question(ask("tea", "text", minimum=3))),
    ("Q406", lambda: with_question(ask("tea", "text", options=(option("a1"),)))),
    ("Q407", lambda: with_question(ask("tea", "integer", minimum=3, maximum=2))),
    ("Q408", lambda: with_question(ask("tea", "decimal", decimals=9))),
    ("Q408", lambda: with_question(ask("tea", "text", maximum_length=0))),
    ("Q409", lambda: with_question(ask("tea", "group"))),
    ("Q410", lambda: with_question(ask("tea", "group", items=(ask("inner", "group", items=(ask("leaf"),)),)))),
    ("Q411", lambda: with_question(ask("tea", repeats=True))),
    ("Q412", lambda: with_question(ask("more_pills", "medicines"))),
    ("Q412", lambda: with_question(ask("more_pills", "medicines", vocabulary="drugs"))),
    ("Q413", lambda: with_question(ask("birth2", "date", role="birth_date"))),
    ("Q414", lambda: with_question(ask("tall", "integer", role="height"))),
    ("Q414", lambda: with_question(ask("peanuts", "integer", role="allergies"))),
    (
        "Q415",
        lambda: with_question(ask("kin", "group", repeats=True, items=(ask("kin_name", "text", role="given_name"),))),
    ),
    ("Q416", lambda: with_question(ask("tea", required=True, unknowns=()))),
    ("Q417", lambda: with_question(ask("tea", "acknowledgement"))),
    ("Q418", lambda: with_question(ask("tea", "choice", options=(option("a1", 1), option("b1"))))),
    # Scores and instruments
    ("Q501", lambda: build(scores=(but(TOTAL, items=("mood_1", "mood_9")),))),
    ("Q501", lambda: build(scores=(but(TOTAL, items=("mood_1", "smokes")),))),
    ("Q501", lambda: build(scores=(but(TOTAL, items=()),))),
    ("Q502", lambda: build(scores=(but(TOTAL, bands=TOTAL.bands[::-1]),))),
    ("Q502", lambda: build(scores=(but(TOTAL, bands=(TOTAL.bands[0], TOTAL.bands[0])),))),
    ("Q503", lambda: build(scores=(but(TOTAL, bands=TOTAL.bands[1:]),))),
    ("Q504", lambda: build(scores=(but(TOTAL, bands=(*TOTAL.bands, Band(low=7, title=en("x")))),))),
    ("Q504", lambda: build(scores=(but(TOTAL, method="mean"),))),
    ("Q505", lambda: build(scores=(but(TOTAL, items=("mood_1", "mood_1")),))),
    ("Q506", lambda: build(scores=(but(TOTAL, instrument="moods"),))),
    ("Q506", lambda: with_question(ask("tea", instrument="moods"))),
    ("Q507", lambda: build(instruments=(but(MOOD, items=("mood_1", "mood_2", "mood_3")),))),
    ("Q508", lambda: build(instruments=(but(MOOD, items=("mood_1", "mood_2", "stroke")),))),
    ("Q509", lambda: build(instruments=(but(MOOD, wording_sha256="0" * 64),))),
    (
        "Q509",
        lambda: build(
            questions=(STROKE, WHEN, SMOKES, PILLS, BIRTH, but(ITEMS[0], text=en("Reworded")), ITEMS[1], TRIALS)
        ),
    ),
    ("Q510", lambda: build(instruments=(but(MOOD, wording_sha256=""),))),
    ("Q511", lambda: build(instruments=(but(MOOD, items=("mood_2", "mood_1")),))),
    ("Q512", lambda: with_question(ask("tea", instrument="mood"))),
    # Flags
    ("Q601", lambda: build(flags=(but(FLAG, rules=()),))),
    ("Q602", lambda: build(flags=(but(FLAG, rules=FLAG.rules * 2),))),
    ("Q603", lambda: build(flags=(but(FLAG, sources=(Citation(source="lable"),)),))),
    ("Q604", lambda: build(flags=(but(FLAG, sources=()),))),
    ("Q605", lambda: build(notes=(Note(link_id="n", text=en("n"), when="stroke is yes", flag="brian"),))),
    ("Q606", lambda: build(flags=(but(FLAG, link_id="medication_list"),))),
    ("Q608", lambda: build(flags=(but(FLAG, monotone=("stroke",)),))),
    ("Q607", lambda: build(flags=(but(FLAG, sources=(Citation(source="label", checked=False),)),))),
    # Vocabularies, parameters, profiles
    ("Q701", lambda: with_medicine(classes=("maoi", "moai"))),
    ("Q702", lambda: with_medicine(code="maoi")),
    ("Q703", lambda: with_medicine(brands=("Zinc",))),
    ("Q704", lambda: with_medicine(equivalents={"zinc": 0.0})),
    ("Q705", lambda: build(parameters=(but(LIMIT, value=400.0),))),
    ("Q706", lambda: build(sources=(Source(key="label", title="Label", profiles=("uk",)),))),
    ("Q707", lambda: with_medicine(classes=())),
    ("Q708", lambda: build(parameters=(LIMIT, but(LIMIT, key="spare")))),
    ("Q709", lambda: build(vocabularies=(but(KNOWN, groups=(PICKS,)),))),
]


def test_a_sound_definition_has_no_problem():
    assert check(build()) == []


@pytest.mark.parametrize(("id", "make"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_it_reports(id, make):  # noqa: A002
    assert id in ids(make())


@pytest.mark.parametrize(("id", "make"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_problem_has_the_severity_of_its_id_and_says_where(id, make):  # noqa: A002
    for problem in check(make()):
        assert problem.severity == CATALOGUE[problem.id].severity
        assert problem.place
        assert "{" not in problem.message + problem.hint


def test_every_id_is_tested():
    assert {case[0] for case in CASES} == set(CATALOGUE)


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


def test_every_id_is_documented():
    assert as_markdown() in (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")


class TestRules:
    def test_a_mistake_is_pointed_at(self):
        (problem,) = errors(with_rule("stroke is yes and strok is no"))
        assert problem.pointed.splitlines()[:2] == [
            "stroke is yes and strok is no",
            "                  ^ There is no question “strok”.",
        ]
        assert "did you mean “stroke”" in problem.hint

    def test_all_mistakes_are_reported_at_once(self):
        found = with_rule("strok is yes or smokes is dayly", notes=(Note(link_id="n", text=en("n"), when="(("),))
        found = msgspec.structs.replace(
            found, inconsistencies=(Inconsistency(link_id="C1", text=en("c"), when="x is y"),)
        )
        assert [problem.id for problem in errors(found)] == ["Q301", "Q302", "Q302", "Q302"]

    @pytest.mark.parametrize(
        "when",
        [
            "stroke is yes and not (stroke_when within 6 months of today)",
            "stroke_when is answered and not (stroke_when within 6 months of today)",
            "smokes is daily and (stroke is yes and not (stroke_when within 6 months of today))",
            "stroke is not no",
            "not (stroke_when is answered)",
            "not (not (stroke_when within 6 months of today))",
        ],
    )
    def test_a_guarded_negation_is_fine(self, when):
        assert "Q304" not in ids(with_rule(when))

    def test_a_negation_among_questions_asked_under_the_same_condition_is_fine(self):
        page = Section(
            link_id="more",
            title=en("More"),
            ask_when="stroke is yes",
            questions=(ask("weak"), ask("walk", ask_when="weak is not no")),
        )
        assert "Q304" not in ids(build(sections=(*build().sections, page)))

    def test_a_stale_reading_may_use_a_date_that_is_asked_sometimes(self):
        found = with_question(
            ask("seen", "date", ask_when="stroke is yes"),
            ask("bp", "blood_pressure", stale_when="not (seen within 12 months of today)"),
        )
        assert ids(found) == set()


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


def test_errors_come_first():
    severities = [problem.severity for problem in check(with_rule("strok is yes", sources=()))]
    assert severities == sorted(severities)
    assert {problem.severity for problem in errors(with_rule("strok is yes"))} == {"error"}


def test_a_problem_reads_as_one_line_with_its_place():
    (problem,) = errors(with_question(ask("tea", "choice")))
    assert str(problem) == "Q401 error: question tea: The question has no options. List the answers that can be chosen."


def test_it_never_fails_however_broken_the_definition():
    broken = Definition(
        key="",
        title={},
        languages=(),
        sections=(Section(link_id="", title={}, questions=(ask(""), ask("", "choice"))),),
        scores=(Score(link_id="", title={}, items=("x",), gate="y"),),
        variables=(Variable(link_id="", title={}, when="a"),),
    )
    assert len(check(broken)) > 10


def test_several_questions_may_be_about_allergies() -> None:
    definition = with_question(
        ask("latex", role="allergies"), ask("foods", "text", role="allergies"), ask("tall", "height", role="height")
    )
    assert not {"Q413", "Q414"} & {problem.id for problem in check(definition)}
