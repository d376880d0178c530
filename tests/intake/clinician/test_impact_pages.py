"""The pages of a draft's impact: asking, waiting, reading, and what whom is shown."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from intake import actions, impact
from intake.clinician.impact_tables import CHANGES
from intake.models import AuditRecord, Clinic, ImpactRun, QuestionnaireResponse, User
from intake.reporting import HELD_BACK, HIDDEN
from screening import publishing
from screening.models import Questionnaire, QuestionnaireVersion
from tests.intake.impact_samples import send_many
from tests.intake.sample import NOW, answered, later
from tests.intake.test_impact import drafted

from .conftest import SignIn

START = "/staff/impact/"


@pytest.fixture
def draft_of_all(questionnaire: Questionnaire) -> Questionnaire:
    return publishing.rows_from_definition(drafted(), into=questionnaire)


@pytest.fixture
def sent_some(clinic: Clinic, version: QuestionnaireVersion) -> list[QuestionnaireResponse]:
    """Twelve people who had a stroke: under the draft it is milder. Two plan suicide, as before."""
    plans = ["yes", "yes", *["no"] * 10]
    calm = {name: answered("no") for name in ("harm_thoughts", "low_mood", "weapon_near")}
    return send_many(clinic, version, [calm | {"stroke": answered("yes"), "plan_now": answered(p)} for p in plans])


@pytest.fixture
def editor(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


def begin(editor: Client, **more: str) -> HttpResponse:
    return editor.post(START, {"questionnaire": "small", **more})


@pytest.fixture
def finished(draft_of_all: Questionnaire, sent_some: list[QuestionnaireResponse], admin: User) -> ImpactRun:
    run = actions.start_impact(questionnaire=draft_of_all, by=admin, now=NOW)
    actions.replay_due(clock=lambda: later(minutes=1))
    return run


def cells(page: HttpResponse, title: str) -> list[str]:
    row = re.search(rf'<th scope="row">{title}</th>(.*?)</tr>', page.content.decode())
    found = re.findall(r'<td><span class="worklist__small-label">(.*?): </span>(.*?)</td>', row[1]) if row else []
    assert [heading for heading, _ in found] in ([], [heading for heading, _ in CHANGES.values()])  # read on a phone
    return [count for _, count in found]


def test_the_admin_page_of_a_draft_leads_to_it(editor: Client, draft_of_all: Questionnaire) -> None:
    page = editor.get(reverse("admin:screening_questionnaire_change", args=[draft_of_all.pk])).content.decode()

    assert f'href="{START}?questionnaire=small"' in page
    assert "Impact of a draft" in editor.get(f"{START}?questionnaire=small").content.decode()


class TestAsking:
    def test_it_starts_and_shows_how_far_it_is_without_javascript(
        self, editor: Client, draft_of_all: Questionnaire, sent_some: list[QuestionnaireResponse]
    ) -> None:
        started = begin(editor)
        run = ImpactRun.objects.get()
        assert started["Location"] == f"{START}{run.pk}/"

        page = editor.get(started["Location"]).content.decode()
        assert '<meta http-equiv="refresh" content="3">' in page
        assert "0 of 12 responses were looked at." in page

        actions.replay_due(clock=lambda: later(minutes=1))
        page = editor.get(started["Location"]).content.decode()
        assert "refresh" not in page
        assert "12 of 12 responses were looked at." in page

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"since": "soon"}, "Write a date, such as 2026-01-31."),
            ({"since": "2999-01-01"}, "Choose a day that has come."),
            ({"questionnaire": "none"}, "Choose one of the questionnaires."),
            ({"since": "2026-03-03"}, "No response was sent in that time"),
        ],
    )
    def test_a_mistake_is_named_and_what_was_typed_is_kept(
        self, editor: Client, draft_of_all: Questionnaire, sent_some: object, given: dict[str, str], said: str
    ) -> None:
        page = begin(editor, **given)

        assert page.status_code == 422
        assert said in page.content.decode()
        assert not ImpactRun.objects.exists()
        if "since" in given:
            assert f'value="{given["since"]}"' in page.content.decode()

    def test_a_draft_with_errors_leads_to_check(
        self, editor: Client, draft_of_all: Questionnaire, sent_some: object
    ) -> None:
        draft_of_all.flags.get(link_id="new_fact").rules.update(when="no_such_question is yes")

        page = begin(editor)

        assert page.status_code == 422
        assert reverse("admin:screening_check", args=[draft_of_all.pk]) in page.content.decode()

    def test_it_can_be_cancelled(self, editor: Client, draft_of_all: Questionnaire, sent_some: object) -> None:
        address = begin(editor)["Location"]

        assert editor.post(f"{address}cancel/")["Location"] == address
        assert ImpactRun.objects.get().state == "cancelled"
        assert "Cancelled" in editor.get(address).content.decode()


class TestReading:
    def test_small_counts_are_not_told_to_those_who_may_not_read_answers(
        self, editor: Client, finished: ImpactRun
    ) -> None:
        page = editor.get(f"{START}{finished.pk}/")

        assert cells(page, "stroke_ever") == [HIDDEN, HIDDEN, HIDDEN, "10 to 12", HIDDEN, HIDDEN]
        assert "in steps of 5" in page.content.decode()
        assert "See which responses" not in page.content.decode()

    def test_a_count_that_all_but_a_few_share_is_not_told_either(
        self, editor: Client, draft_of_all: Questionnaire, clinic: Clinic, version: QuestionnaireVersion, admin: User
    ) -> None:
        answers = [{"stroke": answered("yes" if number else "no")} for number in range(8)]
        send_many(clinic, version, answers)
        run = actions.start_impact(questionnaire=draft_of_all, by=admin, now=NOW)
        actions.replay_due(clock=lambda: later(minutes=1))

        assert cells(editor.get(f"{START}{run.pk}/"), "stroke_ever")[3] == HELD_BACK

    def test_two_replays_that_differ_by_one_response_are_told_alike(
        self, editor: Client, draft_of_all: Questionnaire, clinic: Clinic, version: QuestionnaireVersion, admin: User
    ) -> None:
        told = []
        for number in (21, 1):
            send_many(clinic, version, [{"stroke": answered("yes")}] * number)
            send_many(clinic, version, [{"stroke": answered("no")}] * 5)
            run = actions.start_impact(questionnaire=draft_of_all, by=admin, now=NOW)
            actions.replay_due(clock=lambda: later(minutes=1))
            told.append(cells(editor.get(f"{START}{run.pk}/"), "stroke_ever")[3])

        assert told == ["20 to 24", "20 to 24"]

    def test_those_who_may_are_told_all_and_led_to_the_responses(
        self, editor: Client, finished: ImpactRun, admin: User, clinic: Clinic
    ) -> None:
        actions.create_staff(email=admin.email, name="Ada", role="clinician", clinic=clinic, now=NOW)
        page = editor.get(f"{START}{finished.pk}/")

        assert cells(page, "stroke_ever") == ["0", "0", "0", "12", "0", "0"]
        assert "See which responses" in page.content.decode()

    def test_a_reviewer_sees_which_and_opens_them_and_both_are_recorded(
        self, desk: Client, finished: ImpactRun, sent_some: list[QuestionnaireResponse]
    ) -> None:
        page = desk.get(f"{START}{finished.pk}/responses/").content.decode()
        addresses = set(re.findall(r'href="(/staff/responses/[^"]+/)"', page))

        assert addresses == {reverse("clinician:summary", args=[str(each)]) for each in sent_some}
        assert desk.get(sorted(addresses)[0]).status_code == 200
        recorded = AuditRecord.objects.filter(action__in=["impact.read", "response.read"]).order_by("seq")
        assert [each.action for each in recorded] == ["impact.read", "response.read"]

    def test_a_reviewer_of_another_clinic_finds_nothing(
        self, sign_in: SignIn, outsider: User, finished: ImpactRun
    ) -> None:
        page = sign_in(outsider).get(f"{START}{finished.pk}/responses/")

        assert page.status_code == 404
        assert not AuditRecord.objects.filter(action="impact.read").exists()

    def test_who_reads_one_of_its_clinics_is_not_told_how_many_there_are_elsewhere(
        self, desk: Client, finished: ImpactRun, other_clinic: Clinic
    ) -> None:
        page = desk.get(f"{START}{finished.pk}/responses/").content.decode()
        assert " in all" in page

        finished.clinics.add(other_clinic)

        page = desk.get(f"{START}{finished.pk}/responses/").content.decode()
        assert " in all" not in page
        assert "of those you may read" in page

    def test_an_editor_who_does_not_reach_every_clinic_of_it_does_not_see_it(
        self, sign_in: SignIn, finished: ImpactRun, other_clinic: Clinic, editor: Client
    ) -> None:
        finished.clinics.add(other_clinic)

        assert editor.get(f"{START}{finished.pk}/").status_code == 404
        assert str(finished.pk) not in editor.get(START).content.decode()

    def test_what_failed_says_so(self, editor: Client, finished: ImpactRun) -> None:
        ImpactRun.objects.filter(pk=finished.pk).update(state="failed")

        assert "Start it again" in editor.get(f"{START}{finished.pk}/").content.decode()


def test_only_so_many_responses_are_named(
    desk: Client, draft_of_all: Questionnaire, sent_some: object, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(impact, "LISTED", 5)
    run = actions.start_impact(questionnaire=draft_of_all, by=admin, now=NOW)
    actions.replay_due(clock=lambda: later(minutes=1))

    assert "12 in all, 5 shown here" in desk.get(f"{START}{run.pk}/responses/").content.decode()
