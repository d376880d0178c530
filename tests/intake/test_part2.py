"""The 42 CFR Part 2 mode: a notice before the questions it is about, its acknowledgement kept, and marks for staff."""

from __future__ import annotations

import io

import msgspec
import pypdf
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from intake import actions, part2, rules
from intake.clinician.reading import summary_of
from intake.models import AuditRecord, Clinic, QuestionnaireResponse, User
from intake.patient import sessions
from screening import publishing
from screening.engine.definition import Section
from screening.models import Questionnaire, QuestionnaireVersion
from tests.browsers import signed_in
from tests.intake.sample import DEFINITION, NOW, Tab, ask, later, text

pytestmark = pytest.mark.django_db

SUBSTANCES = Section(
    link_id="substances",
    title=text("Alcohol and drugs"),
    questions=(ask("drinks", part2=True), ask("drinks_daily", part2=True, ask_when="drinks is yes"), ask("smokes")),
)


@pytest.fixture
def questionnaire(db: None) -> Questionnaire:
    """The small questionnaire with a tagged question on its page about safety, and a page about substances last."""
    about, safety, body = DEFINITION.sections
    safety = msgspec.structs.replace(safety, questions=(*safety.questions, ask("drunk_now", part2=True)))
    return publishing.rows_from_definition(
        msgspec.structs.replace(DEFINITION, sections=(about, safety, body, SUBSTANCES))
    )


@pytest.fixture
def version(questionnaire: Questionnaire) -> QuestionnaireVersion:
    document = publishing.canonical_json(publishing.definition_from_rows(questionnaire))
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire, number=1, document=document.decode(), sha256=publishing.sha256_of(document),
        published_at=NOW, published_by="The cast",
    )  # fmt: skip


@pytest.fixture
def clinic(clinic: Clinic) -> Clinic:
    clinic.part2_mode = Clinic.Part2Mode.NOTICE
    clinic.save()
    return clinic


@pytest.fixture
def patient(client: Client, started: actions.Started) -> Client:
    """A browser with the answers open."""
    session = client.session
    session.update(sessions.contents(started.response))
    session.save()
    return client


def switch_off(clinic: Clinic) -> None:
    clinic.part2_mode = Clinic.Part2Mode.OFF
    clinic.save()


class TestThePatient:
    def test_the_notice_comes_before_the_page_about_substances_only(self, patient: Client) -> None:
        for link_id in ("about", "safety", "body"):
            assert patient.get(f"/q/{link_id}/").status_code == 200

        page = patient.get("/q/substances/", follow=True)

        assert page.redirect_chain == [("/q/notice/?before=substances", 302)]
        assert "42 CFR Part 2" in page.content.decode()
        assert "earlier page" in page.content.decode()

    def test_its_button_keeps_what_was_read_and_when_and_goes_on(
        self, patient: Client, draft: QuestionnaireResponse
    ) -> None:
        before = timezone.now()
        answer = patient.post("/q/notice/?before=substances")

        assert (answer.status_code, answer["Location"]) == (302, "/q/substances/")
        assert patient.get("/q/substances/").status_code == 200
        draft.refresh_from_db()
        assert draft.part2_notice == f"{part2.VERSION} en"
        assert draft.part2_acknowledged_at is not None
        assert draft.part2_acknowledged_at >= before

    def test_looking_at_it_acknowledges_nothing(self, patient: Client, draft: QuestionnaireResponse) -> None:
        patient.get("/q/notice/?before=substances")

        draft.refresh_from_db()
        assert (draft.part2_acknowledged_at, draft.part2_notice) == (None, "")
        assert patient.get("/q/substances/").status_code == 302

    def test_it_is_there_in_spanish(self, patient: Client, draft: QuestionnaireResponse) -> None:
        patient.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
        page = patient.get("/q/notice/?before=substances").content.decode()
        patient.post("/q/notice/")

        assert "Una ley federal" in page
        draft.refresh_from_db()
        assert draft.part2_notice == f"{part2.VERSION} es"

    def test_it_knows_only_pages_of_the_questionnaire(self, patient: Client) -> None:
        answer = patient.post("/q/notice/?before=https://evil.example/")

        assert answer["Location"] == "/q/about/"

    def test_without_the_mode_there_is_no_notice(self, clinic: Clinic, version: QuestionnaireVersion) -> None:
        switch_off(clinic)
        started = actions.start(clinic=clinic, version=version, language="en", now=NOW)
        browser = Client()
        session = browser.session
        session.update(sessions.contents(started.response))
        session.save()

        assert browser.get("/q/substances/").status_code == 200
        assert browser.get("/q/notice/")["Location"] == "/q/about/"

    def test_what_was_typed_is_saved_also_by_somebody_who_went_past_it(
        self, tab: Tab, clinician: User, sent: QuestionnaireResponse
    ) -> None:
        sent.refresh_from_db()
        assert sent.is_sent
        facts = {line.label: line.value for line in summary_of(sent, now=NOW).record}
        assert facts["Part 2 notice"] == "Not acknowledged by the patient"


