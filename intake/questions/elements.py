"""The pieces that controls are made of, and how form fields and elements are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from screening.engine.definition import Vocabulary

from .inputs import InputSpec
from .words import Words

NO_WORDS = Words("")


@dataclass(frozen=True)
class Page:
    """What every control of a page shares. `version` is the SHA-256 of the published version that the questions are of;
    "" where they may still change, as in a draft. `is_shared`: the device goes to the next person, so its browser is
    asked to remember nothing that is typed."""

    language: str = "en"
    country: str = "US"
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    version: str = ""
    is_shared: bool = False


@dataclass(frozen=True)
class Problem:
    """One message and the form part it belongs to."""

    part: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One radio button or checkbox."""

    id: str
    name: str
    value: str
    text: Words
    hint: Words = NO_WORDS
    is_checked: bool = False
    is_exclusive: bool = False


@dataclass(frozen=True)
class Input:
    """One text field (or `select` when it has options) of a question."""

    spec: InputSpec
    id: str
    name: str
    value: str
    is_wrong: bool

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Value, text and whether it is chosen, of a `select`."""
        return [(value, text, value == self.value) for value, text in self.spec.options()]


def part_name(name: str, part: str) -> str:
    """The form field name of a part.

    >>> part_name("bp", "systolic"), part_name("bp", "")
    ('bp.systolic', 'bp')
    """
    return f"{name}.{part}" if part else name


def element_id(name: str) -> str:
    """The element id for a form field name: no dots, so that it is easy to select, and never one of the page's own.

    >>> element_id("operations.0.when.year")
    'q-operations-0-when-year'
    """
    return "q-" + name.replace(".", "-")


def is_under(part: str, prefix: str) -> bool:
    """Whether a part is `prefix` or inside it."""
    return part == prefix or part.startswith(f"{prefix}.")
