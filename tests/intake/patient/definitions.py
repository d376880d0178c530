"""A questionnaire with every question type, small enough to know by heart."""

from __future__ import annotations

from screening.engine.definition import (
    Definition,
    Flag,
    Instrument,
    Medicine,
    MedicineClass,
    MedicineGroup,
    Option,
    Question,
    Rule,
    Safety,
    Section,
    Text,
    Vocabulary,
)


def both(english: str, spanish: str = "") -> Text:
    return {"en": english, "es": spanish or f"{english} (es)"}


def ask(link_id: str, kind: str, text: str, **more: object) -> Question:
    return Question(link_id=link_id, type=kind, text=both(text), **more)  # type: ignore[arg-type]


ABOUT = Section(
    link_id="about",
    title=both("About you", "Sobre usted"),
    introduction=both("Who you are."),
    questions=(
        ask("given_name", "text", "First name", required=True, role="given_name", maximum_length=50, unknowns=()),
        ask("phone", "phone", "Phone number", role="phone"),
        ask("email", "email", "Email address", role="email"),
        ask("born", "date", "Date of birth", role="birth_date", unknowns=("declined",)),
        ask("tall", "height", "How tall are you?", role="height"),
        ask("heavy", "weight", "How much do you weigh?", role="weight"),
    ),
)

HABITS = Section(
    link_id="habits",
    title=both("Habits", "Hábitos"),
    questions=(
        ask("smokes", "yes_no", "Do you smoke?", compact=True, explanation=both("It matters for anesthesia.")),
        ask("cigarettes", "integer", "How many a day?", ask_when="smokes is yes", minimum=1, maximum=200),
        ask("stopping", "yes_no", "Would you like help to stop?", ask_when="cigarettes >= 20"),
        ask("exercises", "yes_no", "Do you exercise?", compact=True, hint=both("Walking counts.")),
        ask(
            "route",
            "choice",
            "Which treatment did you ask for?",
            options=(
                Option(code="infusion", text=both("Infusion")),
                Option(code="spray", text=both("Nasal spray"), hint=both("In the clinic")),
            ),
        ),
        ask(
            "illnesses",
            "multiple_choice",
            "Have you had any of these?",
            options=(
                Option(code="asthma", text=both("Asthma")),
                Option(code="diabetes", text=both("Diabetes")),
                Option(code="none", text=both("None of these"), exclusive=True),
            ),
        ),
    ),
)

NUMBERS = Section(
    link_id="numbers",
    title=both("Numbers and dates"),
    questions=(
        ask("coffee", "integer", "Cups of coffee a day", minimum=0, maximum=30, unit="cups"),
        ask("sleep", "decimal", "Hours of sleep", minimum=0, maximum=24, unit="hours"),
        ask("bp", "blood_pressure", "Last blood pressure"),
        ask("scan", "partial_date", "Last brain scan"),
        ask("attack", "ago", "Last panic attack"),
        ask("story", "long_text", "Anything else?", maximum_length=200),
        ask("pills", "medicines", "Which medicines do you take?", vocabulary="all", maximum_entries=5),
        ask(
            "operations",
            "group",
            "Operations",
            repeats=True,
            maximum_entries=4,
            items=(ask("which", "text", "Which operation?"), ask("when", "partial_date", "When was it?")),
        ),
        ask("agrees", "acknowledgement", "I understand that nobody watches this live."),
    ),
)

MOOD_OPTIONS = (
    Option(code="never", text={"en": "Not at all"}, score=0),
    Option(code="often", text={"en": "Nearly every day"}, score=3),
)

SAFETY = Section(
    link_id="safety",
    title=both("Your safety", "Su seguridad"),
    questions=(
        Question(
            link_id="mood_1",
            type="choice",
            text={"en": "Little interest or pleasure in doing things"},
            options=MOOD_OPTIONS,
            unknowns=("declined",),
            compact=True,
            instrument="mood",
        ),
        ask("dark", "yes_no", "Do you think about ending your life?", compact=True),
        ask("plan", "yes_no", "Do you have a plan?", ask_when="dark may be yes"),
    ),
)

SMOKERS = Section(
    link_id="smokers",
    title=both("More about smoking"),
    ask_when="smokes is yes",
    questions=(ask("since", "text", "Since when?"),),
)

EVERY_TYPE = Definition(
    key="every-type",
    title=both("Before your first visit", "Antes de su primera visita"),
    languages=("en", "es"),
    sections=(ABOUT, HABITS, NUMBERS, SAFETY, SMOKERS),
    instruments=(
        Instrument(
            key="mood",
            title="Mood test",
            preface={"en": "Over the last 2 weeks, how often were you bothered by this?"},
            items=("mood_1",),
            credit="Made by somebody.",
            licence="Free to use.",
        ),
    ),
    flags=(
        Flag(
            link_id="suicide_risk",
            title=both("Suicide risk"),
            why=both("Because."),
            discussion=both("Talk."),
            not_sure="NS-2",
            rules=(Rule(severity="urgent", when="dark is yes"),),
        ),
    ),
    safety=Safety(panel_when="dark is yes", alert_at_once_when="plan is yes"),
    vocabularies=(
        Vocabulary(
            key="all",
            classes=(MedicineClass(key="ssri", title=both("SSRI")),),
            groups=(
                MedicineGroup(
                    key="mood", title=both("Mood pills", "Pastillas para el ánimo"), medicines=("sertraline", "lithium")
                ),
                MedicineGroup(key="nerves", title=both("Nerve pills", "Para los nervios"), medicines=("clonazepam",)),
            ),
            medicines=(
                Medicine(code="sertraline", name="sertraline", brands=("Zoloft",), classes=("ssri",)),
                Medicine(code="clonazepam", name="clonazepam", brands=("Klonopin",), ask_dose=True),
                Medicine(code="lithium", name="lithium"),
            ),
        ),
    ),
)
