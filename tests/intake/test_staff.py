"""Accounts and roles are given; signing in asks for a second factor; secrets are kept sealed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from intake import actions
from intake.models import AuditRecord, Clinic, Membership, User

from .sample import NOW

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-secret"


def six_digits(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


class TestCreateStaff:
    def test_it_makes_an_account_with_a_password_shown_once(self, clinic: Clinic) -> None:
        created = actions.create_staff(email="Ann@North.Example", name="Ann", role="clinician", clinic=clinic, now=NOW)

        assert created.user.email == "ann@north.example"
        assert created.password is not None
        assert created.user.check_password(created.password)
        assert created.password not in str(User.objects.values())

    def test_it_gives_a_second_role_to_the_same_person(self, clinician: User, clinic: Clinic) -> None:
        again = actions.create_staff(email="CLARA@north.example", name="Clara", role="admin", clinic=clinic, now=NOW)

        assert (again.user, again.password) == (clinician, None)
        assert set(Membership.objects.filter(user=clinician).values_list("role", flat=True)) == {"clinician", "admin"}

    def test_somebody_who_left_comes_back_to_their_account_opened_like_a_new_one(
        self, clinician: User, clinic: Clinic, admin: User
    ) -> None:
        TOTP.activate(clinician, generate_totp_secret())
        actions.remove_staff(user=clinician, clinic=clinic, by=admin, now=NOW)

        again = actions.create_staff(
            email=clinician.email, name="Clara", role="clinician", clinic=clinic, by=admin, now=NOW
        )

        assert (again.user, again.user.is_active) == (clinician, True)
        assert again.password is not None
        assert again.user.check_password(again.password)
        assert not Authenticator.objects.exists()
        entry = AuditRecord.objects.get(action="staff.reactivated")
        assert (entry.actor, entry.objects_named["user"]) == (f"user:{admin.pk}", str(clinician.pk))

    @pytest.mark.parametrize(("role", "may_edit"), [("admin", True), ("clinician", False), ("front_desk", False)])
    def test_only_an_admin_reaches_the_questionnaire_editor(self, clinic: Clinic, role: str, may_edit: bool) -> None:
        user = actions.create_staff(email="x@north.example", name="X", role=role, clinic=clinic, now=NOW).user

        assert (user.is_staff, user.has_perm("screening.change_question")) == (may_edit, may_edit)

    def test_an_admin_reaches_no_personal_data_there(self, admin: User) -> None:
        assert not admin.has_module_perms("intake")
        assert not admin.has_perm("intake.view_person")

    def test_it_is_recorded(self, clinician: User) -> None:
        entry = AuditRecord.objects.get(action="role.granted")

        assert (entry.actor, entry.objects_named["user"]) == ("operator", str(clinician.pk))

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"email": "nonsense"}, "email"),
            ({"name": "  "}, "name"),
            ({"role": "king"}, "role"),
            ({"password": "short"}, "password"),
            ({"password": "password12345"}, "password"),
        ],
    )
    def test_it_names_what_is_wrong(self, clinic: Clinic, wrong: dict[str, str], field: str) -> None:
        given: dict[str, Any] = {
            "email": "a@b.example",
            "name": "A",
            "role": "clinician",
            "password": PASSWORD,
            **wrong,
        }

        with pytest.raises(ValidationError) as refused:
            actions.create_staff(**given, clinic=clinic, now=NOW)

        assert list(refused.value.message_dict) == [field]
        assert set(User.objects.values_list("name", flat=True)) == {"Gwen"}  # who confirmed the contacts

    def test_it_refuses_the_same_role_twice(self, clinician: User, clinic: Clinic) -> None:
        with pytest.raises(ValidationError, match="has this role"):
            actions.create_staff(email=clinician.email, name="Clara", role="clinician", clinic=clinic, now=NOW)

    def test_the_database_knows_one_account_for_an_address_in_any_case(self, clinician: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.bulk_create([User(email="CLARA@NORTH.example", name="C", created_at=NOW)])


class TestSignIn:
    @pytest.fixture
    def secret(self, clinician: User) -> str:
        made = generate_totp_secret()
        TOTP.activate(clinician, made)
        return str(made)

    def sign_in(self, client: Client, user: User, password: str = PASSWORD) -> Any:
        return client.post(reverse("account_login"), {"login": user.email, "password": password})

    def test_a_password_alone_opens_nothing(self, client: Client, clinician: User, secret: str) -> None:
        response = self.sign_in(client, clinician)

        assert response["Location"] == reverse("mfa_authenticate")
        assert client.get("/staff/").status_code == 302

    def test_password_and_code_open_the_worklist(self, client: Client, clinician: User, secret: str) -> None:
        self.sign_in(client, clinician)

        response = client.post(reverse("mfa_authenticate"), {"code": six_digits(secret)})

        assert response["Location"] == "/staff/"
        assert client.get("/staff/").status_code == 200

    def test_a_code_works_once(self, client: Client, clinician: User, secret: str) -> None:
        code = six_digits(secret)
        self.sign_in(client, clinician)
        client.post(reverse("mfa_authenticate"), {"code": code})
        thief = Client()
        self.sign_in(thief, clinician)

        thief.post(reverse("mfa_authenticate"), {"code": f"{code[:3]} {code[3:]}"})

        assert thief.get("/staff/").status_code == 302

    def test_without_a_second_factor_one_must_be_set_up(self, client: Client, clinician: User) -> None:
        self.sign_in(client, clinician)

        for address in ("/staff/", "/admin/", "/", reverse("mfa_index"), reverse("account_change_password")):
            response = client.get(address)
            assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp")), address

    @pytest.mark.usefixtures("transactional_db")  # the session learns of it once it is committed
    def test_setting_one_up_opens_the_worklist(self, client: Client, clinician: User) -> None:
        self.sign_in(client, clinician)
        if client.get(reverse("mfa_activate_totp")).status_code == 302:
            client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.get(reverse("mfa_activate_totp"))
        secret = client.session["mfa.totp.secret"]

        client.post(reverse("mfa_activate_totp"), {"code": six_digits(secret)})

        assert client.get("/staff/").status_code == 200
        assert AuditRecord.objects.filter(action="staff.second_factor_added").exists()

    def test_a_session_from_before_the_second_factor_must_show_it(self, client: Client, clinician: User) -> None:
        self.sign_in(client, clinician)
        TOTP.activate(clinician, generate_totp_secret())

        for address in ("/staff/", reverse("mfa_add_webauthn"), reverse("mfa_activate_totp")):
            assert client.get(address)["Location"] == reverse("mfa_reauthenticate"), address

    def test_a_deactivated_person_cannot_sign_in(self, client: Client, clinician: User, secret: str) -> None:
        User.objects.update(is_active=False)

        self.sign_in(client, clinician)

        assert "_auth_user_id" not in client.session

    def test_deactivating_ends_an_open_session(self, client: Client, clinician: User, secret: str) -> None:
        self.sign_in(client, clinician)
        client.post(reverse("mfa_authenticate"), {"code": six_digits(secret)})
        User.objects.update(is_active=False)

        assert client.get("/staff/").status_code == 302

    def test_the_admins_own_form_is_not_a_way_round(self, client: Client, admin: User) -> None:
        response = client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})

        assert response.status_code == 302
        assert "_auth_user_id" not in client.session

    def test_nobody_opens_an_account(self, client: Client) -> None:
        response = client.post(
            "/accounts/signup/", {"email": "me@x.example", "password1": PASSWORD, "password2": PASSWORD}
        )

        assert not User.objects.exists()
        assert response.status_code == 404

    def test_secrets_of_second_factors_are_sealed(self, clinician: User, secret: str) -> None:
        stored = Authenticator.objects.get().data["secret"]

        assert secret not in stored
        assert secret.lower() not in stored.lower()

    def test_both_outcomes_are_recorded_without_what_was_typed(
        self, client: Client, clinician: User, secret: str
    ) -> None:
        self.sign_in(client, clinician, password="my other password")
        client.post(reverse("account_login"), {"login": "stranger@x.example", "password": "guess"})
        self.sign_in(client, clinician)
        client.post(reverse("mfa_authenticate"), {"code": six_digits(secret)})

        found = AuditRecord.objects.filter(action__startswith="staff.").order_by("seq")
        assert [(entry.action, entry.objects_named.get("user")) for entry in found] == [
            ("staff.sign_in_refused", str(clinician.pk)),
            ("staff.sign_in_refused", None),
            ("staff.signed_in", str(clinician.pk)),
        ]
        assert "stranger" not in str(list(found.values()))


class TestAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "expected"),
        [
            ([], "6.6.6.6", "9.9.9.9"),
            (["9.9.9.9"], "", "9.9.9.9"),
            (["9.9.9.9"], "6.6.6.6, 5.5.5.5", "5.5.5.5"),
            (["9.9.9.9", "8.8.8.8"], "6.6.6.6, 5.5.5.5, 8.8.8.8", "5.5.5.5"),
            (["1.1.1.1"], "6.6.6.6", "9.9.9.9"),
            (["9.9.0.0/16"], "6.6.6.6, 9.9.8.8", "6.6.6.6"),
            (["9.9.9.9", "2001:DB8:0::1"], "6.6.6.6, 2001:db8::1", "6.6.6.6"),
            (["9.9.9.9"], "6.6.6.6, ::ffff:9.9.9.9", "6.6.6.6"),
            (["9.9.9.9"], "6.6.6.6, unknown", "unknown"),
        ],
    )
    def test_only_our_proxies_are_believed(
        self, rf: Any, settings: Any, proxies: list[str], forwarded: str, expected: str
    ) -> None:
        from intake.addresses import client_address

        settings.TRUSTED_PROXIES = proxies

        assert client_address(rf.get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=forwarded)) == expected
