"""Every problem by its id: a definition that is right, and one change that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.engine.checking.catalogue import as_markdown
from screening.engine.checks import CATALOGUE, check, errors
from screening.engine.definition import (
    Band,
    Citation,
    Definition,
    MedicineGroup,
    Note,
    Review,
    Rule,
    Score,
    Section,
    Source,
    Variable,
)

from .sound import (
    BIRTH,
    FLAG,
    HARD,
    ITEMS,
    KNOWN,
    LIMIT,
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
    with_rule,
)

ROOT = Path(__file__).parents[3]


def with_medicine(**changes) -> Definition:
    medicine = but(KNOWN.medicines[0], **changes)
    return build(vocabularies=(but(KNOWN, medicines=(medicine, KNOWN.medicines[1])),))


PICKS = MedicineGroup(key="sleep", title={"en": "Sleep", "es": "Sueño"}, medicines=("zink",))


def with_asked(ask_when: str) -> Definition:
    return with_question(ask("last", ask_when=ask_when))


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


def test_every_id_is_documented():
    assert as_markdown() in (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")


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


def test_several_questions_may_tell_of_an_emergency() -> None:
    signs = ask("signs", "multiple_choice", role="emergency", options=(option("fever"), option("none", exclusive=True)))
    definition = with_question(ask("pain_now", role="emergency"), signs)
    assert not {"Q413", "Q414"} & {problem.id for problem in check(definition)}


def test_several_questions_may_be_about_allergies() -> None:
    definition = with_question(
        ask("latex", role="allergies"), ask("foods", "text", role="allergies"), ask("tall", "height", role="height")
    )
    assert not {"Q413", "Q414"} & {problem.id for problem in check(definition)}
