"""Scores that do not fit each other or the reason for coming: answers to check. A reading aid of our own.

It follows no published rule, raises nothing, and takes nothing back that the items raised. Unknown is silent.
"""

from __future__ import annotations

from screening.engine.assessment import Assessment

from .wording import Reading

HIGH = 15
"""From here the PHQ-9 is called moderately severe and the GAD-7 severe."""
DEPRESSION = frozenset({"depression", "bipolar_depression"})
NO_SYMPTOM = "depression is the reason for coming, but every PHQ-9 item is “not at all”. Ask how the last 2 weeks were."
NO_WORRY = "a high PHQ-9, but every GAD-7 item is “not at all”. Ask about worry and restlessness."
NO_LOW_MOOD = "a high GAD-7, but every PHQ-9 item is “not at all”. Ask about mood and sleep."
ALL_THE_SAME = (
    "every PHQ-9 and GAD-7 item has the same answer. Ask whether each was read; until then take what they say about "
    "safety as true."
)


def to_check(reading: Reading, assessment: Assessment) -> tuple[str, ...]:
    """What a reader should ask about before trusting the scores, each in a sentence."""
    phq9, gad7 = _total("phq9", assessment), _total("gad7", assessment)
    found = (
        (phq9 == 0 and _comes_for_depression(reading), NO_SYMPTOM),
        (phq9 is not None and phq9 >= HIGH and gad7 == 0, NO_WORRY),
        (gad7 is not None and gad7 >= HIGH and phq9 == 0, NO_LOW_MOOD),
        (phq9 is not None and phq9 > 0 and gad7 is not None and _is_one_answer(reading), ALL_THE_SAME),
    )
    return tuple(sentence for applies, sentence in found if applies)


def _total(score: str, assessment: Assessment) -> float | None:
    """None while it is incomplete, and where it is not asked."""
    result = assessment.scores.get(score)
    return result.total if result else None


def _comes_for_depression(reading: Reading) -> bool:
    asked = (question for question in reading.definition.questions() if question.role == "reason")
    answers = (reading.answers.get(question.link_id) for question in asked)
    values = (answer.value for answer in answers if answer is not None and answer.is_known)
    return any(DEPRESSION & set(value) for value in values if isinstance(value, tuple))


def _is_one_answer(reading: Reading) -> bool:
    items = [item for score in reading.definition.scores if score.link_id in ("phq9", "gad7") for item in score.items]
    values = {answer.value for item in items if (answer := reading.answers.get(item)) is not None}
    return len(values) == 1
