"""The people of a clinic: added, given roles, signed out and removed by its administrators, and by nobody else."""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from intake import actions
from intake.models import AuditRecord, Clinic, Membership, RoleOffer, User
from intake.session_store import digest_of
from tests.intake.sample import NOW

from .conftest import SignIn

NEW = {"name": "Nora New", "email": "nora@north.example", "role": "clinician"}


def refreshed(browser: Client, user: User) -> Client:
    """The browser of somebody who showed a moment ago who they are."""
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return browser


@pytest.fixture
def office(sign_in: SignIn, admin: User) -> Client:
    """The administrator's browser."""
    return refreshed(sign_in(admin), admin)


def url(clinic: Clinic, user: User | None = None, end: str = "") -> str:
    return f"/staff/team/{clinic.slug}/" + (f"{user.pk}/{end}" if user else "add/")


class TestList:
    def test_it_names_everybody_with_their_roles(
        self, office: Client, clinician: User, outsider: User, admin: User
    ) -> None:
        text = office.get("/staff/team/").content.decode()

        assert "Clara" in text
        assert "Clinician" in text
        assert "Oscar" not in text

    @pytest.mark.parametrize("who", ["clinician", "front_desk", "auditor"])
    def test_nobody_else_sees_it(self, who: str, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
        assert sign_in(request.getfixturevalue(who)).get("/staff/team/").status_code == 404


class TestAdd:
    def test_it_shows_a_link_once_with_which_a_password_is_chosen(
        self, office: Client, clinic: Clinic, client: Client
    ) -> None:
        page = office.post(url(clinic), NEW)

        link = re.search(r'href="http://[^/]+(/accounts/password/reset/key/[^"]+)"', page.content.decode())
        assert link
        chosen = client.get(link[1], follow=True)
        answer = client.post(
            chosen.redirect_chain[-1][0], {"password1": "tulips-in-the-rain", "password2": "tulips-in-the-rain"}
        )
        assert answer.status_code == 302
        assert User.objects.get(email=NEW["email"]).check_password("tulips-in-the-rain")
        assert "cannot be used" in Client().get(link[1], follow=True).content.decode()

    def test_a_colleague_gets_another_role_and_no_link(self, office: Client, clinic: Clinic, front_desk: User) -> None:
        page = office.post(url(clinic), {**NEW, "email": front_desk.email})

        assert "have an account already" in page.content.decode()
        assert front_desk.memberships.filter(clinic=clinic, role="clinician").exists()

    def test_somebody_with_an_account_of_another_clinic_is_asked_and_has_no_role_yet(
        self, office: Client, clinic: Clinic, outsider: User
    ) -> None:
        page = office.post(url(clinic), {**NEW, "email": outsider.email})

        text = page.content.decode()
        assert f"{outsider.email} is asked by e-mail" in text
        assert "/accounts/" not in text.split("<main")[1]
        assert not outsider.memberships.filter(clinic=clinic).exists()
        assert office.post(url(clinic), {**NEW, "email": outsider.email}).status_code == 422, "asked within the hour"

    def test_an_offer_is_listed_until_it_is_withdrawn(self, office: Client, clinic: Clinic, outsider: User) -> None:
        office.post(url(clinic), {**NEW, "email": outsider.email})
        assert "Asked, not accepted yet" in office.get("/staff/team/").content.decode()
        address = f"/staff/team/{clinic.slug}/offers/{RoleOffer.objects.get().pk}/withdraw/"

        pages = [office.post(address, follow=True).content.decode() for _ in range(2)]

        assert "Withdrawn." in pages[0]
        assert "accepted or withdrawn already" in pages[1]
        assert "not accepted yet" not in pages[1]
        assert AuditRecord.objects.filter(action="role.offer_withdrawn").count() == 1

    def test_another_clinics_offer_is_not_there(
        self, office: Client, clinic: Clinic, other_clinic: Clinic, outsider: User, clinician: User
    ) -> None:
        actions.create_staff(email=outsider.email, name="Oscar", role="admin", clinic=other_clinic, now=NOW)
        role = {"role": "auditor", "clinic": other_clinic, "by": outsider}
        actions.create_staff(email=clinician.email, name="Clara", now=NOW, **role)
        offer = RoleOffer.objects.get()

        for slug, status in ((other_clinic.slug, 404), (clinic.slug, 302)):
            assert office.post(f"/staff/team/{slug}/offers/{offer.pk}/withdraw/").status_code == status
        assert RoleOffer.objects.filter(pk=offer.pk).exists()

    def test_somebody_who_left_gets_a_link_and_signs_in_again(
        self, office: Client, clinic: Clinic, clinician: User, client: Client
    ) -> None:
        office.post(url(clinic, clinician, "remove/"))

        page = office.post(url(clinic), {**NEW, "email": clinician.email}).content.decode()

        link = re.search(r'href="http://[^/]+(/accounts/password/reset/key/[^"]+)"', page)
        assert link
        chosen = client.get(link[1], follow=True)
        client.post(
            chosen.redirect_chain[-1][0], {"password1": "tulips-in-the-rain", "password2": "tulips-in-the-rain"}
        )
        client.post("/accounts/login/", {"login": clinician.email, "password": "tulips-in-the-rain"})
        assert client.get("/staff/")["Location"] == "/accounts/2fa/totp/activate/"

    @pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"name": ""}, {"role": "emperor"}, {"role": ""}])
    def test_it_refuses_mistakes(self, wrong: dict[str, str], office: Client, clinic: Clinic) -> None:
        page = office.post(url(clinic), NEW | wrong)

        assert page.status_code == 422
        assert not User.objects.filter(email=NEW["email"]).exists()

    def test_it_refuses_the_same_role_twice(self, office: Client, clinic: Clinic, clinician: User) -> None:
        assert office.post(url(clinic), {**NEW, "email": clinician.email}).status_code == 422

    def test_it_asks_first_who_one_is(self, sign_in: SignIn, admin: User, clinic: Clinic) -> None:
        page = sign_in(admin).get(url(clinic))

        assert page.status_code == 302
        assert page["Location"].startswith("/accounts/reauthenticate/")

    def test_another_clinics_looks_like_a_missing_one(self, office: Client, other_clinic: Clinic) -> None:
        others, missing = office.post(url(other_clinic), NEW), office.post("/staff/team/nowhere/add/", NEW)

        assert others.status_code == missing.status_code == 404
        assert others.content == missing.content


