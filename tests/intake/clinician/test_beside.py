"""What stands beside a point: the graver it is, the more is told of it, and nothing that belongs to something else."""

from __future__ import annotations

import pytest

from intake.clinician.points import FlagPoint, OpenPoint, point_groups
from intake.clinician.wording import Reading
from screening.engine import journey
from screening.engine.answers import read_answers
from screening.engine.assessment import Settings, evaluate

from .test_face_sheet import cases, compiled


def beside(case: str, link_id: str) -> dict[str, str]:
    """The answers beside the first point of a flag in a stored case, by their questions."""
    given, day, settings = cases()[case].answers, cases()[case].as_of, Settings()
    answers = dict(journey.with_skipped(compiled(), read_answers(compiled().definition, given, on=day), day, settings))
    reading = Reading(compiled=compiled(), answers=answers, settings=settings, as_of=day)
    groups = point_groups(reading, evaluate(compiled(), answers, day, settings))
    points = [point for group in groups for point in group.points if isinstance(point, FlagPoint | OpenPoint)]
    point = next(point for point in points if point.link_id == link_id)
    return {fact.question: fact.answer for fact in point.more}


@pytest.mark.parametrize(
    ("case", "flag", "question", "answer"),
    [
        # What the answer followed up, which a milder rule had named.
        ("drugs_weekly", "drug_use", "Non-prescribed drugs in the past year", "Pain pills or heroin"),
        ("dialysis", "kidney_disease", "Kidney disease", "Yes"),
        ("heart_failure_breathless", "heart_failure_valve", "Heart failure or valve disease", "Yes"),
        # What else was told about that: when, which, how often, in their own words.
        ("delirium_92_days", "delirium", "Delirium, cause", "An infection"),
        ("many_devices", "implanted_device", "Implanted device last checked", "1 year ago"),
        ("ketamine_misuse_year", "ketamine_pcp_misuse", "Non-medical ketamine or PCP, how often", "A few times"),
        ("prior_ketamine_bad", "prior_ketamine_treatment", "Past ketamine treatment, when, route and response", "Once"),
        # What follows up a follow-up.
        ("past_drug_psychosis", "psychosis", "Psychosis, cause and end", "After cannabis in 2010"),
        # What follows up an answer that is open.
        ("stroke_date_unknown", "stroke_tia", "Stroke or TIA, cause", "A clot, or it was a mini-stroke (TIA)"),
        # About safety.
        ("attempt_93_days", "suicide_risk", "Someone present or reachable", "Yes"),
    ],
)
def test_what_belongs_to_a_point_is_told(case: str, flag: str, question: str, answer: str) -> None:
    assert beside(case, flag)[question] == answer


@pytest.mark.parametrize(
    ("case", "flag", "question"),
    [
        ("prior_ketamine_fine", "prior_ketamine_treatment", "Antidepressant trials"),
        ("ect_planned", "ect_tms", "Psychotherapy, type and length"),
        ("breastfeeding_iv", "breastfeeding", "Agrees to a pregnancy test"),
        ("route_undecided_all", "oral_route", "Nose problem"),
        ("drugs_other_kinds", "med_other_sedative", "Other drug, which"),
    ],
)
def test_what_follows_up_something_else_is_not(case: str, flag: str, question: str) -> None:
    assert question not in beside(case, flag)
