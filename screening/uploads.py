"""An uploaded YAML file becomes the draft, whole or not at all, after a person has seen what it would change.

Between the two steps nothing is stored: the file's content travels with the page, signed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from screening import comparing, history, models, publishing
from screening.engine import checks
from screening.engine.definition import Definition, canonical_json, from_json
from screening.exchange.yaml import ContentError

if TYPE_CHECKING:
    from screening.exchange.fhir.reading import Imported
    from screening.exchange.fhir.report import Finding

LIMIT = 2_000_000
"""Bytes in a file: several times the starter questionnaire in two languages."""

SALT = "screening.uploads"
FOR_SECONDS = 3600
"""How long somebody may look at the differences."""


class UploadRefused(Exception):  # noqa: N818 (named for the event)
    """The file cannot be the draft; nothing was changed. `problems` are texts or `Problem`s, all of them."""

    def __init__(self, problems: Iterable[Any]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DraftChanged(Exception):  # noqa: N818
    """The draft is not the one that the differences were shown of. `upload` shows them anew."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        super().__init__("Somebody changed the draft after these differences were shown. Look at them again.")


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that can be the draft, and what it would change. `seen` names the draft; empty when it cannot be read.

    `findings` says what a FHIR file has that is not kept as it was.
    """

    definition: Definition
    seen: str = ""
    groups: tuple[comparing.Group, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_the_same(self) -> bool:
        return bool(self.seen) and not self.groups

    @property
    def signed(self) -> str:
        """The file and the draft it was compared with, for the page to send back."""
        content = {"document": canonical_json(self.definition).decode(), "seen": self.seen}
        return signing.dumps(content, salt=SALT, compress=True)


def read(*, file: UploadedFile | None, into: models.Questionnaire | None) -> Upload:
    """What a file would make of the draft `into`, or of a new one. Raises `UploadRefused` with everything wrong."""
    imported = _read(file)
    definition = imported.definition
    if refusal := _other_key(definition, into):
        raise UploadRefused([refusal])
    if errors := publishing.errors_in(checks.check(definition)):
        raise UploadRefused(errors)
    return msgspec.structs.replace(_compared(definition, into), findings=imported.findings)


def of_version(version: models.QuestionnaireVersion) -> Upload:
    """What putting an earlier version back would make of the draft. Raises `publishing.DocumentChanged`."""
    return _compared(publishing.definition_of(version), version.questionnaire)


def _compared(definition: Definition, into: models.Questionnaire | None) -> Upload:
    draft = _draft(into)
    if draft is None:
        return Upload(definition=definition)
    seen = publishing.sha256_of(canonical_json(draft))
    if canonical_json(definition) == canonical_json(draft):
        return Upload(definition=definition, seen=seen)
    return Upload(definition=definition, seen=seen, groups=comparing.in_groups(comparing.compare(draft, definition)))


def _draft(into: models.Questionnaire | None) -> Definition | None:
    try:
        return publishing.definition_from_rows(into) if into else None
    except msgspec.ValidationError:
        return None


@transaction.atomic
def apply(
    *, signed: str, into: models.Questionnaire | None, user: AbstractBaseUser | None = None
) -> models.Questionnaire:
    """Make the draft say what was shown. Raises `UploadRefused`, and `DraftChanged` when somebody edited meanwhile."""
    try:
        content = signing.loads(signed, salt=SALT, max_age=FOR_SECONDS)
    except signing.BadSignature as error:
        raise UploadRefused(["Too much time has passed. Choose the file again."]) from error
    if into is not None:
        models.Questionnaire.objects.select_for_update(no_key=True).get(pk=into.pk)
    now = _compared(from_json(content["document"].encode()), into)
    if now.seen != content["seen"]:
        raise DraftChanged(now)
    return replace_draft(definition=now.definition, into=into, user=user)


@transaction.atomic
def replace_draft(
    *, definition: Definition, into: models.Questionnaire | None, user: AbstractBaseUser | None = None
) -> models.Questionnaire:
    """Make the draft `into`, or a new one, say `definition`. Raises `UploadRefused`."""
    if refusal := _other_key(definition, into):
        raise UploadRefused([refusal])
    try:
        stored = publishing.rows_from_definition(definition, into=into)
    except publishing.DraftNotStored as error:
        raise UploadRefused([str(error)]) from error
    words = "Replaced as a whole by a file or an earlier version." if into else "Read from a file."
    history.note(stored, user, words, is_new=into is None)
    return stored


def _read(file: UploadedFile | None) -> Imported:
    from screening.exchange.files import parse_questionnaire  # FHIR is loaded only where a file is read

    if file is None or not file.size:
        raise UploadRefused(["Choose a YAML file, or a FHIR Questionnaire, with something in it."])
    if (file.size or 0) > LIMIT:
        raise UploadRefused([f"The file is larger than {LIMIT // 1_000_000} MB. Choose a smaller one."])
    try:
        return parse_questionnaire(file.read().decode("utf-8-sig"), file.name or "file")
    except UnicodeDecodeError as error:
        raise UploadRefused([f"Byte {error.start} is not UTF-8 text. Save the file as UTF-8."]) from error
    except ContentError as error:
        raise UploadRefused(error.problems) from error
    except msgspec.ValidationError as error:
        raise UploadRefused([str(error)]) from error


def _other_key(definition: Definition, into: models.Questionnaire | None) -> str:
    if into is not None and definition.key != into.key:
        return f"The file is of “{definition.key}”, and this draft is “{into.key}”. Change the key in the file."
    if into is None and models.Questionnaire.objects.filter(key=definition.key).exists():
        return f"There is a questionnaire “{definition.key}” already. Upload the file on its own page."
    return ""
