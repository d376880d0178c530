"""What the rules say about one set of answers: flags with the answers behind them, and what could not be ruled out.

An `Assessment` raises points to discuss; only people decide. `evaluate` is pure: the same answers, definition, day and
settings give the same assessment, on the page, in the summary and in a replay.

>>> from .definition import Definition, Flag, Question, Rule, Section
>>> from .compiler import compile_definition
>>> from .values import Answer
>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> flag = Flag(link_id="stroke_tia", title={}, why={}, discussion={},
...             rules=(Rule(severity="caution", when="stroke is yes"),))
>>> compiled = compile_definition(Definition(key="k", title={}, flags=(flag,),
...     sections=(Section(link_id="brain", title={}, questions=(stroke,)),)))
>>> today = datetime.date(2026, 1, 31)
>>> evaluate(compiled, {"stroke": Answer(state="answered", value="yes")}, today).flags[0].because
(Because(question='stroke', answer='Yes'),)
>>> evaluate(compiled, {"stroke": Answer(state="not_sure")}, today).unresolved[0].questions
('stroke',)
"""

from __future__ import annotations

import datetime
import functools
import math

from .because import because
from .compiler import Compiled, Outcome
from .facts import Facts
from .flag_rules import telling
from .logic import FALSE, TRUE
from .results import (
    Assessment,
    Because,
    NoteLine,
    RaisedFlag,
    ScoreResult,
    Settings,
    UnresolvedFlag,
)
from .unresolved import RANK, Unresolved, Verdict, list_unresolved, verdicts
from .values import Answers

__all__ = [
    "Assessment",
    "Because",
    "NoteLine",
    "RaisedFlag",
    "ScoreResult",
    "Settings",
    "UnresolvedFlag",
    "assessment_json",
    "calls_for_help",
    "evaluate",
    "evaluate_calls",
]

RULE_ERROR_NOTE = "rule_error"
DEFAULT_SETTINGS = Settings()


def evaluate(
    compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings = DEFAULT_SETTINGS
) -> Assessment:
    """What the rules of a definition say about answers on a day, for a clinic's settings.

    A shown question without an entry in `answers` was not reached: what depends on it is unknown. Call
    `journey.with_skipped` first where everything shown has been posted. A rule that fails counts as unknown at its
    flag's top severity, with the reason "rule error", and never keeps another rule from being evaluated.
    """
    outcome = compiled.run(answers, as_of, settings)
    facts = Facts(compiled, answers, outcome)
    found = verdicts(facts, outcome)
    raised = _raised(facts, found)
    left = list_unresolved(facts, found)
    return Assessment(
        flags=raised,
        unresolved=left.flags,
        ruled_out=_ruled_out(compiled, found),
        inconsistencies=tuple(outcome.inconsistencies),
        notes=_notes(compiled, outcome, found, left),
        scores=_scores(facts),
        safety_panel=_calls_for_help(compiled, outcome, found),
        alert_at_once=outcome.alert,
        alert_because=_alert_because(facts) if outcome.alert else (),
        not_asked=tuple(outcome.hidden),
        missing=tuple(outcome.missing),
    )


def evaluate_calls(
    compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings = DEFAULT_SETTINGS
) -> Assessment:
    """What staff are called for, as `evaluate` says it: what is raised, what of class NS-2 could not be ruled out, and
    what cannot wait. All else is left empty: what would settle the rest takes most of the time."""
    outcome = compiled.run(answers, as_of, settings)
    facts = Facts(compiled, answers, outcome)
    found = verdicts(facts, outcome)
    of_safety = [verdict for verdict in found if verdict.number in _safety_flags(compiled)]
    return Assessment(
        flags=_raised(facts, found),
        unresolved=tuple(flag for flag in list_unresolved(facts, of_safety).flags if flag.not_sure == "NS-2"),
        safety_panel=_calls_for_help(compiled, outcome, found),
        alert_at_once=outcome.alert,
        alert_because=_alert_because(facts) if outcome.alert else (),
    )


@functools.lru_cache(maxsize=16)
def _safety_flags(compiled: Compiled) -> frozenset[int]:
    """The flags, by their place in the definition, that can be left open with class NS-2: theirs, or that of a question
    that would settle one of their rules."""
    own = {name for name, question in compiled.questions.items() if question.not_sure == "NS-2"}
    return frozenset(
        number
        for number, flag in enumerate(compiled.definition.flags)
        if flag.not_sure == "NS-2"
        or any(own & compiled.dependencies.settling(tree) for _, tree in compiled.rules.flags[flag.link_id])
    )


def calls_for_help(
    compiled: Compiled, answers: Answers, as_of: datetime.date, settings: Settings = DEFAULT_SETTINGS
) -> bool:
    """`evaluate(…).safety_panel` alone, without the reasons that take most of the time."""
    outcome = compiled.run(answers, as_of, settings)
    return _calls_for_help(compiled, outcome, verdicts(Facts(compiled, answers, outcome), outcome))


