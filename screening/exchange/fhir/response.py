"""A QuestionnaireResponse, with what the rules made of it as Observations and DetectedIssues."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from screening.engine.assessment import Assessment
from screening.engine.definition import Definition, Flag, Question, Section, Severity
from screening.engine.results import RaisedFlag, ScoreResult, UnresolvedFlag
from screening.engine.values import Answers

from . import structs, urls
from .answers import answer_items
from .items import codings
from .texts import Json

SEVERITIES: dict[Severity, str] = {
    "urgent": "high", "contraindication": "high", "caution": "moderate", "information": "low",
}  # fmt: skip
"""FHIR knows three; ours stands beside it in an extension."""

FINDING = urls.extension("finding")
SEVERITY = urls.extension("severity")
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a response besides its answers. `questionnaire` is the canonical address with its version.

    `sent_at` is a moment with its zone in ISO 8601; `labels` are security labels; `extensions` stand in the response.
    """

    reference: str
    questionnaire: str
    sent_at: str
    labels: tuple[Json, ...] = ()
    extensions: tuple[Json, ...] = ()


def resources(definition: Definition, answers: Answers, assessment: Assessment, sent: Sent) -> list[Json]:
    """The QuestionnaireResponse, then an Observation for each score and a DetectedIssue for each point.

    `answers` are those to be told, by link_id: what is not in it is not there. A point is preliminary: software raised
    it, and only people decide.
    """
    response = _labelled(_response(definition, answers, sent), sent)
    told = _Told(definition, sent, {"reference": f"QuestionnaireResponse/{sent.reference}"})
    found = [*told.scores(assessment), *told.raised(assessment), *told.unresolved(assessment)]
    return [response, *(_labelled(resource, sent) for resource in found)]


def bundle(entries: list[Json], timestamp: str) -> Json:
    """Resources as one collection."""
    listed = [{"fullUrl": f"{urls.OWN}/{one['resourceType']}/{one['id']}", "resource": one} for one in entries]
    found: Json = {"resourceType": "Bundle", "type": "collection", "timestamp": timestamp}
    return found | ({"entry": listed} if listed else {})


def _labelled(resource: Json, sent: Sent) -> Json:
    return resource | ({"meta": {"security": list(sent.labels)}} if sent.labels else {})


def _response(definition: Definition, answers: Answers, sent: Sent) -> Json:
    language = definition.languages[0]
    found: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": sent.reference,
        "language": language,
        "extension": list(sent.extensions),
        "identifier": {"system": f"{urls.OWN}/response", "value": sent.reference},
        "questionnaire": sent.questionnaire,
        "status": "completed",
        "authored": sent.sent_at,
        "item": [item for section in definition.sections for item in _section(section, answers, language)],
    }
    return {name: value for name, value in found.items() if value not in ([], "")}


def _section(section: Section, answers: Answers, language: str) -> Iterator[Json]:
    inside = [item for question in section.questions for item in _question(question, answers, language)]
    if inside:
        title = {"text": section.title[language]} if section.title.get(language) else {}
        yield {"linkId": section.link_id, **title, "item": inside}


def _question(question: Question, answers: Answers, language: str) -> Iterator[Json]:
    if question.type == "group" and not question.repeats:
        inside = [item for one in question.items for item in _question(one, answers, language)]
        if inside:
            yield {"linkId": question.link_id, "item": inside}
    elif question.link_id in answers:
        yield from answer_items(question, answers[question.link_id], language)


LONGEST_ID = 64
"""Characters of an id in FHIR."""


