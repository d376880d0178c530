"""The audit record as auditors read it: their clinics' only, by day, action and person, and checked when asked."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions, audit_reading, vault
from intake.models import AuditRecord, Clinic, User
from screening.models import QuestionnaireVersion
from tests.intake.sample import NOW, Tab, later

from .conftest import Send, SignIn

URL = "/staff/audit/"


@pytest.fixture
def reader(sign_in: SignIn, auditor: User) -> Client:
    return sign_in(auditor)


def actions_on(page) -> list[str]:
    return [line["action"] for line in page.context["lines"]]


class TestReading:
    def test_it_shows_who_did_what(self, reader: Client, send: Send, clinic: Clinic, clinician: User) -> None:
        response = send(clinic)
        actions.open_response(response=response, user=clinician, now=NOW)

        text = reader.get(URL).content.decode()

        assert "response.read" in text
        assert "Clara" in text
        assert str(response.pk) in text
        assert "Rosa" not in text

    def test_it_shows_nothing_of_another_clinic(
        self, reader: Client, send: Send, other_clinic: Clinic, outsider: User
    ) -> None:
        response = send(other_clinic, plan_now="yes")
        actions.open_response(response=response, user=outsider, now=NOW)

        text = reader.get(URL).content.decode()

        assert str(response.pk) not in text
        assert "Oscar" not in text
        assert str(outsider.pk) not in text

    def test_who_left_leaves_what_they_did(
        self, reader: Client, clinic: Clinic, clinician: User, admin: User, other_clinic: Clinic
    ) -> None:
        actions.open_worklist(user=clinician, shown=3, now=NOW)
        actions.remove_staff(user=clinician, clinic=clinic, by=admin, now=NOW)
        actions.create_staff(email=clinician.email, name="Clara", role="clinician", clinic=other_clinic, now=NOW)
        actions.search_worklist(user=clinician, by_what="name", found=1, now=NOW)

        shown = actions_on(reader.get(URL))

        assert {"worklist.read", "role.revoked", "staff.deactivated"} <= set(shown)
        assert "worklist.searched" not in shown

    def test_it_narrows_to_action_day_and_person(
        self, reader: Client, send: Send, clinic: Clinic, clinician: User, colleague: User
    ) -> None:
        response = send(clinic)
        actions.open_response(response=response, user=clinician, now=NOW)
        actions.open_response(response=response, user=colleague, now=later(days=3))

        def reads(**given: str) -> int:
            return actions_on(reader.get(URL, {"action": "response.read", **given})).count("response.read")

        assert reads() == 2
        assert reads(day="2026-03-02") == 1
        assert reads(email=colleague.email) == 1
        assert reads(email="nobody@north.example") == 0
        assert set(actions_on(reader.get(URL, {"action": "response.read"}))) == {"response.read"}

    def test_it_pages_by_number_and_loses_nothing(
        self, reader: Client, send: Send, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(audit_reading, "PAGE_SIZE", 3)
        monkeypatch.setattr(audit_reading, "SCANNED", 5)
        send(clinic)
        seen, query = [], ""
        while True:
            page = reader.get(f"{URL}?{query}")
            seen += [int(line["seq"]) for line in page.context["lines"]]
            query = page.context["next"]
            if not query:
                break

        assert seen == sorted(set(seen), reverse=True)
        assert {*range(1, max(seen) + 1)} - set(seen) == set()

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_it_says_so_of_a_day_at_the_ends_of_the_calendar(self, day: str, reader: Client, clinic: Clinic) -> None:
        Clinic.objects.update(timezone="Asia/Tokyo")
        page = reader.get(URL, {"day": day})

        assert page.status_code == 422
        assert "Nothing was recorded in that year. Choose another day." in page.content.decode()

    @pytest.mark.parametrize("wrong", [{"day": "soon"}, {"action": "x' OR 1"}, {"before": "-1"}])
    def test_it_refuses_what_it_cannot_read(self, wrong: dict[str, str], reader: Client) -> None:
        assert reader.get(URL, wrong).status_code == 422

    def test_each_reading_is_recorded(self, reader: Client) -> None:
        reader.get(URL)

        assert AuditRecord.objects.order_by("-seq")[0].action == "audit.read"


class TestErased:
    """What was done with a record outlives it."""

    def test_who_read_it_and_who_erased_it_stays_to_be_read(
        self, reader: Client, send: Send, clinic: Clinic, clinician: User, admin: User
    ) -> None:
        response = send(clinic)
        actions.open_response(response=response, user=clinician, now=NOW)
        before = actions_on(reader.get(URL))

        actions.erase(record=response, reason="mistake", by=admin, now=NOW)

        after = actions_on(reader.get(URL))
        assert sorted(after[:2]) == ["person.erased", "response.erased"]
        assert after[2:] == ["audit.read", *before]
        assert "response.read" in after

    def test_a_draft_that_went_by_the_calendar_leaves_its_record_too(
        self, reader: Client, clinic: Clinic, version: QuestionnaireVersion
    ) -> None:
        draft = actions.start(clinic=clinic, version=version, language="en", now=NOW).response
        Tab(draft).save(given_name="Rosa", section="about")

        actions.purge_expired(now=later(days=31))

        assert {"response.started", "response.erased"} <= set(actions_on(reader.get(URL)))

    def test_nobody_of_another_clinic_reads_it(
        self, send: Send, clinic: Clinic, other_clinic: Clinic, outsider: User, clinician: User
    ) -> None:
        response = send(clinic)
        actions.open_response(response=response, user=clinician, now=NOW)
        actions.erase(record=response, reason="mistake", by=None, now=NOW)

        assert {str(response.pk), str(response.person_id)}.isdisjoint(
            named for entry in audit_reading.records([other_clinic])[0] for named in entry.objects_named.values()
        )


class TestChecking:
    def test_it_says_that_all_is_as_it_was_written(self, reader: Client, send: Send, clinic: Clinic) -> None:
        send(clinic)

        assert "as they were written" in reader.post(URL).content.decode()
        assert AuditRecord.objects.order_by("-seq")[0].action == "audit.verified"

    def test_it_says_where_it_is_not(
        self, reader: Client, send: Send, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(clinic)
        monkeypatch.setattr(vault, "audit_mac", lambda _: "f" * 64)

        assert "from number 1 on" in reader.post(URL).content.decode()


@pytest.mark.parametrize("who", ["clinician", "front_desk", "admin"])
def test_nobody_else_reads_it(who: str, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
    browser = sign_in(request.getfixturevalue(who))

    assert browser.get(URL).status_code == browser.post(URL).status_code == 404
