"""Every address × everybody × every method × own, other and missing objects.

`tests/intake/clinician/test_route_matrix.py` says which role may use which staff address; here is everybody else,
every other method, and every address outside /staff/.
"""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from intake import routes
from intake.permissions import ROLES
from tests.intake.clinician.test_route_matrix import STAFF
from tests.trust.amounts import IS_LONG
from tests.trust.conftest import OTHER, OWN
from tests.trust.installation import METHODS, Objects, Route, ask, every_route

pytestmark = [pytest.mark.django_db, pytest.mark.check("C24", required="0 mismatches on every route")]

PUBLIC = {
    "/",
    "/start/<slug:slug>/",
    "/i/<str:token>/",
    "/welcome/",
    "/asked/",
    "/resume/",
    "/tablet/",
    "/tablet/start/",
    "/deleted/",
    "/language/",
    "/text-size/",
    "/names/<slug:sha256>/<slug:key>.json",
    *(
        f"/q/{name}/"
        for name in ["check", "send", "sent", "copy", "notice", "correct", "code", "delete", "help", "stay", "stop"]
    ),
    "/q/<str:link_id>/",
    *(
        f"/accounts/{name}/"
        for name in ["login", "logout", "inactive", "password/reset", "password/reset/done", "2fa/authenticate"]
    ),
    "/accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "/accounts/password/reset/key/done/",
    "/accounts/role/<str:token>/",
    "/admin/login/",
    "/styleguide",
    "/health/live",
    "/health/ready",
}
"""What needs no sign-in: a patient's pages open what their own session holds, the others hold nobody's record."""

NOBODYS = ("admin:auth_", "admin:account_", "admin:mfa_")
"""Pages of libraries that the admin would have for groups, addresses and second factors: closed to everybody."""


def role_may(role: str, route: Route) -> bool:
    """Whether a role opens an address for staff at all."""
    if route.name.startswith("clinician:"):
        needed = STAFF[route.name.removeprefix("clinician:")]
        return isinstance(needed, str) or needed in ROLES[role].permissions
    if route.name.startswith("authoring:"):
        return role == ("clinician" if route.name.startswith("authoring:review") else "admin")
    if route.path.startswith("/admin/") and "password_change/" not in route.path:
        return role == "admin" and not route.name.startswith(NOBODYS)
    return True  # their own account


def asked_routes() -> list[Route]:
    """Every address. Those of the admin that differ by the kind of row alone are asked for one kind, all when long."""
    kinds = ("flag", "questionnaireversion")
    wanted = (
        *tuple(f"screening_{kind}_" for kind in kinds),
        "screening_publish",
        "screening_check",
        "screening_retire",
    )
    return [
        route
        for route in every_route()
        if IS_LONG or "screening_" not in route.name or any(part in route.name for part in wanted)
    ]


WITHOUT_SIGN_IN = ("nobody", "patient", "other patient", "password only", "closed account")


def methods_for(number: int) -> tuple[str, ...]:
    """All when long; else one in turn for every second address, so that each method meets many addresses and people."""
    return METHODS if IS_LONG else (METHODS[number % len(METHODS)],) * (number % 2)


def leads_to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 405 or (
        answer.status_code == 302 and answer["Location"].startswith(("/accounts/", "/admin/login/"))
    )


def is_refused(answer: HttpResponse) -> bool:
    is_closed = answer.status_code in (403, 404) or answer.get("Location", "") == "/admin/"
    return is_closed or leads_to_sign_in(answer)


def names_in(answer: HttpResponse, *names: str) -> list[str]:
    text = answer.content.decode(errors="replace") + str(dict(answer.items()))
    return [name for name in names if name in text]


def staff_routes() -> list[Route]:
    return [route for route in asked_routes() if route.is_for_staff]


def test_without_a_full_sign_in_no_staff_address_opens(cast, objects: dict[str, Objects], figure) -> None:
    wrong, asked = [], 0
    for place, who in enumerate(WITHOUT_SIGN_IN):
        for number, route in enumerate(staff_routes(), start=place):
            for method in methods_for(number):
                asked += 1
                answer, changed = ask(cast[who], method, route.address(objects["own"]))
                if not leads_to_sign_in(answer) or changed or names_in(answer, OWN, OTHER):
                    wrong.append(f"{who} {method} {route.name}: {answer.status_code} {changed}")

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} requests without a full sign-in, 0 opened")


