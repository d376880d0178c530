"""Every staff address × every role × own, other and missing objects. An address that is not listed here fails the test:
whoever adds one says who may use it."""

from __future__ import annotations

import time
import uuid
from functools import cache
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from intake import actions, routes
from intake.models import Clinic, QuestionnaireResponse, User
from intake.permissions import ROLES, Permission
from tests.intake.sample import NOW

from .conftest import Send, SignIn

READ, SEE, INVITE = Permission.READ_ANSWERS, Permission.SEE_WHO_HAS_SENT, Permission.INVITE
CLINIC, TEAM, AUDIT = Permission.MANAGE_CLINIC, Permission.MANAGE_STAFF, Permission.READ_AUDIT
EDIT = Permission.EDIT_QUESTIONNAIRE
ANY = "any member of staff"

STAFF: dict[str, Permission | str] = {
    "acknowledge": Permission.ACKNOWLEDGE,
    "addendum": Permission.SIGN_OFF,
    "alert_contact": CLINIC,
    "alert_contacts": CLINIC,
    "alert_rota": CLINIC,
    "alert_rotas": CLINIC,
    "alerts": Permission.ACKNOWLEDGE,
    "ask_again": Permission.ENTER_ANSWERS,
    "assign": READ,
    "audit": AUDIT,
    "check_ins": READ,
    "clinic": CLINIC,
    "clinic_confirm": CLINIC,
    "clinics": CLINIC,
    "colleague": TEAM,
    "colleague_add": TEAM,
    "colleague_end_session": TEAM,
    "colleague_offer_withdraw": TEAM,
    "colleague_remove": TEAM,
    "cosign": Permission.SIGN_OFF,
    "crisis_contact": CLINIC,
    "crisis_contact_add": CLINIC,
    "crisis_contacts": CLINIC,
    "dispositions": CLINIC,
    "dispositions_choose": CLINIC,
    "emergency": ANY,
    "emergency_read": ANY,
    "end_sign_in": ANY,
    "enter_answers": Permission.ENTER_ANSWERS,
    "erase": Permission.ERASE_RECORDS,
    "erase_record": Permission.ERASE_RECORDS,
    "impact": EDIT,
    "impact_cancel": EDIT,
    "impact_responses": READ,
    "impact_run": EDIT,
    "invitation": INVITE,
    "invitation_mail": CLINIC,
    "invitation_new": INVITE,
    "invitation_reissue": INVITE,
    "invitation_revoke": INVITE,
    "invitations": INVITE,
    "invitations_example": INVITE,
    "invitations_many": INVITE,
    "lost_code": INVITE,
    "note": READ,
    "notices": SEE,
    "point": READ,
    "remove_contact": CLINIC,
    "person": READ,
    "person_copy": READ,
    "person_decide": READ,
    "person_schedule": READ,
    "person_schedule_end": READ,
    "person_session": READ,
    "person_session_withdraw": READ,
    "person_take_back": READ,
    "reports": Permission.READ_REPORTS,
    "search": SEE,
    "security": ANY,
    "security_see": ANY,
    "sign": Permission.SIGN_OFF,
    "sign_ins": ANY,
    "start_page": INVITE,
    "summary": READ,
    "summary_fhir": READ,
    "summary_pdf": READ,
    "summary_text": READ,
    "summary_txt": READ,
    "tablet": INVITE,
    "tablet_continue": INVITE,
    "team": TEAM,
    "test_contact": CLINIC,
    "unsent": ANY,
    "worklist": SEE,
}
"""Who may use each address below /staff/, by the permission that it asks for."""

WITHOUT_OWN = frozenset(
    {
        "access_id",
        "contact_id",
        "notice_id",
        "offer_id",
        "token",
        "number",
        "tablet_continue",
        *(one for one in STAFF if one.startswith("person")),
    }
)
"""Objects, and addresses, that this test makes nothing for: only that nobody else reaches them is asked."""
CANARY = "Canaria"

Objects = dict[str, dict[str, Any]]


@cache
def staff_routes() -> dict[str, dict[str, Any]]:
    """The addresses below /staff/, by name without the namespace; the first of each name."""
    found: dict[str, dict[str, Any]] = {}
    for row in routes.every_route():
        if row["name"] and row["name"].startswith("clinician:"):
            found.setdefault(row["name"].removeprefix("clinician:"), row)
    return found


def names_in(route: str) -> list[str]:
    """The parts of an address that name an object."""
    return [part.partition(":")[2].rstrip(">") for part in staff_routes()[route]["path"].split("/") if "<" in part]


