"""A questionnaire kept as a directory of YAML files, joined into one mapping in the shape of `Definition`.

`questionnaire.yaml` comes first; `sections/` holds a file for each section, `instruments/` one for each instrument with
its items and scores; `flags.yaml`, `sources.yaml` and the like hold lists; `medicines.yaml` a vocabulary; `es.yaml`
translations. docs/content.md describes them with examples.

`includes: [shared]` in `questionnaire.yaml` names directories beside this one: what is written in them belongs to this
questionnaire as though it stood here, so that two questionnaires can ask the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from screening.engine.hints import did_you_mean

from .expansion import Expansion
from .strict import ContentError, ContentProblem, Spot, YamlList, YamlMap, read_file
from .translations import translate

ROOT = "questionnaire.yaml"
LISTS = ("scores", "variables", "flags", "notes", "inconsistencies", "parameters", "profiles", "sources")
CASES = "cases"
COVERAGE = "coverage"
"""What the questionnaire must cover: data beside the content, not part of it."""


class Directory:
    """The files of one questionnaire, each read once, and everything found wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[ContentProblem] = []
        self.files = _yaml_files(path)
        self.included: list[str] = []
        self.used: set[str] = set()

    def include(self, name: str) -> None:
        """Let the files of a directory beside this one stand as though they were here."""
        found = _yaml_files(self.path.parent / name)
        self.included.append(name)
        self.files = sorted([*self.files, *(f"../{name}/{file}" for file in found)], key=self.own_name)

    def own_name(self, name: str) -> str:
        """A file's name within the directory that it stands in."""
        return name.split("/", 2)[2] if name.startswith("../") else name

    def named(self, stem: str) -> list[str]:
        """The files of one kind: `flags.yaml`, `flags_heart.yaml` and `flags/heart.yaml`."""
        return [name for name in self.files if _is_kind(self.own_name(name), stem)]

    def read(self, name: str) -> object:
        """A file's content; None, with its problems noted, when it cannot be read."""
        self.used.add(name)
        try:
            return read_file(self.path / name, name)
        except ContentError as error:
            self.problems += error.problems
            return None

    def mapping(self, name: str) -> YamlMap:
        """A file that must hold a mapping."""
        value = self.read(name)
        if isinstance(value, YamlMap):
            return value
        if not any(problem.file == name for problem in self.problems):
            self.refuse(Spot(name), "", "Write a mapping (lines of “name: value”) in this file")
        return YamlMap(Spot(name))

    def listing(self, name: str) -> YamlList:
        """A file that must hold a list."""
        value = self.read(name)
        if isinstance(value, YamlList):
            return value
        if not any(problem.file == name for problem in self.problems):
            self.refuse(Spot(name), "", "Write a list (lines that begin with “- ”) in this file")
        return YamlList(Spot(name))

    def refuse(self, spot: Spot, place: str, message: str) -> None:
        """Note a problem and go on."""
        self.problems.append(spot.problem(place, message))


def _yaml_files(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path).as_posix()) for file in path.rglob("*.y*ml"))


def _is_kind(name: str, stem: str) -> bool:
    plain = name.rpartition(".")[0]
    return plain == stem or plain.startswith((f"{stem}_", f"{stem}/"))


def read_directory(path: Path) -> tuple[YamlMap, list[ContentProblem]]:
    """The whole directory as one mapping, and what was wrong with single files."""
    directory = Directory(path)
    root = directory.mapping(ROOT) if ROOT in directory.files else _no_root(directory)
    _include(directory, root)
    for name in LISTS:
        _join_lists(directory, root, name)
    _join_option_sets(directory, root)
    _join_vocabularies(directory, root)
    expansion = Expansion(root, directory.problems)
    expansion.instruments([directory.mapping(name) for name in directory.named("instruments")])
    root["sections"] = expansion.sections(_sections(directory, root))
    for language in _languages(root)[1:]:
        for name in directory.named(language):
            translate(root, directory.mapping(name), language, _languages(root)[0], directory.problems)
    expansion.finish()
    _refuse_unused(directory)
    return root, directory.problems


def _no_root(directory: Directory) -> YamlMap:
    directory.refuse(Spot(ROOT), "", "Add this file: it names the questionnaire")
    return YamlMap(Spot(ROOT))