class TestTheAction:
    def test_it_is_recorded_once_and_the_first_time_stands(self, draft: QuestionnaireResponse) -> None:
        actions.acknowledge_part2_notice(response_id=draft.pk, language="en", now=NOW)
        kept = actions.acknowledge_part2_notice(response_id=draft.pk, language="es", now=later(hours=1))

        assert (kept.part2_acknowledged_at, kept.part2_notice) == (NOW, f"{part2.VERSION} en")
        (entry,) = AuditRecord.objects.filter(action="part2.acknowledged")
        assert entry.objects_named == {"response": str(draft.pk), "notice": f"{part2.VERSION} en"}

    def test_it_is_refused_once_the_answers_were_sent(self, sent: QuestionnaireResponse) -> None:
        with pytest.raises(actions.AlreadySent):
            actions.acknowledge_part2_notice(response_id=sent.pk, language="en", now=NOW)

    def test_the_store_keeps_the_time_with_the_version(self, draft: QuestionnaireResponse) -> None:
        draft.part2_acknowledged_at = NOW
        with pytest.raises(IntegrityError):
            draft.save()

    def test_the_mode_is_frozen_with_the_response(self, clinic: Clinic, draft: QuestionnaireResponse) -> None:
        switch_off(clinic)

        assert rules.settings_of(draft).part2


class TestStaff:
    @pytest.fixture
    def desk(self, clinician: User) -> Client:
        return signed_in(clinician)

    def test_the_page_says_not_to_share_and_marks_tagged_answers(
        self, desk: Client, sent: QuestionnaireResponse
    ) -> None:
        html = desk.get(f"/staff/responses/{sent.reference}/").content.decode()

        assert "do not use or share them further" in html
        assert "drinks? · Part 2" in html
        assert "drunk_now? · Part 2" in html
        assert "smokes? · Part 2" not in html

    def test_so_does_the_pdf(self, desk: Client, sent: QuestionnaireResponse) -> None:
        written = desk.get(f"/staff/responses/{sent.reference}/summary.pdf").content
        text = " ".join(" ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(written)).pages).split())

        assert "do not use or share them further" in text
        assert "drinks? · Part 2" in text

    def test_it_says_when_the_notice_was_read(self, tab: Tab, draft: QuestionnaireResponse) -> None:
        actions.acknowledge_part2_notice(response_id=draft.pk, language="es", now=NOW)
        draft.refresh_from_db()

        facts = {line.label: line.value for line in summary_of(draft, now=NOW).record}

        assert facts["Part 2 notice"] == "Version 1 (Spanish) read on 2 Mar 2026, 10:00"

    def test_it_stays_marked_when_the_mode_is_switched_off_later(
        self, desk: Client, clinic: Clinic, sent: QuestionnaireResponse
    ) -> None:
        switch_off(clinic)

        assert "drinks? · Part 2" in desk.get(f"/staff/responses/{sent.reference}/").content.decode()

    def test_it_is_marked_when_the_mode_is_switched_on_later(
        self, clinic: Clinic, version: QuestionnaireVersion
    ) -> None:
        switch_off(clinic)
        begun = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        assert part2.REDISCLOSURE not in summary_of(begun, now=NOW).warnings

        clinic.part2_mode = Clinic.Part2Mode.NOTICE
        clinic.save()

        assert part2.REDISCLOSURE in summary_of(begun, now=NOW).warnings


def test_a_page_is_about_substances_when_most_of_its_questions_are() -> None:
    half = msgspec.structs.replace(SUBSTANCES, questions=SUBSTANCES.questions[1:])

    assert part2.is_about_substances(SUBSTANCES)
    assert not part2.is_about_substances(half)
    assert not part2.is_about_substances(DEFINITION.sections[0])


def test_the_notice_is_there_in_both_languages_and_awaits_review() -> None:
    for words in (part2.TITLE, part2.NOTICE, part2.ACKNOWLEDGE):
        assert set(words) == {"en", "es"}
    assert part2.REVIEWED_BY == {}


def test_a_clinic_is_made_as_a_programme(questionnaire: Questionnaire) -> None:
    whole = {"name": "W", "slug": "w", "country": "US", "timezone": "America/Denver", "languages": ["en"]}
    made = actions.create_clinic(**whole, alert_email="desk@w.example", part2=True, now=NOW)

    assert made.part2_mode == Clinic.Part2Mode.NOTICE
    with pytest.raises(ValidationError):
        actions.create_clinic(**whole, alert_email="desk@w.example", now=NOW)