class _Told:
    """What the rules said, about one response."""

    def __init__(self, definition: Definition, sent: Sent, about: Json) -> None:
        self.definition = definition
        self.sent = sent
        self.about = about
        self.flags = {flag.link_id: flag for flag in definition.flags}

    def _id(self, kind: str, name: str) -> str:
        """An id that no other entry has: a flag may be raised and, at a higher severity, left open as well."""
        plain = f"{self.sent.reference}-{kind}-{name.replace('_', '-')}"
        return plain if len(plain) <= LONGEST_ID else f"{plain[:50]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"

    def _title(self, text: dict[str, str], name: str) -> str:
        return text.get(self.definition.languages[0], "") or name

    # Scores -----------------------------------------------------------------------------------------------------

    def scores(self, assessment: Assessment) -> Iterator[Json]:
        """A total, or why there is none and what it may be."""
        for score in self.definition.scores:
            result = assessment.scores.get(score.link_id)
            if result is not None:
                codes = [*codings(score.codes), {"system": f"{urls.CODES}/score", "code": score.link_id}]
                yield {
                    "resourceType": "Observation",
                    "id": self._id("score", score.link_id),
                    "status": "final" if result.total is not None else "preliminary",
                    "category": [{"coding": [{"system": OBSERVATION_CATEGORY, "code": "survey"}]}],
                    "code": {"coding": codes, "text": self._title(score.title, score.link_id)},
                    "effectiveDateTime": self.sent.sent_at,
                    "derivedFrom": [self.about],
                    **_total(result),
                }

    # Points -----------------------------------------------------------------------------------------------------

    def raised(self, assessment: Assessment) -> Iterator[Json]:
        """A point for each flag that was raised, with the answers behind it."""
        for found in assessment.flags:
            yield self._issue(self.flags[found.flag], found.severity, "raised", _because(found, self.definition))

    def unresolved(self, assessment: Assessment) -> Iterator[Json]:
        """A point for each flag that could not be ruled out, with the questions that would settle it."""
        for found in assessment.unresolved:
            flag = self.flags.get(found.flag)
            text = f"Could not be ruled out. Would settle it: {_asked(found, self.definition)}"
            yield self._issue(flag, found.severity, "could-not-be-ruled-out", text, found.flag)

    def _issue(self, flag: Flag | None, severity: Severity, finding: str, detail: str, name: str = "") -> Json:
        name = flag.link_id if flag else name
        title = self._title(flag.title, name) if flag else "The medicine list is not certain"
        return {
            "resourceType": "DetectedIssue",
            "id": self._id("raised" if finding == "raised" else "open", name),
            "extension": [{"url": FINDING, "valueCode": finding}, {"url": SEVERITY, "valueCode": severity}],
            "status": "preliminary",
            "code": {"coding": [{"system": f"{urls.CODES}/flag", "code": name}], "text": title},
            "severity": SEVERITIES[severity],
            "identifiedDateTime": self.sent.sent_at,
            "evidence": [{"detail": [self.about]}],
            "detail": detail,
        }


def _total(result: ScoreResult) -> Json:
    score_unit = {"unit": "{score}", "system": urls.UCUM, "code": "{score}"}
    band = {"interpretation": [{"text": result.band}]} if result.band and not result.at_least else {}
    if result.total is not None:
        return {"valueQuantity": {"value": structs.plain_number(result.total), **score_unit}, **band}
    low, high = (structs.plain_number(end) if abs(end) != float("inf") else "any" for end in result.possible)
    absent = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}
    note = f"{result.answered} of {result.of} items answered; the total is between {low} and {high}."
    return {"dataAbsentReason": {"coding": [absent]}, "note": [{"text": note}], **band}


def _because(found: RaisedFlag, definition: Definition) -> str:
    shorts = _shorts(definition)
    return "; ".join(f"{shorts.get(one.question, one.question)}: {one.answer}" for one in found.because) or found.rule


def _asked(found: UnresolvedFlag, definition: Definition) -> str:
    shorts = _shorts(definition)
    return "; ".join(shorts.get(name, name) for name in found.questions) or "the rule could not be worked out"


def _shorts(definition: Definition) -> dict[str, str]:
    language = definition.languages[0]
    questions = [item for question in definition.questions() for item in (question, *question.items)]
    return {one.link_id: one.short.get(language) or one.text.get(language, "") for one in questions}
