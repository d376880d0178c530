"""The audit record as its readers see it: what concerns their clinics, newest first, a page at a time."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from . import colleagues
from .models import Alert, AuditRecord, Clinic, Erasure, Invitation, Person, QuestionnaireResponse, User

PAGE_SIZE = 50
SCANNED = 2000
"""Records looked at for one page: those of other clinics are passed over."""

# What an object of each kind is looked up in, and how it leads to its clinic.
KINDS: tuple[tuple[str, Any, str], ...] = (
    ("response", QuestionnaireResponse, "clinic__in"),
    ("alert", Alert, "response__clinic__in"),
    ("invitation", Invitation, "clinic__in"),
    ("person", Person, "clinic__in"),
    ("user", User, "memberships__clinic__in"),
)


def records(
    clinics: list[Clinic],
    *,
    day: datetime.date | None = None,
    action: str = "",
    actor: User | None = None,
    before: int = 0,
) -> tuple[list[AuditRecord], int]:
    """A page of the records of some clinics, and the number before which the next page begins (0: there is none).

    A day is one in the time zone of the first clinic. A record that names no clinic's object is of whoever acted;
    what the server's operator and the worker did to none is shown to every reader. What concerns somebody who left a
    clinic is shown up to the day they left.
    """
    found = _matching(clinics, day, action, actor)
    if before:
        found = found.filter(seq__lt=before)
    scanned = list(found.order_by("-seq")[:SCANNED])
    mine = _of_clinics(scanned, clinics)
    page = mine[:PAGE_SIZE]
    if len(mine) > PAGE_SIZE:
        return page, page[-1].seq
    return page, scanned[-1].seq if len(scanned) == SCANNED else 0


def _matching(
    clinics: list[Clinic], day: datetime.date | None, action: str, actor: User | None
) -> QuerySet[AuditRecord]:
    found = AuditRecord.objects.all()
    if day:
        begins, ends = colleagues.bounds_of_day(clinics[0], day)
        found = found.filter(at__gte=begins, at__lt=ends)
    if action:
        found = found.filter(action=action)
    return found.filter(actor=f"user:{actor.pk}") if actor else found


def _of_clinics(entries: list[AuditRecord], clinics: list[Clinic]) -> list[AuditRecord]:
    known = {kind: _known(entries, kind, model, leads, clinics) for kind, model, leads in KINDS}
    keys = {str(clinic.pk) for clinic in clinics}
    staff = set(map(str, User.objects.filter(memberships__clinic__in=clinics).values_list("pk", flat=True)))
    left = _left(keys)
    return [entry for entry in entries if _is_mine(entry, keys, known, staff) or _was_mine(entry, left)]


def _left(clinics: set[str]) -> dict[str, int]:
    """Whose roles in the clinics were taken away, by id, and the number of the record that says so."""
    taken = AuditRecord.objects.filter(action="role.revoked", objects_named__clinic__in=sorted(clinics))
    return {named["user"]: seq for seq, named in taken.order_by("seq").values_list("seq", "objects_named")}


def _was_mine(entry: AuditRecord, left: dict[str, int]) -> bool:
    """Whether a record that names nothing of any clinic concerns somebody who worked there when it was written."""
    if entry.objects_named.keys() & {"clinic", *(kind for kind, _, _ in KINDS if kind != "user")}:
        return False
    who = entry.objects_named.get("user") or entry.actor.removeprefix("user:")
    return entry.seq < left.get(who, 0)


def _known(entries: Iterable[AuditRecord], kind: str, model: Any, leads: str, clinics: list[Clinic]) -> set[str]:
    """Which of the objects named belong to the clinics, or did until they were erased."""
    named = {entry.objects_named[kind] for entry in entries if kind in entry.objects_named}
    rows = model.objects.filter(pk__in=named, **{leads: clinics})
    here = {str(key) for key in rows.values_list("pk", flat=True)}
    return here | _erased(kind, named - here, clinics)


def _erased(kind: str, named: set[str], clinics: list[Clinic]) -> set[str]:
    """Which of these objects were erased from the clinics, by the tombstone or, where the calendar leaves none, by the
    record of it: who read something before it went is on record all the same."""
    if not named:
        return set()
    stones = Erasure.objects.filter(clinic__in=clinics, kind=kind, object_id__in=named)
    keys = [str(clinic.pk) for clinic in clinics]
    said = AuditRecord.objects.filter(
        action=f"{kind}.erased", objects_named__clinic__in=keys, **{f"objects_named__{kind}__in": sorted(named)}
    )
    ids = {str(key) for key in stones.values_list("object_id", flat=True)}
    return ids | {objects[kind] for objects in said.values_list("objects_named", flat=True)}


def _is_mine(entry: AuditRecord, clinics: set[str], known: dict[str, set[str]], staff: set[str]) -> bool:
    named = entry.objects_named
    if "clinic" in named:
        return named["clinic"] in clinics
    for kind, _, _ in KINDS:
        if kind in named:
            return named[kind] in known[kind]
    return entry.actor.removeprefix("user:") in staff or not entry.actor.startswith(("user:", "patient:"))


def who_did(action: str, clinic: Clinic, *, field: str = "") -> str:
    """The name of whoever did something to a clinic latest, or to one field of it; empty when that is not known."""
    done = AuditRecord.objects.filter(action=action, objects_named__clinic=str(clinic.pk)).order_by("-seq")
    for entry in done[:PAGE_SIZE]:
        if not field or field in entry.objects_named.get("fields", "").split():
            return names_of_staff([entry]).get(entry.actor.removeprefix("user:"), "")
    return ""


def in_words(entry: AuditRecord, names: dict[str, str]) -> str:
    """What a record was about: kinds and ids, with the names of staff."""
    return ", ".join(f"{kind} {names.get(key, key)}" for kind, key in entry.objects_named.items())


def names_of_staff(entries: Iterable[AuditRecord]) -> dict[str, str]:
    """The names of the staff that records name, by id."""
    entries = list(entries)
    keys = {entry.actor.removeprefix("user:") for entry in entries if entry.actor.startswith("user:")}
    keys |= {entry.objects_named["user"] for entry in entries if "user" in entry.objects_named}
    return {str(user.pk): user.name for user in colleagues.named(keys)}
