"""JSON schemas of the content files, for editors: completion of fields, their meaning, and mistakes while typing.

They are made from the Structs of `definition.py` and the short forms that `shape.py`, `expansion.py` and `directory.py`
allow, so a new field is in them as soon as it exists. `docs/schema/` holds them; `manage.py content_schema` writes it.

>>> sorted(files())[:4]
['cases.json', 'content.json', 'flags.json', 'inconsistencies.json']
"""

from __future__ import annotations

import inspect as python_inspect
import json
from typing import Any

import msgspec
from msgspec import inspect

from screening.engine import definition as d

from .cases import Case, Expectation
from .shape import NOT_TEXT

Json = dict[str, Any]

WHOLE = "content.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
STRUCTS: tuple[type[msgspec.Struct], ...] = (
    d.Definition, d.Section, d.Question, d.Option, d.Instrument, d.Score, d.Band, d.Citation, d.Variable, d.Flag,
    d.Rule, d.Note, d.Inconsistency, d.Safety, d.Vocabulary, d.MedicineClass, d.MedicineGroup, d.Medicine,
    d.Parameter, d.Profile, d.Source, d.Review, Case, Expectation,
)  # fmt: skip
LISTS = {
    "scores": "Score",
    "variables": "Variable",
    "flags": "Flag",
    "notes": "Note",
    "inconsistencies": "Inconsistency",
    "parameters": "Parameter",
    "profiles": "Profile",
    "sources": "Source",
}
"""Files that hold a list, and of what."""

FILES = {
    "questionnaire": "Questionnaire",
    "section": "Section",
    "instrument": "InstrumentFile",
    "medicines": "MedicineFile",
    "option_sets": "OptionSets",
    "cases": "CaseFile",
    **{name: f"{name}_file" for name in LISTS},
}
"""The schema of each kind of file."""


def files() -> dict[str, str]:
    """The text of each schema file by its name: one that defines everything, and one for each kind of content file."""
    whole: Json = {"$schema": DRAFT, "title": "Content of a questionnaire", "$defs": _definitions()}
    kinds = {f"{name}.json": {"$schema": DRAFT, "$ref": f"{WHOLE}#/$defs/{kind}"} for name, kind in FILES.items()}
    return {WHOLE: _text(whole)} | {name: _text(value) for name, value in kinds.items()}


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _definitions() -> Json:
    found = {struct.__name__: _struct(struct) for struct in STRUCTS}
    found |= {f"{name}_file": {"type": "array", "items": _of(kind)} for name, kind in LISTS.items()}
    found["Citation"] = {"anyOf": [{"type": "string"}, found["Citation"]], "description": _CITATION}
    _with_short_forms(found)
    return found


_CITATION = "Source key, then the place in it; end with (unverified) while nobody has read the passage."


def _of(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _struct(struct: type[msgspec.Struct]) -> Json:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)  # every Struct's is
    return {
        "type": "object",
        "description": python_inspect.cleandoc(struct.__doc__ or ""),
        "properties": {field.encode_name: _kind(field.type, field.name) for field in kind.fields},
        "required": [field.encode_name for field in kind.fields if field.required],
        "additionalProperties": False,
    }


def _kind(kind: inspect.Type, name: str) -> Json:
    match kind:
        case inspect.StructType():
            return _of(kind.cls.__name__)
        case inspect.VarTupleType():
            return {"type": "array", "items": _kind(kind.item_type, name)}
        case inspect.UnionType():
            return {"anyOf": [_kind(one, name) for one in kind.types]}
        case inspect.DictType() if isinstance(kind.value_type, inspect.StrType) and name not in NOT_TEXT:
            languages = {"type": "object", "additionalProperties": {"type": "string"}}
            return {"anyOf": [{"type": ["string", "integer"]}, languages]}
        case inspect.DictType():
            return {"type": "object", "additionalProperties": _kind(kind.value_type, "")}
        case inspect.LiteralType():
            return {"enum": sorted(kind.values)}
        case _:
            return _leaf(kind)


def _leaf(kind: inspect.Type) -> Json:
    match kind:
        case inspect.NoneType():
            return {"type": "null"}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.IntType():
            return {"type": "integer"}
        case inspect.FloatType():
            return {"type": "number"}
        case inspect.AnyType():
            return {}
        case _:
            return {"type": ["string", "integer"]}  # a plain number is text where text is wanted


def _with_short_forms(found: Json) -> None:
    """What the files may say besides the Structs: see docs/content.md."""
    question = found["Question"]["properties"]
    question["options"] = {
        "anyOf": [question["options"], {"type": "string", "description": "The name of an option set"}]
    }
    question["option_texts"] = {"type": "object", "description": "Own texts by option code, beside an option set"}
    found["InstrumentPlace"] = _object(
        {"instrument": {"type": "string"}, "ask_when": {"type": "string"}, "items": _list({"type": "string"})},
        required=["instrument"],
        description="An instrument's items in this place, all or some.",
    )
    found["Section"]["properties"]["questions"] = _list({"anyOf": [_of("Question"), _of("InstrumentPlace")]})
    found["OptionSets"] = {"type": "object", "additionalProperties": _list(_of("Option"))}
    found["Questionnaire"] = _questionnaire(found["Definition"])
    found["InstrumentFile"] = _instrument_file(found)
    found["MedicineFile"] = {**found["Vocabulary"], "required": []}
    found["CaseFile"] = _case_file(found["Case"]["properties"])
    found["CaseInFile"] = _case_in_file(found["Case"])


def _object(properties: Json, *, required: list[str], description: str = "") -> Json:
    found = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return found | ({"description": description} if description else {})


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _questionnaire(whole: Json) -> Json:
    """`questionnaire.yaml`: the whole, or what is not in files of its own."""
    own = {
        "sections": {"anyOf": [_list({"type": "string"}), whole["properties"]["sections"]]},
        "includes": _list({"type": "string"}),
        "option_sets": _of("OptionSets"),
    }
    return {**whole, "properties": {**whole["properties"], **own}, "required": ["key", "title"]}


def _instrument_file(found: Json) -> Json:
    """An instrument with its items written out, what they share, and its scores."""
    instrument, question, score = (found[name] for name in ("Instrument", "Question", "Score"))
    item = {**question, "required": ["link_id", "text"]}
    shared = {**question, "required": []}
    total = {**score, "required": ["link_id", "title"]}
    own = {"items": _list(item), "defaults": shared, "scores": _list(total)}
    return {**instrument, "properties": {**instrument["properties"], **own}}


def _case_file(case: Json) -> Json:
    shared = {name: case[name] for name in ("as_of", "profile")}
    properties = {**shared, "baseline": {"type": "object"}, "cases": _list(_of("CaseInFile"))}
    return _object(properties, required=["cases"], description="Cases, and what they share.")


def _case_in_file(case: Json) -> Json:
    properties = {**case["properties"], "baseline": {"type": "boolean"}}
    return {**case, "properties": properties, "required": ["id", "title"]}
