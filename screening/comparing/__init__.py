"""What is different between two questionnaires, for a clinical reviewer to read: which parts were added, removed, moved
or changed, each rule in plain words, each text with the words that changed.

>>> from screening.engine.definition import Definition, Parameter
>>> was = Definition(key="k", title={}, sections=(), parameters=(Parameter(key="high", title="High", value=160),))
>>> now = msgspec.structs.replace(was, parameters=(Parameter(key="high", title="High", value=150),))
>>> for change in compare(was, now):
...     print(change.what, change.name, [str(each) for each in change.differences])
changed high ['Value: 160 → 150']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

import msgspec

from screening.engine.definition import Definition

from .parts import KINDS, WITH_OWNER, Key, Part, parts_of
from .values import Line, lines_of

What = Literal["added", "removed", "changed", "moved"]


ALIKE = 0.5
"""The share of words in common below which two texts are shown one after the other: a patchwork reads as neither."""


class Piece(msgspec.Struct, frozen=True):
    """Some words of a text: both texts have them (""), only the earlier ("del") or only the later ("ins")."""

    text: str
    only: Literal["", "del", "ins"] = ""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One value that is different: what it is called, and how it reads before and after; empty when it was not there.

    `rule_before` and `rule_after` are a rule as it is written; its `before` and `after` are the rule in words.
    """

    label: str
    before: str = ""
    after: str = ""
    rule_before: str = ""
    rule_after: str = ""
    language: str = ""

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Both texts as one, word by word."""
        return marked(self.before, self.after)

    def __str__(self) -> str:
        return f"{self.label}: {self.before or '—'} → {self.after or '—'}"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One part that is different. `title` is what it says in the first language, `place` where it is."""

    what: What
    kind: str
    name: str
    title: str
    place: str = ""
    differences: tuple[Difference, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of one kind of part, such as all questions."""

    title: str
    changes: tuple[Change, ...]


def compare(before: Definition, after: Definition) -> tuple[Change, ...]:
    """Every change, kind by kind in the order of `KINDS`, and in the order of the questionnaire within a kind."""
    old, new = parts_of(before), parts_of(after)
    removed = [_whole("removed", part, before) for key, part in old.items() if key not in new and _alone(part, new)]
    added = [_whole("added", part, after) for key, part in new.items() if key not in old and _alone(part, old)]
    moved = _moved(old, new)
    both = (_change(old[key], part, before, after, key in moved) for key, part in new.items() if key in old)
    order = list(KINDS)
    changes = [*added, *(change for change in both if change is not None), *removed]
    return tuple(sorted(changes, key=lambda change: order.index(change.kind)))


def in_groups(changes: tuple[Change, ...]) -> tuple[Group, ...]:
    """The changes under the titles of their kinds."""
    return tuple(
        Group(title=KINDS[kind], changes=tuple(found)) for kind, found in groupby(changes, lambda change: change.kind)
    )


def _alone(part: Part, other: Mapping[Key, Part]) -> bool:
    """Whether a part that is on one side only is told of by itself: not when its owner is as well and tells of it."""
    return part.kind not in WITH_OWNER or part.owner in other


def _change(old: Part, new: Part, before: Definition, after: Definition, has_moved: bool) -> Change | None:
    """What became of a part that both sides have."""
    is_same = old.struct == new.struct
    differences = () if is_same else tuple(_differences(lines_of(old, before), lines_of(new, after)))
    if old.owner != new.owner:
        differences = (Difference(label="Is in", before=old.place, after=new.place), *differences)
    if not differences and not has_moved:
        return None
    what: What = "changed" if differences else "moved"
    return Change(what=what, kind=new.kind, name=new.name, title=new.title, place=new.place, differences=differences)


def _whole(what: What, part: Part, definition: Definition) -> Change:
    """A part that is on one side only, with everything that it says and everything in it."""
    lines = lines_of(part, definition, inside=True)
    nothing: dict[str, Line] = {}
    differences = _differences(nothing, lines) if what == "added" else _differences(lines, nothing)
    return Change(
        what=what, kind=part.kind, name=part.name, title=part.title, place=part.place, differences=tuple(differences)
    )


def _differences(old: Mapping[str, Line], new: Mapping[str, Line]) -> Iterator[Difference]:
    nothing = Line()
    for label in dict.fromkeys([*old, *new]):
        was, now = old.get(label, nothing), new.get(label, nothing)
        if was.value != now.value:
            yield Difference(
                label=label,
                before=was.words,
                after=now.words,
                rule_before=was.rule,
                rule_after=now.rule,
                language=was.language or now.language,
            )


def _moved(old: Mapping[Key, Part], new: Mapping[Key, Part]) -> set[Key]:
    """The parts that stand elsewhere among those that both sides have in the same place."""
    moved: set[Key] = set()
    places = {(part.kind, part.owner) for part in new.values()}
    for kind, owner in places:
        was = [key for key, part in old.items() if (part.kind, part.owner) == (kind, owner) and key in new]
        now = [key for key, part in new.items() if (part.kind, part.owner) == (kind, owner) and key in old]
        if was != now:
            blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
            moved |= set(now) - {key for block in blocks for key in was[block.a : block.a + block.size]}
    return moved


def marked(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as one, word by word.

    >>> [(piece.text, piece.only) for piece in marked("in the last 6 months", "in the last 12 months")]
    [('in the last', ''), ('6', 'del'), ('12', 'ins'), ('months', '')]
    """
    was, now = before.split(), after.split()
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if matcher.ratio() < ALIKE:
        both: tuple[tuple[str, Literal["del", "ins"]], ...] = ((before, "del"), (after, "ins"))
        return tuple(Piece(text, only) for text, only in both if text)
    pieces: list[Piece] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece(" ".join(was[a:b])))
            continue
        pieces += [Piece(" ".join(was[a:b]), "del")] if b > a else []
        pieces += [Piece(" ".join(now[c:d]), "ins")] if d > c else []
    return tuple(pieces)