def in_reach(who: str) -> tuple[str, str, str]:
    """The role of somebody, whose objects are their own, and which name must not reach them."""
    if who.endswith("another clinic"):
        return who.split()[0], "other", OWN
    return who, "own", OTHER


STAFF_CAST = (*ROLES, "clinician of another clinic", "admin of another clinic")


def test_a_role_opens_what_it_should_and_nothing_else(cast, objects: dict[str, Objects], figure) -> None:
    wrong, asked = [], 0
    for place, who in enumerate(STAFF_CAST):
        role, own, others_name = in_reach(who)
        for number, route in enumerate(staff_routes(), start=place):
            for method in methods_for(number):
                asked += 1
                answer, changed = ask(cast[who], method, route.address(objects[own]))
                is_right = answer.status_code < 500 and not names_in(answer, others_name)
                if not role_may(role, route):
                    is_right &= is_refused(answer) or _is_plain_options(answer, method)
                    is_right &= not changed and not names_in(answer, OWN, OTHER)
                elif route.methods and method not in (*route.methods, "HEAD", "OPTIONS"):
                    is_right &= is_refused(answer) and not changed
                if not is_right:
                    wrong.append(f"{who} {method} {route.name}: {answer.status_code} {sorted(changed)}")

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} requests of staff, 0 mismatches")


def _is_plain_options(answer: HttpResponse, method: str) -> bool:
    """OPTIONS of a class-based view says which methods there are, and nothing else."""
    return method == "OPTIONS" and answer.status_code == 200 and not answer.content


def routes_with_objects() -> list[Route]:
    """All for staff but their own sign-ins, where somebody else's id does nothing."""
    named = [route for route in every_route() if route.name.startswith("clinician:") and route.names]
    return [route for route in named if not isinstance(STAFF[route.name.removeprefix("clinician:")], str)]


def test_what_belongs_to_others_is_like_what_is_missing(cast, objects: dict[str, Objects], figure) -> None:
    wrong, asked = [], 0
    for place, who in enumerate(STAFF_CAST):
        _, own, others_name = in_reach(who)
        for number, route in enumerate(routes_with_objects(), start=place):
            for method in methods_for(number):
                asked += 1
                theirs, changed = ask(cast[who], method, route.address(objects["own" if own == "other" else "other"]))
                missing, _ = ask(cast[who], method, route.address(objects["missing"]))
                is_same = (theirs.status_code, theirs.content) == (missing.status_code, missing.content)
                is_same &= theirs.status_code in (404, 405)
                if not is_same or changed or names_in(theirs, others_name):
                    wrong.append(f"{who} {method} {route.name}: {theirs.status_code}, {missing.status_code} {changed}")

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} requests for what is others', all byte-equal to a missing one")


def test_addresses_for_everybody_show_nobody_anything_of_others(cast, objects: dict[str, Objects], figure) -> None:
    """A patient sees their own draft; staff see nothing of anybody's on the patients' addresses."""
    wrong, asked = [], 0
    for place, who in enumerate(("nobody", "patient", "other patient", *STAFF_CAST)):
        seen = {"patient": OWN, "other patient": OTHER}.get(who, "")
        for number, route in enumerate((each for each in every_route() if not each.is_for_staff), start=place):
            for which in ("own", "other", "missing") if route.names else ("own",):
                for method in methods_for(number):
                    asked += 1
                    answer, _ = ask(cast[who], method, route.address(objects[which]))
                    not_theirs = [name for name in names_in(answer, OWN, OTHER) if name != seen]
                    is_broken = answer.status_code >= 500 and route.name != "health_ready"  # nothing runs here
                    if is_broken or not_theirs:
                        wrong.append(f"{who} {method} {route.name}: {answer.status_code} {not_theirs}")

    assert not wrong, "\n".join(wrong)
    figure(f"{asked} requests outside the staff's addresses, 0 names of others")


def test_every_route_is_in_a_table_of_rights() -> None:
    """A new address fails here, or in the table of staff addresses, until somebody says who may use it."""
    known = ("/admin/", "/staff/drafts/", "/accounts/2fa/", "/accounts/password/", "/accounts/reauthenticate/")
    unknown = [
        route.path
        for route in every_route()
        if route.who != routes.ANYONE and not route.path.startswith(known)
        if route.name.removeprefix("clinician:") not in STAFF
    ]
    public = {route.path for route in every_route() if route.who == routes.ANYONE}

    assert unknown == []
    assert public == PUBLIC
