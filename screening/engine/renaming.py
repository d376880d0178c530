"""Another name for a thing, everywhere in a definition that names it.

Rules are changed through their trees, where names and codes are told apart. The author's own layout is kept.

>>> from .definition import Question, Section
>>> stroke = Question(link_id="stroke", type="yes_no", text={})
>>> later = Question(link_id="later", type="yes_no", text={}, ask_when="any of (stroke is yes, stroke is not sure)")
>>> whole = Definition(key="k", title={}, sections=(Section(link_id="s", title={}, questions=(stroke, later)),))
>>> renamed(whole, Thing("question", "stroke"), "tia").sections[0].questions[1].ask_when
'any of (tia is yes, tia is not sure)'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import msgspec

from .definition import Definition
from .language import parse, to_text
from .mistakes import RuleError
from .symbols import Symbols, read_symbols
from .tree import (
    TODAY,
    And,
    AtLeast,
    Compare,
    Count,
    Expr,
    Holds,
    Includes,
    Is,
    MayBe,
    Not,
    Operand,
    Or,
    ProfileIs,
    Reference,
    StateTest,
    Total,
    Within,
)
from .uses import Kind, Thing, thing_of_code
from .worse import worse_of

NAMES: tuple[Kind, ...] = ("question", "score", "variable", "parameter")
"""What rules name; all have one space of names."""

RULES = ("ask_when", "stale_when", "when", "panel_when", "alert_at_once_when")

S = TypeVar("S", bound=msgspec.Struct)


class Renaming(msgspec.Struct, frozen=True, kw_only=True):
    """One thing and its new name. `symbols` are those of the definition before."""

    thing: Thing
    new: str
    symbols: Symbols

    def name(self, name: str) -> str:
        """A name in a rule, by its new name if it is the thing's."""
        return self.new if self.thing.kind in NAMES and name == self.thing.name else name

    def code(self, link_id: str, code: str) -> str:
        """A code that a rule names behind a question."""
        return self.new if thing_of_code(self.symbols, link_id, code) == self.thing else code

    def of(self, kind: Kind, name: str, within: str = "") -> str:
        """A name of a known kind, wherever it stands."""
        return self.new if Thing(kind, name, within) == self.thing else name


def renamed(definition: Definition, thing: Thing, new: str) -> Definition:
    """The definition with `new` wherever `thing` was named. Raises `RuleError` when a rule cannot be read."""
    renaming = Renaming(thing=thing, new=new, symbols=read_symbols(definition))
    return _Definition(renaming).whole(definition)


def renamed_rule(text: str, renaming: Renaming) -> str:
    """A rule's text with the new name. Raises `RuleError` when it cannot be read.

    Each place where the old word stands is tried alone; it is one that means the thing when renaming the rest of that
    text gives the same tree as renaming all. So spaces, lines and brackets stay as they were written.
    """
    if not text.strip():
        return text
    tree = parse(text)
    target = in_tree(tree, renaming)
    if target == tree:
        return text
    word = re.compile(rf"(?<![a-z0-9_]){re.escape(renaming.thing.name)}(?![a-z0-9_])")
    meant = [found for found in word.finditer(text) if _means(_put(text, [found], renaming.new), renaming, target)]
    changed = _put(text, meant, renaming.new)
    return changed if parse(changed) == target else to_text(target)


def _put(text: str, places: list[re.Match[str]], new: str) -> str:
    for found in reversed(places):
        text = text[: found.start()] + new + text[found.end() :]
    return text


def _means(text: str, renaming: Renaming, target: Expr) -> bool:
    try:
        return in_tree(parse(text), renaming) == target
    except RuleError:
        return False


def in_tree(tree: Expr, renaming: Renaming) -> Expr:
    """The tree with the new name."""
    match tree:
        case And() | Or() | AtLeast():
            return replace(tree, items=tuple(in_tree(item, renaming) for item in tree.items))
        case Not():
            return replace(tree, item=in_tree(tree.item, renaming))
        case Compare():
            return replace(tree, left=_operand(tree.left, renaming), right=_operand(tree.right, renaming))
        case Is() | MayBe() | Includes():
            codes = tuple(renaming.code(tree.question.name, code) for code in tree.codes)
            return replace(tree, question=_reference(tree.question, renaming), codes=codes)
        case StateTest():
            return replace(tree, question=_reference(tree.question, renaming))
        case Within():
            number = _reference(tree.number, renaming) if isinstance(tree.number, Reference) else tree.number
            anchor = tree.anchor if tree.anchor == TODAY else renaming.name(tree.anchor)
            return replace(tree, question=_reference(tree.question, renaming), number=number, anchor=anchor)
        case ProfileIs():
            return tree  # clinics choose their profile by its key, so that key stays
        case Holds():
            return replace(tree, variable=renaming.name(tree.variable))


