"""Questionnaires and cases as YAML: read from a file or a directory, written as one file.

>>> load_cases("missing.yaml")
Traceback (most recent call last):
screening.exchange.strict.ContentError: missing.yaml: The file cannot be read: No such file or directory
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from screening.engine.definition import Definition, canonical_json

from .cases import Case, Expectation, load_cases
from .directory import read_directory
from .expansion import Expansion, maps
from .shape import fit
from .strict import ContentError, ContentProblem, Spot, YamlList, YamlMap, number_in, read_text

__all__ = [
    "Case",
    "ContentError",
    "ContentProblem",
    "Expectation",
    "dump_cases",
    "dump_definition",
    "load_cases",
    "load_definition",
    "parse_definition",
    "read_file_text",
]

# The order in which fields are written: names first, then what is asked, then details.
_FIRST = """key link_id code id source name title short text type severity when languages options items rules preface
introduction hint explanation why discussion action ask_when stale_when value low unit minimum maximum"""
_LAST = """questions sections instruments scores variables flags notes inconsistencies safety vocabularies parameters
profiles sources review"""
_RANK = {name: rank for rank, name in enumerate([*_FIRST.split(), "", *_LAST.split()])}


def load_definition(path: str | Path) -> Definition:
    """A questionnaire from its directory, or from one file as `dump_definition` writes it.

    Raises `ContentError` with every problem of shape: file, line, place and what to do. Whether the content makes sense
    is for `screening.engine.checks`.
    """
    path = Path(path)
    if not path.is_dir():
        return parse_definition(read_file_text(path), path.name)
    root, problems = read_directory(path)
    return _fitted(root, problems, Spot("questionnaire.yaml"))


def parse_definition(text: str, name: str = "questionnaire.yaml") -> Definition:
    """A questionnaire from the text of one YAML or JSON file; `name` stands for the file in messages."""
    root = read_text(text, name)
    if not isinstance(root, YamlMap):
        raise ContentError(
            [ContentProblem(file=name, message="Write a questionnaire: a mapping with key and sections")]
        )
    problems: list[ContentProblem] = []
    expansion = Expansion(root, problems)
    sections = root.get("sections")
    if isinstance(sections, YamlList):
        root["sections"] = expansion.sections(maps(sections))
    expansion.finish()
    return _fitted(root, problems, Spot(name, 1))


def read_file_text(path: Path) -> str:
    """The text of a UTF-8 file. Raises `ContentError`."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ContentError([ContentProblem(file=path.name, message=f"The file cannot be read: {reason}")]) from None


def _fitted(root: YamlMap, problems: list[ContentProblem], spot: Spot) -> Definition:
    languages = root.get("languages")
    default = str(languages[0]) if isinstance(languages, list) and languages else "en"
    try:
        definition = fit(root, Definition, default, spot)
    except ContentError as error:
        raise ContentError([*problems, *error.problems]) from None
    if problems:
        raise ContentError(problems)
    return definition


def dump_definition(definition: Definition) -> str:
    """One YAML file in a fixed order. Reading it gives an equal definition, and so the same `canonical_json`."""
    return _dump(_ordered(msgspec.json.decode(canonical_json(definition))))


def dump_cases(cases: list[Case]) -> str:
    """Cases as one YAML file that `load_cases` reads back equal."""
    return _dump({"cases": [_ordered(msgspec.to_builtins(case)) for case in cases]})


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _ordered(value[key]) for key in sorted(value, key=_rank)}


def _rank(key: str) -> tuple[int, str]:
    return (_RANK.get(key, _RANK[""]), key)


class _Dumper(yaml.SafeDumper):
    """Long and many-lined text in blocks; no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _ODD.search(text) else "|" if _is_block(text) else None
    if number_in(text) is not None:
        style = "'"  # YAML 1.1 has no number such as 6E20, and would leave it without quotes
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


# Characters that YAML takes for line ends, or that it cannot hold as they are: they are written as escapes.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _is_block(text: str) -> bool:
    return "\n" in text and not any(line != line.rstrip() for line in text.split("\n"))


_Dumper.add_representer(str, _represent_text)


def _dump(value: object) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text
