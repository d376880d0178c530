"""A role for somebody whose account another clinic made: nobody gets it but who holds the mailbox."""

from __future__ import annotations

import datetime
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from intake import access, actions, role_offers
from intake.models import AuditRecord, Clinic, RoleOffer, User
from intake.permissions import Permission

from .sample import NOW, later
from .test_security import browser_of

pytestmark = pytest.mark.django_db

SMITH = {"email": "smith@south.example", "name": "Dr Smith"}
KNOWN_TO_NORTH, OWN = "the-administrators-own-secret", "tulips-in-the-rain"


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.clinician.role_offer.timezone.now", lambda: later(hours=1))


@pytest.fixture
def boss(other_clinic: Clinic) -> User:
    """South's administrator."""
    made = actions.create_staff(email="b@south.example", name="Bo", role="admin", clinic=other_clinic, now=NOW)
    return made.user


@pytest.fixture
def smith(clinic: Clinic, admin: User) -> User:
    """Somebody of South, whose account North's administrator made first, with a password and second factor that North's
    administrator holds."""
    user = actions.create_staff(**SMITH, role="front_desk", clinic=clinic, by=admin, now=NOW).user
    user.set_password(KNOWN_TO_NORTH)
    user.save()
    TOTP.activate(user, generate_totp_secret())
    return user


def offer(other_clinic: Clinic, boss: User, now: datetime.datetime = NOW) -> actions.CreatedStaff:
    return actions.create_staff(**SMITH, role="clinician", clinic=other_clinic, by=boss, now=now)


@pytest.fixture
def link(smith: User, other_clinic: Clinic, boss: User) -> str:
    """The path of the link in the mail that South's administrator causes."""
    offer(other_clinic, boss)
    role_offers.send_due(clock=lambda: NOW)
    return re.search(r"http://127\.0\.0\.1:8000(/accounts/role/[^/\s]+/)", mail.outbox[-1].body)[1]


def path_of(offered: RoleOffer) -> str:
    return role_offers.link_to(offered).removeprefix("http://127.0.0.1:8000")


def accept(browser: Client, link: str, password: str = OWN):
    return browser.post(link, {"new_password1": password, "new_password2": password})


def reads_at(user: User, clinic: Clinic) -> bool:
    return access.may(User.objects.get(pk=user.pk), Permission.READ_ANSWERS, clinic)


class TestOffer:
    def test_it_gives_no_role_and_shows_no_link(self, smith: User, other_clinic: Clinic, boss: User) -> None:
        made = offer(other_clinic, boss)

        assert (made.user, made.membership, made.password) == (smith, None, None)
        assert not reads_at(smith, other_clinic)
        assert AuditRecord.objects.get(action="role.offered").actor == f"user:{boss.pk}"

    def test_it_is_mailed_once_to_the_address_of_the_account(self, link: str, smith: User) -> None:
        assert role_offers.send_due(clock=lambda: later(days=1)) == 0
        assert [one.to for one in mail.outbox] == [[smith.email]]

    def test_a_mail_that_fails_is_tried_again(
        self, smith: User, other_clinic: Clinic, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: EmailMessage, fail_silently: bool = False) -> int:
            raise ConnectionRefusedError

        offer(other_clinic, boss)
        with monkeypatch.context() as patched:
            patched.setattr(EmailMessage, "send", refuse)
            assert role_offers.send_due(clock=lambda: NOW) == 0

        assert [role_offers.send_due(clock=lambda at=at: later(minutes=at)) for at in (9, 10, 20)] == [0, 1, 0]

    def test_it_may_be_repeated_after_an_hour(self, link: str, other_clinic: Clinic, boss: User) -> None:
        with pytest.raises(actions.AskedAlready):
            offer(other_clinic, boss, later(minutes=59))

        offer(other_clinic, boss, later(minutes=60))

        assert role_offers.send_due(clock=lambda: later(minutes=60)) == 1
        assert RoleOffer.objects.get().offered_at == later(minutes=60)

    def test_roles_of_a_colleague_count_at_once(self, other_clinic: Clinic, boss: User, outsider: User) -> None:
        role = {"role": "auditor", "clinic": other_clinic, "by": boss}

        assert actions.create_staff(email=outsider.email, name="Oscar", now=NOW, **role).membership
        assert not RoleOffer.objects.exists()


