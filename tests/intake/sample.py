"""What the cast answers and with what: the time of the tests, a small questionnaire, answers, and a browser tab."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from intake import actions, records, rules
from intake.models import QuestionnaireResponse
from screening import publishing
from screening.engine import journey
from screening.engine.answers import Answer
from screening.engine.definition import (
    Definition,
    Flag,
    Option,
    Question,
    Rule,
    Safety,
    Section,
)
from screening.models import Questionnaire, QuestionnaireVersion

NOW = datetime.datetime(2026, 3, 2, 15, 0, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 3, 2)


def later(**span: int) -> datetime.datetime:
    """The time of the tests plus a span."""
    return NOW + datetime.timedelta(**span)


Failing = Callable[[Exception], None]
"""Lets the mail server fail in this way from now on."""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime.datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += datetime.timedelta(**span)


def text(words: str) -> dict[str, str]:
    return {"en": words, "es": words}


def ask(link_id: str, kind: str = "yes_no", **more: Any) -> Question:
    return Question(link_id=link_id, type=kind, text=text(f"{link_id}?"), **more)  # type: ignore[arg-type]


def flag(link_id: str, severity: str, when: str, **more: Any) -> Flag:
    rule = Rule(severity=severity, when=when)  # type: ignore[arg-type]
    return Flag(link_id=link_id, title=text(link_id), why=text("why"), discussion=text("talk"), rules=(rule,), **more)


DEFINITION = Definition(
    key="small",
    title=text("A small questionnaire"),
    languages=("en", "es"),
    sections=(
        Section(
            link_id="about",
            title=text("About you"),
            questions=(
                ask("given_name", "text", role="given_name", unknowns=()),
                ask("family_name", "text", role="family_name", unknowns=(), required=True),
                ask("birth_date", "date", role="birth_date"),
                ask("phone", "phone", role="phone"),
            ),
        ),
        Section(
            link_id="safety",
            title=text("Safety"),
            questions=(
                ask("plan_now", not_sure="NS-2"),
                ask("harm_thoughts", not_sure="NS-2"),
                ask("low_mood"),
                ask("weapon_near", not_sure="NS-3"),
            ),
        ),
        Section(
            link_id="body",
            title=text("Your body"),
            questions=(
                ask("stroke"),
                ask("stroke_when", "ago", ask_when="stroke is yes"),
                ask("pressure", "blood_pressure"),
                ask(
                    "route",
                    "choice",
                    options=(
                        Option(code="nasal", text=text("Nasal")),
                        Option(code="infusion", text=text("Infusion")),
                    ),
                ),
            ),
        ),
    ),
    flags=(
        flag("suicide_plan", "urgent", "plan_now is yes", not_sure="NS-2"),
        flag("harm_to_others", "urgent", "harm_thoughts is yes", not_sure="NS-2"),
        flag("stroke_ever", "contraindication", "stroke is yes"),
    ),
    safety=Safety(panel_when="low_mood is yes", alert_at_once_when="plan_now is yes or weapon_near is yes"),
)


def with_role(definition: Definition, link_id: str, role: str) -> Definition:
    """The questionnaire with one question in this role."""
    sections = tuple(
        msgspec.structs.replace(
            section,
            questions=tuple(
                msgspec.structs.replace(one, role=role) if one.link_id == link_id else one for one in section.questions
            ),
        )
        for section in definition.sections
    )
    return msgspec.structs.replace(definition, sections=sections)


def published(questionnaire: Questionnaire, definition: Definition, *, number: int = 1) -> QuestionnaireVersion:
    document = publishing.canonical_json(definition)
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=number,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=NOW,
        published_by="The cast",
    )


def answered(value: Any, on: datetime.date = TODAY) -> Answer:
    """A known answer."""
    return Answer(state="answered", value=value, on=on)


def unknown(state: str) -> Answer:
    """An answer that says that it is not known."""
    return Answer(state=state, on=TODAY)  # type: ignore[arg-type]


class Tab:
    """A browser tab of the patient: it has a name, counts its saves, and remembers the revision its page shows."""

    def __init__(self, response: QuestionnaireResponse, name: str = "tab", base: int = 0) -> None:
        self.response, self.name, self.base, self.sequence = response, name, base, 0

    def save(
        self, *, now: datetime.datetime = NOW, section: str | None = None, unseen: Sequence[str] = (), **answers: Any
    ) -> actions.Saved:
        """Save answers by link_id: a plain value is known, an `Answer` is itself, None takes back."""
        self.sequence += 1
        saved = self.send(self.sequence, now=now, section=section, unseen=unseen, **answers)
        self.base = saved.revision
        return saved

    def finish(self, *, now: datetime.datetime = NOW, **answers: Any) -> actions.Saved:
        """Save answers, then see every page that is left and answer nothing more on it."""
        saved = self.save(now=now, **answers)
        compiled, settings = rules.compiled_of(self.response), rules.settings_of(self.response)
        stored = records.read_answers_of(saved.response)
        filled = journey.with_skipped(compiled, stored, rules.day_at(self.response.clinic, now), settings)
        for section in compiled.definition.sections:
            left = {question.link_id for question in section.questions} & set(filled) - set(stored)
            saved = self.save(now=now, section=section.link_id, **{link_id: filled[link_id] for link_id in left})
        return saved

    def send(
        self,
        sequence: int,
        *,
        now: datetime.datetime = NOW,
        section: str | None = None,
        unseen: Sequence[str] = (),
        **answers: Any,
    ) -> actions.Saved:
        """One request with a sequence number of one's own, from the page as it is."""
        given = {k: v if v is None or isinstance(v, Answer) else answered(v) for k, v in answers.items()}
        return actions.save_answers(
            response_id=self.response.pk,
            answers=given,
            posted_section=section,
            base_revision=self.base,
            client_id=self.name,
            client_sequence=sequence,
            now=now,
            unseen=unseen,
        )
