"""C70: what was changed in the database is said to staff and written down; it is no error of the server, and hides
nothing else."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from intake import actions, reporting
from intake.invitees import Details
from intake.models import Alert, AuditRecord, Clinic, Invitee, Person, QuestionnaireResponse, User
from intake.patient import sessions
from intake.unreadable import UnreadableMiddleware
from intake.vault import VaultError
from screening.models import QuestionnaireVersion
from tests.browsers import show_who_one_is
from tests.intake.sample import NOW, Tab, later

from .conftest import Send

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.check("C70", required="a page that says so, a record, never a 500"),
]


@pytest.fixture
def response(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    return send(clinic, "Rosalind", plan_now="yes")


@pytest.fixture
def other(send: Send, clinic: Clinic) -> QuestionnaireResponse:
    return send(clinic, "Winifred")


def spoil(row, field: str) -> None:
    """Change one byte of what is stored, past everything that the product does."""
    value = bytearray(getattr(row, field))
    value[-1] ^= 1
    table = connection.ops.quote_name(row._meta.db_table)
    key = row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {field} = %s WHERE id = %s", [bytes(value), key])


def unreadable() -> list[dict[str, str]]:
    return list(
        AuditRecord.objects.filter(action="record.unreadable").order_by("seq").values_list("objects_named", flat=True)
    )


@pytest.mark.parametrize("field", ["document_ct", "assessment_ct", "wrapped_key"])
@pytest.mark.parametrize("page", ["summary", "summary_text", "summary_txt", "summary_fhir", "sign"])
def test_a_changed_response_is_said_to_staff_and_recorded(
    desk: Client, response: QuestionnaireResponse, clinician: User, field: str, page: str
) -> None:
    show_who_one_is(desk, clinician)
    spoil(response, field)

    answer = desk.get(reverse(f"clinician:{page}", args=[str(response)]))

    assert answer.status_code == 409
    assert "This record cannot be shown" in answer.content.decode()
    assert "Rosalind" not in answer.content.decode()
    (named,) = unreadable()
    assert named["response"] == str(response.pk)
    assert named["table"] == "intake_questionnaireresponse"
    assert AuditRecord.objects.filter(action="record.unreadable", actor=f"user:{clinician.pk}").count() == 1


def test_a_changed_alert_and_person_are_named(desk: Client, response: QuestionnaireResponse) -> None:
    assert response.person is not None
    alert = Alert.objects.filter(response=response).first()
    spoil(alert, "reason_ct")
    spoil(response.person, "identity_ct")

    pages = [
        desk.get(reverse("clinician:summary", args=[str(response)])),
        desk.get(reverse("clinician:person", args=[str(response.person)])),
    ]

    assert [page.status_code for page in pages] == [409, 409]
    first, second = unreadable()
    assert (first["table"], first["response"]) == ("intake_alert", str(response.pk))
    assert second["person"] == str(response.person.pk)


def test_one_changed_name_hides_nobody_else_from_the_worklist(
    desk: Client, response: QuestionnaireResponse, other: QuestionnaireResponse
) -> None:
    assert response.person is not None
    spoil(response.person, "identity_ct")

    page = desk.get("/staff/")

    assert page.status_code == 200
    assert "Winifred" in page.content.decode()
    assert "Cannot be read" in page.content.decode()
    assert str(response) in page.content.decode()


def test_one_changed_invitation_hides_no_other(desk: Client, clinic: Clinic, clinician: User) -> None:
    for name in ("Rosalind", "Winifred"):
        actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", details=Details(name=name))
    spoil(Invitee.objects.order_by("invitation__created_at", "pk")[0], "details_ct")

    page = desk.get("/staff/invitations/").content.decode()

    assert "Cannot be read" in page
    assert ("Rosalind" in page) != ("Winifred" in page)


@pytest.fixture
def expected(clinic: Clinic, version: QuestionnaireVersion, clinician: User) -> QuestionnaireResponse:
    """Somebody who sent what they were invited to, with an appointment that does not open."""
    details = Details(name="Rosalind", appointment_at=later(hours=1))
    invited = actions.invite(clinic=clinic, by=clinician, now=NOW, language="en", details=details)
    started = actions.start(clinic=clinic, version=version, language="en", now=NOW, invitation=invited.invitation)
    Tab(started.response).finish(family_name="Example")
    spoil(invited.invitation.invitee, "details_ct")
    return actions.submit(response_id=started.response.pk, now=NOW)


@pytest.mark.parametrize("address", ["/staff/", "/staff/?day=2026-03-03"])
def test_a_changed_appointment_is_said_on_every_day(
    desk: Client, expected: QuestionnaireResponse, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    page = desk.get(address)

    assert page.status_code == 200
    assert str(expected) in page.content.decode()
    assert "Cannot be read" in page.content.decode()
    said = {record.getMessage() for record in caplog.records if record.name == "intake.records"}
    assert said == {"A stored value does not open: intake_invitee details_ct"}


def test_a_changed_appointment_takes_nobodys_report_away(expected: QuestionnaireResponse) -> None:
    tables = reporting.report(expected.clinic, days=30, now=later(days=1))

    assert "Read in time" in [table.title for table in tables]


def test_nor_do_changed_answers(response: QuestionnaireResponse, draft: QuestionnaireResponse) -> None:
    spoil(response, "assessment_ct")
    spoil(draft, "document_ct")

    tables = {table.title: table.lines for table in reporting.report(response.clinic, days=30, now=later(days=1))}

    assert [line.title for line in tables["Last page of what was not sent"]] == ["Cannot be read"]
    assert [line.title for line in tables["Points by kind"]] == ["Every other point"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_patient_is_told_and_keeps_what_they_typed(draft: QuestionnaireResponse, method: str) -> None:
    browser = Client()
    session = browser.session
    session.update(sessions.contents(draft))
    session.save()
    spoil(draft, "document_ct")

    if method == "get":
        page = browser.get("/q/about/")
        assert "cannot be opened" in page.content.decode()
    else:
        page = browser.post("/q/about/", {"visit": str(draft.pk), "given_name": "Typed just now"})
        assert "Typed just now" in page.content.decode()

    assert page.status_code == 409
    assert unreadable()[0]["response"] == str(draft.pk)


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/admin/", "/staff/"])
def test_staff_are_told_as_staff_wherever_they_are(clinician: User, path: str) -> None:
    request = RequestFactory().get(path)
    request.user = clinician
    request.session = SessionStore()

    page = UnreadableMiddleware(HttpResponse).process_exception(request, VaultError("No key"))

    assert page is not None
    assert page.status_code == 409
    assert "Tell whoever looks after this installation now" in page.content.decode()


def test_a_row_is_recorded_once_a_day(response: QuestionnaireResponse, other: QuestionnaireResponse) -> None:
    def note(row: QuestionnaireResponse, **ago: int) -> None:
        table = "intake_questionnaireresponse"
        actions.record_unreadable(table=table, row=str(row.pk), field="document_ct", by=None, now=later(**ago))

    note(response)
    note(response, hours=23)
    note(other)
    note(response, hours=25)

    assert [named["response"] for named in unreadable()] == [str(row.pk) for row in (response, other, response)]


def test_an_auditor_of_the_clinic_finds_it(
    desk: Client, response: QuestionnaireResponse, sign_in, auditor: User
) -> None:
    spoil(response, "document_ct")
    desk.get(reverse("clinician:summary", args=[str(response)]))

    assert "record.unreadable" in sign_in(auditor).get("/staff/audit/").content.decode()


def test_the_log_says_where_and_not_what(
    desk: Client, response: QuestionnaireResponse, caplog: pytest.LogCaptureFixture
) -> None:
    spoil(response, "document_ct")
    desk.get(reverse("clinician:summary", args=[str(response)]))

    said = [record.getMessage() for record in caplog.records if record.name == "intake.unreadable"]
    assert said == ["A stored value does not open: intake_questionnaireresponse document_ct"]
    assert Person.objects.count() == 1
