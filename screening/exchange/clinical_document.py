"""The whole content of a questionnaire as one document that a clinician can read on paper, correct and sign.

Everything in it comes from the definition: what is asked and when, every rule with its threshold and source, and what
is still unverified.

>>> from screening.engine.definition import Definition, Question, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={"en": "Have you ever had a stroke?"})
>>> page = Section(link_id="brain", title={"en": "Brain"}, questions=(stroke,))
>>> document = clinical_document(Definition(key="k", title={"en": "Before your visit"}, sections=(page,)))
>>> document.splitlines()[0]
'# Before your visit: clinical content'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from screening.engine.definition import (
    Citation,
    Definition,
    Flag,
    Instrument,
    Medicine,
    Option,
    Question,
    Score,
    Section,
    Text,
)
from screening.engine.language import parse, to_english
from screening.engine.text import number_text
from screening.exchange.markdown import table

SIGN_OFF = """## Review

Not medical advice. A licensed clinician at the clinic must review and sign this content before patients see it.

| | |
|---|---|
| Reviewed by (name, licence) | |
| Date | |
| Signature | |
| Changes asked for | |
"""


def clinical_document(definition: Definition) -> str:
    """The content as Markdown, in the definition's default language. Equal definitions give equal text."""
    return "\n".join(line.rstrip() for line in _Writer(definition).lines()) + "\n"


