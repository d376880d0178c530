"""A sent response in FHIR R4: its answers, scores and points, for a record system that reads it.

The same is left out as in `exporting`. What stays with it says so: a security label on each resource, and the
redisclosure notice on the response. What the patient added after sending stands beside the answers, unread by any rule.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from screening import releases
from screening.engine.substance_use import about_substance_use
from screening.exchange.fhir import urls
from screening.exchange.fhir.questionnaire import canonical_url
from screening.exchange.fhir.response import Sent, bundle, resources

from . import exporting, part2, records, rules
from .models import QuestionnaireResponse

Json = dict[str, Any]

RESTRICTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
PART_2 = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}
REDACTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "REDACTED"}


def exported(response: QuestionnaireResponse, *, with_substance_use: bool) -> list[Json]:
    """One sent response as resources: QuestionnaireResponse, Observations for scores, DetectedIssues for points.

    Without substance use, what is marked, or rests on what is marked, is not there, and every resource says that
    something was taken out.
    """
    compiled = rules.compiled_of(response)
    hidden = frozenset() if with_substance_use else about_substance_use(compiled.definition)
    answers = {question.link_id: answer for question, answer in exporting.counting(response, hidden)}
    assessment = exporting.without(records.read_assessment(response), hidden)
    return resources(compiled.definition, answers, assessment, _sent(response, with_substance_use, hidden))


def collection(resources_of: list[list[Json]], *, now: datetime.datetime) -> Json:
    """Resources of several responses as one Bundle."""
    return bundle([resource for found in resources_of for resource in found], now.isoformat(timespec="seconds"))


def _sent(response: QuestionnaireResponse, is_included: bool, hidden: frozenset[str]) -> Sent:
    release = releases.release_of(response.version, site=settings.SITE_ORIGIN)
    url = canonical_url(rules.compiled_of(response).definition, release)
    assert response.sent_at is not None  # only what was sent is exported
    notice = part2.REDISCLOSURE if is_included and part2.is_on(response) else ""
    notices = [{"url": urls.extension("redisclosure-notice"), "valueString": notice}] if notice else []
    return Sent(
        reference=str(response),
        questionnaire=f"{url}|{release.version}",
        sent_at=response.sent_at.isoformat(timespec="seconds"),
        labels=((PART_2, RESTRICTED) if notice else ()) if is_included else (REDACTED,),
        extensions=(*notices, *_added(response, hidden)),
    )


def _added(response: QuestionnaireResponse, hidden: frozenset[str]) -> Iterator[Json]:
    """What was added after sending, each with its moment, as `exporting` has it."""
    for one in exporting.added_later(response, hidden):
        parts = [
            {"url": "added-at", "valueDateTime": one["added_at"]},
            {"url": "left-out", "valueBoolean": one["left_out"]},
            *({"url": name, "valueString": one[name]} for name in ("about", "words") if one[name].strip()),
            *(_answer(name, answer) for name, answer in one["answers"].items()),
        ]
        yield {"url": urls.extension("added-later"), "extension": parts}


def _answer(name: str, answer: Json) -> Json:
    words = answer["in_words"].strip() or answer["state"]
    parts = [{"url": "question", "valueString": name}, {"url": "answer", "valueString": words}]
    return {"url": "answered", "extension": parts}
