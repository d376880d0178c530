"""Who is who: what is known of a person, and whom they may be the same as. Nobody is ever matched automatically."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from screening.engine.answers import Answer, PartialDate, write_value
from screening.engine.definition import Definition

from . import records, vault
from .models import Person, PersonMatch, QuestionnaireResponse

Decision = PersonMatch.Decision
IDENTITY_ROLES = ("given_name", "family_name", "birth_date", "phone", "email")


def name_of(person: Person) -> str:
    """First and last name as they were given; empty when neither was."""
    identity = records.read_identity(person)
    return f"{identity.get('given_name', '')} {identity.get('family_name', '')}".strip()


def identity_in(definition: Definition, answers: Mapping[str, Answer]) -> dict[str, str]:
    """Who the answers say this is, by role of the question. Roles without a known answer are left out."""
    identity = {}
    for question in definition.questions():
        answer = answers.get(question.link_id)
        if question.role in IDENTITY_ROLES and answer is not None and answer.is_known:
            identity[str(question.role)] = _as_text(answer)
    return identity


def _as_text(answer: Answer) -> str:
    match answer.value:
        case str() as text:
            return text.strip()
        case datetime.date() | PartialDate() as when:
            return str(write_value(when))
        case other:
            raise ValueError(f"A question of type {type(other).__name__} cannot say who somebody is.")


def hashes_of(clinic_id: uuid.UUID, identity: Mapping[str, str]) -> tuple[str, str]:
    """The keyed hashes of a name and of a date of birth within a clinic; empty for what was not given."""
    clinic = str(clinic_id)
    name = vault.searchable(f"{identity.get('given_name', '')} {identity.get('family_name', '')}")
    born = identity.get("birth_date", "")
    return (
        vault.keyed_hash("name", clinic, name) if name else "",
        vault.keyed_hash("birth date", clinic, born) if born else "",
    )


def is_named_otherwise(person: Person, identity: Mapping[str, str]) -> bool:
    """Whether a name or a date of birth was given that is not the person's: somebody else may have used their link."""
    given, known = hashes_of(person.clinic_id, identity), (person.name_hash, person.birth_date_hash)
    return any(one and other and one != other for one, other in zip(given, known, strict=True))


def suggested_for(person: Person) -> QuerySet[Person]:
    """People of the same clinic with the same name and date of birth, by keyed hash, about whom staff have not decided.

    Someone without a name or a date of birth is like nobody.
    """
    if not person.name_hash or not person.birth_date_hash:
        return Person.objects.none()
    alike = Person.objects.filter(
        clinic=person.clinic_id, name_hash=person.name_hash, birth_date_hash=person.birth_date_hash
    ).exclude(pk=person.pk)
    has_sent = Exists(QuestionnaireResponse.objects.filter(person=OuterRef("pk"), status="sent"))
    return alike.filter(has_sent).exclude(Exists(_told_apart(person))).order_by("created_at", "pk")


def _told_apart(person: Person) -> QuerySet[PersonMatch]:
    """What was said and stands that keeps another person from being this one."""
    pair = Q(person=person, other=OuterRef("pk")) | Q(person=OuterRef("pk"), other=person)
    return standing().filter(pair, decision=Decision.DIFFERENT)


def standing() -> QuerySet[PersonMatch]:
    """Decisions that were not taken back."""
    return PersonMatch.objects.exclude(decision=Decision.UNDONE).filter(undone_by=None)


def decisions_on(person: Person) -> QuerySet[PersonMatch]:
    """Everything that staff said about a person, those taken back included, newest first."""
    about = PersonMatch.objects.exclude(decision=Decision.UNDONE).filter(Q(person=person) | Q(other=person))
    related = ("person", "other", "decided_by", "undone_by", "undone_by__decided_by")
    return about.select_related(*related).order_by("-decided_at", "-pk")


def now_with(person: Person) -> Person | None:
    """To whom a person's responses were moved; None while they are their own."""
    latest = standing().filter(person=person, decision=Decision.SAME).select_related("other").order_by("-decided_at")
    found = latest.first()
    return found.other if found else None


def earlier_or_alike(response: QuestionnaireResponse) -> QuerySet[QuestionnaireResponse]:
    """What the same person sent before, and what people sent who may be the same: one question to the database for a
    page that shows both. Newest first; whose each is, `person_id` tells.
    """
    person = response.person
    wanted = Q(person=person, sent_at__lt=response.sent_at)
    if person is not None and person.name_hash and person.birth_date_hash:
        alike = Q(person__name_hash=person.name_hash, person__birth_date_hash=person.birth_date_hash)
        apart = standing().filter(
            Q(person=person, other=OuterRef("person")) | Q(person=OuterRef("person"), other=person),
            decision=Decision.DIFFERENT,
        )
        wanted = wanted | (alike & ~Q(person=person) & Q(~Exists(apart)))
    return _sent(clinic=response.clinic_id).filter(wanted)


def sent_by(person_id: uuid.UUID) -> QuerySet[QuestionnaireResponse]:
    """Everything that a person sent, newest first."""
    return _sent(person=person_id)


def _sent(**by: uuid.UUID) -> QuerySet[QuestionnaireResponse]:
    # Without the documents of their versions, which are long and known to the process after the first time.
    return (
        QuestionnaireResponse.objects.filter(status="sent", **by)
        .select_related("clinic", "version", "version__questionnaire", "person")
        .defer("version__document")
        .order_by("-sent_at", "-pk")
    )