class TestLink:
    def test_looking_changes_nothing_and_says_what_is_offered(self, link: str, other_clinic: Clinic) -> None:
        for _ in range(2):
            page = Client().get(link).content.decode()

        assert other_clinic.name in page
        assert "Clinician" in page
        assert RoleOffer.objects.exists()

    @pytest.mark.parametrize(
        "over", ["accepted", "withdrawn", "old", "offered by somebody who left", "not ours", "of another kind"]
    )
    def test_one_that_is_over_gives_nothing(
        self, over: str, link: str, other_clinic: Clinic, boss: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        match over:
            case "accepted":
                accept(Client(), link)
            case "withdrawn":
                offer_id = RoleOffer.objects.get().pk
                actions.withdraw_offer(offer_id=offer_id, clinic=other_clinic, by=boss, now=NOW)
            case "old":
                monkeypatch.setattr("intake.clinician.role_offer.timezone.now", lambda: later(days=3))
            case "offered by somebody who left":
                boss.memberships.all().delete()
            case "not ours":
                link = f"/accounts/role/{RoleOffer.objects.get().pk}:x/"
            case _:
                link = "/accounts/role/x/"
        given = AuditRecord.objects.filter(action="role.accepted").count()

        assert [Client().get(link).status_code, accept(Client(), link).status_code] == [404, 404]
        assert AuditRecord.objects.filter(action="role.accepted").count() == given

    def test_a_weak_password_is_refused(self, link: str, smith: User, other_clinic: Clinic) -> None:
        page = accept(Client(), link, "short")

        assert page.status_code == 422
        assert 'role="alert"' in page.content.decode()
        assert not reads_at(smith, other_clinic)


@pytest.mark.check("C24", required="0 roles for who was shown the link of an account")
class TestWhoGetsTheRole:
    def test_not_who_knew_the_password_and_set_up_the_second_factor(
        self, link: str, smith: User, clinic: Clinic, other_clinic: Clinic
    ) -> None:
        """The reader of the mailbox has the account now, and nothing in it that somebody else may hold."""
        norths = browser_of(smith)
        assert norths.get("/staff/").status_code == 200

        assert accept(Client(), link)["Location"] == "/accounts/password/reset/key/done/"

        smith.refresh_from_db()
        assert reads_at(smith, other_clinic)
        assert (smith.check_password(KNOWN_TO_NORTH), smith.check_password(OWN)) == (False, True)
        assert norths.get("/staff/")["Location"].startswith("/accounts/login/")
        assert not Authenticator.objects.filter(user=smith).exists()
        assert not smith.memberships.filter(clinic=clinic).exists(), "a mailbox alone opens nothing of North"

    def test_whoever_shows_the_second_factor_keeps_it_and_their_roles(
        self, link: str, smith: User, clinic: Clinic, other_clinic: Clinic
    ) -> None:
        browser = browser_of(smith)
        assert "Sign in first" not in browser.get(link).content.decode()

        accept(browser, link)

        assert reads_at(smith, other_clinic)
        assert smith.memberships.filter(clinic=clinic, role="front_desk").exists()
        assert Authenticator.objects.filter(user=smith).exists()
        assert User.objects.get(pk=smith.pk).check_password(OWN)
        assert browser.get("/staff/")["Location"].startswith("/accounts/login/"), "signed out everywhere"

    def test_somebody_elses_session_shows_nothing(self, link: str, smith: User, admin: User) -> None:
        assert "Sign in first" in browser_of(admin).get(link).content.decode()

        accept(browser_of(admin), link)

        assert not Authenticator.objects.filter(user=smith).exists()

    def test_a_clinic_keeps_its_only_administrator(self, link: str, smith: User, clinic: Clinic, admin: User) -> None:
        smith.memberships.filter(clinic=clinic).update(role="admin")
        admin.memberships.all().delete()

        page = accept(Client(), link)

        assert page.status_code == 422
        assert f"only administrator of {clinic.name}" in page.content.decode()
        assert User.objects.get(pk=smith.pk).check_password(KNOWN_TO_NORTH)

    def test_somebody_who_left_every_clinic_comes_back(
        self, link: str, smith: User, clinic: Clinic, other_clinic: Clinic, admin: User
    ) -> None:
        actions.remove_staff(user=smith, clinic=clinic, by=admin, now=NOW)
        assert not User.objects.get(pk=smith.pk).is_active

        accept(Client(), link)

        assert reads_at(smith, other_clinic)
        assert not Authenticator.objects.filter(user=smith).exists()

    def test_what_else_was_offered_in_the_clinic_is_over(
        self, link: str, smith: User, other_clinic: Clinic, boss: User
    ) -> None:
        """It may have been offered by mistake, and its link would work for three days."""
        actions.create_staff(**SMITH, role="admin", clinic=other_clinic, by=boss, now=NOW)
        other = path_of(RoleOffer.objects.get(role="admin"))

        accept(Client(), link)

        assert accept(Client(), other).status_code == 404
        assert list(smith.memberships.filter(clinic=other_clinic).values_list("role", flat=True)) == ["clinician"]
        assert AuditRecord.objects.filter(action="role.offer_withdrawn").count() == 1

    def test_whoever_is_removed_does_not_come_back_with_an_offer(
        self, link: str, smith: User, other_clinic: Clinic, boss: User
    ) -> None:
        actions.create_staff(**SMITH, role="front_desk", clinic=other_clinic, now=NOW)  # at the server's command line
        actions.remove_staff(user=smith, clinic=other_clinic, by=boss, now=NOW)

        accept(Client(), link)

        assert not smith.memberships.filter(clinic=other_clinic).exists()

    def test_the_editor_opens_with_the_role(self, smith: User, other_clinic: Clinic, boss: User) -> None:
        actions.create_staff(**SMITH, role="admin", clinic=other_clinic, by=boss, now=NOW)

        accept(Client(), path_of(RoleOffer.objects.get()))

        assert User.objects.get(pk=smith.pk).is_staff
