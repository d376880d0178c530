"""The cast: one clinic with its people, another clinic with an outsider, and a patient with a small questionnaire."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from intake import actions, records, rules, vault
from intake.models import Clinic, QuestionnaireResponse, User
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


def _text(words: str) -> dict[str, str]:
    return {"en": words, "es": words}


def _ask(link_id: str, kind: str = "yes_no", **more: Any) -> Question:
    return Question(link_id=link_id, type=kind, text=_text(f"{link_id}?"), **more)  # type: ignore[arg-type]


def _flag(link_id: str, severity: str, when: str, **more: Any) -> Flag:
    rule = Rule(severity=severity, when=when)  # type: ignore[arg-type]
    return Flag(
        link_id=link_id, title=_text(link_id), why=_text("why"), discussion=_text("talk"), rules=(rule,), **more
    )


DEFINITION = Definition(
    key="small",
    title=_text("A small questionnaire"),
    languages=("en", "es"),
    sections=(
        Section(
            link_id="about",
            title=_text("About you"),
            questions=(
                _ask("given_name", "text", role="given_name", unknowns=()),
                _ask("family_name", "text", role="family_name", unknowns=(), required=True),
                _ask("birth_date", "date", role="birth_date"),
                _ask("phone", "phone", role="phone"),
            ),
        ),
        Section(
            link_id="safety",
            title=_text("Safety"),
            questions=(
                _ask("plan_now", not_sure="NS-2"),
                _ask("harm_thoughts", not_sure="NS-2"),
                _ask("low_mood"),
                _ask("weapon_near", not_sure="NS-3"),
            ),
        ),
        Section(
            link_id="body",
            title=_text("Your body"),
            questions=(
                _ask("stroke"),
                _ask("stroke_when", "ago", ask_when="stroke is yes"),
                _ask("pressure", "blood_pressure"),
                _ask(
                    "route",
                    "choice",
                    options=(
                        Option(code="nasal", text=_text("Nasal")),
                        Option(code="infusion", text=_text("Infusion")),
                    ),
                ),
            ),
        ),
    ),
    flags=(
        _flag("suicide_plan", "urgent", "plan_now is yes", not_sure="NS-2"),
        _flag("harm_to_others", "urgent", "harm_thoughts is yes", not_sure="NS-2"),
        _flag("stroke_ever", "contraindication", "stroke is yes"),
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


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    """A test that replaces the key ring leaves no trace in the next."""
    vault.forget_keys()
    yield
    vault.forget_keys()


@pytest.fixture(autouse=True)
def _waits_for_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits until the draft is proved."""
    monkeypatch.setattr("screening.proving.PATIENCE", None)


@pytest.fixture
def questionnaire(db: None) -> Questionnaire:
    return publishing.rows_from_definition(DEFINITION)


@pytest.fixture
def version(questionnaire: Questionnaire) -> QuestionnaireVersion:
    return published(questionnaire, DEFINITION)


def published(questionnaire: Questionnaire, definition: Definition) -> QuestionnaireVersion:
    document = publishing.canonical_json(definition)
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=1,
        document=document.decode(),
        sha256=publishing.sha256_of(document),
        published_at=NOW,
        published_by="The cast",
    )


def _clinic(slug: str, questionnaire: Questionnaire) -> Clinic:
    """A clinic whose crisis contacts somebody confirmed who has left since."""
    made = actions.create_clinic(
        name=slug.title(),
        slug=slug,
        country="US",
        timezone="America/New_York",
        languages=["en", "es"],
        alert_email=f"desk@{slug}.example",
        questionnaire=questionnaire,
        now=NOW,
    )
    gone = User.objects.create(email=f"gone@{slug}.example", name="Gwen", is_active=False, created_at=NOW)
    made.crisis_confirmed_at, made.crisis_confirmed_by = NOW, gone
    made.save(update_fields=["crisis_confirmed_at", "crisis_confirmed_by"])
    return made


@pytest.fixture
def clinic(questionnaire: Questionnaire, version: QuestionnaireVersion) -> Clinic:
    return _clinic("north", questionnaire)


@pytest.fixture
def other_clinic(questionnaire: Questionnaire, version: QuestionnaireVersion) -> Clinic:
    return _clinic("south", questionnaire)


def _staff(name: str, role: str, clinic: Clinic) -> User:
    email = f"{name.lower()}@{clinic.slug}.example"
    return actions.create_staff(
        email=email, name=name, role=role, clinic=clinic, password="a-long-enough-secret", now=NOW
    ).user


@pytest.fixture
def clinician(clinic: Clinic) -> User:
    return _staff("Clara", "clinician", clinic)


@pytest.fixture
def colleague(clinic: Clinic) -> User:
    return _staff("Colin", "clinician", clinic)


@pytest.fixture
def front_desk(clinic: Clinic) -> User:
    return _staff("Fred", "front_desk", clinic)


@pytest.fixture
def admin(clinic: Clinic) -> User:
    return _staff("Ada", "admin", clinic)


@pytest.fixture
def auditor(clinic: Clinic) -> User:
    return _staff("Audrey", "auditor", clinic)


@pytest.fixture
def outsider(other_clinic: Clinic) -> User:
    """A clinician of another clinic, who must see nothing of this one."""
    return _staff("Oscar", "clinician", other_clinic)


@pytest.fixture
def started(clinic: Clinic, version: QuestionnaireVersion) -> actions.Started:
    return actions.start(clinic=clinic, version=version, language="en", now=NOW)


@pytest.fixture
def draft(started: actions.Started) -> QuestionnaireResponse:
    return started.response


def show_who_one_is(browser: Client, user: User, *, ago: int = 0) -> None:
    """The person showed their password so many seconds ago, in this session."""
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - ago}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()


Save = Callable[..., actions.Saved]


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

    def save(self, *, now: datetime.datetime = NOW, section: str | None = None, **answers: Any) -> actions.Saved:
        """Save answers by link_id: a plain value is known, an `Answer` is itself, None takes back."""
        self.sequence += 1
        saved = self.send(self.sequence, now=now, section=section, **answers)
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
        self, sequence: int, *, now: datetime.datetime = NOW, section: str | None = None, **answers: Any
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
        )


@pytest.fixture
def tab(draft: QuestionnaireResponse) -> Tab:
    return Tab(draft)


@pytest.fixture
def second_tab(draft: QuestionnaireResponse) -> Tab:
    return Tab(draft, name="second tab")


@pytest.fixture
def sent(tab: Tab) -> QuestionnaireResponse:
    tab.save(given_name="Rosa", family_name="Díaz", birth_date=datetime.date(1985, 6, 15), section="about")
    tab.save(plan_now="no", harm_thoughts="no", low_mood="no", section="safety")
    tab.save(stroke="yes", section="body")
    tab.finish()
    return actions.submit(response_id=tab.response.pk, now=NOW)
