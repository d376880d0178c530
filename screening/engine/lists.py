"""Medicine lists: typed and JSON entries become coded medicines, or the person's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import medicines
from .context import Context, Raw
from .definition import Vocabulary
from .entry import TICKED, Typed, typed_number
from .hints import did_you_mean
from .measures import fields, number
from .reading import string
from .values import MedicineEntry

NONE = "none"
"""The JSON value that says "takes no medicines"."""

_SAYS_NONE = frozenset(
    {"none", "no", "n a", "na", "nil", "nothing", "no medicines", "no medications", "no meds"}
    | {"ninguno", "ninguna", "nada", "ningun medicamento", "ninguna medicina", "no tomo", "no tomo nada"}
)
"""What stands in a row, simplified, when a person says there that they take no medicines."""

LARGEST_DOSE_MG = 100_000
_DOSE_UNITS = {"mg": 1.0, "mgs": 1.0, "milligrams": 1.0, "mcg": 0.001, "\u03bcg": 0.001, "ug": 0.001, "g": 1000.0}
"""Milligrams in each unit, casefolded: the micro sign (U+00B5) has become the Greek letter mu (U+03BC) by then."""

_IN_ONE_DAY = re.compile(
    r"(?:\s*/\s*(?:day|d|d[ií]a)|\s+(?:(?:once|una vez)\s+)?(?:(?:a|per|each|every|al|por|cada)\s+)?"
    r"(?:day|daily|d[ií]a|diari[oa]s?))$",
    re.IGNORECASE,
)
"""Words after a dose that say no more than the question did; not after a bare number, which may count tablets."""


def enter_medicines(context: Context, typed: Typed) -> Raw:
    """The JSON list of what was typed; an entry whose dose cannot be read stays, without its dose."""
    entries = [raw for n, parts in typed.entries() if (raw := _enter_one(context, n, Typed(parts)))]
    entries += [{"name": line} for text in typed.many("") for line in _lines(text, context.vocabulary)]
    if typed.one("none").casefold() in TICKED:
        if entries:
            context.problem("medicines_none_and_some", "none")
        return entries or NONE
    return entries or None


def _enter_one(context: Context, position: int, typed: Typed) -> dict[str, Raw] | None:
    name, dose = typed.one("name"), typed.one("dose")
    if not name and not typed.one("code"):
        if dose:
            context.problem("medicine_name_missing", f"{position}.name")
            return {"text": f"? ({dose})"}
        return None
    if medicines.simplify(name) in _SAYS_NONE:
        context.problem("medicines_none_in_a_row", f"{position}.name")
    amount = _dose(context, f"{position}.dose", dose) if dose else None
    entry: dict[str, Raw] = {"code": typed.one("code")} if typed.one("code") else {"name": name}
    if typed.one("kept") == name:
        entry["kept"] = True
    return entry if amount is None else entry | {"dose_mg": amount}


def _dose(context: Context, part: str, text: str) -> float | None:
    """A day's dose in milligrams from "100", "100 mg", "0.5 g", "500 mcg", "80mg daily"; never from "1 mg 3 times"."""
    plain = _IN_ONE_DAY.sub("", text.strip())
    found = re.fullmatch(r"(.*?[0-9.,])\s*([^\W\d_]*)\.?", plain)
    unit = found[2].casefold() or ("mg" if plain == text.strip() else "") if found else ""
    factor = _DOSE_UNITS.get(unit)
    amount = typed_number(found[1]) if found else None
    if amount is None or factor is None:
        context.problem("dose_not_read", part)
        return None
    if not 0 < amount * factor <= LARGEST_DOSE_MG:
        context.problem("dose_range", part, maximum=LARGEST_DOSE_MG)
        return None
    return amount * factor


