"""A small questionnaire with every kind of answer the summary must show, and helpers to answer it. No database."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any

from intake.clinician.summary import Record, Summary, summarize
from intake.clinician.wording import Reading
from screening.engine.answers import read_answers
from screening.engine.assessment import Settings, evaluate
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import (
    Band,
    Citation,
    Definition,
    Flag,
    Inconsistency,
    Medicine,
    MedicineClass,
    Note,
    Option,
    Question,
    Review,
    Rule,
    Safety,
    Score,
    Section,
    Source,
    Vocabulary,
)

TODAY = datetime.date(2026, 3, 2)
NOW = datetime.datetime(2026, 3, 2, 14, 5, tzinfo=datetime.UTC)
HASH = "a1b2c3d4" + "0" * 56


def question(link_id: str, kind: str, text: str, **more: Any) -> Question:
    """A question in English. `short` is the clinician's wording."""
    short = {"en": more.pop("short")} if "short" in more else {}
    return Question(link_id=link_id, type=kind, text={"en": text}, short=short, **more)


def options(*codes: str, scored: bool = False) -> tuple[Option, ...]:
    return tuple(
        Option(code=code, text={"en": code.replace("_", " ").capitalize()}, score=float(n) if scored else None)
        for n, code in enumerate(codes)
    )


def flag(link_id: str, title: str, *rules: tuple[str, str], **more: Any) -> Flag:
    return Flag(
        link_id=link_id,
        title={"en": title},
        why={"en": f"Why {link_id} matters."},
        discussion={"en": f"Discuss {link_id} together."},
        rules=tuple(Rule(severity=severity, when=when) for severity, when in rules),
        sources=(
            Citation(source="LABEL", section="section 4"),
            Citation(source="CUSTOM", section="", checked=False),
            Citation(source="EU-LABEL"),
        ),
        **more,
    )


ABOUT = Section(
    link_id="about_you",
    title={"en": "About you"},
    questions=(
        question(
            "given_name", "text", "What is your first name?", short="First name", role="given_name", maximum_length=1000
        ),
        question("family_name", "text", "What is your last name?", short="Last name", role="family_name"),
        question("born", "partial_date", "When were you born?", short="Date of birth", role="birth_date"),
        question("phone", "phone", "Your phone number?", short="Phone", role="phone"),
        question("place", "text", "Where are you now?", short="Where they are", role="whereabouts"),
        question("reason", "long_text", "Why do you come?", short="Reason", role="reason", maximum_length=20_000),
        question(
            "route", "choice", "Which treatment?", short="Route", role="route", options=options("infusion", "nasal")
        ),
    ),
)
SAFETY = Section(
    link_id="safety",
    title={"en": "Safety"},
    questions=(
        question("thoughts", "yes_no", "Have you had thoughts of ending your life?", short="Thoughts of suicide"),
        question("plan", "yes_no", "Do you have a plan?", short="Plan", ask_when="thoughts is yes"),
        question("means", "yes_no", "Do you have what you need for it?", short="Means", ask_when="thoughts is yes"),
    ),
)
HEART = Section(
    link_id="heart",
    title={"en": "Heart"},
    questions=(
        question("reading", "blood_pressure", "Your last blood pressure?", short="Reading"),
        question("stroke", "yes_no", "Have you ever had a stroke?", short="Stroke"),
        question("stroke_when", "ago", "How long ago?", short="When the stroke was", ask_when="stroke is yes"),
        question("pregnant", "yes_no", "Are you pregnant?", short="Pregnant"),
        question("smoker", "yes_no", "Do you smoke?", short="Smokes"),
        question("reaction", "yes_no", "Are you allergic to anything?", short="Allergy", role="allergies"),
        question(
            "reaction_what", "text", "To what?", short="Allergy, which", role="allergies", ask_when="reaction is yes"
        ),
        question("pills", "medicines", "Which medicines do you take?", short="Medicines", vocabulary="drugs"),
        question(
            "events",
            "group",
            "Any hospital stays?",
            short="Hospital stays",
            repeats=True,
            items=(
                question("event_what", "text", "What for?", short="What for"),
                question("event_year", "integer", "Which year?", short="Year"),
            ),
        ),
    ),
)
MOOD = Section(
    link_id="mood",
    title={"en": "Mood"},
    questions=tuple(
        question(
            f"mood_{n}",
            "choice",
            f"Mood question {n}?",
            short=f"Mood {n}",
            options=options("never", "some", "often", scored=True),
        )
        for n in (1, 2, 3)
    ),
)
NASAL = Section(
    link_id="nose",
    title={"en": "Nose"},
    ask_when="route is nasal",
    questions=(
        question("polyps", "yes_no", "Do you have polyps?", short="Polyps"),
        question("nosebleeds", "yes_no", "Do you have nosebleeds?", short="Nosebleeds"),
    ),
)


