"""What one part says, as labelled lines that can be compared and read."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from screening.engine import language
from screening.engine.definition import Citation, Definition, Option
from screening.engine.text import number_text

from .parts import NAMES, WITH_OWNER, Part, children_of, kind_of, title_of

RULES = frozenset({"ask_when", "stale_when", "when", "panel_when", "alert_at_once_when"})
TEXTS = frozenset(
    {"title", "text", "short", "hint", "explanation", "introduction", "preface", "why", "discussion", "action"}
)
EMPTY = {"ask_when": "always"}
"""What an empty rule means; every other one means never."""

LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "zh": "Chinese"}

LABELS = {
    "text": "Wording",
    "short": "Clinician’s wording",
    "explanation": "Why we ask",
    "why": "Why it matters",
    "discussion": "What to discuss",
    "action": "What to do first",
    "ask_when": "Asked when",
    "stale_when": "Counts as not sure when",
    "when": "When",
    "panel_when": "Safety panel when",
    "alert_at_once_when": "Alert at once when",
    "unknowns": "Other answers",
    "not_sure": "An unknown answer (class)",
    "must_be_established": "Must be established",
    "monotone": "Worse never milder",
    "part2": "42 CFR Part 2",
    "exclusive": "Stands alone",
    "clinical": "Clinical review",
    "wording_sha256": "Hash of its wording",
    "url": "Address",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value: `value` is compared (empty for a default or nothing); `words` and `rule`, in `language`, are shown."""

    value: str = ""
    words: str = ""
    rule: str = ""
    language: str = ""


def lines_of(part: Part, definition: Definition, *, inside: bool = False) -> dict[str, Line]:
    """What a part says, by label; with `inside`, also the answers, rules and bands that belong to it."""
    lines = dict(_lines(part.struct, definition))
    if inside:
        lines |= dict(_inside(part.struct, definition))
    return lines


def _lines(struct: msgspec.Struct, definition: Definition) -> Iterator[tuple[str, Line]]:
    for field in msgspec.structs.fields(type(struct)):
        value = getattr(struct, field.name)
        label = LABELS.get(field.name, field.name.replace("_", " ").capitalize())
        is_name = field.name in NAMES and not isinstance(struct, Definition)
        if is_name or _holds_parts(value):
            continue
        if field.name in TEXTS and isinstance(value, dict):
            for code, words in value.items():
                name = f"{label} ({LANGUAGES.get(code, code)})" if len(definition.languages) > 1 else label
                yield name, Line(value=repr(words), words=words, language=code)
        elif field.name in RULES:
            yield label, _rule(field.name, value, definition)
        else:
            is_default = field.default is not msgspec.NODEFAULT and value == field.default
            yield label, Line(value="" if is_default else _exactly(value), words=_words(value))


def _exactly(value: object) -> str:
    """Differs whenever the value does, unlike its words."""
    return msgspec.json.encode(value, order="sorted").decode()


def _holds_parts(value: object) -> bool:
    if isinstance(value, tuple):
        return any(isinstance(one, msgspec.Struct) and not isinstance(one, Citation) for one in value)
    return isinstance(value, msgspec.Struct)


def _rule(name: str, text: str, definition: Definition) -> Line:
    return Line(value=text, words=in_words(text, definition) if text else EMPTY.get(name, ""), rule=text)


def in_words(text: str, definition: Definition) -> str:
    """A rule in plain English; as it is written where it cannot be read."""
    try:
        return language.to_english(language.parse(text), definition, definition.languages[0])
    except (language.RuleError, KeyError):
        return text


def _words(value: object) -> str:
    """Any other value as a person writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return number_text(value)
        case dict():
            return "; ".join(f"{key} = {_words(one)}" for key, one in value.items())
        case tuple():
            return "; ".join(_words(one) for one in value)
        case Citation():
            unverified = "" if value.checked else " (unverified)"
            return f"{value.source} {value.section}".strip() + unverified
        case _:
            return str(value).replace("_", " ") if value in ("not_sure", "declined") else str(value)


def _inside(struct: msgspec.Struct, definition: Definition) -> Iterator[tuple[str, Line]]:
    first = definition.languages[0]
    children = [child for child in children_of(struct) if kind_of(child) in WITH_OWNER]
    rules = [child for child in children if kind_of(child) == "rule"]
    for rule in rules:
        severity, when = rule.severity, rule.when  # type: ignore[attr-defined]
        yield f"Rule, {severity}", _rule("when", when, definition)
    others = [_named(child, first) for child in children if child not in rules]
    if others:
        yield "With", Line(value="; ".join(others), words="; ".join(others))


def _named(struct: msgspec.Struct, first: str) -> str:
    name = next(getattr(struct, name) for name in NAMES if hasattr(struct, name))
    score = f", {number_text(struct.score)}" if isinstance(struct, Option) and struct.score is not None else ""
    return f"{title_of(struct, first)} ({_words(name)}{score})"
