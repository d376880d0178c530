"""Emergency access is short, has a reason and is heard of; nobody gives themselves a role unheard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from intake import actions, records, security_mail
from intake.models import AuditRecord, Clinic, EmergencyAccess, QuestionnaireResponse, SecurityNotice, User
from tests.browsers import show_who_one_is, signed_in

from .sample import NOW, Tab, later

pytestmark = pytest.mark.django_db

WHY = "Nobody answers the on-call phone"


def browser_of(user: User) -> Client:
    browser = signed_in(user)
    show_who_one_is(browser, user)
    return browser


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.clinician.security.timezone.now", lambda: NOW)


@pytest.fixture
def desk(front_desk: User) -> Client:
    return browser_of(front_desk)


@pytest.fixture
def opened(sent: QuestionnaireResponse, front_desk: User) -> EmergencyAccess:
    return actions.open_in_emergency(response_id=sent.pk, by=front_desk, reason=WHY, now=NOW)


def face_sheet_of(html: str) -> str:
    """What stands from the points to the principle, as it is sent."""
    (found,) = re.findall(r'<section class="points".*<p class="principle">', html, re.DOTALL)
    return str(found)


def headings_of(html: str) -> list[str]:
    found = re.findall(r"<h[23][^>]*>(.*?)</h[23]>", face_sheet_of(html), re.DOTALL)
    return [re.sub(r"<[^>]*>", "", heading) for heading in found]


@pytest.mark.check("C77", required="a reason, half an hour, recorded, administrators told")
class TestOpening:
    def test_a_reason_opens_it_to_read(self, desk: Client, sent: QuestionnaireResponse) -> None:
        assert desk.get(f"/staff/responses/{sent}/").status_code == 404

        page = desk.post("/staff/emergency/", {"reference": str(sent), "reason": WHY}, follow=True)

        text = page.content.decode()
        assert "Emergency access until" in text
        assert "Rosa" in text
        assert "Acknowledge" not in text
        assert desk.get(f"/staff/responses/{sent}/").status_code == 404
        assert desk.get(f"/staff/responses/{sent}/summary.pdf").status_code == 404

    def test_it_holds_what_the_clinician_reads(
        self, desk: Client, opened: EmergencyAccess, sent: QuestionnaireResponse, clinician: User
    ) -> None:
        read = desk.get(f"/staff/emergency/{opened.pk}/").content.decode()
        whole = browser_of(clinician).get(f"/staff/responses/{sent}/").content.decode()

        assert headings_of(read) == headings_of(whole)
        assert {"Points to discuss", "Asked, not answered", "Not asked"} <= set(headings_of(read))

    def test_it_says_when_no_rule_raised_a_point(self, desk: Client, front_desk: User, tab: Tab) -> None:
        tab.save(given_name="Rosa", family_name="Díaz", section="about")
        tab.save(plan_now="no", harm_thoughts="no", low_mood="no", section="safety")
        tab.save(stroke="no", section="body")
        tab.finish()
        calm = actions.submit(response_id=tab.response.pk, now=NOW)
        opened = actions.open_in_emergency(response_id=calm.pk, by=front_desk, reason=WHY, now=NOW)

        read = desk.get(f"/staff/emergency/{opened.pk}/").content.decode()

        assert "No point was raised by the rules." in face_sheet_of(read)

    def test_opening_and_each_look_are_recorded_without_the_reason(
        self, desk: Client, sent: QuestionnaireResponse, front_desk: User
    ) -> None:
        desk.post("/staff/emergency/", {"reference": str(sent), "reason": WHY}, follow=True)

        for action in ("emergency.opened", "response.read"):
            entry = AuditRecord.objects.get(action=action)
            assert entry.actor == f"user:{front_desk.pk}"
            assert entry.objects_named["response"] == str(sent.pk)
            assert WHY not in str(entry.objects_named)
        opened = EmergencyAccess.objects.select_related("response").get()
        assert records.read_emergency_reason(opened) == WHY
        assert WHY.encode() not in bytes(opened.reason_ct)

    def test_it_ends_on_time(
        self, desk: Client, opened: EmergencyAccess, front_desk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = f"/staff/emergency/{opened.pk}/"
        monkeypatch.setattr("intake.clinician.security.timezone.now", lambda: later(minutes=29, seconds=59))
        assert desk.get(address).status_code == 200
        monkeypatch.setattr("intake.clinician.security.timezone.now", lambda: later(minutes=30))

        page = desk.get(address, follow=True)

        assert "This emergency access has ended." in page.content.decode()
        assert "Rosa" not in page.content.decode()
        with pytest.raises(actions.EmergencyOver):
            actions.read_in_emergency(access_id=opened.pk, by=front_desk, now=later(minutes=30))

    def test_it_opens_for_nobody_else_and_not_after_leaving(
        self, opened: EmergencyAccess, admin: User, outsider: User, front_desk: User
    ) -> None:
        for user in (admin, outsider):
            assert browser_of(user).get(f"/staff/emergency/{opened.pk}/").status_code == 404
        front_desk.memberships.all().delete()
        with pytest.raises(actions.EmergencyOver):
            actions.read_in_emergency(access_id=opened.pk, by=front_desk, now=later(minutes=1))

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"reason": " "}, "Write why you need it now."),
            ({"reference": ""}, "Enter the reference."),
            ({"reference": "AAAA-AAAA"}, "There is no such response at your clinics."),
        ],
    )
    def test_a_mistake_opens_nothing(
        self, desk: Client, sent: QuestionnaireResponse, given: dict[str, str], message: str
    ) -> None:
        page = desk.post("/staff/emergency/", {"reference": str(sent), "reason": WHY, **given})

        assert page.status_code == 422
        assert message in page.content.decode()
        assert not EmergencyAccess.objects.exists()

    def test_another_clinics_response_is_like_none(
        self, sent: QuestionnaireResponse, outsider: User, clinician: User
    ) -> None:
        given = {"reference": str(sent), "reason": WHY}

        assert "There is no such response" in browser_of(outsider).post("/staff/emergency/", given).content.decode()
        assert (
            "Your role opens this response" in browser_of(clinician).post("/staff/emergency/", given).content.decode()
        )
        assert not EmergencyAccess.objects.exists()

    def test_it_asks_who_one_is(self, front_desk: User, sent: QuestionnaireResponse) -> None:
        client = browser_of(front_desk)
        show_who_one_is(client, front_desk, ago=601)

        assert "/accounts/reauthenticate/" in client.get("/staff/emergency/")["Location"]


class TestBeingTold:
    def test_everybody_with_rights_is_mailed_once_without_a_word_of_it(
        self, opened: EmergencyAccess, admin: User, clinician: User, auditor: User, outsider: User
    ) -> None:
        for _ in range(2):
            security_mail.send_due(clock=lambda: later(minutes=1))

        assert {one.to[0] for one in mail.outbox} == {admin.email, clinician.email, auditor.email}
        assert len(mail.outbox) == 3
        text = "".join(one.subject + one.body for one in mail.outbox)
        assert not any(word in text for word in (WHY, "Rosa", str(opened.response), "emergency"))

    def test_a_mail_server_that_refuses_is_tried_again(
        self, opened: EmergencyAccess, admin: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as down:
            down.setattr("django.core.mail.EmailMessage.send", lambda self: 1 / 0)
            assert security_mail.send_due(clock=lambda: NOW) == 0

        assert security_mail.send_due(clock=lambda: later(minutes=1)) == 0
        assert security_mail.send_due(clock=lambda: later(minutes=11)) == 1

    def test_one_address_that_fails_repeats_nobody_elses_mail(
        self, opened: EmergencyAccess, admin: User, clinician: User, auditor: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send = mail.EmailMessage.send

        def refused_for_the_admin(message: mail.EmailMessage) -> int:
            if message.to == [admin.email]:
                raise OSError("no such mailbox")
            return send(message)

        monkeypatch.setattr("django.core.mail.EmailMessage.send", refused_for_the_admin)

        told = [security_mail.send_due(clock=lambda at=at: later(minutes=at)) for at in (0, 11)]

        assert told == [1, 0]
        assert sorted(message.to[0] for message in mail.outbox) == sorted([clinician.email, auditor.email])

    def test_it_stands_on_every_page_until_somebody_else_has_looked(
        self, opened: EmergencyAccess, admin: User, desk: Client
    ) -> None:
        office = browser_of(admin)
        assert "1 security notice" in office.get("/staff/team/").content.decode()
        page = office.get("/staff/security/").content.decode()
        assert WHY in page
        assert "Fred" in page
        notice = SecurityNotice.objects.get()

        office.post(f"/staff/security/{notice.pk}/")

        assert "security notice" not in office.get("/staff/team/").content.decode()
        assert "Looked at by Ada" in office.get("/staff/security/").content.decode()

    def test_others_hear_nothing(self, opened: EmergencyAccess, desk: Client, outsider: User) -> None:
        notice = SecurityNotice.objects.get()
        for client in (desk, browser_of(outsider)):
            assert WHY not in client.get("/staff/security/").content.decode()
            assert client.post(f"/staff/security/{notice.pk}/").status_code == 404

    def test_nobody_looks_at_their_own_while_there_are_others(
        self, sent: QuestionnaireResponse, admin: User, clinician: User
    ) -> None:
        actions.open_in_emergency(response_id=sent.pk, by=admin, reason=WHY, now=NOW)
        notice = SecurityNotice.objects.get()

        with pytest.raises(actions.OwnNotice):
            actions.see_notice(notice_id=notice.pk, by=admin, now=NOW)
        actions.see_notice(notice_id=notice.pk, by=clinician, now=NOW)


class TestErasing:
    def test_what_was_opened_is_not_erased_before_somebody_has_looked(
        self, sent: QuestionnaireResponse, admin: User, clinician: User
    ) -> None:
        actions.open_in_emergency(response_id=sent.pk, by=admin, reason=WHY, now=NOW)
        with pytest.raises(actions.NoticeNotSeen, match="head of every page"):
            actions.erase(record=sent, reason="mistake", by=admin, now=NOW)
        with pytest.raises(actions.NoticeNotSeen):
            actions.erase(record=sent.person, reason="mistake", by=None, now=NOW)

        actions.see_notice(notice_id=SecurityNotice.objects.get().pk, by=clinician, now=NOW)

        assert actions.erase(record=sent, reason="mistake", by=admin, now=NOW).rows

    def test_the_page_says_what_to_do_first(self, opened: EmergencyAccess, admin: User) -> None:
        page = browser_of(admin).get(f"/staff/erase/response/{opened.response}/?reason=mistake")

        assert "Let somebody look at it there first" in page.content.decode()

    def test_the_calendar_waits_too(self, opened: EmergencyAccess, clinic: Clinic, clinician: User) -> None:
        clinic.retention_days = 30
        clinic.save(update_fields=["retention_days"])
        assert actions.purge_expired(now=later(days=31)) == {"notice_unseen": 1}

        actions.see_notice(notice_id=SecurityNotice.objects.get().pk, by=clinician, now=later(days=31))

        assert actions.purge_expired(now=later(days=31))["responses"] == 1


class TestOwnRoles:
    def test_another_administrator_is_needed_where_there_is_one(self, clinic: Clinic, admin: User) -> None:
        actions.create_staff(email="b@north.example", name="Bea", role="admin", clinic=clinic, now=NOW)

        with pytest.raises(actions.NotOwnRole):
            actions.grant_role(user=admin, clinic=clinic, role="clinician", by=admin, now=NOW)
        with pytest.raises(actions.NotOwnRole):
            actions.create_staff(email=admin.email, name="Ada", role="clinician", clinic=clinic, by=admin, now=NOW)
        assert admin.memberships.count() == 1
        page = browser_of(admin).post(f"/staff/team/{clinic.slug}/{admin.pk}/", {"role": "clinician", "give": "1"})
        assert page.status_code == 302
        assert admin.memberships.count() == 1

    @pytest.mark.parametrize(
        ("meanwhile", "refusal"),
        [("another administrator came", actions.NotOwnRole), ("the role was taken away", actions.NotPermitted)],
    )
    def test_what_others_changed_while_one_waited_counts(
        self,
        meanwhile: str,
        refusal: type[Exception],
        clinic: Clinic,
        admin: User,
        colleague: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        lock = Clinic.objects.select_for_update

        def waited(**how: bool) -> Any:
            if meanwhile == "another administrator came":
                colleague.memberships.create(clinic=clinic, role="admin", created_at=NOW)
            else:
                admin.memberships.all().delete()
            return lock(**how)

        monkeypatch.setattr(Clinic.objects, "select_for_update", waited)

        with pytest.raises(refusal):
            actions.create_staff(email=admin.email, name="Ada", role="clinician", clinic=clinic, by=admin, now=NOW)
        assert not admin.memberships.filter(role="clinician").exists()

    @pytest.mark.parametrize("way", ["grant", "create"])
    def test_a_single_one_may_and_everybody_is_told(
        self, way: str, clinic: Clinic, admin: User, clinician: User
    ) -> None:
        if way == "grant":
            actions.grant_role(user=admin, clinic=clinic, role="clinician", by=admin, now=NOW)
        else:
            actions.create_staff(email=admin.email, name="Ada", role="clinician", clinic=clinic, by=admin, now=NOW)

        notice = SecurityNotice.objects.get()
        assert (notice.kind, notice.user, notice.detail) == ("own_role", admin, "clinician")
        colleague = browser_of(clinician)
        assert "1 security notice" in colleague.get("/staff/").content.decode()
        assert "gave themselves the role “Clinician”" in colleague.get("/staff/security/").content.decode()
        security_mail.send_due(clock=lambda: NOW)
        assert [one.to for one in mail.outbox] == [[clinician.email]]

    def test_that_an_administrator_saw_a_password_link_is_on_record(self, clinic: Clinic, admin: User) -> None:
        made = actions.create_staff(
            email="new@north.example", name="Nia", role="clinician", clinic=clinic, by=admin, now=NOW
        )

        entry = AuditRecord.objects.get(action="staff.password_link_shown")
        assert entry.actor == f"user:{admin.pk}"
        assert entry.objects_named["user"] == str(made.user.pk)
        assert not SecurityNotice.objects.exists()


def test_changing_the_rota_asks_who_one_is(clinic: Clinic, admin: User) -> None:
    office = browser_of(admin)
    show_who_one_is(office, admin, ago=601)
    rota = f"/staff/clinic/{clinic.slug}/alerts/"

    assert office.get(rota).status_code == 200
    for address in (rota, f"{rota}contacts/"):
        assert "/accounts/reauthenticate/" in office.post(address, {})["Location"]
