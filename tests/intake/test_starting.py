"""Inviting and starting."""

from __future__ import annotations

import datetime
import hashlib
import types

import msgspec
import pytest
from django.db import IntegrityError

from intake import access, actions, records, references
from intake.actions import inserting
from intake.models import AuditRecord, Clinic, Invitation, Person, QuestionnaireResponse, User
from screening.engine.definition import Option, Question, Section
from screening.models import QuestionnaireVersion

from .sample import DEFINITION, NOW, Tab, later, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def invited(clinic: Clinic, front_desk: User) -> actions.Invited:
    return actions.invite(clinic=clinic, by=front_desk, now=NOW, language="en")


class TestInvite:
    def test_it_makes_a_link_from_our_own_origin(self, invited: actions.Invited, settings: object) -> None:
        assert invited.url == f"http://127.0.0.1:8000/i/{invited.token}/"

    def test_it_stores_only_a_hash_of_the_token(self, invited: actions.Invited) -> None:
        stored = Invitation.objects.values().get()

        assert stored["token_sha256"] == hashlib.sha256(invited.token.encode()).hexdigest()
        assert invited.token not in str(stored)

    def test_it_makes_tokens_of_256_bits(self, clinic: Clinic) -> None:
        tokens = {actions.invite(clinic=clinic, by=None, now=NOW, language="en").token for _ in range(20)}

        assert len(tokens) == 20
        assert {len(token) for token in tokens} == {43}

    def test_it_says_who_invited(self, invited: actions.Invited, front_desk: User) -> None:
        entry = AuditRecord.objects.get(action="invitation.made")

        assert entry.actor == f"user:{front_desk.pk}"
        assert invited.invitation.invited_by == front_desk

    def test_it_lasts_two_weeks(self, invited: actions.Invited) -> None:
        assert access.live_invitation(invited.token, now=later(days=14, seconds=-1)) == invited.invitation
        assert access.live_invitation(invited.token, now=later(days=14)) is None

    @pytest.mark.parametrize("who", ["outsider", "auditor"])
    def test_it_refuses_somebody_without_the_right(
        self, clinic: Clinic, who: str, request: pytest.FixtureRequest
    ) -> None:
        with pytest.raises(actions.NotPermitted):
            actions.invite(clinic=clinic, by=request.getfixturevalue(who), now=NOW, language="en")

    def test_it_refuses_a_language_that_is_not_offered(self, clinic: Clinic) -> None:
        with pytest.raises(actions.Refused, match="fr"):
            actions.invite(clinic=clinic, by=None, now=NOW, language="fr")

    def test_it_refuses_while_nothing_is_published(self, clinic: Clinic) -> None:
        clinic.questionnaire = None

        with pytest.raises(actions.QuestionnaireMissing):
            actions.invite(clinic=clinic, by=None, now=NOW, language="en")


class TestLiveInvitation:
    @pytest.mark.parametrize("token", ["", "x", "a" * 43, "ÿ" * 43])
    def test_it_knows_no_other_token(self, invited: actions.Invited, token: str) -> None:
        assert access.live_invitation(token, now=NOW) is None

    def test_it_forgets_a_revoked_link(self, invited: actions.Invited) -> None:
        Invitation.objects.update(revoked_at=NOW)

        assert access.live_invitation(invited.token, now=NOW) is None

    def test_it_forgets_a_link_whose_answers_were_sent(
        self, invited: actions.Invited, sent: QuestionnaireResponse
    ) -> None:
        QuestionnaireResponse.objects.filter(pk=sent.pk).update(invitation=invited.invitation)

        assert access.live_invitation(invited.token, now=NOW) is None


