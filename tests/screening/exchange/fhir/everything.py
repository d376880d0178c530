"""A questionnaire with a question of each type, and a condition of each kind."""

from __future__ import annotations

from screening.engine import definition as d
from screening.engine.definition import Definition
from tests.screening.samples import both, small


def everything() -> Definition:
    """A question of each type, every field set that fits it, and conditions of every kind."""
    options = (
        d.Option(code="low", text=both("Low"), score=0, codes={"loinc": "LA1-1"}, hint=both("Hint")),
        d.Option(code="high", text=both("High"), score=2.5, codes={"loinc": "LA1-2", "house": "H"}),
    )
    several = (d.Option(code="a", text=both("A")), d.Option(code="none", text=both("None"), exclusive=True))
    ask = d.Question
    first = (
        ask(link_id="born", type="date", text=both("Born"), role="birth_date", required=True),
        ask(link_id="tall", type="height", text=both("Height"), role="height"),
        ask(link_id="heavy", type="weight", text=both("Weight"), role="weight"),
        ask(link_id="yes", type="yes_no", text=both("Yes?"), short=both("Y"), hint=both("H"), explanation=both("E")),
        ask(
            link_id="plain_yes", type="yes_no", text=both("Yes, worded?"),
            options=(d.Option(code="yes", text=both("I do")), d.Option(code="no", text=both("I do not"))),
        ),
        ask(link_id="single", type="choice", text=both("One"), options=options, unknowns=(), codes={"loinc": "1-1"}),
        ask(link_id="many", type="multiple_choice", text=both("Many"), options=several, part2=True, compact=True),
        ask(link_id="number", type="integer", text=both("Count"), unit="days", minimum=0.5, maximum=9, not_sure="NS-3"),
        ask(link_id="amount", type="decimal", text=both("Amount"), unit="drinks", minimum=0.25, decimals=2),
        ask(
            link_id="pressure", type="blood_pressure", text=both("BP"),
            stale_when="not (bp_day within 1 years of today)",
        ),
        ask(link_id="bp_day", type="partial_date", text=both("When")),
        ask(link_id="since", type="ago", text=both("Since")),
        ask(link_id="line", type="text", text=both("Line"), maximum_length=50, unknowns=("declined",)),
        ask(link_id="lines", type="long_text", text=both("Lines")),
        ask(link_id="call", type="phone", text=both("Phone"), autocomplete="tel"),
        ask(link_id="mail", type="email", text=both("Mail"), role="email"),
        ask(link_id="pills", type="medicines", text=both("Pills"), vocabulary="pills", maximum_entries=7),
        ask(link_id="read", type="acknowledgement", text=both("I read it"), unknowns=()),
        ask(
            link_id="pair", type="group", text=both("Pair"), ask_when="yes is yes",
            items=(
                ask(link_id="left", type="yes_no", text=both("Left")),
                ask(link_id="right", type="text", text=both("Right")),
            ),
        ),
        ask(
            link_id="tries", type="group", text=both("Tries"), repeats=True, maximum_entries=3,
            items=(
                ask(link_id="tried", type="yes_no", text=both("Tried")),
                ask(link_id="why", type="text", text=both("Why"), ask_when="tried is no"),
            ),
        ),
    )  # fmt: skip
    conditions = (
        "yes is yes", "yes is not yes", "yes may be yes", "left may be yes", "yes is answered", "yes is not sure",
        "yes is skipped", "single is one of (low, high)", "single >= 2", "many includes any of (a, none)",
        "many includes all of (a, none)", "many includes a and yes is no", "number >= 3", "amount < limit",
        "pressure.systolic >= 140", "pressure is answered", "age >= 65", "bmi > 30", "points >= 1", "shared",
        "at least 2 of (yes is yes, left is yes, single is high)", "count(tries) >= 2",
        "count(tries where tried is yes) >= 1", "bp_day within 6 months of today", "since within 2 weeks of today",
        "pills includes opioid", "total(pills, morphine) > 5", "profile is eu", "not (yes is yes or shared)",
        "(yes is yes and single is low) or (yes is no and single is high)", "pressure.systolic is answered",
        "since is answered",
    )  # fmt: skip
    asked = tuple(
        ask(link_id=f"c{number}", type="text", text=both(rule), ask_when=rule) for number, rule in enumerate(conditions)
    )
    tablet = d.Medicine(code="tramadol", name="Tramadol", classes=("opioid",), equivalents={"morphine": 0.1})
    pills = d.Vocabulary(key="pills", classes=(d.MedicineClass(key="opioid", title=both("O")),), medicines=(tablet,))
    sections = (
        d.Section(link_id="page", title=both("Page"), introduction=both("Read"), questions=first),
        d.Section(link_id="more", title=both("More"), ask_when="yes is yes", questions=asked),
    )
    return small(
        sections=sections, vocabularies=(pills,), flags=(),
        scores=(d.Score(link_id="points", title=both("Total"), items=("single", "yes"), codes={"loinc": "2-2"}),),
        variables=(d.Variable(link_id="shared", title=both("Shared"), when="yes is yes or left is yes"),),
        parameters=(d.Parameter(key="limit", title="Limit", value=2),),
    )  # fmt: skip
