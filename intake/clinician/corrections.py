"""What a patient corrected or added after sending, as plain data: beside the answers, which stay as they were sent."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from intake import history, records
from intake.models import Correction, QuestionnaireResponse
from intake.records import CorrectionContent

from .points import Fact
from .wording import Reading, label, moment, said, words

WHERE_FROM = {
    Correction.Source.LATE_PAGE.value: "On a page that was still open when the answers were sent",
    Correction.Source.ASKED.value: "In answer to questions that the clinic asked again",
}


class CorrectionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One correction: when, about what, and either the patient's words or answers to questions."""

    when: str
    about: str
    text: str = ""
    answers: tuple[Fact, ...] = ()


Corrections = tuple[tuple[Correction, CorrectionContent], ...]


def read_corrections(response: QuestionnaireResponse) -> Corrections:
    """Every correction of a response with what it says, in the order of coming."""
    return tuple((each, records.read_correction(each)) for each in history.corrections_of(response))


def correction_lines(
    corrections: Corrections, response: QuestionnaireResponse, reading: Reading, zone: ZoneInfo
) -> tuple[CorrectionLine, ...]:
    """Each correction as it is printed."""
    return tuple(_line(each, content, response, reading, zone) for each, content in corrections)


def shown_to_signers(response: QuestionnaireResponse, reading: Reading) -> tuple[CorrectionLine, ...]:
    """Every correction as it is printed, where somebody signs: nobody signs over what the page did not show."""
    return correction_lines(read_corrections(response), response, reading, ZoneInfo(response.clinic.timezone))


def corrected_places(corrections: Corrections) -> frozenset[str]:
    """The link_ids of the questions and sections that corrections are about."""
    named = {content.about for _, content in corrections if content.about}
    return frozenset(named | {link_id for _, content in corrections for link_id in content.answers})


def _line(
    correction: Correction,
    content: CorrectionContent,
    response: QuestionnaireResponse,
    reading: Reading,
    zone: ZoneInfo,
) -> CorrectionLine:
    when = moment(correction.created_at.astimezone(zone))
    if correction.source in WHERE_FROM:
        return CorrectionLine(
            when=when, about=WHERE_FROM[correction.source], answers=_facts(response, reading, content)
        )
    return CorrectionLine(when=when, about=_place(content.about, reading), text=content.words)


def _facts(response: QuestionnaireResponse, reading: Reading, content: CorrectionContent) -> tuple[Fact, ...]:
    given = {name: value for name, value in content.answers.items() if value is not None}
    answers = records.decoded(response, given)
    questions = reading.compiled.questions
    return tuple(
        Fact(question=label(questions[name]), answer=said(questions[name], answer, reading.definition))
        for name, answer in answers.items()
    )


def _place(link_id: str, reading: Reading) -> str:
    """What the patient said it is about, in the clinician's words; empty for the whole."""
    if link_id in reading.compiled.questions:
        return label(reading.compiled.questions[link_id])
    return next((words(each.title) for each in reading.definition.sections if each.link_id == link_id), "")