def _include(directory: Directory, root: YamlMap) -> None:
    """Take in the directories that the root names. A name is no path: nothing but a neighbour can be read."""
    spot, wanted = root.at("includes"), root.pop("includes", None)
    for name in wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]:
        beside = [one.name for one in directory.path.resolve().parent.iterdir() if one.is_dir()]
        if str(name) not in beside or str(name) == directory.path.resolve().name:
            hint = did_you_mean(str(name), beside)
            directory.refuse(spot, "includes", f"There is no directory “{name}” beside this one{hint}")
        elif str(name) in directory.included:
            directory.refuse(spot, "includes", f"Name “{name}” once")
        else:
            directory.include(str(name))


def _languages(root: YamlMap) -> list[str]:
    found = root.get("languages")
    return [str(one) for one in found] if isinstance(found, list) and found else ["en"]


def _join_lists(directory: Directory, root: YamlMap, name: str) -> None:
    joined = YamlList(root.at(name))
    parts = [directory.listing(file) for file in directory.named(name)]
    own = root.get(name)
    for part in [own, *parts] if isinstance(own, YamlList) else parts:
        joined.extend(part)
        joined.spots.extend(part.spots)
    if joined:
        root[name] = joined


def _join_option_sets(directory: Directory, root: YamlMap) -> None:
    held = root.get("option_sets")
    joined = held if isinstance(held, YamlMap) else YamlMap(root.spot)
    for name in directory.named("option_sets"):
        part = directory.mapping(name)
        for key, options in part.items():
            if key in joined:
                directory.refuse(part.at(key), key, "Keep one option set of this name: there are two")
            joined[key] = options
    if joined:
        root["option_sets"] = joined


def _join_vocabularies(directory: Directory, root: YamlMap) -> None:
    found: dict[str, YamlMap] = {}
    for name in directory.named("medicines"):
        part = directory.mapping(name)
        joined = found.setdefault(str(part.get("key", "medicines")), YamlMap(part.spot, {"key": "medicines", **part}))
        for field in ("classes", "groups", "medicines") if joined is not None and joined.spot.file != name else ():
            _extend(joined, field, part.get(field))
    own = root.get("vocabularies")
    vocabularies = [*(own if isinstance(own, list) else []), *found.values()]
    if vocabularies:
        root["vocabularies"] = YamlList(root.spot, vocabularies)


def _extend(joined: YamlMap, field: str, more: object) -> None:
    held = joined.get(field)
    if not isinstance(more, YamlList):
        return
    if not isinstance(held, YamlList):
        joined[field] = more
        return
    held.extend(more)
    held.spots.extend(more.spots)


def _sections(directory: Directory, root: YamlMap) -> Iterator[YamlMap]:
    """The sections in the order that questionnaire.yaml lists, or in the order of their file names."""
    files = {name: directory.mapping(name) for name in directory.named("sections")}
    by_link_id = {str(section.get("link_id", name)): section for name, section in files.items()}
    order = root.pop("sections", None)
    if order is None:
        yield from files.values()
        return
    listed = [str(one) for one in order] if isinstance(order, list) and not _has_maps(order) else []
    if isinstance(order, list) and _has_maps(order):
        yield from (one for one in order if isinstance(one, YamlMap))
    for link_id in listed:
        if link_id in by_link_id:
            yield by_link_id[link_id]
        else:
            directory.refuse(
                root.at("sections"), link_id, f"There is no such section{did_you_mean(link_id, by_link_id)}"
            )
    for link_id, section in by_link_id.items():
        if link_id not in listed:
            directory.refuse(section.spot, link_id, f"Add “{link_id}” to the list of sections in {ROOT}")


def _has_maps(order: list[object]) -> bool:
    return any(isinstance(one, dict) for one in order)


def _refuse_unused(directory: Directory) -> None:
    """A file that nothing reads is a mistake in its name, and would silently be left out."""
    for name in directory.files:
        own = directory.own_name(name)
        if name not in directory.used and not _is_kind(own, CASES) and own != f"{COVERAGE}.yaml":
            known = (ROOT, *(f"{one}.yaml" for one in (*LISTS, "option_sets", "medicines", "cases", "coverage")))
            directory.refuse(Spot(name), "", f"Rename or remove this file: nothing reads it{did_you_mean(name, known)}")