def _calls_for_help(compiled: Compiled, outcome: Outcome, found: list[Verdict]) -> bool:
    """Anything urgent; also a rule that failed where it might have been: help shown too often harms nobody."""
    return outcome.panel or any(_is_urgent(compiled, verdict) for verdict in found)


def _is_urgent(compiled: Compiled, verdict: Verdict) -> bool:
    rules = compiled.flags[verdict.number]
    if verdict.failed:
        not_sure = compiled.definition.flags[verdict.number].not_sure
        return not_sure == "NS-2" or any(rule.severity == "urgent" for rule in rules)
    return verdict.raised >= 0 and rules[verdict.raised].severity == "urgent"


def _alert_because(facts: Facts) -> tuple[Because, ...]:
    """The answers that cannot wait. Empty when there are none, and when the condition itself failed."""
    tree = facts.compiled.rules.safety.get("alert_at_once_when")
    if tree is None or facts.truth(tree) is not TRUE:
        return ()
    return because(facts, telling(facts.deciding(tree, True)))


def _raised(facts: Facts, found: list[Verdict]) -> tuple[RaisedFlag, ...]:
    """Highest severity first, then in the order of the definition."""
    flags = [_flag(facts, verdict) for verdict in found if verdict.raised >= 0]
    return tuple(sorted(flags, key=lambda flag: RANK[flag.severity]))


def _flag(facts: Facts, verdict: Verdict) -> RaisedFlag:
    rule = facts.compiled.flags[verdict.number][verdict.raised]
    reasons = because(facts, facts.makes_true(rule, verdict.seen))
    return RaisedFlag(flag=rule.flag, severity=rule.severity, because=reasons, rule=rule.text)


def _ruled_out(compiled: Compiled, found: list[Verdict]) -> tuple[str, ...]:
    names = list(compiled.rules.flags)
    for verdict in reversed(found):
        del names[verdict.number]
    return tuple(names)


def _notes(compiled: Compiled, outcome: Outcome, found: list[Verdict], left: Unresolved) -> tuple[NoteLine, ...]:
    """The definition's notes, low-stakes unknowns, and what could not be worked out: nothing is dropped in silence."""
    definition = compiled.definition
    true = [note for note in definition.notes if note.link_id in outcome.notes]
    open_or_raised = {definition.flags[verdict.number].link_id for verdict in found} if true else ()
    lines = [
        NoteLine(note=note.link_id, flag=note.flag, text=note.text.get(definition.languages[0], ""))
        for note in true
        if not note.flag or note.flag in open_or_raised
    ]
    failed = [str(name) for kind, name in outcome.failed if kind != "flag"]
    errors = [NoteLine(note=RULE_ERROR_NOTE, text=f"The rule of {name} could not be worked out.") for name in failed]
    return (*lines, *left.notes, *errors)


def _scores(facts: Facts) -> dict[str, ScoreResult]:
    """Every score whose instrument is asked, or may be."""
    return {name: total.result for name, total in facts.totals.items() if total.tally.asked is not FALSE}


Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def assessment_json(assessment: Assessment, version: str) -> dict[str, Json]:
    """The object that `screen --json` prints: plain JSON values. An unbounded end of a range is null."""
    return {
        "flags": [_flag_json(flag) for flag in assessment.flags],
        "unresolved": [_unresolved_json(flag) for flag in assessment.unresolved],
        "ruled_out": [*assessment.ruled_out],
        "inconsistencies": [*assessment.inconsistencies],
        "notes": [_note_json(line) for line in assessment.notes],
        "scores": {name: _score_json(score) for name, score in assessment.scores.items()},
        "safety_panel": assessment.safety_panel,
        "not_asked": [*assessment.not_asked],
        "missing": [*assessment.missing],
        "version": version,
    }


def _flag_json(flag: RaisedFlag) -> Json:
    reasons: list[Json] = [{"question": reason.question, "answer": reason.answer} for reason in flag.because]
    return {"flag": flag.flag, "severity": flag.severity, "because": reasons, "rule": flag.rule}


def _unresolved_json(flag: UnresolvedFlag) -> Json:
    found: dict[str, Json] = {"flag": flag.flag, "severity": flag.severity, "questions": [*flag.questions]}
    return found | ({"reason": flag.reason} if flag.reason else {})


def _note_json(line: NoteLine) -> Json:
    return {"note": line.note, "flag": line.flag, "questions": [*line.questions], "text": line.text}


def _score_json(score: ScoreResult) -> Json:
    """An incomplete score names a band only as "at least" it, unless every possible total is in it."""
    band = f"at least {score.band}" if score.at_least else score.band
    return {
        "total": None if score.total is None else _number(score.total),
        "band": band,
        "answered": score.answered,
        "of": score.of,
        "range": [_number(end) for end in score.possible],
    }


def _number(value: float) -> int | float | None:
    """Whole numbers without a decimal point; JSON has no infinity."""
    if not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
