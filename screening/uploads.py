"""An uploaded YAML file becomes the draft, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.core.files.uploadedfile import UploadedFile

from screening import models, publishing
from screening.engine import checks
from screening.engine.definition import Definition
from screening.exchange.yaml import ContentError, parse_definition

LIMIT = 2_000_000
"""Bytes in a file: several times the starter questionnaire in two languages."""


class UploadRefused(Exception):  # noqa: N818 (named for the event)
    """The file cannot be the draft; nothing was changed. `problems` are texts or `Problem`s, all of them."""

    def __init__(self, problems: Iterable[Any]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def replace_draft(*, file: UploadedFile | None, into: models.Questionnaire | None) -> models.Questionnaire:
    """Make the draft `into`, or a new one, say what the file says. Raises `UploadRefused` with everything wrong."""
    definition = _read(file)
    if refusal := _other_key(definition, into):
        raise UploadRefused([refusal])
    if errors := publishing.errors_in(checks.check(definition)):
        raise UploadRefused(errors)
    try:
        return publishing.rows_from_definition(definition, into=into)
    except publishing.DraftNotStored as error:
        raise UploadRefused([str(error)]) from error


def _read(file: UploadedFile | None) -> Definition:
    if file is None or not file.size:
        raise UploadRefused(["Choose a YAML file with something in it."])
    if (file.size or 0) > LIMIT:
        raise UploadRefused([f"The file is larger than {LIMIT // 1_000_000} MB. Choose a smaller one."])
    try:
        return parse_definition(file.read().decode("utf-8-sig"), file.name or "file")
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
