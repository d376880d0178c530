"""A definition as a flat list of the parts that a reviewer names: questions, answers, flags, rules."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from screening.engine.definition import Citation, Definition

Key = tuple[str, ...]

KINDS: dict[str, str] = {
    "definition": "The questionnaire itself",
    "section": "Sections",
    "question": "Questions",
    "option": "Answers to choose",
    "flag": "Flags",
    "rule": "Rules of flags",
    "variable": "Variables",
    "note": "Notes for the clinician",
    "inconsistency": "Inconsistencies",
    "safety": "Safety",
    "score": "Scores",
    "band": "Bands of scores",
    "parameter": "Thresholds",
    "instrument": "Instruments",
    "vocabulary": "Vocabularies",
    "medicineclass": "Classes of medicines",
    "medicinegroup": "Groups of medicines",
    "medicine": "Medicines",
    "profile": "Profiles",
    "source": "Sources",
    "review": "Review",
}
"""Every kind of part, in the order in which a reviewer reads them, with its title."""

NAMES = ("link_id", "key", "code", "severity", "low")
"""The fields that name a part, the first that it has."""

WITH_OWNER = frozenset({"option", "rule", "band", "medicineclass", "medicinegroup", "medicine"})
"""Kinds that are told of with what they are in, when that is added or removed as a whole."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part: its kind and name, its Struct, what it is in, and how it reads in the first language."""

    key: Key
    kind: str
    name: str
    struct: msgspec.Struct
    owner: Key | None = None
    title: str = ""
    place: str = ""


def parts_of(definition: Definition) -> dict[Key, Part]:
    """Every part by its key, in the order of the definition. Two of one name, as a draft may have, are kept apart."""
    found: dict[Key, Part] = {}
    for part in _walk(definition, None, definition.languages[0]):
        key = part.key
        while key in found:
            key = (*key, "again")
        found[key] = part
    return found


def children_of(struct: msgspec.Struct) -> Iterator[msgspec.Struct]:
    """The parts directly inside a part."""
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, msgspec.Struct):
            yield value
        elif isinstance(value, tuple):
            yield from (one for one in value if isinstance(one, msgspec.Struct) and not isinstance(one, Citation))


def kind_of(struct: msgspec.Struct) -> str:
    """The kind of a part, a key of `KINDS`."""
    return type(struct).__name__.lower()


def _walk(struct: msgspec.Struct, owner: Part | None, language: str) -> Iterator[Part]:
    part = _part(struct, owner, language)
    yield part
    for child in children_of(struct):
        yield from _walk(child, part, language)


def _part(struct: msgspec.Struct, owner: Part | None, language: str) -> Part:
    kind = kind_of(struct)
    named = next((name for name in NAMES if hasattr(struct, name)), "")
    name = _text(getattr(struct, named)) if named and owner else ""
    # A link id is unique in the questionnaire, so that a question is the same one in another section.
    above = owner.key if owner and kind in WITH_OWNER else ()
    return Part(
        key=(*above, kind, name),
        kind=kind,
        name=name,
        struct=struct,
        owner=owner.key if owner else None,
        title=title_of(struct, language),
        place=_place(owner),
    )


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def title_of(struct: msgspec.Struct, language: str) -> str:
    """What a part says first: its clinician's wording, title, text or name; empty when it has none."""
    for name in ("short", "title", "text", "name"):
        words = getattr(struct, name, "")
        if isinstance(words, dict):
            words = words.get(language) or next(iter(words.values()), "")
        if words:
            return str(words)
    return ""


def _place(owner: Part | None) -> str:
    if owner is None or owner.owner is None:
        return ""
    return f"{owner.kind} “{owner.title or owner.name}”"