class TestStart:
    def test_it_begins_an_empty_draft(self, started: actions.Started, version: QuestionnaireVersion) -> None:
        response = started.response

        assert (response.status, response.revision, response.version) == ("draft", 0, version)
        assert records.read_document(response) == records.Document(answers={}, posted=())

    def test_it_freezes_the_settings_of_the_clinic(self, draft: QuestionnaireResponse, clinic: Clinic) -> None:
        Clinic.objects.filter(pk=clinic.pk).update(profile="eu", parameters={"high": 1})

        draft.refresh_from_db()
        assert draft.settings == {"profile": "us", "parameters": {}, "part2": False, "changed_answers": True}

    def test_it_gives_a_reference_that_can_be_read_aloud(self, draft: QuestionnaireResponse) -> None:
        assert references.normalised(str(draft)) == draft.reference
        assert str(draft)[4] == "-"

    def test_it_shows_the_code_once_and_stores_a_hash(self, started: actions.Started) -> None:
        digits = started.resume_code.replace(" ", "")

        assert len(digits) == 12
        assert digits.isdigit()
        assert digits not in str(QuestionnaireResponse.objects.values().get())

    def test_it_uses_an_invitation_once(
        self, clinic: Clinic, version: QuestionnaireVersion, invited: actions.Invited
    ) -> None:
        def begin() -> actions.Started:
            return actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited.invitation)

        begin()
        with pytest.raises(actions.AlreadyStarted):
            begin()
        assert QuestionnaireResponse.objects.count() == 1

    def test_it_refuses_an_expired_invitation(
        self, clinic: Clinic, version: QuestionnaireVersion, invited: actions.Invited
    ) -> None:
        with pytest.raises(actions.DeadInvitation):
            actions.start(
                clinic=clinic, version=version, language="en", now=later(days=15), invitation=invited.invitation
            )

    def test_it_refuses_an_invitation_of_another_clinic(
        self, other_clinic: Clinic, version: QuestionnaireVersion, invited: actions.Invited
    ) -> None:
        with pytest.raises(actions.DeadInvitation):
            actions.start(clinic=other_clinic, version=version, language="en", now=NOW, invitation=invited.invitation)

    def test_it_refuses_a_language_that_is_not_offered(self, clinic: Clinic, version: QuestionnaireVersion) -> None:
        with pytest.raises(actions.LanguageNotOffered):
            actions.start(clinic=clinic, version=version, language="fr", now=NOW)


def test_references_leave_out_what_is_mistaken_for_something_else() -> None:
    made = "".join(references.new_reference() for _ in range(500))

    assert not set(made) & set("0O1IL5S2Z8BUV")


def test_a_day_of_invitation_is_kept_in_utc(invited: actions.Invited) -> None:
    assert invited.invitation.expires_at.utcoffset() == datetime.timedelta(0)


class TestWhoAnswers:
    """A questionnaire that asks itself who fills it in begins with what the start page was told."""

    @pytest.fixture
    def asking(self, clinic, questionnaire):
        options = tuple(Option(code=code, text={"en": code, "es": code}) for code in ("patient", "helper"))
        question = Question(
            link_id="filled_in_by",
            type="choice",
            text={"en": "Who?", "es": "¿Quién?"},
            role="answered_by",
            options=options,
        )
        page = Section(link_id="who", title={"en": "Who", "es": "Quién"}, questions=(question,))
        definition = msgspec.structs.replace(DEFINITION, sections=(page, *DEFINITION.sections))
        return published(questionnaire, definition, number=7)

    @pytest.mark.parametrize(("told", "value"), [("self", "patient"), ("helped", "helper"), ("behalf", "helper")])
    def test_it_is_answered(self, clinic, asking, told, value) -> None:
        begun = actions.start(clinic=clinic, version=asking, language="en", now=NOW, answering=told)

        assert records.read_answers_of(begun.response)["filled_in_by"].value == value
        assert begun.response.answering == told

    def test_untold_it_is_open(self, clinic, asking) -> None:
        begun = actions.start(clinic=clinic, version=asking, language="en", now=NOW)

        assert records.read_answers_of(begun.response) == {}

    def test_a_questionnaire_without_it_is_empty(self, clinic, version) -> None:
        begun = actions.start(clinic=clinic, version=version, language="en", now=NOW, answering="self")

        assert records.read_answers_of(begun.response) == {}


class TestReference:
    def chance_draws(self, monkeypatch: pytest.MonkeyPatch, *drawn: str) -> None:
        symbols = iter("".join(drawn))
        monkeypatch.setattr(references, "secrets", types.SimpleNamespace(choice=lambda _: next(symbols)))

    def test_one_that_a_response_has_is_drawn_again(
        self, draft: QuestionnaireResponse, version: QuestionnaireVersion, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.chance_draws(monkeypatch, draft.reference, "AAAAAAAA")

        started = actions.start(clinic=draft.clinic, version=version, language="en", now=NOW)

        assert started.response.reference == "AAAAAAAA"
        assert QuestionnaireResponse.objects.count() == 2

    def test_so_it_is_with_a_person(
        self, draft: QuestionnaireResponse, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken = Person.objects.create(clinic=clinic, identity_ct=b"", created_at=NOW)
        Tab(draft).finish(family_name="Example")
        self.chance_draws(monkeypatch, taken.reference, "AAAAAAAA")

        sent = actions.submit(response_id=draft.pk, now=NOW)

        assert sent.person is not None
        assert sent.person.reference == "AAAAAAAA"

    def test_any_other_mistake_is_one(self, draft: QuestionnaireResponse) -> None:
        draft.reference = "CCCCCCCC"

        with pytest.raises(IntegrityError):
            inserting.insert(draft)
