"""A whole installation to look at: every route, everybody who may ask for it, and one of each object in two clinics."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from intake import actions, routes
from intake.clinician.review import review_page
from intake.invitees import Details
from intake.models import Clinic, QuestionnaireResponse, User

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Objects = dict[str, Any]
"""What stands for each named part of an address."""
Send = Callable[..., QuestionnaireResponse]


@dataclass(frozen=True)
class Route:
    """One row of `list_routes`."""

    path: str
    name: str
    methods: tuple[str, ...] | None
    who: str

    @property
    def names(self) -> tuple[str, ...]:
        """The parts of the address that name an object."""
        return tuple(re.findall(r"<(?:\w+:)?(\w+)>", self.path))

    @property
    def is_for_staff(self) -> bool:
        return self.who in (routes.STAFF, routes.ADMIN)

    def address(self, objects: Objects) -> str:
        """The address with these objects in it."""
        path = re.sub(r"\(\?P<app_label>[^)]*\)/\$", "screening/", self.path)
        path = re.sub(r"\(\?P<url>\.\*\)\$", "nothing/here/", path)
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda part: str(objects[part[1]]), path).rstrip("$")
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(self._object(part[1], objects)), path)

    def _object(self, name: str, objects: Objects) -> Any:
        """The same word means another thing on some pages: those come first."""
        special = objects.get((self.name, name), objects.get((self.name.rsplit("_", 1)[0], name)))
        if special is None and self.name.startswith("clinician:person"):
            special = objects.get(("clinician:person", name))
        return objects[name] if special is None else special


@cache
def every_route() -> tuple[Route, ...]:
    """Everything that `list_routes` prints."""
    rows = routes.every_route()
    return tuple(
        Route(row["path"], row["name"] or row["path"], row["methods"] and tuple(row["methods"]), row["who"])
        for row in rows
    )


IDS = (
    "user_id",
    "session_id",
    "offer_id",
    "alert_id",
    "invitation_id",
    "contact_id",
    "match_id",
    "impact_id",
    "access_id",
    "notice_id",
)
MISSING: Objects = {
    "kind": "response",
    "reference": "AAAA-AAAA",
    "other": "AAAA-AAAA",
    "slug": "nowhere",
    "token": "none",
    "number": 1,
    "link_id": "nowhere",
    "sha256": "0" * 64,
    "key": "none",
    "pk": 999_999,
    "object_id": 999_999,
    "content_type_id": 999_999,
    "uidb36": "zz",
    **{name: uuid.UUID(int=1) for name in IDS},
}
"""Objects that there are none of, in the shape that each address asks for."""


DRAFT_PAGES = ("preview", "medicine_names", "keep", "review")


def objects_of(clinic: Clinic, clinician: User, admin: User, send: Send, name: str) -> Objects:
    """One of each object of a clinic, all of them about a person of this name."""
    now = timezone.now()
    response, other = send(clinic, name, plan_now="yes", stroke="yes"), send(clinic, f"{name}-Other")
    version = response.version
    draft = actions.start(clinic=clinic, version=version, language="en", now=now).response
    person, somebody = response.person_id, other.person_id
    session = actions.record_session(person_id=person, at=now + datetime.timedelta(days=3), by=clinician, now=now)
    match = actions.tell_people_apart(person_id=person, other_id=somebody, by=clinician, now=now)
    address = f"{name.lower()}@clinic.example"
    contact = actions.add_contact(
        clinic=clinic, name=name, channel="email", address=address, step=1, duty="always", by=admin, now=now
    ).contact
    details = Details(name=name, email=f"{name.lower()}@example.org")
    invited = actions.invite(clinic=clinic, by=clinician, now=now, language="en", details=details)
    replay = actions.start_impact(questionnaire=version.questionnaire, by=admin, now=now)
    return {
        **MISSING,
        "reference": str(response),
        "slug": clinic.slug,
        "token": next(iter(review_page(response).marks.values())).token,
        "link_id": "safety",
        "sha256": version.sha256,
        "pk": version.pk,
        "user_id": clinician.pk,
        "alert_id": response.alerts.first().pk,
        "invitation_id": invited.invitation.pk,
        "contact_id": contact.pk,
        "impact_id": replay.pk,
        "session_id": clinician.sign_ins.first().pk,
        ("patient:invitation", "token"): invited.token,
        ("clinician:crisis_contact", "key"): "988",
        ("clinician:person", "reference"): str(response.person),
        ("clinician:person", "other"): str(other.person),
        **{(f"authoring:{name}", "pk"): version.questionnaire_id for name in DRAFT_PAGES},
        ("clinician:person", "match_id"): match.pk,
        ("clinician:person", "session_id"): session.pk,
        ("clinician:tablet_continue", "reference"): str(draft),
        **_rows_of_drafts(),
    }


def _rows_of_drafts() -> Objects:
    """A row of each kind that the admin has pages for."""
    rows = {}
    for model in apps.get_app_config("screening").get_models():
        row = model._default_manager.first()
        rows["admin:screening_" + model._meta.model_name, "object_id"] = row.pk if row else 999_999
    return rows


WRITES = re.compile(r'^(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
NOTED = frozenset({"django_session", "cache", "intake_auditrecord", "intake_staffsession"})
"""What may be written by looking, or by being refused: sessions, counts, and the record of who did what."""


@dataclass
class Watch:
    """The tables that were written to while it watched."""

    written: set[str] = field(default_factory=set)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITES.match(sql.strip()):
            self.written.add(found[1])
        return execute(sql, params, many, context)

    @property
    def changed(self) -> set[str]:
        return self.written - NOTED


@contextmanager
def undone() -> Iterator[Watch]:
    """Whatever is written inside is taken back; which tables it was is kept."""
    watch = Watch()
    with transaction.atomic(), connection.execute_wrapper(watch):
        yield watch
        transaction.set_rollback(True)


def ask(browser: Client, method: str, address: str, **more: Any) -> tuple[HttpResponse, set[str]]:
    """What the installation answers, and what it changed; it is as before afterwards."""
    with undone() as watch:
        answer = browser.generic(method, address, **more)
        if answer.streaming:
            answer.content = b"".join(answer.streaming_content)
    return answer, watch.changed
