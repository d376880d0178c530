"""From a draft to a published version, and from a published version to something that can be evaluated.

A version is one immutable JSON document and its SHA-256. Nothing here reads the clock: callers pass `now`.
The rows of a questionnaire and its versions are never locked against rows that name them (`no_key`): patients and
staff write those meanwhile, and some of them hold what a publication waits for in the end.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, transaction

from screening import case_problems, cases, models, proving, rows
from screening.engine import checks
from screening.engine.checks import Problem
from screening.engine.compiler import Compiled, compile_definition
from screening.engine.definition import Definition, canonical_json, from_json
from screening.exchange.cases import Case
from screening.refusals import problem
from screening.signals import version_published, version_retired

if TYPE_CHECKING:
    from screening.proofs import Report

CACHED = 32
"""Compiled versions kept in memory: far more than a clinic has in use."""


class PublishRefused(Exception):  # noqa: N818 (named for the event)
    """The draft cannot be published; `problems` holds every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(found) for found in self.problems))


class DraftNotStored(Exception):  # noqa: N818
    """The database cannot hold this definition; nothing was changed."""


class DocumentChanged(Exception):  # noqa: N818
    """A published document no longer has the hash it was published with. It must not be used."""


class AlreadyRetired(Exception):  # noqa: N818
    """The version was retired before."""


Prove = Callable[[Definition], "Report | int"]
"""The proofs of a definition, or the seconds since they began."""

Requirement = Callable[[models.Questionnaire], Iterable[Problem]]
"""What else must be so before a questionnaire is published; it returns what stands in the way."""

_requirements: list[Requirement] = []


def require(requirement: Requirement) -> None:
    """Another application's condition for publishing, such as its clinics being ready. Registering it twice is once."""
    if requirement not in _requirements:
        _requirements.append(requirement)


def definition_from_rows(questionnaire: models.Questionnaire) -> Definition:
    """The definition that the draft's rows say. Raises `msgspec.ValidationError` when a row cannot be read."""
    return rows.read(questionnaire)


@transaction.atomic
def rows_from_definition(definition: Definition, *, into: models.Questionnaire | None = None) -> models.Questionnaire:
    """Make a draft say `definition`: the draft `into`, which keeps its key, versions and cases, or a new one.

    Raises `DraftNotStored` when the database cannot hold it or would give something else back.
    """
    questionnaire = into or models.Questionnaire(key=definition.key)
    wanted = msgspec.structs.replace(definition, key=questionnaire.key)
    try:
        with transaction.atomic():
            rows.write(wanted, questionnaire)
            stored = definition_from_rows(questionnaire)
            if stored != wanted or from_json(canonical_json(stored)) != stored:
                raise ValueError("it would read back differently")  # an infinite number, for one
    except (DatabaseError, OverflowError, ValueError) as error:
        raise DraftNotStored(f"The questionnaire cannot be stored: {error}.") from error
    return questionnaire


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A draft as it was read once: its SHA-256 and everything that is wrong with exactly that. Empty and one problem
    when it cannot be read.

    `proofs` is None while the checks find errors, and the seconds since they began while they are still being made.
    """

    sha256: str = ""
    problems: tuple[Problem, ...] = ()
    proofs: Any = None  # a `Report`, which loads z3 when it is named

    @property
    def is_being_proved(self) -> bool:
        """Whether the proofs take longer than the page waited."""
        return isinstance(self.proofs, int)


def look_at(questionnaire: models.Questionnaire, *, prove: Prove = proving.report) -> Look:
    """Read a draft once, for a page on which somebody decides about it. `prove`: how long it waits for proofs."""
    unmet = _unmet(questionnaire)
    try:
        definition = definition_from_rows(questionnaire)
    except msgspec.ValidationError as error:
        return Look(problems=(*unmet, _unreadable(questionnaire, error)))
    sha256, problems = sha256_of(canonical_json(definition)), checks.check(definition)
    if errors_in(problems):
        return Look(sha256=sha256, problems=(*unmet, *problems))
    proofs = prove(definition)
    found = () if isinstance(proofs, int) else proofs.problems
    whole = (*unmet, *problems, *case_problems.of_draft(definition, questionnaire), *found)
    return Look(sha256=sha256, problems=whole, proofs=proofs)


def problems_of(questionnaire: models.Questionnaire) -> list[Problem]:
    """Everything wrong with a draft: what publishing requires besides, its rows, its definition; and its cases."""
    return list(look_at(questionnaire).problems)


def _unreadable(questionnaire: models.Questionnaire, error: msgspec.ValidationError) -> Problem:
    return problem("P104", f"draft {questionnaire.key}", reason=error)


def _unmet(questionnaire: models.Questionnaire) -> list[Problem]:
    return [found for requirement in _requirements for found in requirement(questionnaire)]


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that hold back publishing."""
    return [found for found in problems if found.severity == "error"]


def warnings_of(questionnaire: models.Questionnaire) -> list[Problem]:
    """What a person should look at before patients see the draft; it does not hold back publishing."""
    return [found for found in checks.check(definition_from_rows(questionnaire)) if found.severity == "warning"]


