"""YAML read strictly, so that content means what it looks like, with the file and line of every value.

Codes such as `yes`, `no` and `on`, and dates, stay text: only `true` and `false` are booleans. A key written twice, a
merge key, a tag and a second document are refused.

>>> read_text("stroke: yes", "answers.yaml")
{'stroke': 'yes'}
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
import yaml

DEEPEST = 40
MOST_VALUES = 500_000
TOO_MUCH = "Write less in one file: it is nested too deeply or too long"

_BASE: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?|[-+]?[0-9]{1,17}[eE][-+]?[0-9]{1,3}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_TAGS = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


class ContentProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with content: the file, the line counted from 1 (0: the whole file), the place and what to do."""

    file: str
    line: int = 0
    place: str = ""
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.place, self.message) if part)


class ContentError(Exception):
    """Content that cannot be used. `problems` holds everything that is wrong."""

    def __init__(self, problems: Iterable[ContentProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Spot(msgspec.Struct, frozen=True):
    """A file and a line in it, counted from 1."""

    file: str
    line: int = 0

    def problem(self, place: str, message: str) -> ContentProblem:
        """A problem at this spot."""
        return ContentProblem(file=self.file, line=self.line, place=place, message=message)


class YamlMap(dict[str, object]):
    """A mapping that knows where it and each of its values were written."""

    def __init__(self, spot: Spot, values: dict[str, object] | None = None) -> None:
        super().__init__(values or {})
        self.spot = spot
        self.spots: dict[str, Spot] = {}

    def at(self, key: str) -> Spot:
        """Where a value was written."""
        return self.spots.get(key, self.spot)

    def with_values(self, **values: object) -> YamlMap:
        """A copy with other values, each thought of as written where this mapping is."""
        copy = YamlMap(self.spot, {**self, **values})
        copy.spots = dict(self.spots)
        return copy


class YamlList(list[object]):
    """A list that knows where it and each of its values were written."""

    def __init__(self, spot: Spot, values: Iterable[object] = (), spots: Iterable[Spot] = ()) -> None:
        super().__init__(values)
        self.spot = spot
        self.spots = list(spots)

    def at(self, index: int) -> Spot:
        """Where a value was written."""
        return self.spots[index] if index < len(self.spots) else self.spot


class _Loader(_BASE):  # type: ignore[misc, valid-type]
    """Every plain value is text to the loader; `_scalar` decides what it means."""

    yaml_implicit_resolvers: dict[str, list[object]] = {}


def read_file(path: Path, name: str) -> object:
    """The content of a YAML file; `name` stands for it in messages. Raises `ContentError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ContentError([ContentProblem(file=name, message=f"The file cannot be read: {reason}")]) from None
    return read_text(text, name)


def read_text(text: str, name: str) -> object:
    """The value of YAML text: `YamlMap`, `YamlList`, str, int, float, bool or None. Raises `ContentError`."""
    try:
        _refuse_depth(text, name)
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ContentError([_syntax_problem(error, name)]) from None
    builder = _Builder(name)
    value = builder.build(node, 0) if node is not None else None
    if builder.problems:
        raise ContentError(builder.problems)
    return value


def _refuse_depth(text: str, name: str) -> None:
    """Composing in C calls itself for each level, and tens of thousands end the process: count them first."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST + 1:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise ContentError([Spot(name, line).problem("", TOO_MUCH)])


def _syntax_problem(error: Exception, name: str) -> ContentProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    line = mark.line + 1 if mark else 0
    return ContentProblem(file=name, line=line, message=f"This is not YAML: {reason}")


class _Builder:
    """Values from nodes, with every problem of the file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[ContentProblem] = []
        self.count = 0

    def build(self, node: yaml.Node, depth: int) -> object:
        self.count += 1
        spot = Spot(self.name, node.start_mark.line + 1)
        if depth > DEEPEST or self.count > MOST_VALUES:
            raise ContentError([spot.problem("", TOO_MUCH)])
        if node.tag not in _TAGS:
            self.problems.append(spot.problem("", f"Remove the tag “{node.tag}”"))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, spot, depth)
        if isinstance(node, yaml.SequenceNode):
            values = [self.build(item, depth + 1) for item in node.value]
            return YamlList(spot, values, [Spot(self.name, item.start_mark.line + 1) for item in node.value])
        return _scalar(node, spot, self.problems)

    def _mapping(self, node: yaml.MappingNode, spot: Spot, depth: int) -> YamlMap:
        found = YamlMap(spot)
        for key_node, value_node in node.value:
            here = Spot(self.name, key_node.start_mark.line + 1)
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key == "<<":
                self.problems.append(here.problem("", "Use plain text as a key; merge keys and lists are refused"))
            elif key in found:
                self.problems.append(here.problem(key, f"“{key}” is written twice; keep one of them"))
            else:
                found[key] = self.build(value_node, depth + 1)
                found.spots[key] = here
        return found


def _scalar(node: yaml.Node, spot: Spot, problems: list[ContentProblem]) -> object:
    text = str(node.value)
    if getattr(node, "style", None):
        return text
    if text in _WORDS:
        return _WORDS[text]
    found = number_in(text)
    if found is not None:
        return found
    if text.casefold() in (".nan", ".inf", "-.inf", "+.inf"):
        problems.append(spot.problem("", "Write an ordinary number"))
    return text


def number_in(text: str) -> int | float | None:
    """The number that a text without quotes is read as; None where it stays text."""
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else None
