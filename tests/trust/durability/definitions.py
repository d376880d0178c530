"""A questionnaire for proofs that save very often: texts on one page, a safety question on another."""

from __future__ import annotations

from screening.engine.definition import Definition, Flag, Rule, Safety, Section
from tests.intake.patient.definitions import ask, both

QUESTIONS = tuple(f"note_{number}" for number in range(1, 7))

NOTES = Definition(
    key="notes",
    title=both("Before your first visit"),
    languages=("en", "es"),
    sections=(
        Section(
            link_id="notes",
            title=both("Notes"),
            questions=tuple(ask(link_id, "text", f"Note {link_id}") for link_id in QUESTIONS),
        ),
        Section(
            link_id="safety",
            title=both("Your safety"),
            questions=(ask("plan", "yes_no", "Do you have a plan to end your life?"),),
        ),
    ),
    flags=(
        Flag(
            link_id="suicide_risk",
            title=both("Suicide risk"),
            why=both("Because."),
            discussion=both("Talk."),
            not_sure="NS-2",
            rules=(Rule(severity="urgent", when="plan is yes"),),
        ),
    ),
    safety=Safety(panel_when="plan is yes", alert_at_once_when="plan is yes"),
)
