"""What commands about one record share: `--response REFERENCE` or `--person REFERENCE`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from intake import references
from intake.erasure import finding
from intake.models import Erasure


def add_to(parser: CommandParser) -> None:
    """Add the two options, one of which must be given."""
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--response", metavar="REFERENCE", help="one questionnaire, sent or not")
    choice.add_argument("--person", metavar="REFERENCE", help="a person, with everything of theirs")


def name_of(options: dict[str, Any]) -> tuple[str, str]:
    """The kind of record that the options name, and its reference."""
    if options["response"]:
        return Erasure.Kind.RESPONSE, options["response"]
    return Erasure.Kind.PERSON, options["person"]


def find(options: dict[str, Any]) -> finding.Record:
    """The record that the options name. Raises `CommandError`, which says when it was erased."""
    kind, reference = name_of(options)
    record = finding.record_named(kind, reference)
    if record is None:
        stone = finding.tombstone_of(kind, reference)
        when = f" It was erased on {stone.erased_at:%Y-%m-%d}." if stone else ""
        raise CommandError(f"There is no {kind} {reference}.{when}")
    return record


def is_same(options: dict[str, Any], reference: str) -> bool:
    """Whether a second reference is the one that the options name, however it is written."""
    wanted = references.normalised(name_of(options)[1])
    return bool(wanted) and wanted == references.normalised(reference)
