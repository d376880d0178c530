"""The schemas for editors: current, true of every shipped file, and sharp enough to mark a mistake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from screening.exchange import content_schema
from screening.exchange.strict import read_file
from screening.management.base import CONTENT

ROOT = Path(__file__).parent.parent.parent.parent
SCHEMAS = ROOT / "docs" / "schema"
DEFINITIONS = json.loads(content_schema.files()[content_schema.WHOLE])["$defs"]
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "null": (type(None),),
    "array": (list,), "object": (dict,),
}  # fmt: skip


def problems(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """What the part of JSON Schema that we use says against a value."""
    if "$ref" in schema:
        yield from problems(value, DEFINITIONS[schema["$ref"].rpartition("/")[2]], path)
    if "anyOf" in schema:
        found = [list(problems(value, one, path)) for one in schema["anyOf"]]
        yield from [] if [] in found else min(found, key=len)
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not one of {schema['enum']}"
    if "type" in schema and not _is_of(value, schema["type"]):
        yield f"{path}: {value!r} is not {schema['type']}"
    elif isinstance(value, dict):
        yield from _object_problems(value, schema, path)
    elif isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            yield from problems(one, schema["items"], f"{path}[{number}]")


def _is_of(value: Any, wanted: str | list[str]) -> bool:
    kinds = [kind for name in ([wanted] if isinstance(wanted, str) else wanted) for kind in TYPES[name]]
    return isinstance(value, tuple(kinds)) and (not isinstance(value, bool) or bool in kinds)


def _object_problems(value: dict[str, Any], schema: dict[str, Any], path: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    yield from (f"{path}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        if name in known:
            yield from problems(one, known[name], f"{path}.{name}")
        elif others is False:
            yield f"{path}: {name} is unknown"
        else:
            yield from problems(one, others, f"{path}.{name}")


def kind_of(path: Path) -> str:
    """Which schema a content file has; "" for those without one."""
    if path.parent.name in ("sections", "instruments"):
        return path.parent.name.removesuffix("s")
    names = [name for name in content_schema.FILES if path.stem == name or path.stem.startswith(f"{name}_")]
    return max(names, key=len, default="")


FILES = [path for path in sorted(CONTENT.parent.rglob("*.yaml")) if kind_of(path)]


def test_the_written_schemas_are_current():
    written = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")}

    assert written == content_schema.files(), "run: python manage.py content_schema docs/schema"


def test_every_kind_of_file_is_tried():
    assert {kind_of(path) for path in FILES} | {"scores"} == set(content_schema.FILES)
    without = {path.stem.partition("_")[0] for path in CONTENT.parent.rglob("*.yaml") if not kind_of(path)}
    assert without == {"es", "coverage"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_file_fits_its_schema(path: Path):
    schema = DEFINITIONS[content_schema.FILES[kind_of(path)]]

    assert list(problems(read_file(path, path.name), schema)) == []


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("section", {"link_id": "a", "title": "A", "quetions": []}, "quetions is unknown"),
        ("section", {"link_id": "a", "title": "A"}, "questions is missing"),
        ("flags", [{"link_id": "a", "severity": "high"}], "severity is unknown"),
        ("parameters", [{"key": "a", "title": "A", "value": "six"}], "'six' is not number"),
        (
            "section",
            {"link_id": "a", "title": "A", "questions": [{"link_id": "b", "type": "slider", "text": "B"}]},
            "slid",
        ),
    ],
)
def test_a_mistake_is_marked(kind: str, value: Any, said: str):
    assert any(said in line for line in problems(value, DEFINITIONS[content_schema.FILES[kind]]))


def test_fields_say_what_they_mean():
    assert "patient's wording" in DEFINITIONS["Question"]["description"]