class _Writer:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.language = definition.languages[0]

    def lines(self) -> Iterator[str]:
        yield f"# {self.text(self.definition.title)}: clinical content"
        yield ""
        yield "Written from the questionnaire by `manage.py clinical_document`; do not edit by hand."
        yield "How answers are written as JSON: [answers.md](answers.md)."
        yield ""
        yield from self.state()
        yield SIGN_OFF.rstrip()
        yield ""
        for title, part in (
            ("Thresholds that a clinic may move", self.parameters()),
            ("What is asked", self.sections()),
            ("Instruments and scores", self.instruments()),
            ("Flags", self.flags()),
            ("Shared conditions", self.variables()),
            ("Safety panel and alerts", self.safety()),
            ("Notes for the clinician", self.notes()),
            ("Answers that do not fit together", self.inconsistencies()),
            ("Medicines", self.medicines()),
            ("Sources", self.sources()),
        ):
            yield f"## {title}"
            yield ""
            yield from part
            yield ""

    # Words --------------------------------------------------------------------------------------------------------

    def text(self, text: Text) -> str:
        return text.get(self.language, "").strip()

    def english(self, rule: str) -> str:
        return to_english(parse(rule), self.definition, self.language)

    def cited(self, citations: Iterable[Citation]) -> str:
        return "; ".join(_citation(one) for one in citations)

    # Parts --------------------------------------------------------------------------------------------------------

    def state(self) -> Iterator[str]:
        flags, review = self.definition.flags, self.definition.review
        rules = sum(len(flag.rules) for flag in flags)
        questions = sum(1 for _ in self.definition.questions())
        yield f"{len(self.definition.sections)} sections, {questions} questions, {len(flags)} flags, {rules} rules."
        yield ""
        yield f"Clinical review: **{review.clinical or 'not yet reviewed by a clinician'}**."
        for language in self.definition.languages[1:]:
            yield f"Translation `{language}`: **{review.translations.get(language) or 'awaiting review'}**."
        yield ""

    def parameters(self) -> Iterator[str]:
        yield from table(
            ("Name", "Key", "Value", "May be", "Source"),
            (
                (
                    one.title,
                    f"`{one.key}`",
                    f"{number_text(one.value)} {one.unit}",
                    _range(one.minimum, one.maximum),
                    self.cited(one.sources),
                )
                for one in self.definition.parameters
            ),
        )

    def sections(self) -> Iterator[str]:
        for section in self.definition.sections:
            yield from self.section(section)

    def section(self, section: Section) -> Iterator[str]:
        yield f"### {self.text(section.title)} (`{section.link_id}`)"
        yield ""
        if section.introduction:
            yield f"> {self.text(section.introduction)}"
            yield ""
        if section.ask_when:
            yield f"Shown when {self.english(section.ask_when)}."
            yield ""
        for question in section.questions:
            yield from self.question(question)
            for item in question.items:
                yield from self.question(item, indent="  ")
        yield ""

    def question(self, question: Question, indent: str = "") -> Iterator[str]:
        words = f"{self.text(question.text)}** · `{question.link_id}` · {question.type.replace('_', ' ')}"
        yield f"{indent}- **{words} · for clinicians: {self.text(question.short)}"
        for line in self.question_details(question):
            yield f"{indent}  - {line}"

    def question_details(self, question: Question) -> Iterator[str]:
        for text in (question.hint, question.explanation):
            if text:
                yield f"Hint: {self.text(text)}"
        if question.options:
            yield "Answers: " + "; ".join(self.option(option) for option in question.options)
        elif question.type == "yes_no":
            yield "Answers: Yes (`yes`); No (`no`)"
        if question.minimum is not None or question.maximum is not None:
            yield f"Range: {_range(question.minimum, question.maximum)} {question.unit}"
        if question.ask_when:
            yield f"Asked when {self.english(question.ask_when)}. `{question.ask_when}`"
        if question.stale_when:
            yield f"Counts as not sure when {self.english(question.stale_when)}. `{question.stale_when}`"
        marks = [f"offers {', '.join(question.unknowns).replace('_', ' ') or 'no unknowns'}"]
        marks += [f"class {question.not_sure}"] if question.not_sure else []
        marks += ["needed to send"] if question.required else []
        marks += ["substance-use answer (42 CFR Part 2)"] if question.part2 else []
        marks += [f"{system} {code}" for system, code in question.codes.items()]
        said = "; ".join(marks)
        yield said[0].upper() + said[1:]

    def option(self, option: Option) -> str:
        points = f", {number_text(option.score)} points" if option.score is not None else ""
        alone = ", stands alone" if option.exclusive else ""
        return f"{self.text(option.text)} (`{option.code}`{points}{alone})"

    def instruments(self) -> Iterator[str]:
        for instrument in self.definition.instruments:
            yield from self.instrument(instrument)
        for score in self.definition.scores:
            if not score.instrument:
                yield from self.score(score)

    def instrument(self, instrument: Instrument) -> Iterator[str]:
        yield f"### {instrument.title}"
        yield ""
        if instrument.preface:
            yield f"> {self.text(instrument.preface)}"
            yield ""
        if instrument.switched_off:
            yield "- **Switched off: not asked**"
        yield f"- Credit: {instrument.credit}"
        yield f"- Licence: {instrument.licence}"
        yield f"- {instrument.url}"
        yield f"- Items: {', '.join(f'`{link_id}`' for link_id in instrument.items)}"
        yield f"- Codes: {', '.join(f'{system} {code}' for system, code in instrument.codes.items()) or 'none'}"
        yield f"- Wording locked: `{instrument.wording_sha256 or 'not locked'}`"
        for score in self.definition.scores:
            if score.instrument == instrument.key:
                yield from self.score(score)
        yield ""

    def score(self, score: Score) -> Iterator[str]:
        bands = "; ".join(f"from {number_text(band.low)} {self.text(band.title)}" for band in score.bands)
        yield f"- Score `{score.link_id}`: {self.text(score.title)}, {score.method} of {', '.join(score.items)}"
        if score.gate:
            yield f"  - A “no” to `{score.gate}` is a complete 0"
        if bands:
            yield f"  - Bands: {bands}"
        yield f"  - Sources: {self.cited(score.sources)}"

    def flags(self) -> Iterator[str]:
        group = ""
        for flag in self.definition.flags:
            if flag.group != group:
                group = flag.group
                yield f"### {group}"
                yield ""
            yield from self.flag(flag)

    def flag(self, flag: Flag) -> Iterator[str]:
        yield f"#### {self.text(flag.title)} (`{flag.link_id}`)"
        yield ""
        yield f"- Why: {self.text(flag.why)}"
        yield f"- Discuss: {self.text(flag.discussion)}"
        yield from (f"- First, when {rule.severity}: {self.text(rule.action)}" for rule in flag.rules if rule.action)
        if flag.action_while_open:
            yield f"- First, while it cannot be ruled out: {self.text(flag.action_while_open)}"
        established = "; must be established" if flag.must_be_established else ""
        yield f"- When not sure: {flag.not_sure}{established}"
        yield f"- Sources: {self.cited(flag.sources)}"
        yield ""
        yield from table(
            ("Severity", "When", "Rule", "Source"),
            (
                (rule.severity, self.english(rule.when), f"`{rule.when}`", self.cited(rule.sources))
                for rule in flag.rules
            ),
        )
        yield ""

    def variables(self) -> Iterator[str]:
        for one in self.definition.variables:
            yield f"- **{self.text(one.title)}** (`{one.link_id}`): {self.english(one.when)}. `{one.when}`"

    def safety(self) -> Iterator[str]:
        safety = self.definition.safety
        yield "The panel is shown for every urgent flag, for an NS-2 question left without an answer, and when:"
        yield f"{self.english(safety.panel_when)}. `{safety.panel_when}`" if safety.panel_when else "nothing else."
        yield ""
        if safety.alert_at_once_when:
            yield "Staff are alerted at once, even from a draft, when:"
            yield f"{self.english(safety.alert_at_once_when)}. `{safety.alert_at_once_when}`"

    def notes(self) -> Iterator[str]:
        for one in self.definition.notes:
            beside = f", beside `{one.flag}`" if one.flag else ""
            yield f"- **{self.text(one.text)}** (`{one.link_id}`{beside}): {self.english(one.when)}. `{one.when}`"

    def inconsistencies(self) -> Iterator[str]:
        for one in self.definition.inconsistencies:
            yield f"- **{one.link_id}** {self.text(one.text)} Reported if {self.english(one.when)}. `{one.when}`"

    def medicines(self) -> Iterator[str]:
        for vocabulary in self.definition.vocabularies:
            for group in vocabulary.classes:
                names = [_medicine(one) for one in vocabulary.medicines if group.key in one.classes]
                yield f"- **{self.text(group.title)}** (`{group.key}`; {self.cited(group.sources)}): {'; '.join(names)}"
            others = [_medicine(one) for one in vocabulary.medicines if not one.classes]
            yield f"- **No class, recognised only**: {'; '.join(others)}"
            for pick in vocabulary.groups:
                yield f"- Patients pick from **{self.text(pick.title)}**: {', '.join(pick.medicines)}"

    def sources(self) -> Iterator[str]:
        yield from table(
            ("Key", "Title", "Year", "Shown for"),
            (
                (
                    one.key,
                    f"[{one.title}]({one.url})" if one.url else one.title,
                    one.year,
                    ", ".join(one.profiles) or "all",
                )
                for one in self.definition.sources
            ),
        )


def _citation(citation: Citation) -> str:
    verify = "" if citation.checked else " (to verify)"
    return f"{citation.source} {citation.section}".strip() + verify


def _medicine(medicine: Medicine) -> str:
    brands = f" ({', '.join(medicine.brands)})" if medicine.brands else ""
    factors = "".join(f" = {number_text(factor)} mg {name} per mg" for name, factor in medicine.equivalents.items())
    return f"{medicine.name}{brands}{factors}"


def _range(minimum: float | None, maximum: float | None) -> str:
    low = "any" if minimum is None else number_text(minimum)
    high = "any" if maximum is None else number_text(maximum)
    return f"{low} to {high}"