def publish(
    *,
    questionnaire: models.Questionnaire,
    by: str,
    now: datetime.datetime,
    note: str = "",
    seen: str | None = None,
    user: AbstractBaseUser | None = None,
    as_unreviewed: bool | None = None,
) -> models.QuestionnaireVersion:
    """Freeze the draft as the next version.

    `as_unreviewed`: False asks for a clinical sign-off of exactly this draft; True publishes it as not yet reviewed, as
    staff pages then say; None leaves it to the operator at the command line, and to what the content says of itself.

    `by` is the name that stays with the version; `user` is who was signed in, for whoever records what was done.
    `seen` is the SHA-256 of the draft that the person looked at; a draft that changed since is refused, and so is an
    empty one. None: the operator at the command line looks at no page. Raises `PublishRefused` with every
    problem: checks, failed cases, nothing new to publish, nobody named.
    """
    # Proofs take seconds; made first, they are at hand while the database is locked.
    problems_of(questionnaire)
    return _publish(
        questionnaire=questionnaire, by=by, now=now, note=note, seen=seen, user=user, as_unreviewed=as_unreviewed
    )


@transaction.atomic
def _publish(
    *,
    questionnaire: models.Questionnaire,
    by: str,
    now: datetime.datetime,
    note: str,
    seen: str | None,
    user: AbstractBaseUser | None,
    as_unreviewed: bool | None,
) -> models.QuestionnaireVersion:
    questionnaire = models.Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)
    if problems := refusals_of(questionnaire, by=by, seen=seen, as_unreviewed=as_unreviewed):
        raise PublishRefused(problems)
    document = canonical_json(definition_from_rows(questionnaire))
    latest = questionnaire.versions.order_by("-number").first()
    version = models.QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=latest.number + 1 if latest else 1,
        document=document.decode(),
        sha256=sha256_of(document),
        note=note.strip(),
        published_at=now,
        published_by=by.strip(),
    )
    version_published.send(sender=models.QuestionnaireVersion, version=version, user=user, now=now)
    return version


def refusals_of(
    questionnaire: models.Questionnaire, *, by: str, seen: str | None, as_unreviewed: bool | None
) -> list[Problem]:
    """Everything that holds back publishing the draft as it is now."""
    problems = [*_refusals(by), *errors_in(problems_of(questionnaire))]
    if problems:
        return problems
    definition = definition_from_rows(questionnaire)
    sha256 = sha256_of(canonical_json(definition))
    latest = questionnaire.versions.order_by("-number").first()
    if refusal := _stale_or_same(sha256, seen, latest):
        return [refusal]
    if as_unreviewed is None or _is_signed_off(questionnaire, sha256):
        return []
    reviewer = definition.review.clinical
    if reviewer:
        return [problem("P106", "clinical review", reviewer=reviewer)]
    return [] if as_unreviewed else [problem("P105", "clinical review")]


def _is_signed_off(questionnaire: models.Questionnaire, sha256: str) -> bool:
    return models.ClinicalReview.objects.filter(questionnaire=questionnaire, sha256=sha256).exists()


def _refusals(by: str) -> Sequence[Problem]:
    if by.strip():
        return ()
    return (problem("P101", "name"),)


def _stale_or_same(sha256: str, seen: str | None, latest: models.QuestionnaireVersion | None) -> Problem | None:
    if seen is not None and seen != sha256:
        return problem("P102", "draft")
    if latest and latest.sha256 == sha256 and latest.retired_at is None:
        return problem("P103", "draft", number=latest.number)
    return None


def sha256_of(document: bytes) -> str:
    """The hash that names a document, in hexadecimal."""
    return hashlib.sha256(document).hexdigest()


@transaction.atomic
def store_cases(*, questionnaire: models.Questionnaire, cases_to_store: Iterable[Case]) -> None:
    """Replace the questionnaire's stored cases."""
    questionnaire.cases.all().delete()
    models.Case.objects.bulk_create(
        models.Case(questionnaire=questionnaire, position=number * rows.GAP, **cases.columns_of(case))
        for number, case in enumerate(cases_to_store, start=1)
    )


@transaction.atomic
def retire(
    *,
    version: models.QuestionnaireVersion,
    by: str,
    now: datetime.datetime,
    user: AbstractBaseUser | None = None,
) -> models.QuestionnaireVersion:
    """No new response begins on this version; those begun finish on it. Raises `AlreadyRetired`, `PublishRefused`."""
    if refusals := _refusals(by):
        raise PublishRefused(refusals)
    version = models.QuestionnaireVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if version.retired_at is not None:
        raise AlreadyRetired(f"Version {version.number} was retired by {version.retired_by}.")
    version.retired_at, version.retired_by = now, by.strip()
    version.save(update_fields=["retired_at", "retired_by"])
    version_retired.send(sender=models.QuestionnaireVersion, version=version, user=user, now=now)
    return version


def definition_of(version: models.QuestionnaireVersion) -> Definition:
    """The published definition. Raises `DocumentChanged` when the document does not have its hash."""
    document = version.document.encode()
    if sha256_of(document) != version.sha256:
        raise DocumentChanged(
            f"Version {version.number} of {version.questionnaire.key} is not what was published. Restore a backup."
        )
    return from_json(document)


_compiled: dict[str, Compiled] = {}


def compiled(version: models.QuestionnaireVersion) -> Compiled:
    """The version ready to evaluate, compiled once in each process. Raises `DocumentChanged`."""
    if version.sha256 not in _compiled:
        fresh = compile_definition(definition_of(version))
        while len(_compiled) >= CACHED:
            _compiled.pop(next(iter(_compiled)), None)
        _compiled[version.sha256] = fresh
    return _compiled[version.sha256]