class TestRoles:
    def test_a_role_is_given_and_taken_and_recorded(self, office: Client, clinic: Clinic, clinician: User) -> None:
        office.post(url(clinic, clinician), {"role": "auditor", "give": "1"})
        assert clinician.memberships.filter(role="auditor").exists()

        office.post(url(clinic, clinician), {"role": "auditor", "take": "1"})
        assert not clinician.memberships.filter(role="auditor").exists()

        latest = AuditRecord.objects.order_by("-seq").values_list("action", flat=True)[:2]
        assert list(latest) == ["role.revoked", "role.granted"]

    def test_a_role_taken_away_closes_the_page_at_the_next_request(
        self, office: Client, sign_in: SignIn, clinic: Clinic, clinician: User
    ) -> None:
        browser = sign_in(clinician)
        assert browser.get("/staff/").status_code == 200

        office.post(url(clinic, clinician), {"role": "clinician", "take": "1"})

        assert browser.get("/staff/").status_code == 403

    def test_the_editor_opens_and_closes_with_the_role(self, office: Client, clinic: Clinic, clinician: User) -> None:
        for what, is_staff in (("give", True), ("take", False)):
            office.post(url(clinic, clinician), {"role": "admin", what: "1"})
            clinician.refresh_from_db()
            assert clinician.is_staff is is_staff

    def test_nobody_takes_their_own_role(self, office: Client, clinic: Clinic, admin: User) -> None:
        page = office.post(url(clinic, admin), {"role": "admin", "take": "1"}, follow=True)

        assert "Another administrator must take your own roles away" in page.content.decode()
        assert admin.memberships.filter(role="admin").exists()

    def test_a_role_that_does_not_exist_is_refused(self, office: Client, clinic: Clinic, clinician: User) -> None:
        assert office.post(url(clinic, clinician), {"role": "emperor", "give": "1"}).status_code == 404

    def test_an_administrator_gives_no_role_in_another_clinic(
        self, office: Client, clinic: Clinic, other_clinic: Clinic, outsider: User, admin: User
    ) -> None:
        assert office.post(url(other_clinic, outsider), {"role": "admin", "give": "1"}).status_code == 404
        assert office.post(url(clinic, outsider), {"role": "admin", "give": "1"}).status_code == 404
        with pytest.raises(actions.NotPermitted):
            actions.grant_role(user=outsider, clinic=other_clinic, role="admin", by=admin, now=NOW)
        with pytest.raises(actions.NotPermitted):
            actions.create_staff(email="x@x.example", name="X", role="admin", clinic=other_clinic, now=NOW, by=admin)


