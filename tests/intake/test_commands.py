"""Commands: what they print, what they refuse, and that a mistake never ends in a traceback."""

from __future__ import annotations

import datetime
import io
import json
import stat
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils import timezone

from intake import actions, audit, demonstration, invitees, vault
from intake.models import (
    Alert,
    AuditRecord,
    Clinic,
    Invitation,
    InvitationMail,
    QuestionnaireResponse,
    User,
    WorkerHeartbeat,
)

from .sample import NOW, Tab

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def run_json(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


OURS = sorted(name for name, app in get_commands().items() if app == "intake")


@pytest.mark.parametrize("name", OURS)
def test_every_command_shows_an_example(name: str) -> None:
    text = load_command_class("intake", name).create_parser("manage.py", name).format_help()

    assert f"example:\n  python manage.py {name}" in text


class TestCreateClinic:
    ARGUMENTS = ("create_clinic", "West Clinic", "--country", "US", "--timezone", "America/Denver")

    def test_it_makes_one(self) -> None:
        made = run_json(*self.ARGUMENTS, "--alert-email", "desk@west.example", "--language", "en", "--language", "es")

        clinic = Clinic.objects.get(pk=made["id"])
        assert (clinic.slug, clinic.languages) == ("west-clinic", ["en", "es"])

    def test_it_takes_how_patients_reach_the_clinic(self) -> None:
        reach = ("--phone", "(202) 555-0142", "--email", "hello@west.example")
        made = run_json(*self.ARGUMENTS, "--alert-email", "desk@west.example", *reach)

        clinic = Clinic.objects.get(pk=made["id"])
        assert (clinic.phone, clinic.email) == ("(202) 555-0142", "hello@west.example")

    def test_it_makes_a_part_2_programme_only_when_told(self) -> None:
        run(*self.ARGUMENTS, "--alert-email", "desk@west.example", "--part2")
        run(*self.ARGUMENTS, "--alert-email", "desk@west.example", "--slug", "other")

        assert dict(Clinic.objects.values_list("slug", "part2_mode")) == {"west-clinic": "notice", "other": "off"}

    def test_it_says_what_is_wrong(self) -> None:
        with pytest.raises(CommandError, match="alert_email: "):
            run(*self.ARGUMENTS, "--alert-email", "nobody")

    def test_it_knows_the_questionnaires(self, clinic: Clinic) -> None:
        with pytest.raises(CommandError, match="There are: small"):
            run(*self.ARGUMENTS, "--alert-email", "a@b.example", "--questionnaire", "big")

    def test_it_needs_the_emergency_number_of_a_country_it_does_not_know(self) -> None:
        there = ("create_clinic", "Rio Clinic", "--country", "BR", "--timezone", "America/Sao_Paulo")
        with pytest.raises(CommandError, match="emergency number"):
            run(*there, "--alert-email", "desk@rio.example")

        run(*there, "--alert-email", "desk@rio.example", "--emergency-number", "192")

        assert Clinic.objects.get().crisis_contacts[0]["call"] == "192"


class TestConfirmCrisisContacts:
    def test_it_confirms_in_the_name_of_an_administrator(self, clinic: Clinic, admin: User) -> None:
        made = run_json("confirm_crisis_contacts", "north", "--by", admin.email)

        assert made["confirmed_by"] == admin.email
        assert Clinic.objects.get().crisis_confirmed_by == admin
        assert "Emergency services: call 911" in run("confirm_crisis_contacts", "north", "--by", admin.email)

    def test_it_takes_contacts_from_a_file(self, clinic: Clinic, admin: User, tmp_path: Path) -> None:
        own = tmp_path / "contacts.json"
        title = {"en": "Our line", "es": "Nuestra línea"}
        own.write_text(json.dumps([{"key": "own", "title": title, "call": "555 0100", "is_emergency": True}]))

        made = run_json("confirm_crisis_contacts", "north", "--by", admin.email, "--contacts", str(own))

        assert [contact["key"] for contact in made["contacts"]] == ["own"]

    def test_it_says_what_is_wrong(self, clinic: Clinic, clinician: User, admin: User, tmp_path: Path) -> None:
        (tmp_path / "list.json").write_text("{}")
        for arguments, message in (
            (("nowhere", "--by", admin.email), "There are: north"),
            (("north", "--by", "nobody@x.example"), "There is nobody with the address"),
            (("north", "--by", clinician.email), "Only an administrator"),
            (("north", "--by", admin.email, "--contacts", str(tmp_path / "none.json")), "cannot be read"),
            (("north", "--by", admin.email, "--contacts", str(tmp_path / "list.json")), "write a list"),
        ):
            with pytest.raises(CommandError, match=message):
                run("confirm_crisis_contacts", *arguments)


class TestCreateStaff:
    def test_it_prints_the_password_once(self, clinic: Clinic) -> None:
        made = run_json("create_staff", "ann@x.example", "--name", "Ann", "--role", "clinician", "--clinic", "north")

        assert User.objects.get(pk=made["id"]).check_password(made["password"])

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("a@x.example", "--name", "A", "--role", "king", "--clinic", "north"), "role: Choose one of"),
            (("a@x.example", "--name", "A", "--role", "admin", "--clinic", "nowhere"), "There are: north"),
            (("nonsense", "--name", "A", "--role", "admin", "--clinic", "north"), "email: "),
        ],
    )
    def test_it_says_what_is_wrong(self, clinic: Clinic, arguments: tuple[str, ...], message: str) -> None:
        with pytest.raises(CommandError, match=message):
            run("create_staff", *arguments)


