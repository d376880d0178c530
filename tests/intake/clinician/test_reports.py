"""Reports: counts that name nobody, and small ones that are not told."""

from __future__ import annotations

import pytest
from django.test import Client

from intake import actions, reporting
from intake.models import AuditRecord, Clinic, User
from intake.reporting import HELD_BACK, HIDDEN, told
from tests.intake.sample import NOW, Tab, later, unknown

from .conftest import Send, SignIn


def counts(clinic: Clinic, title: str) -> dict[str, str]:
    table = next(one for one in reporting.report(clinic, days=90, now=later(hours=2)) if one.title == title)
    return {line.title: line.count for line in table.lines}


class TestTold:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ((5, 9), ["5", "9"]),
            ((4, 9), [HIDDEN, HELD_BACK]),
            ((4, 3), [HIDDEN, HIDDEN]),
            ((0, 9, 20), [HIDDEN, HELD_BACK, "20"]),
            ((1, 2, 20), [HIDDEN, HIDDEN, "20"]),
        ],
    )
    def test_no_small_count_can_be_read_or_worked_out(self, given: tuple[int, ...], shown: list[str]) -> None:
        assert [line.count for line in told({str(n): count for n, count in enumerate(given)})] == shown

    def test_counts_that_add_up_to_nothing_stand_alone(self) -> None:
        assert [line.count for line in told({"a": 4, "b": 9}, are_parts=False)] == [HIDDEN, "9"]


class TestReport:
    def test_it_counts_a_clinic_and_no_other(self, send: Send, clinic: Clinic, other_clinic: Clinic, tab: Tab) -> None:
        tab.save(given_name="Rosa", section="about")
        for number in range(5):
            send(clinic, f"Number {number}", stroke="yes" if number else "no", plan_now=unknown("not_sure"))
        send(other_clinic)

        assert counts(clinic, "Completion") == {"Sent": "5", "Not sent": HIDDEN, "Deleted by the patient": HIDDEN}
        assert counts(clinic, "Last page of what was not sent") == {"About you": HIDDEN}
        assert counts(clinic, "Points by kind") == {"Every other point": HIDDEN}
        assert counts(clinic, "Time from start to sending")["up to 15 minutes"] == "5"

    def test_it_counts_how_soon_alerts_were_acknowledged(self, send: Send, clinic: Clinic, clinician: User) -> None:
        for number in range(5):
            response = send(clinic, f"Number {number}", harm_thoughts="yes")
            for alert in response.alerts.all():
                actions.acknowledge_alert(alert_id=alert.pk, by=clinician, note="Called.", now=later(minutes=20))

        assert counts(clinic, "Alerts: time to acknowledgement")["15 to 30 minutes"] == "5 to 9"

    def test_a_point_that_nearly_everybody_has_is_held_back(self, send: Send, clinic: Clinic) -> None:
        for number in range(6):
            send(clinic, f"Number {number}", stroke="yes" if number else "no")

        assert counts(clinic, "Points by kind") == {"stroke_ever": HELD_BACK}

    def test_one_more_response_of_somebody_known_tells_nothing_of_it(self, send: Send, clinic: Clinic) -> None:
        for number in range(6):
            send(clinic, f"Calm {number}")
            send(clinic, f"Harmed {number}", harm_thoughts="yes", stroke="yes")
        tables = ("Highest point", "Points by kind", "Alerts: time to acknowledgement")
        before = [counts(clinic, title) for title in tables]

        send(clinic, "Rosa", harm_thoughts="yes")

        assert [list(counts(clinic, title).items()) for title in tables] == [list(each.items()) for each in before]
        assert before[0]["Urgent"] == before[0]["Nothing raised"] == "5 to 9"
        assert before[1] == {"harm_to_others": "5 to 9", "stroke_ever": "5 to 9"}
        assert before[2]["not acknowledged yet"] == "5 to 9"

    def test_what_everybody_shares_is_held_back(self, send: Send, clinic: Clinic) -> None:
        for number in range(5):
            send(clinic, f"Number {number}", stroke="yes")

        assert counts(clinic, "Points by kind") == {"stroke_ever": HELD_BACK}
        assert counts(clinic, "Highest point")["Contraindication"] == HELD_BACK


class TestPage:
    @pytest.mark.parametrize("who", ["clinician", "admin"])
    def test_it_opens_for_those_who_run_the_clinic(
        self, who: str, sign_in: SignIn, request: pytest.FixtureRequest, send: Send, clinic: Clinic
    ) -> None:
        send(clinic, at=NOW)

        page = sign_in(request.getfixturevalue(who)).get("/staff/reports/", {"days": "365"})

        assert page.status_code == 200
        assert "Completion" in page.content.decode()
        assert "Rosa" not in page.content.decode()

    def test_it_says_how_it_counts_and_records_each_reading(self, desk: Client, clinic: Clinic) -> None:
        page = desk.get("/staff/reports/", {"days": "30"}).content.decode()

        assert "steps of five" in page
        latest = AuditRecord.objects.order_by("-seq")[0]
        assert (latest.action, latest.objects_named) == ("reports.read", {"clinic": str(clinic.pk), "days": "30"})

    @pytest.mark.parametrize("who", ["front_desk", "auditor"])
    def test_nobody_else_reads_it(self, who: str, sign_in: SignIn, request: pytest.FixtureRequest) -> None:
        assert sign_in(request.getfixturevalue(who)).get("/staff/reports/").status_code == 404

    def test_another_clinic_is_not_found(self, desk: Client, other_clinic: Clinic) -> None:
        assert desk.get("/staff/reports/", {"clinic": other_clinic.slug}).status_code == 404