def _lines(text: str, vocabulary: Vocabulary | None) -> list[str]:
    """One medicine on each line, or between semicolons; commas part them only where every piece is a known name."""
    found: list[str] = []
    for line in re.split(r"[\n;]+", text):
        pieces = [piece.strip() for piece in line.split(",")]
        known = vocabulary is not None and all(medicines.match(vocabulary, piece).code for piece in pieces)
        found += pieces if known else [line.strip()]
    return [line for line in found if line]


def read_medicines(context: Context, raw: Raw) -> tuple[MedicineEntry, ...] | None:
    """Entries with codes where the name is known. "none" or ["none"] is an empty tuple; an empty list is no answer.

    A string, or `name`, is matched against the vocabulary; `text` is kept as it is; `code` must be in the vocabulary.
    """
    if raw in (NONE, [NONE], (NONE,)):
        return ()
    if not isinstance(raw, list | tuple):
        context.wrong_type(raw, 'a list of medicines or "none"')
        return None
    if NONE in raw:
        context.problem("medicines_none_and_some")
        return None
    if len(raw) > context.question.maximum_entries:
        context.problem("too_many_entries", maximum=context.question.maximum_entries)
        return None
    entries = [_read_one(context, position, item) for position, item in enumerate(raw)]
    return tuple(entry for entry in entries if entry is not None) or None


def _read_one(context: Context, position: int, raw: Raw) -> MedicineEntry | None:
    if isinstance(raw, str):
        raw = {"name": raw}
    known = ("name", "code", "text", "dose_mg", "note", "kept")
    given = fields(context, raw, known, "a medicine by name or as an object", str(position))
    texts = {key: _words(context, position, given, key) for key in ("name", "code", "text", "note")}
    dose = _read_dose(context, position, given)
    kept = given.get("kept") is True
    if texts["code"]:
        return _coded(context, position, texts, dose)
    if texts["name"]:
        return _named(context.vocabulary, texts["name"], dose, texts["note"], kept=kept)
    if texts["text"]:
        return MedicineEntry(text=texts["text"], dose_mg=dose, note=texts["note"], kept=kept)
    if not any(problem.part.startswith(str(position)) for problem in context.problems):
        context.problem("medicine_name_missing", f"{position}.name")
    return None


def _words(context: Context, position: int, given: Mapping[str, Raw], key: str) -> str:
    return (string(context, given[key], limit=300, part=f"{position}.{key}") or "") if key in given else ""


def _read_dose(context: Context, position: int, given: Mapping[str, Raw]) -> float | None:
    if "dose_mg" not in given:
        return None
    part = f"{position}.dose"
    found = number(context, given["dose_mg"], part, "dose_not_read")
    if found is not None and not 0 < found <= LARGEST_DOSE_MG:
        context.problem("dose_range", part, maximum=LARGEST_DOSE_MG)
        return None
    return None if found is None else float(found)


def _coded(context: Context, position: int, texts: dict[str, str], dose: float | None) -> MedicineEntry | None:
    code = texts["code"]
    codes = [medicine.code for medicine in context.vocabulary.medicines] if context.vocabulary else [code]
    if code in codes:
        return MedicineEntry(code=code, text=texts["text"], dose_mg=dose, note=texts["note"])
    context.problem("medicine_code_unknown", f"{position}.code", medicine=code, hint=did_you_mean(code, codes))
    return MedicineEntry(text=texts["text"] or code, dose_mg=dose, note=texts["note"])


def _named(
    vocabulary: Vocabulary | None, name: str, dose: float | None, note: str, *, kept: bool = False
) -> MedicineEntry:
    """A typed name: coded when exactly known, with the typed words kept where they say more than the name."""
    found = medicines.match(vocabulary, name) if vocabulary else medicines.Match(None)
    if not found.code:
        return MedicineEntry(text=name, dose_mg=dose, note=note, kept=kept)
    plain = next((m.name for m in vocabulary.medicines if m.code == found.code), "") if vocabulary else ""
    typed = "" if medicines.simplify(name) == medicines.simplify(plain) == name.casefold() else name
    return MedicineEntry(code=found.code, dose_mg=dose, note=note or typed)