class TestInvite:
    def test_it_prints_the_link(self, clinic: Clinic) -> None:
        made = run_json("invite", "--clinic", "north")

        assert made["url"].startswith("http://127.0.0.1:8000/i/")
        assert str(Invitation.objects.get().pk) == made["id"]

    def test_it_knows_whom_the_link_is_for(self, clinic: Clinic) -> None:
        day = f"{timezone.now() + datetime.timedelta(days=6):%Y-%m-%d}T14:30"

        made = run_json(
            "invite", "--clinic", "north", "--name", " Rosa ", "--email", "rosa@mail.example", "--appointment", day
        )

        details = invitees.details_of(Invitation.objects.get())
        assert (details.name, details.email) == ("Rosa", "rosa@mail.example")
        assert details.appointment_at.astimezone(ZoneInfo("America/New_York")).isoformat().startswith(day)
        assert made["url"]
        assert InvitationMail.objects.filter(kind="reminder").count() == 2

    def test_it_sends_the_link_instead_of_printing_it(self, clinic: Clinic) -> None:
        made = run_json("invite", "--clinic", "north", "--email", "rosa@mail.example", "--send", "--no-reminders")
        words = run("invite", "--clinic", "north", "--email", "rosa@mail.example", "--send")

        assert made["url"] is None
        assert "The worker sends the link" in words
        assert "/i/" not in words
        assert InvitationMail.objects.filter(kind="invitation").count() == 2

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--send",), "email: Enter the e-mail address to send"),
            (("--email", "rosa@"), "email: Enter an e-mail address"),
            (("--appointment", "Monday"), "2026-03-09T14:30"),
            (("--appointment", "2020-03-09T14:30"), "appointment_at: Enter an appointment"),
        ],
    )
    def test_it_refuses_what_cannot_be_used(self, clinic: Clinic, arguments: Any, message: str) -> None:
        with pytest.raises(CommandError, match=message):
            run("invite", "--clinic", "north", *arguments)
        assert not Invitation.objects.exists()

    def test_it_refuses_a_language_that_is_not_offered(self, clinic: Clinic) -> None:
        with pytest.raises(CommandError, match="fr"):
            run("invite", "--clinic", "north", "--language", "fr")


class TestAlerts:
    def test_it_lists_without_reasons_or_names(self, tab: Tab) -> None:
        tab.save(given_name="Rosa", plan_now="yes")

        words = run("alerts", "--json")

        assert {row["state"] for row in json.loads(words)} == {"waiting"}
        assert "suicide" not in words
        assert "Rosa" not in words

    def test_it_leaves_out_what_was_acknowledged(self, tab: Tab, clinician: User) -> None:
        tab.save(harm_thoughts="yes")
        actions.acknowledge_alert(alert_id=Alert.objects.get().pk, by=clinician, note="Called.", now=NOW)

        assert run_json("alerts") == []
        assert len(run_json("alerts", "--all")) == 1


class TestAlertNumbers:
    def test_they_are_one_object(self, tab: Tab) -> None:
        tab.save(plan_now="yes")

        found = run_json("alerts", "--numbers")

        assert (found["disclosed"], found["alerted"], found["acknowledged"], found["agree"]) == (1, 1, 0, True)

    def test_it_fails_when_they_do_not_agree(self, tab: Tab) -> None:
        tab.save(plan_now="yes")
        Alert.objects.all().delete()

        with pytest.raises(SystemExit, match="1"):
            run("alerts", "--numbers")