class TestLeaving:
    def test_the_account_closes_with_the_last_clinic(
        self, office: Client, sign_in: SignIn, clinic: Clinic, clinician: User
    ) -> None:
        browser = sign_in(clinician)
        browser.get("/staff/")

        office.post(url(clinic, clinician, "remove/"))

        clinician.refresh_from_db()
        assert not clinician.is_active
        assert browser.get("/staff/").status_code == 302

    def test_somebody_with_another_clinic_keeps_the_account(
        self, office: Client, clinic: Clinic, other_clinic: Clinic, clinician: User
    ) -> None:
        Membership.objects.create(user=clinician, clinic=other_clinic, role="clinician", created_at=NOW)

        office.post(url(clinic, clinician, "remove/"))

        clinician.refresh_from_db()
        assert clinician.is_active
        assert [each.clinic for each in clinician.memberships.all()] == [other_clinic]


class TestSessions:
    def test_an_administrator_ends_a_session(
        self, office: Client, sign_in: SignIn, clinic: Clinic, clinician: User
    ) -> None:
        browser = sign_in(clinician)
        browser.get("/staff/")
        assert "Another browser" in office.get(url(clinic, clinician)).content.decode()
        kept = clinician.sign_ins.get()

        office.post(url(clinic, clinician, f"sessions/{kept.pk}/end/"))

        assert browser.get("/staff/").status_code == 302
        assert AuditRecord.objects.order_by("-seq")[0].action == "staff.session_ended"

    def test_one_sees_and_ends_ones_own(self, sign_in: SignIn, clinician: User) -> None:
        here, there = sign_in(clinician), sign_in(clinician)
        text = here.get("/staff/account/sessions/").content.decode()
        assert text.count("since ") >= 2
        assert "(this one)" in text
        other = clinician.sign_ins.exclude(session_key=digest_of(here.session.session_key)).get()

        here.post(f"/staff/account/sessions/{other.pk}/end/")

        assert there.get("/staff/").status_code == 302
        assert here.get("/staff/").status_code == 200

    def test_nobody_ends_somebody_elses(self, sign_in: SignIn, clinician: User, colleague: User) -> None:
        browser = sign_in(clinician)
        theirs = clinician.sign_ins.get()

        sign_in(colleague).post(f"/staff/account/sessions/{theirs.pk}/end/")

        assert browser.get("/staff/").status_code == 200
        with pytest.raises(actions.NotPermitted):
            actions.end_session(session_id=theirs.pk, of=clinician, by=colleague, now=NOW)

    def test_a_session_that_got_another_key_is_still_ended(
        self, office: Client, sign_in: SignIn, clinic: Clinic, clinician: User
    ) -> None:
        browser = sign_in(clinician)
        session = browser.session
        session.cycle_key()
        session.save()
        browser.cookies["intake"] = session.session_key
        assert browser.get("/staff/").status_code == 200

        kept = clinician.sign_ins.get()
        assert kept.session_key == digest_of(session.session_key)
        office.post(url(clinic, clinician, f"sessions/{kept.pk}/end/"))

        assert browser.get("/staff/").status_code == 302