def _reference(reference: Reference, renaming: Renaming) -> Reference:
    return replace(reference, name=renaming.name(reference.name))


def _operand(operand: Operand, renaming: Renaming) -> Operand:
    match operand:
        case Reference():
            return _reference(operand, renaming)
        case Total():
            return replace(operand, question=renaming.name(operand.question))
        case Count():
            where = in_tree(operand.where, renaming) if operand.where is not None else None
            return replace(operand, group=renaming.name(operand.group), where=where)
        case _:
            return operand


# What names what, outside rules: the Struct's field, and the kind of thing that it names.
FIELDS: Mapping[str, Mapping[str, Kind]] = {
    "Section": {"link_id": "section"},
    "Question": {"link_id": "question", "instrument": "instrument", "vocabulary": "vocabulary"},
    "Instrument": {"key": "instrument", "items": "question"},
    "Score": {"link_id": "score", "items": "question", "gate": "question", "instrument": "instrument"},
    "Variable": {"link_id": "variable"},
    "Flag": {"link_id": "flag"},
    "Note": {"link_id": "note", "flag": "flag"},
    "Inconsistency": {"link_id": "inconsistency"},
    "Vocabulary": {"key": "vocabulary"},
    "Parameter": {"key": "parameter"},
    "Source": {"key": "source"},
    "Citation": {"source": "source"},
    # The names of these are unique within their owner only.
    "Option": {"code": "option"},
    "MedicineClass": {"key": "class"},
    "MedicineGroup": {"key": "medicine group", "medicines": "medicine"},
    "Medicine": {"code": "medicine", "classes": "class"},
}


class _Definition:
    """The walk over a definition: every Struct's names and rules, then the Structs inside it."""

    def __init__(self, renaming: Renaming) -> None:
        self.renaming = renaming

    def whole(self, struct: S, within: str = "") -> S:
        """The Struct and everything inside it, by their new names."""
        inner = {"Question": "link_id", "Vocabulary": "key"}.get(type(struct).__name__)
        own = str(getattr(struct, inner)) if inner else within
        changed: dict[str, Any] = {}
        for field in struct.__struct_fields__:
            value = getattr(struct, field)
            changed[field] = self._field(struct, field, value, own)
        return msgspec.structs.replace(struct, **changed)

    def _field(self, struct: msgspec.Struct, field: str, value: Any, within: str) -> Any:
        kind = FIELDS.get(type(struct).__name__, {}).get(field)
        if field in RULES:
            return renamed_rule(value, self.renaming)
        if field == "monotone":
            return tuple(self._worse(line) for line in value)
        if kind is not None:
            scope = within if kind in ("option", "class", "medicine", "medicine group") else ""
            return _each(value, lambda name: self.renaming.of(kind, name, scope))
        if isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
            return tuple(self.whole(one, within) for one in value)
        return self.whole(value, within) if isinstance(value, msgspec.Struct) else value

    def _worse(self, line: str) -> str:
        old = worse_of(line).name
        return self.renaming.name(old) + line.strip().removeprefix(old)


class Change(NamedTuple):
    """One place that differs between two definitions, with what it says before and after."""

    place: str
    was: str
    now: str


def changes(before: msgspec.Struct, after: msgspec.Struct, place: str = "") -> Iterator[Change]:
    """Every place where two definitions of the same shape differ, in the definition's order."""
    for field in before.__struct_fields__:
        was, now = getattr(before, field), getattr(after, field)
        if isinstance(was, tuple) and was and isinstance(was[0], msgspec.Struct):
            for old, new in zip(was, now, strict=True):
                yield from changes(old, new, ", ".join(part for part in (place, _told(old)) if part))
        elif isinstance(was, msgspec.Struct):
            yield from changes(was, now, field)
        elif was != now:
            yield Change(f"{place}, {field.replace('_', ' ')}", _text(was), _text(now))


def _told(struct: msgspec.Struct) -> str:
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", type(struct).__name__).lower()
    name = next((getattr(struct, name) for name in ("link_id", "key", "code", "severity") if hasattr(struct, name)), "")
    return f"{words} {name}".strip()


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _each(value: Any, change: Callable[[str], str]) -> Any:
    return tuple(change(name) for name in value) if isinstance(value, tuple) else change(value)