class TestAlertBounced:
    def test_it_lists_the_message_as_failed(self, tab: Tab) -> None:
        tab.save(plan_now="yes")
        run("worker", "--once")
        alert = run_json("alerts")[0]

        run("alert_bounced", f"<alert-{alert['deliveries'][0]['id']}@127.0.0.1>")

        assert run_json("alerts")[0]["deliveries"][0]["bounced_at"]

    def test_it_says_when_there_is_no_such_message(self, db: None) -> None:
        with pytest.raises(CommandError, match="No message has this Message-ID"):
            run("alert_bounced", "<x@y>")


class TestWorker:
    def test_one_round_delivers_and_shows_life(self, tab: Tab) -> None:
        tab.save(plan_now="yes")

        run("worker", "--once")

        assert Alert.objects.get(kind="at_once").sent_at is not None
        assert WorkerHeartbeat.objects.exists()


class TestVerifyAudit:
    def test_it_accepts_an_intact_chain(self, sent: QuestionnaireResponse) -> None:
        assert run_json("verify_audit")["intact"] is True

    def test_it_ends_with_1_for_a_broken_one(
        self, sent: QuestionnaireResponse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vault, "audit_mac", lambda _: "f" * 64)

        with pytest.raises(SystemExit) as ended:
            run("verify_audit")
        assert ended.value.code == 1

    def test_it_writes_an_anchor_and_checks_it(self, sent: QuestionnaireResponse, tmp_path: Path) -> None:
        path = str(tmp_path / "anchors")
        run("verify_audit", "--write-anchor", path)

        assert run_json("verify_audit", "--anchor", path)["intact"] is True
        assert audit.read_anchors(Path(path))[0].seq == AuditRecord.objects.count()

    def test_it_ends_with_2_without_the_anchor_file(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError) as refused:
            run("verify_audit", "--anchor", str(tmp_path / "nowhere"))
        assert refused.value.returncode == 2


class TestCreateKeyring:
    def test_it_writes_one_for_the_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "keyring.json"
        words = run("create_keyring", str(path))

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert vault.parse_keyring(path.read_text(), where="a test")
        assert json.loads(path.read_text())["audit"] not in words

    def test_it_replaces_none(self, tmp_path: Path) -> None:
        run("create_keyring", str(tmp_path / "keyring.json"))

        with pytest.raises(CommandError, match="never replaced"):
            run("create_keyring", str(tmp_path / "keyring.json"))


class TestListRoutes:
    def test_it_says_who_may_use_each(self) -> None:
        rows = {row["name"]: row for row in run_json("list_routes") if row["name"]}

        assert rows["patient:start"]["who"] == "anyone"
        assert rows["clinician:summary"]["who"] == "staff with a second factor"
        assert rows["mfa_activate_totp"]["who"].startswith("signed-in staff")
        assert rows["admin:index"]["who"].startswith("administrators")
        assert rows["health_live"]["methods"] == ["GET", "HEAD"]


class TestCode:
    def test_it_prints_six_digits(self, clinician: User) -> None:
        demonstration.TOTP.activate(clinician, demonstration.generate_totp_secret())

        digits, email = run("code", clinician.email).split()
        assert (len(digits), digits.isdigit(), email) == (6, True, clinician.email)

    def test_it_refuses_where_others_can_reach_it(self, settings: Any) -> None:
        settings.IS_EMBEDDED = False

        with pytest.raises(CommandError, match="this machine"):
            run("code")

    def test_it_says_when_there_is_nobody(self) -> None:
        with pytest.raises(CommandError, match="nobody@x"):
            run("code", "nobody@x.example")


class TestDemo:
    def test_it_refuses_where_others_can_reach_it(self, settings: Any) -> None:
        settings.IS_EMBEDDED = False

        with pytest.raises(CommandError, match="public passwords"):
            run("demo")
        assert not Clinic.objects.exists()

    def test_it_sets_up_everything_and_changes_nothing_the_second_time(self) -> None:
        first = run_json("demo", "--sample", "3")
        counts = [model.objects.count() for model in (Clinic, User, Authenticator, Invitation, QuestionnaireResponse)]
        second = run_json("demo", "--sample", "3")

        # Three people, and two check-ins of one of them.
        assert counts == [1, 2, 2, 3, 5]
        assert [
            model.objects.count() for model in (Clinic, User, Authenticator, Invitation, QuestionnaireResponse)
        ] == counts
        assert first.pop("invitation_url").startswith("http://127.0.0.1:8000/i/")
        assert second.pop("invitation_url") is None
        assert first == second

    def test_its_crisis_contacts_are_confirmed_by_somebody(self) -> None:
        run("demo")

        assert Clinic.objects.get().crisis_confirmed_by is not None

    def test_it_says_why_it_cannot(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(demonstration, "CONTENT", tmp_path / "nowhere")

        with pytest.raises(CommandError, match="cannot be loaded"):
            run("demo")
