"""What is taken away is gone at the next request, on every session that is open: roles, accounts, passwords, links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from intake import actions
from intake.models import Clinic, QuestionnaireResponse, User
from intake.patient import sessions
from tests.intake.clinician.test_route_matrix import STAFF
from tests.trust.access.test_access_matrix import is_refused, leads_to_sign_in, role_may
from tests.trust.conftest import OWN
from tests.trust.installation import Objects, ask, every_route

pytestmark = [pytest.mark.django_db, pytest.mark.check("C27", required="refused at the next request on every session")]

PAGES = [route for route in every_route() if route.name.startswith("clinician:")]


def still_open(browser: Client, objects: Objects) -> list[str]:
    """The pages for staff that still open, but for one's own account."""
    found = []
    for route in PAGES:
        if isinstance(STAFF[route.name.removeprefix("clinician:")], str):
            continue
        answer, changed = ask(browser, "POST" if route.methods == ("POST",) else "GET", route.address(objects))
        if not (is_refused(answer) or leads_to_sign_in(answer)) or changed or OWN in answer.content.decode():
            found.append(route.name)
    return found


TAKE_AWAY: dict[str, Callable[[User, User, Clinic], object]] = {
    "the account": lambda user, _, __: User.objects.filter(pk=user.pk).update(is_active=False),
    "the role": lambda user, admin, clinic: actions.revoke_role(
        user=user, clinic=clinic, role="clinician", by=admin, now=timezone.now()
    ),
    "the place in the clinic": lambda user, admin, clinic: actions.remove_staff(
        user=user, clinic=clinic, by=admin, now=timezone.now()
    ),
    "the password": lambda user, _, __: (user.set_password("something-else-entirely"), user.save()),
}


@pytest.mark.parametrize("what", TAKE_AWAY)
def test_open_sessions_end_with(
    what: str, objects: dict[str, Objects], browser_of, clinician: User, admin: User, clinic: Clinic
) -> None:
    browsers = [browser_of(clinician), browser_of(clinician)]
    assert browsers[0].get("/staff/").status_code == 200

    TAKE_AWAY[what](clinician, admin, clinic)

    for browser in browsers:
        assert still_open(browser, objects["own"]) == []


def test_the_editor_closes_with_the_role(browser_of, admin: User, clinic: Clinic) -> None:
    browser = browser_of(admin)
    assert browser.get("/admin/").status_code == 200

    admin.memberships.all().delete()

    assert is_refused(browser.get("/admin/screening/flag/"))


def test_a_revoked_link_closes_what_it_opened(clinic: Clinic, version, front_desk: User) -> None:
    now = timezone.now()
    invited = actions.invite(clinic=clinic, by=front_desk, now=now, language="en")
    started = actions.start(clinic=clinic, version=version, language="en", now=now, invitation=invited.invitation)
    browsers = [Client(), Client()]
    for browser in browsers:
        session = browser.session
        session.update(sessions.contents(started.response))
        session.save()
        assert browser.get("/q/about/").status_code == 200

    actions.revoke_invitation(invitation_id=invited.invitation.pk, by=front_desk, now=now)

    for browser in browsers:
        assert browser.get("/q/about/").status_code == 302
        assert browser.post("/q/about/", {"visit": str(started.response.pk), "given_name": "X"}).status_code == 403
    assert QuestionnaireResponse.objects.get(pk=started.response.pk).revision == 0
    assert Client().post(f"/i/{invited.token}/").status_code == 404


@pytest.mark.check("C74", required="asked again for what cannot be taken back, and only then")
def test_who_matters_most_is_asked_again(
    objects: dict[str, Objects], sign_in, browser_of, clinician, admin, figure
) -> None:
    """A session that was opened with a second factor half a day ago, and one that was opened a moment ago."""
    asks_again = {"sign", "cosign", "addendum", "colleague_add", "colleague", "colleague_remove", "emergency"}
    asks_again |= {"erase", "erase_record", "person_copy"}
    asks_again |= {"alert_rota", "alert_contact", "alert_contacts", "remove_contact", "test_contact", "clinic_confirm"}
    editing = ("admin:screening_publish", "admin:screening_retire")
    old, found = {user: sign_in(user) for user in (clinician, admin)}, set()
    for route in every_route():
        if not route.name.startswith(("clinician:", *editing)):
            continue
        user = clinician if role_may("clinician", route) else admin
        answer, _ = ask(old[user], "POST", route.address(objects["own"]))
        if answer.get("Location", "").startswith("/accounts/reauthenticate/"):
            found.add(route.name.removeprefix("clinician:"))
            again, _ = ask(browser_of(user), "POST", route.address(objects["own"]))
            assert not again.get("Location", "").startswith("/accounts/reauthenticate/"), route.name

    assert found == asks_again | set(editing)
    figure(f"{len(found)} addresses ask again, all others do not")