@pytest.fixture
def objects(
    send: Send, clinic: Clinic, other_clinic: Clinic, clinician: User, outsider: User, sign_in: SignIn
) -> Objects:
    """One of each kind in the clinic (own), in another (other), and none at all (missing)."""
    sign_in(clinician)
    sign_in(outsider)
    return {
        "own": _objects(send, clinic, clinician),
        "other": _objects(send, other_clinic, outsider),
        "missing": {
            "kind": "response",
            "reference": "AAAA-AAAA",
            "slug": "nowhere",
            "user_id": uuid.uuid4(),
            "session_id": uuid.uuid4(),
            "alert_id": uuid.uuid4(),
            "invitation_id": uuid.uuid4(),
            "contact_id": uuid.uuid4(),
            "impact_id": uuid.uuid4(),
            "token": "none",
            "number": 1,
            "key": "none",
        },
    }


def _objects(send: Send, clinic: Clinic, staff: User) -> dict[str, Any]:
    response: QuestionnaireResponse = send(clinic, CANARY, plan_now="yes")
    invited = actions.invite(clinic=clinic, by=None, now=NOW, language="en")
    editor = actions.create_staff(
        email=f"editor@{clinic.slug}.example", name="Edda", role="admin", clinic=clinic, now=NOW
    ).user
    replay = actions.start_impact(questionnaire=clinic.questionnaire, by=editor, now=NOW)  # type: ignore[arg-type]
    return {
        "kind": "response",
        "reference": str(response),
        "slug": clinic.slug,
        "user_id": staff.pk,
        "session_id": staff.sign_ins.get().pk,
        "alert_id": response.alerts.first().pk,
        "invitation_id": invited.invitation.pk,
        "contact_id": uuid.uuid4(),
        "impact_id": replay.pk,
        "token": "none",
        "number": 1,
        "key": "988",
    }


def ask(browser: Client, route: str, objects: dict[str, Any]) -> HttpResponse:
    """The address with these objects, by a method that it answers."""
    address = reverse(
        f"clinician:{route}", kwargs={name: objects.get(name, uuid.UUID(int=1)) for name in names_in(route)}
    )
    methods = staff_routes()[route]["methods"]
    return browser.get(address) if "GET" in methods else browser.post(address)


def browser_of(user: User, sign_in: SignIn) -> Client:
    """Somebody who showed a moment ago who they are, so that only their roles stand in the way."""
    browser = sign_in(user)
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return browser


def may_use(role: str, route: str) -> bool:
    needed = STAFF[route]
    return needed == ANY or needed in ROLES[role].permissions


def test_every_address_is_listed() -> None:
    assert set(staff_routes()) == set(STAFF)


@pytest.mark.check("C24", required="each role opens what it should, another clinic is like nothing")
@pytest.mark.parametrize("who", ["clinician", "front_desk", "admin", "auditor"])
class TestRoles:
    def test_a_role_opens_what_it_should_and_nothing_else(
        self, who: str, objects: Objects, sign_in: SignIn, request: pytest.FixtureRequest
    ) -> None:
        browser = browser_of(request.getfixturevalue(who), sign_in)
        wrong = []
        for route in sorted(STAFF):
            page = ask(browser, route, objects["own"])
            if may_use(who, route) and not WITHOUT_OWN & {route, *names_in(route)}:
                is_right = page.status_code in (200, 302, 409, 422)
            elif may_use(who, route):
                is_right = page.status_code < 500
            else:
                is_right = _is_closed(page)
            if not is_right:
                wrong.append(f"{route}: {page.status_code}")

        assert wrong == []

    def test_what_belongs_to_another_clinic_looks_like_nothing(
        self, who: str, objects: Objects, sign_in: SignIn, request: pytest.FixtureRequest
    ) -> None:
        browser = browser_of(request.getfixturevalue(who), sign_in)
        wrong = []
        for route in sorted(route for route in STAFF if names_in(route) and STAFF[route] != ANY):
            others, missing = ask(browser, route, objects["other"]), ask(browser, route, objects["missing"])
            if others.status_code != 404 or others.content != missing.content or CANARY in others.content.decode():
                wrong.append(f"{route}: {others.status_code}, {missing.status_code}")

        assert wrong == []


def _is_closed(page: HttpResponse) -> bool:
    """Refused, or taken to the questionnaires, without a word of what is there."""
    is_refused = page.status_code in (403, 404) or page.get("Location") == "/admin/"
    return is_refused and CANARY not in page.content.decode()


@pytest.mark.check("C28", required="a password alone opens nothing")
@pytest.mark.parametrize("how", ["nobody", "password only", "closed account"])
def test_without_a_full_sign_in_nothing_opens(
    how: str, objects: Objects, client: Client, sign_in: SignIn, clinician: User
) -> None:
    browser = client
    if how == "password only":
        browser.force_login(clinician)
    if how == "closed account":
        browser = sign_in(clinician)
        User.objects.filter(pk=clinician.pk).update(is_active=False)

    wrong = []
    for route in sorted(STAFF):
        page = ask(browser, route, objects["own"])
        if page.status_code != 302 or not page["Location"].startswith("/accounts/"):
            wrong.append(f"{route}: {page.status_code}")

    assert wrong == []
