"""What a reader needs beside the points: medicines, allergies, measurements, and the line for the REMS form."""

from __future__ import annotations

import re

import msgspec

from screening import rems
from screening.engine import journey
from screening.engine.answers import Ago
from screening.engine.assessment import Assessment, Because
from screening.engine.definition import Question

from .wording import Reading, day, marked, said, state_of

MEASURES = frozenset({"blood_pressure", "height", "weight"})
_NAME = re.compile(r"\w+")


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A question in the clinician's words and what was answered, or its state."""

    label: str
    value: str


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """Facts by kind, each in the order of the questionnaire. `rems` is empty where the form does not apply."""

    medicines: tuple[Fact, ...]
    allergies: tuple[Fact, ...]
    treatment: tuple[Fact, ...]
    measures: tuple[Fact, ...]
    rems: tuple[Fact, ...]

    @property
    def titled(self) -> tuple[tuple[str, tuple[Fact, ...]], ...]:
        """Each kind that has something, under its heading."""
        found = (
            ("Medicines", self.medicines),
            ("Allergies", self.allergies),
            ("Past and present treatment", self.treatment),
            ("Measurements", self.measures),
            ("Medicine classes of the REMS monitoring form", self.rems),
        )
        return tuple((title, facts) for title, facts in found if facts)


def background(reading: Reading, assessment: Assessment) -> Background:
    """Everything beside the points. Open questions never read as "none"."""
    shown = journey.shown(reading.compiled, reading.answers, reading.as_of, reading.settings)
    asked = [question for question in reading.definition.questions() if question.link_id in shown]
    return Background(
        medicines=tuple(_fact(question, reading) for question in asked if _is_reached_medicines(question, reading)),
        allergies=tuple(_fact(question, reading) for question in asked if question.role == "allergies"),
        treatment=tuple(_fact(question, reading) for question in asked if question.role == "past_treatment"),
        measures=tuple(_measure(question, reading, shown) for question in asked if question.type in MEASURES),
        rems=_rems(reading, assessment),
    )


def _fact(question: Question, reading: Reading) -> Fact:
    value = said(question, reading.answers.get(question.link_id), reading.definition)
    return Fact(label=marked(question, reading), value=value)


def _measure(question: Question, reading: Reading, shown: frozenset[str]) -> Fact:
    """A measurement, with when it was taken where its staleness hangs on another question."""
    fact = _fact(question, reading)
    named = set(_NAME.findall(question.stale_when)) & shown
    when = [_taken(reading.compiled.questions[name], reading) for name in sorted(named)]
    return Fact(label=fact.label, value=f"{fact.value} ({', '.join(when)})") if when else fact


def _taken(question: Question, reading: Reading) -> str:
    """When something was measured. What was said as a time ago counts from the day it was answered."""
    answer, value = reading.answers.get(question.link_id), _fact(question, reading).value
    if answer is None or not isinstance(answer.value, Ago):
        return value
    answered = day(answer.on or reading.as_of)
    return f"{value.removesuffix(' ago')} before {answered}" if answer.value.number else answered


def _is_reached_medicines(question: Question, reading: Reading) -> bool:
    return question.type == "medicines" and state_of(reading.answers.get(question.link_id)) != "not_reached"


def _rems(reading: Reading, assessment: Assessment) -> tuple[Fact, ...]:
    """What the answers say about each class that the form asks for."""
    if reading.settings.profile != rems.PROFILE or not rems.covers(reading.definition) or _is_other_route(reading):
        return ()
    return tuple(Fact(label=title, value=_of_class(flag, reading, assessment)) for title, flag in rems.MEDICINE_CLASSES)


def _is_other_route(reading: Reading) -> bool:
    route = next((question for question in reading.definition.questions() if question.role == "route"), None)
    answer = reading.answers.get(route.link_id) if route else None
    return answer is not None and answer.is_known and answer.value in rems.OTHER_ROUTES


def _of_class(flag: str, reading: Reading, assessment: Assessment) -> str:
    raised = next((one for one in assessment.flags if one.flag == flag), None)
    if raised is not None:
        return ", ".join(dict.fromkeys(_reason(reason, reading) for reason in raised.because)) or "yes"
    return "none listed" if flag in assessment.ruled_out else "not known"


def _reason(reason: Because, reading: Reading) -> str:
    """What a class is taken to be there for. What is not on the medicine list, as a drug that nobody prescribed, says
    where it was told."""
    question = reading.compiled.questions.get(reason.question)
    if question is None or question.type == "medicines":
        return reason.answer
    return f"{marked(question, reading)}: {reason.answer}"
