"""The cast: one clinic with its people, another clinic with an outsider, and a patient with a small questionnaire."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMessage

from intake import actions, vault
from intake.models import Clinic, QuestionnaireResponse, User
from screening import publishing
from screening.models import Questionnaire, QuestionnaireVersion
from tests.intake.sample import DEFINITION, NOW, Clock, Failing, Tab, published


@pytest.fixture(autouse=True)
def own_keys() -> Iterator[None]:
    """A test that replaces the key ring leaves no trace in the next."""
    vault.forget_keys()
    yield
    vault.forget_keys()


@pytest.fixture(autouse=True)
def _waits_for_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page waits until the draft is proved."""
    monkeypatch.setattr("screening.proving.PATIENCE", None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """The mail server fails in a given way from now on."""

    def fail(error: Exception) -> None:
        def send(self: EmailMessage, fail_silently: bool = False) -> int:
            raise error

        monkeypatch.setattr(EmailMessage, "send", send)

    return fail


@pytest.fixture
def questionnaire(db: None) -> Questionnaire:
    return publishing.rows_from_definition(DEFINITION)


@pytest.fixture
def version(questionnaire: Questionnaire) -> QuestionnaireVersion:
    return published(questionnaire, DEFINITION)


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