def definition(*, reviewer: str = "Dr Reviewer", title: str = "Screening") -> Definition:
    """The sample questionnaire."""
    return Definition(
        key="sample",
        title={"en": title},
        sections=(ABOUT, SAFETY, HEART, MOOD, NASAL),
        scores=(
            Score(
                link_id="mood_score",
                title={"en": "Mood score"},
                items=("mood_1", "mood_2", "mood_3"),
                bands=(
                    Band(low=0, title={"en": "low"}),
                    Band(low=2, title={"en": "moderate"}),
                    Band(low=5, title={"en": "severe"}),
                ),
            ),
        ),
        flags=(
            flag(
                "suicide_risk",
                "Suicidal thoughts",
                ("urgent", "plan is yes"),
                ("caution", "thoughts is yes"),
                not_sure="NS-2",
            ),
            flag(
                "blood_pressure",
                "High blood pressure",
                ("contraindication", "reading.systolic >= 160"),
                ("caution", "reading.systolic > 140"),
            ),
            flag(
                "stroke",
                "Stroke",
                ("contraindication", "stroke_when within 183 days of today"),
                ("caution", "stroke is yes"),
            ),
            flag("pregnancy", "Pregnancy", ("contraindication", "pregnant is yes")),
            flag("smoking", "Smoking", ("information", "smoker is yes")),
            flag("sedatives", "Sedatives", ("caution", "pills includes sedative"), not_sure="NS-4"),
        ),
        notes=(
            Note(
                link_id="smoking_pressure",
                text={"en": "Smokes and has high pressure"},
                when="smoker is yes",
                flag="smoking",
            ),
        ),
        inconsistencies=(
            Inconsistency(
                link_id="C1", text={"en": "Stroke denied, but smokes"}, when="stroke is no and smoker is yes"
            ),
        ),
        vocabularies=(
            Vocabulary(
                key="drugs",
                classes=(MedicineClass(key="sedative", title={"en": "Sedatives"}),),
                medicines=(Medicine(code="diazepam", name="diazepam", classes=("sedative",)),),
            ),
        ),
        sources=(
            Source(key="LABEL", title="US label", year="2025", url="https://example.org/label"),
            Source(key="CUSTOM", title="General knowledge"),
            Source(key="EU-LABEL", title="EU label", profiles=("eu",)),
        ),
        safety=Safety(panel_when="thoughts is yes or plan is yes"),
        review=Review(clinical=reviewer),
    )


CALM: dict[str, Any] = {
    "given_name": "Rosa",
    "family_name": "Example",
    "born": "1980-02-29",
    "phone": "+1 202 555 0143",
    "place": "12 Sample Street",
    "reason": "Low mood",
    "route": "infusion",
    "thoughts": "no",
    "reading": {"systolic": 122, "diastolic": 78},
    "stroke": "no",
    "pregnant": "no",
    "smoker": "no",
    "reaction": "no",
    "pills": "none",
    "events": [],
    "mood_1": "never",
    "mood_2": "never",
    "mood_3": "never",
}
"""Everything answered, nothing raised."""


@cache
def compiled() -> Compiled:
    return compile_definition(definition())


def reading_of(changes: dict[str, Any] | None = None, **settings: Any) -> Reading:
    """The calm answers with some changed; None takes an answer away."""
    given = {key: value for key, value in {**CALM, **(changes or {})}.items() if value is not None}
    return Reading(
        compiled=compiled(),
        answers=read_answers(definition(), given, on=TODAY),
        settings=Settings(**settings),
        as_of=TODAY,
    )


def record(**more: Any) -> Record:
    return Record(
        **{
            "reference": "K7QM-3X4P",
            "clinic": "Sample Clinic",
            "language": "es",
            "version": 3,
            "version_sha256": HASH,
            "started_at": NOW,
            "sent_at": NOW,
            "drawn_at": NOW,
            **more,
        }
    )


def summary_of(changes: dict[str, Any] | None = None, **settings: Any) -> Summary:
    """The summary of the calm patient with some answers changed."""
    reading = reading_of(changes, **settings)
    assessment = evaluate(reading.compiled, reading.answers, TODAY, reading.settings)
    return summarize(record=record(), reading=reading, assessment=assessment)
